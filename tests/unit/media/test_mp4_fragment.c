#include "tests/unit/media/mp4_fixture.h"

static const FixtureSample PICTURES[] = {{400, 0}, {90, 1024}, {6, 512}, {77, 0}};

static bool parse(GBytes *init_bytes, GBytes *segment, size_t given_bytes, GArray *samples, GError **error) {
  gsize size = 0;
  const uint8_t *data = g_bytes_get_data(init_bytes, &size);
  Mp4Init init;
  g_assert_true(mp4_init_parse(data, size, &init, NULL));
  data = g_bytes_get_data(segment, &size);
  return mp4_fragment_parse(data, given_bytes, (int64_t)size, &init, samples, error);
}

static void test_mp4_init_parse(void) {
  for (int is_video = 0; is_video < 2; is_video++) {
    g_autoptr(GBytes) bytes = fixture_init(is_video);
    gsize size = 0;
    const uint8_t *data = g_bytes_get_data(bytes, &size);
    Mp4Init init;
    g_assert_true(mp4_init_parse(data, size, &init, NULL));
    g_assert_cmpint(init.is_video, ==, is_video);
    g_assert_cmpint(init.timescale_hz, ==, is_video ? FIXTURE_VIDEO_HZ : FIXTURE_AUDIO_HZ);
    g_assert_cmpstr(init.language, ==, "und");
    if (is_video)
      g_assert_cmpmem(init.config, (int)init.config_bytes, FIXTURE_AVCC, sizeof FIXTURE_AVCC);
    else
      g_assert_cmpmem(init.config, (int)init.config_bytes, FIXTURE_ASC, sizeof FIXTURE_ASC);
    g_assert_cmpuint(init.default_duration, ==, is_video ? 512 : 1024);
  }
}

/** Cut anywhere it is an error that says so, and nothing is read beyond the end (the sanitizers watch). */
static void test_mp4_init_parse_cut(void) {
  for (int is_video = 0; is_video < 2; is_video++) {
    g_autoptr(GBytes) bytes = fixture_init(is_video);
    for (gsize size = 0; size < g_bytes_get_size(bytes); size++) {
      g_autofree uint8_t *copy = g_memdup2(g_bytes_get_data(bytes, NULL), size);
      g_autoptr(GError) error = NULL;
      Mp4Init init;
      g_assert_false(mp4_init_parse(copy, size, &init, &error));
      g_assert_nonnull(error);
      g_assert_true(error->domain == MP4_ERROR);
    }
  }
}

static void test_mp4_fragment_parse(void) {
  g_autoptr(GBytes) init = fixture_init(true);
  g_autoptr(GBytes) segment = fixture_fragment(true, 25600, PICTURES, G_N_ELEMENTS(PICTURES));
  g_autoptr(GArray) samples = g_array_new(FALSE, FALSE, sizeof(Mp4Sample));
  gsize size = 0;
  const uint8_t *data = g_bytes_get_data(segment, &size);
  size_t head = mp4_fragment_head_bytes(data, 8);
  g_assert_cmpuint(head, ==, size - 8 - 400 - 90 - 6 - 77);
  g_assert_true(parse(init, segment, head, samples, NULL)); /* the moof is enough */
  g_assert_cmpuint(samples->len, ==, G_N_ELEMENTS(PICTURES));
  uint32_t offset = (uint32_t)head + 8;
  for (guint i = 0; i < samples->len; i++) {
    const Mp4Sample *sample = &g_array_index(samples, Mp4Sample, i);
    g_assert_cmpint(sample->decode_time, ==, 25600 + 512 * (int64_t)i);
    g_assert_cmpint(sample->composition_offset, ==, (int32_t)PICTURES[i].composition_offset);
    g_assert_cmpuint(sample->offset, ==, offset);
    g_assert_cmpuint(sample->size_bytes, ==, PICTURES[i].size_bytes);
    g_assert_cmpint(sample->is_sync, ==, i == 0);
    offset += sample->size_bytes;
  }
}

static void test_mp4_fragment_parse_damaged(void) {
  g_autoptr(GBytes) init = fixture_init(true);
  g_autoptr(GBytes) whole = fixture_fragment(true, 0, PICTURES, G_N_ELEMENTS(PICTURES));
  g_autoptr(GArray) samples = g_array_new(FALSE, FALSE, sizeof(Mp4Sample));
  size_t head = mp4_fragment_head_bytes(g_bytes_get_data(whole, NULL), 8);
  for (size_t size = 0; size < head; size++) {
    g_autoptr(GError) error = NULL;
    g_assert_false(parse(init, whole, size, samples, &error));
    g_assert_error(error, MP4_ERROR, MP4_ERROR_DAMAGED);
    g_assert_cmpuint(samples->len, ==, 0);
  }
  /* a segment that ends inside its last sample */
  g_autoptr(GBytes) cut = g_bytes_new_from_bytes(whole, 0, g_bytes_get_size(whole) - 1);
  g_autoptr(GError) error = NULL;
  g_assert_false(parse(init, cut, g_bytes_get_size(cut), samples, &error));
  g_assert_error(error, MP4_ERROR, MP4_ERROR_DAMAGED);
}

int main(int argc, char **argv) {
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/mp4_init/parse", test_mp4_init_parse);
  g_test_add_func("/mp4_init/parse_cut", test_mp4_init_parse_cut);
  g_test_add_func("/mp4_fragment/parse", test_mp4_fragment_parse);
  g_test_add_func("/mp4_fragment/parse_damaged", test_mp4_fragment_parse_damaged);
  return g_test_run();
}
