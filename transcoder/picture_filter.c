#include "transcoder/picture_filter.h"

#include "transcoder/filter_graph.h"

/* Diffuse white of high dynamic range, in candela per square metre (ITU-R BT.2408), and the brightest light that is told
 * apart: brighter is white. */
#define WHITE_NITS 203
#define PEAK_NITS 1000

struct PictureFilter {
  char *chain;
  FilterGraph *graph; /**< made for the latest frame's size and format */
  GQueue *ready;      /**< AVFrame */
};

bool picture_filter_is_needed(const PictureFilterPlan *plan) {
  return plan->fields != PICTURE_FIELDS_NONE || plan->light != PICTURE_LIGHT_SDR || plan->turn_deg != 0 ||
         plan->is_mirrored;
}

json_t *picture_filter_plan_pack(const PictureFilterPlan *plan) {
  return json_pack("{s:i, s:i, s:i, s:b, s:i, s:i}", "fields", (int)plan->fields, "light", (int)plan->light, "turn",
                   plan->turn_deg, "mirrored", plan->is_mirrored, "width", plan->width, "height", plan->height);
}

bool picture_filter_plan_unpack(json_t *json, PictureFilterPlan *ret_plan, json_error_t *why) {
  PictureFilterPlan plan = {0};
  int fields = 0, light = 0, mirrored = 0;
  if (json != NULL &&
      json_unpack_ex(json, why, 0, "{s:i, s:i, s:i, s:b, s:i, s:i}", "fields", &fields, "light", &light, "turn",
                     &plan.turn_deg, "mirrored", &mirrored, "width", &plan.width, "height", &plan.height) != 0)
    return false;
  bool ok = fields >= 0 && fields <= PICTURE_FIELDS_BOTTOM_FIRST && light >= 0 && light <= PICTURE_LIGHT_HLG &&
            plan.turn_deg >= 0 && plan.turn_deg < 360 && plan.turn_deg % 90 == 0 && plan.width >= 0 &&
            plan.height >= 0;
  if (!ok) {
    g_strlcpy(why->text, "a filter out of bounds", sizeof why->text);
    return false;
  }
  plan.fields = (PictureFields)fields;
  plan.light = (PictureLight)light;
  plan.is_mirrored = mirrored != 0;
  *ret_plan = plan;
  return true;
}

static void add_fields(GString *chain, PictureFields fields) {
  static const char *const options[] = {
      [PICTURE_FIELDS_FLAGGED] = "parity=auto:deint=interlaced",
      [PICTURE_FIELDS_TOP_FIRST] = "parity=tff:deint=all",
      [PICTURE_FIELDS_BOTTOM_FIRST] = "parity=bff:deint=all",
  };
  if (fields != PICTURE_FIELDS_NONE)
    g_string_append_printf(chain, ",bwdif=mode=send_frame:%s", options[fields]);
}

/** Scaled first: the conversion of light works on floating-point numbers. What frames say of their colours is not always
 * what the header says, or is missing here and there: the plan decides for all. */
static void add_light(GString *chain, const PictureFilterPlan *plan) {
  static const char *const transfers[] = {
      [PICTURE_LIGHT_WIDE] = "bt709", [PICTURE_LIGHT_PQ] = "smpte2084", [PICTURE_LIGHT_HLG] = "arib-std-b67"};
  if (plan->light == PICTURE_LIGHT_SDR)
    return;
  g_string_append_printf(
      chain, ",setparams=color_primaries=bt2020:colorspace=bt2020nc:color_trc=%s,zscale=", transfers[plan->light]);
  if (plan->width > 0 && plan->height > 0)
    g_string_append_printf(chain, "w=%d:h=%d:f=bilinear:", plan->width, plan->height);
  if (plan->light == PICTURE_LIGHT_WIDE)
    g_string_append(chain, "p=bt709:t=bt709:m=bt709:r=tv,format=yuv420p");
  else
    g_string_append_printf(chain,
                           "t=linear:npl=%d,format=gbrpf32le,zscale=p=bt709,tonemap=mobius:desat=0:peak=%d/%d"
                           ",zscale=t=bt709:m=bt709:r=tv,format=yuv420p",
                           WHITE_NITS, PEAK_NITS, WHITE_NITS);
}

static void add_turn(GString *chain, const PictureFilterPlan *plan) {
  if (plan->is_mirrored)
    g_string_append(chain, ",hflip");
  if (plan->turn_deg == 90)
    g_string_append(chain, ",transpose=clock");
  else if (plan->turn_deg == 180)
    g_string_append(chain, ",hflip,vflip");
  else if (plan->turn_deg == 270)
    g_string_append(chain, ",transpose=cclock");
}

static char *describe(const PictureFilterPlan *plan) {
  g_autoptr(GString) chain = g_string_new("null");
  add_fields(chain, plan->fields);
  add_light(chain, plan);
  add_turn(chain, plan);
  return g_string_free(g_steal_pointer(&chain), FALSE);
}

PictureFilter *picture_filter_new(const PictureFilterPlan *plan) {
  PictureFilter *filter = g_new0(PictureFilter, 1);
  filter->chain = describe(plan);
  filter->ready = g_queue_new();
  return filter;
}

static void free_frame(gpointer frame) {
  AVFrame *owned = frame;
  av_frame_free(&owned);
}

void picture_filter_reset(PictureFilter *filter) {
  g_clear_pointer(&filter->graph, filter_graph_free);
  g_queue_clear_full(filter->ready, free_frame);
}

void picture_filter_free(PictureFilter *filter) {
  if (filter == NULL)
    return;
  picture_filter_reset(filter);
  g_queue_free(filter->ready);
  g_free(filter->chain);
  g_free(filter);
}

static void collect(PictureFilter *filter) {
  AVFrame *frame;
  while ((frame = filter_graph_pull(filter->graph)) != NULL)
    g_queue_push_tail(filter->ready, frame);
}

/** End the graph: what it held back becomes ready. */
static bool finish(PictureFilter *filter, GError **error) {
  if (filter->graph == NULL)
    return true;
  bool ok = filter_graph_push(filter->graph, NULL, 0, error);
  collect(filter);
  g_clear_pointer(&filter->graph, filter_graph_free);
  return ok;
}

bool picture_filter_push(PictureFilter *filter, const AVFrame *frame, int64_t time_us, GError **error) {
  if (frame == NULL)
    return finish(filter, error);
  if (filter->graph != NULL && !filter_graph_fits(filter->graph, frame) && !finish(filter, error))
    return false;
  if (filter->graph == NULL)
    filter->graph = filter_graph_new(filter->chain, frame, error);
  if (filter->graph == NULL || !filter_graph_push(filter->graph, frame, time_us, error))
    return false;
  collect(filter);
  return true;
}

AVFrame *picture_filter_pull(PictureFilter *filter) {
  return g_queue_pop_head(filter->ready);
}
