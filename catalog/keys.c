#include "catalog/keys.h"

#include <glib.h>
#include <inttypes.h>

char *key_of_source(const char *asset_id) {
  return g_strdup_printf("source/%s", asset_id);
}

char *key_of_span(const char *asset_id, const char *track_name, int64_t span_index, int64_t attempt) {
  return g_strdup_printf("asset/%s/%s/%06" PRId64 "-%" PRId64 ".m4s", asset_id, track_name, span_index, attempt);
}

char *key_of_poster(const char *asset_id, int64_t attempt) {
  return g_strdup_printf("asset/%s/poster-%" PRId64 ".jpg", asset_id, attempt);
}

char *key_of_caption(const char *asset_id, const char *language) {
  return g_strdup_printf("asset/%s/captions/%s.vtt", asset_id, language);
}

char *key_of_edited_caption(const char *asset_id, const char *language, const char *edit_id) {
  return g_strdup_printf("asset/%s/captions/%s.hand-%s.vtt", asset_id, language, edit_id);
}

char *key_of_edited_poster(const char *asset_id, const char *edit_id) {
  return g_strdup_printf("asset/%s/poster-hand-%s.jpg", asset_id, edit_id);
}

bool key_is_caption_by_hand(const char *key, const char *asset_id, const char *language) {
  g_autofree char *with_source = key_of_caption(asset_id, language);
  g_autofree char *edited = g_strdup_printf("asset/%s/captions/%s.hand-", asset_id, language);
  return g_str_equal(key, with_source) || g_str_has_prefix(key, edited);
}

char *key_of_embedded_caption(const char *asset_id, const char *language, int64_t attempt) {
  return g_strdup_printf("asset/%s/captions/%s.%" PRId64 ".vtt", asset_id, language, attempt);
}

char *key_of_storyboard_sheet(const char *asset_id, int64_t attempt, int64_t sheet_index) {
  return g_strdup_printf("asset/%s/storyboard-%" PRId64 "-%" PRId64 ".jpg", asset_id, attempt, sheet_index);
}

char *key_of_attachment(const char *attachment_id) {
  return g_strdup_printf("attachment/%s.pdf", attachment_id);
}

char *key_prefix_of_asset(const char *asset_id) {
  return g_strdup_printf("asset/%s/", asset_id);
}
