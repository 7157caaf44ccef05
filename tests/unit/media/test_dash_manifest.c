#include "media/dash_manifest.h"

#include <string.h>

static const HlsSegment SEGMENTS[] = {{50, 1000}, {150, 3000}, {150, 3300}, {70, 900}};

static char *make_manifest(const char *label, int64_t interval_us) {
  const DashRepresentation video[] = {{.id = "v360",
                                       .codecs = "avc1.64001E",
                                       .is_video = true,
                                       .width = 640,
                                       .height = 360,
                                       .frame_rate = {25, 1},
                                       .timescale_hz = 25,
                                       .segments = SEGMENTS,
                                       .segment_count = G_N_ELEMENTS(SEGMENTS)}};
  const DashSet set = {.label = label, .role = "main", .representations = video, .representation_count = 1};
  const DashCaption caption = {"zh", "中文", "captions/zh.vtt"};
  const DashManifest manifest = {.sets = &set,
                                 .set_count = 1,
                                 .captions = &caption,
                                 .caption_count = 1,
                                 .thumbnails = {interval_us, 160, 90, 5, 4}};
  GString *text = g_string_new(NULL);
  dash_manifest_write(text, &manifest);
  return g_string_free(text, FALSE);
}

static void collect_label(GMarkupParseContext *context, const char *text, gsize size, gpointer labels,
                          GError **error) {
  (void)error;
  if (strcmp(g_markup_parse_context_get_element(context), "Label") == 0)
    g_ptr_array_add(labels, g_strndup(text, size));
}

static void test_dash_manifest_write(void) {
  static const char *const parts[] = {
      "type=\"static\" mediaPresentationDuration=\"PT16.800000S\" maxSegmentDuration=\"PT6.000000S\"",
      "<S t=\"0\" d=\"50\"/>\n<S t=\"50\" d=\"150\" r=\"1\"/>\n<S t=\"350\" d=\"70\"/>",
      "timescale=\"25\" startNumber=\"0\"",
      "width=\"640\" height=\"360\"",
      "frameRate=\"25/1\"",
      "<BaseURL>captions/zh.vtt</BaseURL>",
      "duration=\"100000000\"",
      "value=\"5x4\"",
  };
  g_autofree char *text = make_manifest("", 5000000);
  for (size_t i = 0; i < G_N_ELEMENTS(parts); i++)
    if (strstr(text, parts[i]) == NULL)
      g_error("%s is not in %s", parts[i], text);
  g_autofree char *without = make_manifest("", 0);
  g_assert_null(strstr(without, "image/jpeg"));
}

/** Whatever a source calls its tracks, the manifest is XML, and says it. */
static void test_dash_manifest_hostile_names(void) {
  static const struct {
    const char *label, *shown;
  } cases[] = {{"<\"&'>", "<\"&'>"}, {"a\x01z", "a z"}, {"]]>", "]]>"}, {"\xff", "\xef\xbf\xbd"}};
  static const GMarkupParser parser = {.text = collect_label};
  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_autoptr(GPtrArray) labels = g_ptr_array_new_with_free_func(g_free);
    g_autofree char *text = make_manifest(cases[i].label, 0);
    g_autoptr(GError) error = NULL;
    GMarkupParseContext *context = g_markup_parse_context_new(&parser, 0, labels, NULL);
    g_markup_parse_context_parse(context, text, -1, &error);
    g_assert_no_error(error);
    g_assert_true(g_markup_parse_context_end_parse(context, NULL));
    g_markup_parse_context_free(context);
    g_assert_cmpstr(g_ptr_array_index(labels, 0), ==, cases[i].shown);
  }
}

int main(int argc, char **argv) {
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/dash_manifest/write", test_dash_manifest_write);
  g_test_add_func("/dash_manifest/hostile_names", test_dash_manifest_hostile_names);
  return g_test_run();
}
