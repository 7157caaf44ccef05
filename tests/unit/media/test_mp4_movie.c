#include "media/mp4_movie.h"
#include "tests/unit/media/mp4_fixture.h"

/** A track of `segments` segments of `per_segment` samples each, and all it borrows from. */
typedef struct {
  GBytes *init_bytes;
  Mp4Init init;
  GArray *samples, *ends;
} Source;

static Mp4MovieTrack source_open(Source *source, bool is_video, guint segments, guint per_segment,
                                 uint32_t size_bytes) {
  gsize size = 0;
  source->init_bytes = fixture_init(is_video);
  const uint8_t *data = g_bytes_get_data(source->init_bytes, &size);
  g_assert_true(mp4_init_parse(data, size, &source->init, NULL));
  source->samples = g_array_new(FALSE, FALSE, sizeof(Mp4Sample));
  source->ends = g_array_new(FALSE, FALSE, sizeof(guint));
  uint32_t duration = is_video ? 512 : 1024;
  for (guint i = 0; i < segments; i++) {
    for (guint j = 0; j < per_segment; j++) {
      Mp4Sample sample = {.decode_time = (int64_t)(i * per_segment + j) * duration,
                          .duration = duration,
                          .composition_offset = is_video && j % 2 == 1 ? 512 : 0,
                          .offset = 1000 + j * size_bytes,
                          .size_bytes = size_bytes,
                          .is_sync = !is_video || j == 0};
      g_array_append_val(source->samples, sample);
    }
    g_array_append_val(source->ends, source->samples->len);
  }
  return (Mp4MovieTrack){.init = &source->init,
                         .samples = (const Mp4Sample *)(const void *)source->samples->data,
                         .sample_count = source->samples->len,
                         .segment_ends = (const guint *)(const void *)source->ends->data,
                         .segment_count = segments};
}

static void source_close(Source *source) {
  g_bytes_unref(source->init_bytes);
  g_array_unref(source->samples);
  g_array_unref(source->ends);
}

/** The table `type` of track number `number`, without version and flags. */
static Mp4Box find_table(const Mp4Movie *movie, guint number, uint32_t type) {
  static const uint32_t path[] = {MP4_TYPE('m', 'd', 'i', 'a'), MP4_TYPE('m', 'i', 'n', 'f'),
                                  MP4_TYPE('s', 't', 'b', 'l'), 0};
  Mp4Box moov, trak, box = {0};
  g_assert_true(mp4_box_find(movie->head->data, movie->head->len, MP4_TYPE('m', 'o', 'o', 'v'), &moov));
  size_t position = 0;
  while (mp4_box_next(moov.body, moov.body_bytes, &position, &trak))
    if (trak.type == MP4_TYPE('t', 'r', 'a', 'k') && number-- == 0)
      break;
  g_assert_true(mp4_box_find_path(trak.body, trak.body_bytes, path, &box));
  if (!mp4_box_find(box.body, box.body_bytes, type, &box))
    return (Mp4Box){0};
  box.body += 4;
  box.body_bytes -= 4;
  return box;
}

/** Pieces follow the head without a gap. */
static void check_pieces(const Mp4Movie *movie) {
  int64_t position = movie->head->len;
  for (guint i = 0; i < movie->pieces->len; i++) {
    const Mp4MoviePiece *piece = &g_array_index(movie->pieces, Mp4MoviePiece, i);
    g_assert_cmpint(piece->position, ==, position);
    position += piece->size_bytes;
  }
  g_assert_cmpint(movie->size_bytes, ==, position);
}

static void test_mp4_movie_write(void) {
  Source video, audio;
  const Mp4MovieTrack tracks[] = {source_open(&video, true, 3, 50, 100), source_open(&audio, false, 3, 94, 10)};
  g_auto(Mp4Movie) movie = {0}, again = {0};
  g_assert_true(mp4_movie_write(tracks, 2, &movie, NULL));
  g_assert_true(mp4_movie_write(tracks, 2, &again, NULL));
  g_assert_cmpmem(movie.head->data, (int)movie.head->len, again.head->data, (int)again.head->len);
  check_pieces(&movie);
  g_assert_cmpint(movie.size_bytes, ==, (int64_t)movie.head->len + 150 * 100 + 282 * 10);
  Mp4Box stts = find_table(&movie, 0, MP4_TYPE('s', 't', 't', 's'));
  g_assert_cmpuint(mp4_read_u32(stts.body), ==, 1); /* all alike */
  g_assert_cmpuint(mp4_read_u32(stts.body + 4), ==, 150);
  g_assert_cmpuint(mp4_read_u32(stts.body + 8), ==, 512);
  Mp4Box stss = find_table(&movie, 0, MP4_TYPE('s', 't', 's', 's'));
  g_assert_cmpuint(mp4_read_u32(stss.body), ==, 3);
  g_assert_cmpuint(mp4_read_u32(stss.body + 8), ==, 51);
  g_assert_null(find_table(&movie, 1, MP4_TYPE('s', 't', 's', 's')).body);
  g_assert_null(find_table(&movie, 1, MP4_TYPE('c', 't', 't', 's')).body);
  /* half a second of pictures, half a second of sound */
  Mp4Box stco = find_table(&movie, 0, MP4_TYPE('s', 't', 'c', 'o'));
  g_assert_cmpuint(mp4_read_u32(stco.body), ==, 12);
  for (guint i = 0, chunk = 0; i < movie.pieces->len; i++) {
    const Mp4MoviePiece *piece = &g_array_index(movie.pieces, Mp4MoviePiece, i);
    if (piece->track == 0)
      g_assert_cmpuint(mp4_read_u32(stco.body + 4 + 4 * (size_t)chunk++), ==, (guint)piece->position);
    g_assert_cmpuint(piece->size_bytes, <=, 1300);
  }
  source_close(&video);
  source_close(&audio);
}

/** Past 4 GiB positions and the size of mdat have 64 bits. */
static void test_mp4_movie_write_large(void) {
  Source video;
  const Mp4MovieTrack track = source_open(&video, true, 60, 50, 2000000);
  g_auto(Mp4Movie) movie = {0};
  g_assert_true(mp4_movie_write(&track, 1, &movie, NULL));
  check_pieces(&movie);
  g_assert_cmpint(movie.size_bytes, >, INT64_C(6000000000));
  Mp4Box co64 = find_table(&movie, 0, MP4_TYPE('c', 'o', '6', '4'));
  g_assert_nonnull(co64.body);
  guint last = movie.pieces->len - 1;
  g_assert_cmpint((int64_t)mp4_read_u64(co64.body + 4 + 8 * (size_t)last), ==,
                  g_array_index(movie.pieces, Mp4MoviePiece, last).position);
  const uint8_t *mdat = movie.head->data + movie.head->len - 16;
  g_assert_cmpuint(mp4_read_u32(mdat), ==, 1);
  g_assert_cmpuint(mp4_read_u64(mdat + 8), ==, UINT64_C(6000000016));
  source_close(&video);
}

static void test_mp4_movie_write_refused(void) {
  Source video;
  Mp4MovieTrack track = source_open(&video, true, 2, 3, 10);
  g_auto(Mp4Movie) movie = {0};
  g_autoptr(GError) error = NULL;
  g_array_index(video.samples, Mp4Sample, 4).decode_time = 0;
  g_assert_false(mp4_movie_write(&track, 1, &movie, &error));
  g_assert_error(error, MP4_ERROR, MP4_ERROR_DAMAGED);
  g_clear_error(&error);
  track.sample_count = 0;
  g_assert_false(mp4_movie_write(&track, 1, &movie, &error));
  g_assert_error(error, MP4_ERROR, MP4_ERROR_UNSUPPORTED);
  source_close(&video);
}

int main(int argc, char **argv) {
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/mp4_movie/write", test_mp4_movie_write);
  g_test_add_func("/mp4_movie/write_large", test_mp4_movie_write_large);
  g_test_add_func("/mp4_movie/write_refused", test_mp4_movie_write_refused);
  return g_test_run();
}
