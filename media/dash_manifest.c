#include "media/dash_manifest.h"

/** Text inside an attribute or element; what XML cannot hold is left out. */
static void append_text(GString *out, const char *text) {
  g_autofree char *valid = g_utf8_make_valid(text, -1);
  for (char *c = valid; *c != '\0'; c++)
    if (g_ascii_iscntrl(*c))
      *c = ' ';
  g_autofree char *escaped = g_markup_escape_text(valid, -1);
  g_string_append(out, escaped);
}

static void append_attribute(GString *out, const char *name, const char *value) {
  if (value == NULL || *value == '\0')
    return;
  g_string_append_printf(out, " %s=\"", name);
  append_text(out, value);
  g_string_append_c(out, '"');
}

/** An ISO 8601 duration of seconds. */
static void append_duration(GString *out, const char *name, int64_t duration_us) {
  g_string_append_printf(out, " %s=\"PT%" G_GINT64_FORMAT ".%06dS\"", name, duration_us / G_TIME_SPAN_SECOND,
                         (int)(duration_us % G_TIME_SPAN_SECOND));
}

static int64_t to_us(const DashRepresentation *track, int64_t duration) {
  return rescale_i64(duration, G_TIME_SPAN_SECOND, MAX(track->timescale_hz, 1));
}

/** The whole of the track, and its longest segment. */
static int64_t measure(const DashRepresentation *track, int64_t *ret_longest_us) {
  int64_t total = 0, longest = 0;
  for (size_t i = 0; i < track->segment_count; i++) {
    total += track->segments[i].duration;
    longest = MAX(longest, track->segments[i].duration);
  }
  *ret_longest_us = to_us(track, longest);
  return to_us(track, total);
}

static void write_mpd(GString *out, const DashManifest *manifest) {
  int64_t duration_us = 0, longest_us = 0;
  for (size_t i = 0; i < manifest->set_count; i++)
    for (size_t j = 0; j < manifest->sets[i].representation_count; j++) {
      int64_t longest = 0;
      duration_us = MAX(duration_us, measure(&manifest->sets[i].representations[j], &longest));
      longest_us = MAX(longest_us, longest);
    }
  g_string_append(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<MPD xmlns=\"urn:mpeg:dash:schema:mpd:2011\" "
                       "profiles=\"urn:mpeg:dash:profile:isoff-live:2011\" type=\"static\"");
  append_duration(out, "mediaPresentationDuration", duration_us);
  append_duration(out, "maxSegmentDuration", longest_us);
  g_string_append(out, " minBufferTime=\"PT2S\">\n<Period id=\"0\" start=\"PT0S\">\n");
}

/** Runs of segments of equal length (§5.3.9.6). */
static void write_timeline(GString *out, const DashRepresentation *track) {
  int64_t time = 0;
  g_string_append_printf(
      out,
      "<SegmentTemplate timescale=\"%d\" startNumber=\"0\" "
      "initialization=\"$RepresentationID$/init.mp4\" media=\"$RepresentationID$/$Number$.m4s\">\n"
      "<SegmentTimeline>\n",
      track->timescale_hz);
  for (size_t i = 0; i < track->segment_count;) {
    size_t run = 1;
    while (i + run < track->segment_count && track->segments[i + run].duration == track->segments[i].duration)
      run++;
    g_string_append_printf(out, "<S t=\"%" G_GINT64_FORMAT "\" d=\"%" G_GINT64_FORMAT "\"", time,
                           track->segments[i].duration);
    if (run > 1)
      g_string_append_printf(out, " r=\"%zu\"", run - 1);
    g_string_append(out, "/>\n");
    time += track->segments[i].duration * (int64_t)run;
    i += run;
  }
  g_string_append(out, "</SegmentTimeline>\n</SegmentTemplate>\n");
}

static void write_representation(GString *out, const DashRepresentation *track) {
  HlsBandwidth bandwidth = hls_bandwidth_measure(track->segments, track->segment_count, track->timescale_hz);
  g_string_append(out, "<Representation");
  append_attribute(out, "id", track->id);
  append_attribute(out, "codecs", track->codecs);
  g_string_append_printf(out, " bandwidth=\"%" G_GINT64_FORMAT "\"", MAX(bandwidth.peak_bps, 1));
  if (track->is_video && track->width > 0)
    g_string_append_printf(out, " width=\"%d\" height=\"%d\" sar=\"1:1\"", track->width, track->height);
  if (track->is_video && rational_is_valid(track->frame_rate))
    g_string_append_printf(out, " frameRate=\"%d/%d\"", track->frame_rate.num, track->frame_rate.den);
  if (!track->is_video)
    g_string_append_printf(out, " audioSamplingRate=\"%d\"", track->timescale_hz);
  g_string_append(out, ">\n");
  if (!track->is_video && track->channels > 0)
    g_string_append_printf(
        out,
        "<AudioChannelConfiguration schemeIdUri=\"urn:mpeg:dash:23003:3:audio_channel_configuration:2011\" "
        "value=\"%d\"/>\n",
        track->channels);
  write_timeline(out, track);
  g_string_append(out, "</Representation>\n");
}

static void write_role(GString *out, const char *role) {
  if (role == NULL)
    return;
  g_string_append(out, "<Role schemeIdUri=\"urn:mpeg:dash:role:2011\"");
  append_attribute(out, "value", role);
  g_string_append(out, "/>\n");
}

static void write_label(GString *out, const char *label) {
  if (label == NULL || *label == '\0')
    return;
  g_string_append(out, "<Label>");
  append_text(out, label);
  g_string_append(out, "</Label>\n");
}

static void write_set(GString *out, const DashSet *set) {
  bool is_video = set->representations[0].is_video;
  g_string_append_printf(
      out, "<AdaptationSet contentType=\"%s\" mimeType=\"%s\" segmentAlignment=\"true\" startWithSAP=\"1\"",
      is_video ? "video" : "audio", is_video ? "video/mp4" : "audio/mp4");
  append_attribute(out, "lang", set->language);
  g_string_append(out, ">\n");
  write_role(out, set->role);
  write_label(out, set->label);
  for (size_t i = 0; i < set->representation_count; i++)
    write_representation(out, &set->representations[i]);
  g_string_append(out, "</AdaptationSet>\n");
}

static void write_caption(GString *out, const DashCaption *caption, size_t index) {
  g_string_append(out, "<AdaptationSet contentType=\"text\" mimeType=\"text/vtt\"");
  append_attribute(out, "lang", caption->language);
  g_string_append(out, ">\n");
  write_role(out, "subtitle");
  write_label(out, caption->label);
  g_string_append_printf(out, "<Representation id=\"caption-%zu\" bandwidth=\"1000\">\n<BaseURL>", index);
  append_text(out, caption->uri);
  g_string_append(out, "</BaseURL>\n</Representation>\n</AdaptationSet>\n");
}

/** Thumbnails as tiles of pictures (DASH-IF IOP, tiles of thumbnail images). */
static void write_thumbnails(GString *out, const DashThumbnails *thumbnails) {
  int64_t tiles = (int64_t)thumbnails->columns * thumbnails->rows;
  if (thumbnails->interval_us <= 0 || tiles <= 0)
    return;
  g_string_append_printf(out,
                         "<AdaptationSet contentType=\"image\" mimeType=\"image/jpeg\">\n"
                         "<SegmentTemplate media=\"sheet-$Number$.jpg\" timescale=\"1000000\" startNumber=\"0\" "
                         "duration=\"%" G_GINT64_FORMAT "\"/>\n"
                         "<Representation id=\"thumbnails\" bandwidth=\"10000\" width=\"%d\" height=\"%d\">\n"
                         "<EssentialProperty schemeIdUri=\"http://dashif.org/thumbnail_tile\" value=\"%dx%d\"/>\n"
                         "</Representation>\n</AdaptationSet>\n",
                         thumbnails->interval_us * tiles, thumbnails->tile_width * thumbnails->columns,
                         thumbnails->tile_height * thumbnails->rows, thumbnails->columns, thumbnails->rows);
}

void dash_manifest_write(GString *out, const DashManifest *manifest) {
  write_mpd(out, manifest);
  for (size_t i = 0; i < manifest->set_count; i++)
    write_set(out, &manifest->sets[i]);
  for (size_t i = 0; i < manifest->caption_count; i++)
    write_caption(out, &manifest->captions[i], i);
  write_thumbnails(out, &manifest->thumbnails);
  g_string_append(out, "</Period>\n</MPD>\n");
}
