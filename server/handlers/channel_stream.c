#include "server/handlers/channel_stream.h"

#include "media/hls_playlist.h"
#include "server/byte_cache.h"
#include "server/channel_air.h"
#include "server/handlers/channel_access.h"
#include "server/handlers/client_quirks.h"
#include "server/handlers/variant_order.h"

#define PLAYLIST_TYPE "application/vnd.apple.mpegurl"
#define TS_TYPE "video/mp2t"
/** Slots before now in a playlist: by default, and at most. */
#define SLOTS_BACK_DEFAULT 18
#define SLOTS_BACK_MAX 720
#define SLOT_S (CHANNEL_SLOT_US / G_TIME_SPAN_SECOND)
/** CHANNEL_SLOTS_AHEAD_MIN, for those who count segments. */
#define AHEAD_MIN_QUERY "?ahead=30"
/** A playlist grows every slot. */
#define CACHE_PLAYLIST "public, max-age=2"
#define CACHE_PRIVATE "private, max-age=3600"

static bool load_sheet(const ServerContext *server, const HttpRequest *request, HttpResponse *response,
                       ChannelSheet **ret_sheet) {
  return channel_access_load(server, request, response, http_request_route_param(request, "channel"), ret_sheet);
}

/** The variant that {height} names; false with 404 set. */
static bool read_height(const HttpRequest *request, HttpResponse *response, int32_t *ret_height) {
  int64_t height = 0;
  if (handler_parse_index(http_request_route_param(request, "height"), &height) && height <= G_MAXINT32 &&
      channel_air_has_height((int32_t)height)) {
    *ret_height = (int32_t)height;
    return true;
  }
  http_problem_set(response, request, HTTP_PROBLEM_NOT_FOUND, NULL);
  return false;
}

/** Answer with a playlist; all who may see a public channel get the same. Takes `text`. */
static void take_playlist(HttpResponse *response, const ChannelSheet *sheet, GString *text) {
  bool is_public = channel_access_is_public(sheet);
  http_response_take_string(response, PLAYLIST_TYPE, text);
  http_response_set_etag_of_body(response);
  http_response_set_header(response, "Cache-Control", is_public ? CACHE_PLAYLIST : HTTP_CACHE_REVALIDATE);
  response->sharing = is_public ? HTTP_SHARING_FOR_A_SECOND : HTTP_SHARING_NONE;
}

void channel_stream_multivariant(gpointer context, const HttpRequest *request, HttpResponse *response) {
  const ServerContext *server = context;
  bool counts_segments = client_quirks_counts_segments(http_request_find_header(request, "User-Agent"));
  g_autoptr(ChannelSheet) sheet = NULL;
  if (!load_sheet(server, request, response, &sheet))
    return;
  g_autoptr(GArray) rungs = channel_air_list_variants(server->air, sheet->channel);
  g_autoptr(GArray) variants = g_array_new(FALSE, FALSE, sizeof(HlsVariant));
  g_autoptr(GPtrArray) strings = g_ptr_array_new_with_free_func(g_free);
  for (guint i = 0; i < rungs->len; i++) {
    const ChannelVariant *rung = &g_array_index(rungs, ChannelVariant, i);
    char *uri = g_strdup_printf("%d/playlist.m3u8%s", rung->height, counts_segments ? AHEAD_MIN_QUERY : "");
    HlsVariant variant = {.uri = uri,
                          .codecs = rung->codecs,
                          .width = rung->width,
                          .height = rung->height,
                          .bandwidth = {rung->bitrate_bps, rung->bitrate_bps}};
    g_ptr_array_add(strings, uri);
    g_array_append_val(variants, variant);
  }
  variant_order_apply((HlsVariant *)(void *)variants->data, variants->len);
  HlsMultivariant playlist = {
      .version = 3, .variants = (const HlsVariant *)(const void *)variants->data, .variant_count = variants->len};
  GString *text = g_string_new(NULL);
  hls_playlist_write_multivariant(text, &playlist);
  take_playlist(response, sheet, text);
  http_response_set_header(response, "Vary", "User-Agent");
}

/** A number of slots that a parameter gives in seconds; it stays when there is none. False with 400 set. */
static bool read_slots(const HttpRequest *request, HttpResponse *response, const char *name, guint64 slots_min,
                       guint64 slots_max, int64_t *slots) {
  const char *text = http_request_find_param(request, name);
  guint64 seconds = 0, min_s = slots_min * SLOT_S, max_s = slots_max * SLOT_S;
  if (text == NULL || text[0] == '\0')
    return true;
  if (!g_ascii_string_to_unsigned(text, 10, min_s, max_s, &seconds, NULL)) {
    g_autofree char *zh =
        g_strdup_printf("参数 %s 的值不对：%u 到 %u 秒。", name, (unsigned)min_s, (unsigned)max_s);
    g_autofree char *en = g_strdup_printf("The value of the parameter %s is wrong: %u to %u seconds.", name,
                                          (unsigned)min_s, (unsigned)max_s);
    http_problem_set_texts(response, request, HTTP_PROBLEM_BAD_PARAMETER, zh, en);
    return false;
  }
  *slots = (int64_t)seconds / SLOT_S;
  return true;
}

void channel_stream_playlist(gpointer context, const HttpRequest *request, HttpResponse *response) {
  const ServerContext *server = context;
  g_autoptr(ChannelSheet) sheet = NULL;
  g_autoptr(GArray) starts = NULL;
  g_autoptr(GError) error = NULL;
  int64_t back = SLOTS_BACK_DEFAULT, ahead = CHANNEL_SLOTS_AHEAD;
  int32_t height = 0;
  if (!load_sheet(server, request, response, &sheet) || !read_height(request, response, &height) ||
      !read_slots(request, response, "back", 1, SLOTS_BACK_MAX, &back) ||
      !read_slots(request, response, "ahead", CHANNEL_SLOTS_AHEAD_MIN, CHANNEL_SLOTS_AHEAD, &ahead))
    return;
  int64_t first = channel_slot_at(g_get_real_time()) - back;
  size_t count = (size_t)(back + ahead);
  if (!channel_air_list_starts(server->air, sheet->channel, first, count, &starts, &error)) {
    handler_set_error(response, request, error);
    return;
  }
  GString *text = g_string_new(NULL);
  channel_playlist_write(text, first, (const int64_t *)(const void *)starts->data, count, ahead);
  take_playlist(response, sheet, text);
}

/** The slot that {segment} names, if it is one that a playlist may have named; false with 404 set. */
static bool read_slot(const HttpRequest *request, HttpResponse *response, int64_t *ret_slot) {
  int64_t now = channel_slot_at(g_get_real_time()), slot = 0;
  if (handler_parse_index(http_request_route_param(request, "segment"), &slot) &&
      slot < now + CHANNEL_SLOTS_AHEAD + 1 && slot >= now - 2 * SLOTS_BACK_MAX) {
    *ret_slot = slot;
    return true;
  }
  http_problem_set(response, request, HTTP_PROBLEM_NOT_FOUND, NULL);
  return false;
}

void channel_stream_segment(gpointer context, const HttpRequest *request, HttpResponse *response) {
  const ServerContext *server = context;
  g_autoptr(ChannelSheet) sheet = NULL;
  g_autoptr(GError) error = NULL;
  int64_t slot = 0;
  int32_t height = 0;
  if (!load_sheet(server, request, response, &sheet) || !read_height(request, response, &height) ||
      !read_slot(request, response, &slot))
    return;
  g_autofree char *identity = channel_air_identify(server->air, sheet->channel, slot, height, &error);
  g_autoptr(GBytes) bytes = identity != NULL ? byte_cache_find(server->views, identity) : NULL;
  if (identity != NULL && bytes == NULL) {
    bytes = channel_air_write(server->air, sheet->channel, slot, height, &error);
    if (bytes != NULL)
      byte_cache_keep(server->views, identity, bytes);
  }
  if (bytes == NULL) {
    handler_set_error(response, request, error);
    return;
  }
  bool is_public = channel_access_is_public(sheet);
  http_response_set_bytes(response, TS_TYPE, bytes);
  http_response_set_etag_of(response, identity, slot, response->length);
  http_response_set_header(response, "Cache-Control", is_public ? HTTP_CACHE_IMMUTABLE : CACHE_PRIVATE);
  response->takes_ranges = true;
  response->sharing = is_public ? HTTP_SHARING_STORED : HTTP_SHARING_NONE;
}
