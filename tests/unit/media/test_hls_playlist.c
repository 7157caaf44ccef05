#include "media/hls_playlist.h"

#include <glib.h>
#include <stdlib.h>
#include <string.h>

#define VIDEO_TIMESCALE_HZ 10000
#define AUDIO_TIMESCALE_HZ 48000

/* Compares with tests/golden/NAME byte for byte; with KAPOK_UPDATE_GOLDEN=1 writes it instead. */
static void assert_golden(const char *name, const GString *text) {
  g_autofree char *path = g_build_filename(KAPOK_SOURCE_DIR, "tests", "golden", name, NULL);
  g_autoptr(GError) error = NULL;
  if (g_strcmp0(g_getenv("KAPOK_UPDATE_GOLDEN"), "1") == 0) {
    g_file_set_contents(path, text->str, (gssize)text->len, &error);
    g_assert_no_error(error);
    return;
  }
  g_autofree char *want = NULL;
  gsize want_length = 0;
  g_file_get_contents(path, &want, &want_length, &error);
  g_assert_no_error(error);
  g_assert_cmpstr(text->str, ==, want);
  g_assert_cmpuint(text->len, ==, want_length);
}

static const HlsVariant VARIANTS[] = {
    {"v720/index.m3u8", "avc1.64001F", 1280, 720, {25, 1}, {2600000, 1500000}, NULL},
    {"v360/index.m3u8", "avc1.64001E", 640, 360, {25, 1}, {640000, 410000}, NULL},
    {"v1080/index.m3u8", "avc1.640028", 1920, 1080, {25, 1}, {4700000, 2800000}, NULL},
};

static const HlsRendition AUDIO[] = {
    {"audio", "普通话", "zh-CN", "audio-zh/index.m3u8", "mp4a.40.2", 2, true, {131000, 128500}, NULL},
};

static const HlsRendition CAPTIONS[] = {
    {"captions", "中文字幕", "zh-CN", "captions/zh-CN.m3u8", NULL, 0, true, {0, 0}, NULL},
    {"captions", "English", "en", "captions/en.m3u8", NULL, 0, false, {0, 0}, NULL},
};

static void test_hls_playlist_write_multivariant(void) {
  g_autoptr(GString) out = g_string_new(NULL);
  hls_playlist_write_multivariant(out, &(HlsMultivariant){
                                           .variants = VARIANTS,
                                           .variant_count = G_N_ELEMENTS(VARIANTS),
                                           .audio = AUDIO,
                                           .audio_count = G_N_ELEMENTS(AUDIO),
                                           .subtitles = CAPTIONS,
                                           .subtitle_count = G_N_ELEMENTS(CAPTIONS),
                                       });
  assert_golden("multivariant-whole.m3u8", out);
}

static void test_hls_playlist_write_multivariant_growing(void) {
  g_autoptr(GString) out = g_string_new(NULL);
  hls_playlist_write_multivariant(out, &(HlsMultivariant){
                                           .variants = VARIANTS,
                                           .variant_count = G_N_ELEMENTS(VARIANTS),
                                           .audio = AUDIO,
                                           .audio_count = G_N_ELEMENTS(AUDIO),
                                           .is_growing = true,
                                       });
  assert_golden("multivariant-growing.m3u8", out);
}

static void test_hls_playlist_write_multivariant_silent(void) {
  g_autoptr(GString) out = g_string_new(NULL);
  const HlsVariant variants[] = {
      {"v480/index.m3u8", "avc1.64001E", 640, 480, {30000, 1001}, {900000, 450000}, NULL},
      {"v360/index.m3u8", "avc1.64001E", 480, 360, {24000, 1001}, {600000, 300000}, NULL},
  };
  hls_playlist_write_multivariant(out, &(HlsMultivariant){.variants = variants, .variant_count = 2});
  assert_golden("multivariant-silent.m3u8", out);
}

static void test_hls_playlist_write_multivariant_audio_only(void) {
  g_autoptr(GString) out = g_string_new(NULL);
  hls_playlist_write_multivariant(out, &(HlsMultivariant){.audio = AUDIO, .audio_count = 1});
  assert_golden("multivariant-audio-only.m3u8", out);
}

/** Two languages in two codecs: CODECS lists each once, BANDWIDTH counts the largest. */
static void test_hls_playlist_write_multivariant_languages(void) {
  g_autoptr(GString) out = g_string_new(NULL);
  const HlsRendition audio[] = {
      {"audio", "普通话", "zh-CN", "audio-zh/index.m3u8", "mp4a.40.2", 2, false, {131000, 128500}, NULL},
      {"audio", "ꆈꌠꉙ", "ii", "audio-ii/index.m3u8", "mp4a.40.5", 1, true, {70000, 64000}, NULL},
      {"audio", "English", "en", "audio-en/index.m3u8", "mp4a.40.2", 2, false, {140000, 128000}, NULL},
  };
  hls_playlist_write_multivariant(
      out, &(HlsMultivariant){.variants = VARIANTS, .variant_count = 1, .audio = audio, .audio_count = 3});
  assert_golden("multivariant-languages.m3u8", out);
  g_string_truncate(out, 0);
  hls_playlist_write_multivariant(out, &(HlsMultivariant){.audio = audio, .audio_count = 3});
  assert_golden("multivariant-audio-only-languages.m3u8", out);
}

/** A second group of the same members is a variant of sound alone, behind those with pictures. A description has the
 * language of the main sound and is chosen by itself all the same. */
static void test_hls_playlist_write_multivariant_sound_groups(void) {
  g_autoptr(GString) out = g_string_new(NULL);
  const char *describes = "public.accessibility.describes-video";
  const HlsRendition audio[] = {
      {"audio", "中文", "zh", "a128/index.m3u8", "mp4a.40.2", 2, true, {131000, 128500}, NULL},
      {"audio", "粤语", "yue", "a128-2/index.m3u8", "mp4a.40.2", 2, false, {130000, 127000}, NULL},
      {"audio", "中文", "zh", "a128-3/index.m3u8", "mp4a.40.2", 2, false, {129000, 120000}, describes},
      {"audio-64", "中文", "zh", "a64/index.m3u8", "mp4a.40.2", 2, true, {66000, 64500}, NULL},
      {"audio-64", "粤语", "yue", "a128-2/index.m3u8", "mp4a.40.2", 2, false, {130000, 127000}, NULL},
      {"audio-64", "中文", "zh", "a128-3/index.m3u8", "mp4a.40.2", 2, false, {129000, 120000}, describes},
  };
  hls_playlist_write_multivariant(
      out, &(HlsMultivariant){.variants = VARIANTS, .variant_count = 1, .audio = audio, .audio_count = 6});
  assert_golden("multivariant-sound-groups.m3u8", out);
}

/** Sound alone in two encodings: two variants, the better one first, and no group where there is no choice. */
static void test_hls_playlist_write_multivariant_audio_only_renditions(void) {
  g_autoptr(GString) out = g_string_new(NULL);
  const HlsRendition audio[] = {
      {"audio", "中文", "zh", "a128/index.m3u8", "mp4a.40.2", 2, true, {131000, 128500}, NULL},
      {"audio-64", "中文", "zh", "a64/index.m3u8", "mp4a.40.2", 2, true, {66000, 64500}, NULL},
  };
  hls_playlist_write_multivariant(out, &(HlsMultivariant){.audio = audio, .audio_count = 2});
  assert_golden("multivariant-audio-only-renditions.m3u8", out);
}

/** Names come from people: no quote, line end, bad byte or repetition may break the playlist. */
static void test_hls_playlist_write_multivariant_hostile_names(void) {
  g_autoptr(GString) out = g_string_new(NULL);
  const HlsRendition subtitles[] = {
      {"captions",
       "a \"b\"\r\n#EXT-X-ENDLIST\tc",
       "zh\"\n",
       "captions/a \"b\"'\n.m3u8",
       NULL,
       0,
       true,
       {0, 0},
       NULL},
      {"captions", "it's the same", "en", "#1.m3u8", NULL, 0, true, {0, 0}, NULL},
      {"captions", "it's the same", "en", "2.m3u8", NULL, 0, false, {0, 0}, NULL},
      {"captions", "it's the same", NULL, "3.m3u8", NULL, 0, false, {0, 0}, NULL},
      {"captions", "", "yue", "4.m3u8", NULL, 0, false, {0, 0}, NULL},
      {"captions", NULL, NULL, "5.m3u8", NULL, 0, false, {0, 0}, NULL},
      {"captions", "bad \xFF byte", "de", "6.m3u8", NULL, 0, false, {0, 0}, NULL},
  };
  hls_playlist_write_multivariant(out, &(HlsMultivariant){.variants = VARIANTS,
                                                          .variant_count = 1,
                                                          .subtitles = subtitles,
                                                          .subtitle_count = G_N_ELEMENTS(subtitles)});
  assert_golden("multivariant-hostile-names.m3u8", out);
  g_assert_true(g_utf8_validate(out->str, (gssize)out->len, NULL));
}

static void test_hls_playlist_write_media_whole(void) {
  g_autoptr(GString) out = g_string_new(NULL);
  const HlsSegment segments[] = {{60000, 500000}, {60000, 400000}, {60000, 450000}, {23600, 100000}};
  hls_playlist_write_media(out, &(HlsMediaPlaylist){.segments = segments,
                                                    .segment_count = G_N_ELEMENTS(segments),
                                                    .timescale_hz = VIDEO_TIMESCALE_HZ,
                                                    .target_duration_s = 6,
                                                    .init_uri = "init.mp4",
                                                    .segment_suffix = ".m4s",
                                                    .is_whole = true});
  assert_golden("media-whole.m3u8", out);
}

static void test_hls_playlist_write_media_growing(void) {
  g_autoptr(GString) out = g_string_new(NULL);
  const HlsSegment segments[] = {{282 * 1024, 96000}, {281 * 1024, 95000}};
  HlsMediaPlaylist playlist = {.segments = segments,
                               .segment_count = G_N_ELEMENTS(segments),
                               .timescale_hz = AUDIO_TIMESCALE_HZ,
                               .target_duration_s = 6,
                               .init_uri = "init.mp4",
                               .segment_suffix = ".m4s"};
  hls_playlist_write_media(out, &playlist);
  assert_golden("media-growing.m3u8", out);
  g_string_truncate(out, 0);
  playlist.segments = NULL;
  playlist.segment_count = 0;
  hls_playlist_write_media(out, &playlist);
  assert_golden("media-growing-empty.m3u8", out);
}

static void test_hls_playlist_write_subtitles(void) {
  g_autoptr(GString) out = g_string_new(NULL);
  hls_playlist_write_subtitles(out, 0, "zh-CN.vtt", 62360000);
  assert_golden("media-subtitles.m3u8", out);
}

/* What a client makes of a media playlist. */
typedef struct {
  int64_t target_s;
  int64_t sum_us;
  int64_t longest_us;
  size_t count;
} ReadBack;

static ReadBack read_back(const char *text) {
  ReadBack result = {0};
  g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
  for (char **line = lines; *line != NULL; line++) {
    if (g_str_has_prefix(*line, "#EXT-X-TARGETDURATION:"))
      result.target_s = g_ascii_strtoll(strchr(*line, ':') + 1, NULL, 10);
    if (!g_str_has_prefix(*line, "#EXTINF:"))
      continue;
    char *end = NULL;
    int64_t seconds = g_ascii_strtoll(strchr(*line, ':') + 1, &end, 10);
    g_assert_cmpint(*end, ==, '.');
    g_assert_cmpuint(strspn(end + 1, "0123456789"), ==, 6);
    g_assert_cmpstr(end + 7, ==, ",");
    int64_t duration_us = seconds * G_USEC_PER_SEC + g_ascii_strtoll(end + 1, NULL, 10);
    result.sum_us += duration_us;
    result.longest_us = MAX(result.longest_us, duration_us);
    result.count++;
  }
  return result;
}

/** Whatever the durations, their decimals add up to the true total within 1 us and none is over the target. */
static void test_hls_playlist_write_media_sum(void) {
  static const int32_t TIMESCALES_HZ[] = {10000, 10020, 24000, 30000, 48000, 60000, 44100, 90000, 1000003};
  for (int round = 0; round < 300; round++) {
    int32_t timescale_hz = TIMESCALES_HZ[round % (int)G_N_ELEMENTS(TIMESCALES_HZ)];
    size_t count = (size_t)g_test_rand_int_range(1, 700);
    g_autofree HlsSegment *segments = g_new(HlsSegment, count);
    int64_t total = 0;
    for (size_t i = 0; i < count; i++) {
      segments[i] = (HlsSegment){g_test_rand_int_range(1, 7 * timescale_hz), 1};
      total += segments[i].duration;
    }
    g_autoptr(GString) out = g_string_new(NULL);
    hls_playlist_write_media(out, &(HlsMediaPlaylist){.segments = segments,
                                                      .segment_count = count,
                                                      .timescale_hz = timescale_hz,
                                                      .target_duration_s = 1,
                                                      .segment_suffix = ".ts",
                                                      .is_whole = true});
    ReadBack got = read_back(out->str);
    g_assert_cmpuint(got.count, ==, count);
    g_assert_cmpint(ABS(got.sum_us - rescale_i64(total, G_USEC_PER_SEC, timescale_hz)), <=, 1);
    g_assert_cmpint((got.longest_us + G_USEC_PER_SEC / 2) / G_USEC_PER_SEC, <=, got.target_s);
  }
}

static void test_hls_bandwidth_measure(void) {
  static const struct {
    HlsSegment segments[4];
    size_t count;
    int64_t peak_bps, average_bps;
  } CASES[] = {
      {{{0, 0}}, 0, 0, 0},
      {{{60000, 750000}}, 1, 1000000, 1000000},
      {{{60000, 750000}, {60000, 1500000}}, 2, 2000000, 1500000},
      /* A short segment does not count alone, but together with the one beside it. */
      {{{60000, 750000}, {60000, 750000}, {10000, 1250000}}, 3, 2285714, 1692308},
      {{{20000, 750000}, {60000, 750000}, {60000, 750000}}, 3, 1500000, 1285714},
      {{{20000, 750000}, {60000, 250000}, {20000, 10000}, {60000, 1000000}}, 4, 1333333, 1005000},
      {{{60000, 750000}, {30000, 750000}}, 2, 2000000, 1333333}, /* half the longest counts */
      {{{400, 5000}}, 1, 1000000, 1000000},                      /* the only one counts */
      {{{0, 700}, {60000, 750000}}, 2, 1000933, 1000933},
      {{{0, 700}}, 1, 0, 0},
      {{{1, 10}}, 1, 800000, 800000},
  };
  for (size_t i = 0; i < G_N_ELEMENTS(CASES); i++) {
    HlsBandwidth got = hls_bandwidth_measure(CASES[i].segments, CASES[i].count, VIDEO_TIMESCALE_HZ);
    g_assert_cmpint(got.peak_bps, ==, CASES[i].peak_bps);
    g_assert_cmpint(got.average_bps, ==, CASES[i].average_bps);
  }
  g_assert_cmpint(hls_bandwidth_measure(CASES[1].segments, 1, 0).peak_bps, ==, 0);
}

/** I-frame playlists are named apart from the variants, and list a range of each segment. */
static void test_hls_playlist_write_iframes(void) {
  static const HlsSegment segments[] = {{50, 40000}, {150, 120000}};
  static const int64_t iframe_bytes[] = {9000, 11000};
  const HlsVariant variant = {.uri = "v360/playlist.m3u8",
                              .codecs = "avc1.64001E",
                              .width = 640,
                              .height = 360,
                              .bandwidth = {640000, 410000},
                              .iframes_uri = "v360/iframes.m3u8"};
  g_autoptr(GString) text = g_string_new(NULL);
  hls_playlist_write_multivariant(text, &(HlsMultivariant){.variants = &variant, .variant_count = 1});
  g_assert_true(g_str_has_suffix(text->str, "\n#EXT-X-I-FRAME-STREAM-INF:BANDWIDTH=640000,CODECS=\"avc1.64001E\","
                                            "RESOLUTION=640x360,URI=\"v360/iframes.m3u8\"\n"));
  g_string_set_size(text, 0);
  hls_playlist_write_media(text, &(HlsMediaPlaylist){.segments = segments,
                                                     .segment_count = 2,
                                                     .timescale_hz = 25,
                                                     .target_duration_s = 6,
                                                     .init_uri = "init.mp4",
                                                     .iframe_bytes = iframe_bytes,
                                                     .segment_suffix = ".m4s",
                                                     .is_whole = true});
  g_assert_true(g_str_has_suffix(text->str,
                                 "#EXT-X-I-FRAMES-ONLY\n#EXT-X-MAP:URI=\"init.mp4\"\n"
                                 "#EXTINF:2.000000,\n#EXT-X-BYTERANGE:9000@0\n0.m4s\n"
                                 "#EXTINF:6.000000,\n#EXT-X-BYTERANGE:11000@0\n1.m4s\n#EXT-X-ENDLIST\n"));
}

/** Old receivers: no tag of later versions. */
static void test_hls_playlist_version_3(void) {
  static const HlsSegment segment = {50, 40000};
  g_autoptr(GString) text = g_string_new(NULL);
  hls_playlist_write_media(text, &(HlsMediaPlaylist){.version = 3,
                                                     .segments = &segment,
                                                     .segment_count = 1,
                                                     .timescale_hz = 25,
                                                     .target_duration_s = 6,
                                                     .segment_suffix = ".ts",
                                                     .is_whole = true});
  g_assert_cmpstr(text->str, ==,
                  "#EXTM3U\n#EXT-X-VERSION:3\n#EXT-X-TARGETDURATION:6\n#EXT-X-MEDIA-SEQUENCE:0\n"
                  "#EXT-X-PLAYLIST-TYPE:VOD\n#EXTINF:2.000000,\n0.ts\n#EXT-X-ENDLIST\n");
}

int main(int argc, char **argv) {
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/hls-playlist/multivariant", test_hls_playlist_write_multivariant);
  g_test_add_func("/hls-playlist/multivariant-growing", test_hls_playlist_write_multivariant_growing);
  g_test_add_func("/hls-playlist/multivariant-silent", test_hls_playlist_write_multivariant_silent);
  g_test_add_func("/hls-playlist/multivariant-audio-only", test_hls_playlist_write_multivariant_audio_only);
  g_test_add_func("/hls-playlist/multivariant-languages", test_hls_playlist_write_multivariant_languages);

  g_test_add_func("/hls-playlist/multivariant-sound-groups", test_hls_playlist_write_multivariant_sound_groups);

  g_test_add_func("/hls-playlist/multivariant-audio-only-renditions",
                  test_hls_playlist_write_multivariant_audio_only_renditions);
  g_test_add_func("/hls-playlist/multivariant-hostile-names", test_hls_playlist_write_multivariant_hostile_names);
  g_test_add_func("/hls-playlist/media-whole", test_hls_playlist_write_media_whole);
  g_test_add_func("/hls-playlist/media-growing", test_hls_playlist_write_media_growing);
  g_test_add_func("/hls-playlist/subtitles", test_hls_playlist_write_subtitles);
  g_test_add_func("/hls-playlist/media-sum", test_hls_playlist_write_media_sum);
  g_test_add_func("/hls-playlist/bandwidth", test_hls_bandwidth_measure);
  g_test_add_func("/hls_playlist/write_iframes", test_hls_playlist_write_iframes);
  g_test_add_func("/hls_playlist/version_3", test_hls_playlist_version_3);
  return g_test_run();
}
