#include "catalog/failure.h"

#include "base/blob_store.h"
#include "catalog/keys.h"

static void test_failure_texts(void) {
  const char *codes[] = {"not_media", "empty",          "no_tracks", "bad_picture", "too_long", "too_large",
                         "too_short", "damaged",        "crashed",   "unsupported", "encoder",  "timeout",
                         "storage",   "source_missing", "cancelled", "replaced"};
  for (size_t i = 0; i < G_N_ELEMENTS(codes); i++) {
    const char *zh = failure_text_zh(codes[i]), *en = failure_text_en(codes[i]);
    g_assert_true(g_utf8_validate(zh, -1, NULL));
    g_assert_true(g_str_has_suffix(zh, "。"));
    g_assert_true(g_str_has_suffix(en, "."));
    g_assert_cmpstr(zh, !=, failure_text_zh("internal"));
    g_assert_cmpstr(en, !=, failure_text_en("internal"));
  }
  g_assert_cmpstr(failure_text_zh("never heard of"), ==, failure_text_zh("internal"));
  g_assert_cmpstr(failure_text_zh(NULL), ==, failure_text_zh("internal"));
  g_assert_cmpstr(failure_text_en(NULL), ==, failure_text_en("internal"));
}

static void test_keys_layout(void) {
  g_autofree char *source = key_of_source("0123456789abc"), *span = key_of_span("0123456789abc", "v360", 12, 3);
  g_autofree char *poster = key_of_poster("0123456789abc", 2), *caption = key_of_caption("0123456789abc", "zh-CN");
  g_autofree char *prefix = key_prefix_of_asset("0123456789abc");
  g_assert_cmpstr(source, ==, "source/0123456789abc");
  g_assert_cmpstr(span, ==, "asset/0123456789abc/v360/000012-3.m4s");
  g_assert_cmpstr(poster, ==, "asset/0123456789abc/poster-2.jpg");
  g_assert_cmpstr(caption, ==, "asset/0123456789abc/captions/zh-CN.vtt");
  const char *keys[] = {source, span, poster, caption};
  for (size_t i = 0; i < G_N_ELEMENTS(keys); i++)
    g_assert_true(blob_key_is_valid(keys[i]));
  g_assert_true(g_str_has_prefix(span, prefix) && g_str_has_prefix(poster, prefix) &&
                g_str_has_prefix(caption, prefix));
}

int main(int argc, char **argv) {
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/failure/texts", test_failure_texts);
  g_test_add_func("/keys/layout", test_keys_layout);
  return g_test_run();
}
