#include "transcoder/copy_plan.h"

/* Of any lesson: a day of key frames two a second. */
#define KEYS_MAX 200000
#define CUTS_MAX 100000
/* How much over the rung's rate a segment may be, as the encoder's buffer lets it. */
#define PEAK_NUM 3
#define PEAK_DEN 2

void copy_plan_clear(CopyPlan *plan) {
  g_clear_pointer(&plan->keys, g_array_unref);
  g_clear_pointer(&plan->cuts, g_array_unref);
}

static const struct {
  const char *code, *zh, *en;
} reasons[] = {
    [COPY_REASON_NONE] = {"", "", ""},
    [COPY_REASON_NO_H264] = {"no_h264", "画面不是 H.264 编码", "the pictures are not H.264"},
    [COPY_REASON_CONVERTED] = {"converted", "画面需要旋转、去隔行或转换颜色",
                               "the pictures are turned, deinterlaced or brought to other colours"},
    [COPY_REASON_SIZE] = {"size", "画面尺寸不是最高一档的尺寸，或像素不是正方形",
                          "the size is not the best rung's, or samples are not square"},
    [COPY_REASON_PROFILE] = {"profile", "编码档次（profile、level、位深或场）并非所有设备都能播放",
                             "profile, level, bit depth or fields are not played everywhere"},
    [COPY_REASON_HEADERS] = {"headers", "编码参数缺失、有多组，或中途改变",
                             "parameter sets are missing, several, or change on the way"},
    [COPY_REASON_FRAME_RATE] = {"frame_rate", "帧率过高，或两帧落在同一时刻",
                                "the frame rate is too high, or two frames fall on one tick"},
    [COPY_REASON_GOP] = {"gop", "关键帧间隔超过 4 秒，或画面组不封闭",
                         "groups of pictures are open, or longer than 4 s"},
    [COPY_REASON_EDGES] = {"edges", "开头或结尾有不应显示的画面，或开头没有关键帧",
                           "frames at the start or end are not to be shown, or it starts without a key frame"},
    [COPY_REASON_DAMAGED] = {"damaged", "文件被截断或有损坏", "it is cut off or damaged"},
    [COPY_REASON_NO_INDEX] = {"no_index", "不能定位，或文件太大而又没有索引表",
                              "it cannot seek, or is large and has no tables"},
    [COPY_REASON_BIT_RATE] = {"bit_rate", "码率高于最高一档的上限", "its bit rate is over the best rung's"},
    [COPY_REASON_CUTS] = {"cuts", "不能在它的关键帧处分段", "it cannot be cut at its key frames"},
    [COPY_REASON_GIVEN_UP] = {"given_up", "复制途中发现源文件有问题，改为编码",
                              "a part of it could not be copied: it is encoded after all"},
};

const char *copy_reason_code(CopyReason reason) {
  return reasons[reason].code;
}

const char *copy_reason_text(CopyReason reason, bool is_english) {
  return is_english ? reasons[reason].en : reasons[reason].zh;
}

static bool find_reason(const char *code, CopyReason *ret_reason) {
  for (size_t i = 0; i < G_N_ELEMENTS(reasons); i++) {
    if (g_str_equal(reasons[i].code, code)) {
      *ret_reason = (CopyReason)i;
      return true;
    }
  }
  return false;
}

void copy_plan_refuse(CopyPlan *plan, CopyReason reason) {
  plan->why_not = reason;
  plan->is_fit = false;
  g_clear_pointer(&plan->keys, g_array_unref);
}

static bool are_keys_valid(const CopyPlan *plan, const SegmentPlan *segments) {
  if (plan->keys == NULL || plan->keys->len == 0)
    return false;
  int64_t before = -1;
  for (guint i = 0; i < plan->keys->len; i++) {
    const CopyKey *key = &g_array_index(plan->keys, CopyKey, i);
    if (key->tick <= before || key->tick >= segments->frame_count || key->size_bytes <= 0 ||
        key->size_bytes > (int64_t)INT32_MAX * 64)
      return false;
    before = key->tick;
  }
  return true;
}

static GArray *choose_cuts(const CopyPlan *found, const SegmentPlan *segments) {
  g_autofree int64_t *ticks = g_new(int64_t, found->keys->len);
  for (guint i = 0; i < found->keys->len; i++)
    ticks[i] = g_array_index(found->keys, CopyKey, i).tick;
  GArray *cuts = g_array_sized_new(FALSE, FALSE, sizeof(int64_t), found->keys->len + 1);
  g_array_set_size(cuts, found->keys->len + 1);
  size_t count = segment_plan_choose_cuts(segments, ticks, found->keys->len, (int64_t *)(gpointer)cuts->data);
  g_array_set_size(cuts, (guint)count);
  return cuts;
}

static int64_t rate_of(int64_t size_bytes, int64_t frames, Rational frame_rate) {
  return rescale_i64(size_bytes * 8, frame_rate.num, frames * frame_rate.den);
}

/** Each segment and the whole under what the rung may have. */
static bool is_rate_low(const CopyPlan *found, const SegmentPlan *segments, int64_t limit_bps, CopyPlan *plan) {
  int64_t total_bytes = 0;
  guint key = 0;
  for (int64_t i = 0; i < segment_plan_segment_count(segments); i++) {
    int64_t first, count, size_bytes = 0;
    segment_plan_segment(segments, i, &first, &count);
    for (; key < found->keys->len && g_array_index(found->keys, CopyKey, key).tick < first + count; key++)
      size_bytes += g_array_index(found->keys, CopyKey, key).size_bytes;
    total_bytes += size_bytes;
    int64_t rate_bps =
        rate_of(size_bytes, MAX(count, segments->gop_frames), segments->frame_rate); /* a short end */
    if (rate_bps / PEAK_NUM > limit_bps / PEAK_DEN) {
      copy_plan_refuse(plan, COPY_REASON_BIT_RATE);
      return false;
    }
  }
  int64_t mean_bps = rate_of(total_bytes, segments->frame_count, segments->frame_rate);
  if (mean_bps > limit_bps)
    copy_plan_refuse(plan, COPY_REASON_BIT_RATE);
  return mean_bps <= limit_bps;
}

void copy_plan_decide(const CopyPlan *found, LadderRung *rung, SegmentPlan *segments, CopyPlan *ret_plan) {
  if (!found->is_fit || !are_keys_valid(found, segments)) {
    copy_plan_refuse(ret_plan, found->is_fit ? COPY_REASON_CUTS : found->why_not);
    return;
  }
  SegmentPlan cut = *segments;
  g_autoptr(GArray) cuts = choose_cuts(found, segments);
  if (!segment_plan_set_cuts(&cut, (const int64_t *)(gpointer)cuts->data, cuts->len)) {
    copy_plan_refuse(ret_plan, COPY_REASON_CUTS);
    return;
  }
  if (!is_rate_low(found, &cut, rung->bitrate_bps, ret_plan))
    return;
  *segments = cut;
  rung->name[0] = 'c';
  *ret_plan = (CopyPlan){.is_fit = true, .cuts = g_steal_pointer(&cuts)};
  g_strlcpy(ret_plan->track, rung->name, sizeof ret_plan->track);
}

void copy_plan_give_up(CopyPlan *plan, LadderRung *rung) {
  copy_plan_refuse(plan, COPY_REASON_GIVEN_UP);
  plan->track[0] = '\0';
  rung->name[0] = 'v';
}

json_t *copy_plan_to_json(const CopyPlan *plan) {
  json_t *json = json_pack("{s:b, s:s, s:s}", "fit", plan->is_fit, "why_not", copy_reason_code(plan->why_not),
                           "track", plan->track);
  json_t *keys = json_array(), *cuts = json_array();
  for (guint i = 0; plan->keys != NULL && i < plan->keys->len; i++) {
    const CopyKey *key = &g_array_index(plan->keys, CopyKey, i);
    json_array_append_new(keys, json_pack("[I,I]", (json_int_t)key->tick, (json_int_t)key->size_bytes));
  }
  for (guint i = 0; plan->cuts != NULL && i < plan->cuts->len; i++)
    json_array_append_new(cuts, json_integer(g_array_index(plan->cuts, int64_t, i)));
  json_object_set_new(json, "keys", keys);
  json_object_set_new(json, "cuts", cuts);
  return json;
}

static bool read_keys(json_t *json, CopyPlan *plan) {
  size_t index;
  json_t *item;
  if (json_array_size(json) == 0)
    return true;
  if (json_array_size(json) > KEYS_MAX)
    return false;
  plan->keys = g_array_new(FALSE, FALSE, sizeof(CopyKey));
  json_array_foreach(json, index, item) {
    json_int_t tick, size_bytes;
    if (json_unpack(item, "[I,I]", &tick, &size_bytes) != 0)
      return false;
    CopyKey key = {tick, size_bytes};
    g_array_append_val(plan->keys, key);
  }
  return true;
}

static bool read_cuts(json_t *json, CopyPlan *plan) {
  size_t index;
  json_t *item;
  if (json_array_size(json) == 0)
    return true;
  if (json_array_size(json) > CUTS_MAX)
    return false;
  plan->cuts = g_array_new(FALSE, FALSE, sizeof(int64_t));
  json_array_foreach(json, index, item) {
    int64_t cut = json_integer_value(item);
    if (!json_is_integer(item))
      return false;
    g_array_append_val(plan->cuts, cut);
  }
  return true;
}

bool copy_plan_from_json(json_t *json, CopyPlan *ret_plan) {
  int is_fit;
  const char *why_not, *track;
  json_t *keys, *cuts;
  g_auto(CopyPlan) plan = {0};
  if (json_unpack(json, "{s:b, s:s, s:s, s:o, s:o}", "fit", &is_fit, "why_not", &why_not, "track", &track, "keys",
                  &keys, "cuts", &cuts) != 0 ||
      !find_reason(why_not, &plan.why_not) || !read_keys(keys, &plan) || !read_cuts(cuts, &plan))
    return false;
  plan.is_fit = is_fit != 0;
  g_strlcpy(plan.track, track, sizeof plan.track);
  *ret_plan = plan;
  plan = (CopyPlan){0};
  return true;
}
