#include "media/hls_playlist.h"

#include <string.h>

#define MICROSECONDS G_GINT64_CONSTANT(1000000)
#define DEFAULT_AUDIO_GROUP "audio"
#define DEFAULT_SUBTITLE_GROUP "subtitles"

/* The largest rate of a run of segments that begins with the first and lasts from half to one and a half of `longest`. */
static int64_t peak_from(const HlsSegment *segments, size_t count, int64_t longest, int32_t timescale_hz) {
  int64_t peak_bps = 0, duration = 0, bytes = 0;
  for (size_t i = 0; i < count && duration + segments[i].duration <= longest + longest / 2; i++) {
    duration += segments[i].duration;
    bytes += segments[i].length_bytes;
    if (duration >= longest - longest / 2)
      peak_bps = MAX(peak_bps, rescale_i64(bytes, 8 * (int64_t)timescale_hz, duration));
  }
  return peak_bps;
}

HlsBandwidth hls_bandwidth_measure(const HlsSegment *segments, size_t count, int32_t timescale_hz) {
  HlsBandwidth bandwidth = {0, 0};
  int64_t longest = 0, total = 0, total_bytes = 0;
  for (size_t i = 0; i < count; i++) {
    longest = MAX(longest, segments[i].duration);
    total += segments[i].duration;
    total_bytes += segments[i].length_bytes;
  }
  if (timescale_hz <= 0 || longest <= 0)
    return bandwidth;
  for (size_t i = 0; i < count; i++)
    bandwidth.peak_bps = MAX(bandwidth.peak_bps, peak_from(segments + i, count - i, longest, timescale_hz));
  bandwidth.average_bps = rescale_i64(total_bytes, 8 * (int64_t)timescale_hz, total);
  return bandwidth;
}

/* A quoted-string (RFC 8216 §4.2) holds no double quote and no line end; other control characters help nobody, and
 * some clients take an apostrophe for a quote too. Quotes become typographic ones. */
static char *make_quotable(const char *text) {
  g_autofree char *valid = g_utf8_make_valid(text != NULL ? text : "", -1);
  GString *safe = g_string_sized_new(strlen(valid));
  for (const char *c = valid; *c != '\0'; c++) {
    if (*c == '"')
      g_string_append(safe, "\u201D");
    else if (*c == '\'')
      g_string_append(safe, "\u2019");
    else
      g_string_append_c(safe, g_ascii_iscntrl(*c) ? ' ' : *c);
  }
  return g_strstrip(g_string_free(safe, FALSE));
}

static void append_quoted(GString *out, const char *attribute, const char *text) {
  g_autofree char *safe = make_quotable(text);
  g_string_append_printf(out, ",%s=\"%s\"", attribute, safe);
}

/* A URI as a line or in quotes: what would break either is percent-encoded. */
static void append_uri(GString *out, const char *uri) {
  for (const char *c = uri; *c != '\0'; c++) {
    bool is_comment = *c == '#' && c == uri;
    if (is_comment || *c == '"' || *c == '\'' || *c == ' ' || g_ascii_iscntrl(*c))
      g_string_append_printf(out, "%%%02X", (guint)(guchar)*c);
    else
      g_string_append_c(out, *c);
  }
}

static void append_uri_attribute(GString *out, const char *uri) {
  g_string_append(out, "URI=\"");
  append_uri(out, uri);
  g_string_append_c(out, '"');
}

/* Names of a group must differ (§4.3.4.1.1): a second "Chinese" is "Chinese 2". `names` holds the earlier ones. */
static const char *add_unique_name(GPtrArray *names, const HlsRendition *rendition, const char *group_id) {
  g_autofree char *name = make_quotable(rendition->name);
  if (*name == '\0') {
    g_free(name);
    name = make_quotable(rendition->language != NULL ? rendition->language : group_id);
  }
  g_autofree char *candidate = g_strdup(name);
  for (guint i = 2; g_ptr_array_find_with_equal_func(names, candidate, g_str_equal, NULL); i++) {
    g_free(candidate);
    candidate = g_strdup_printf("%s %u", name, i);
  }
  g_ptr_array_add(names, g_steal_pointer(&candidate));
  return g_ptr_array_index(names, names->len - 1);
}

/* The one that has DEFAULT=YES, or `count`. */
static size_t find_default(const HlsRendition *renditions, size_t count) {
  size_t i = 0;
  while (i < count && !renditions[i].is_default)
    i++;
  return i;
}

/* AUTOSELECT=YES members of a group differ in language or in what they are for: the default one comes first, then the
 * earliest. */
static bool is_autoselected(const HlsRendition *renditions, size_t count, size_t index) {
  size_t default_index = find_default(renditions, count);
  const HlsRendition *rendition = &renditions[index];
  if (index == default_index)
    return true;
  for (size_t i = 0; i < count; i++)
    if ((i < index || i == default_index) && g_strcmp0(renditions[i].language, rendition->language) == 0 &&
        g_strcmp0(renditions[i].characteristics, rendition->characteristics) == 0)
      return false;
  return true;
}

static void write_media_group(GString *out, const char *type, const char *group_id, const HlsRendition *renditions,
                              size_t count) {
  g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
  bool is_audio = strcmp(type, "AUDIO") == 0;
  for (size_t i = 0; i < count; i++) {
    const HlsRendition *rendition = &renditions[i];
    g_string_append_printf(out, "#EXT-X-MEDIA:TYPE=%s", type);
    append_quoted(out, "GROUP-ID", group_id);
    append_quoted(out, "NAME", add_unique_name(names, rendition, group_id));
    if (rendition->language != NULL && *rendition->language != '\0')
      append_quoted(out, "LANGUAGE", rendition->language);
    g_string_append(out, i == find_default(renditions, count) ? ",DEFAULT=YES" : ",DEFAULT=NO");
    g_string_append(out, is_autoselected(renditions, count, i) ? ",AUTOSELECT=YES" : ",AUTOSELECT=NO");
    if (!is_audio)
      g_string_append(out, ",FORCED=NO");
    else if (rendition->channels > 0)
      g_string_append_printf(out, ",CHANNELS=\"%" G_GINT32_FORMAT "\"", rendition->channels);
    if (rendition->characteristics != NULL)
      append_quoted(out, "CHARACTERISTICS", rendition->characteristics);
    g_string_append_c(out, ',');
    append_uri_attribute(out, rendition->uri);
    g_string_append_c(out, '\n');
  }
}

static const char *group_id_of(const HlsRendition *renditions, size_t count, const char *fallback) {
  return count > 0 && renditions[0].group_id != NULL && *renditions[0].group_id != '\0' ? renditions[0].group_id
                                                                                        : fallback;
}

static HlsBandwidth largest_bandwidth(const HlsRendition *renditions, size_t count) {
  HlsBandwidth largest = {0, 0};
  for (size_t i = 0; i < count; i++) {
    largest.peak_bps = MAX(largest.peak_bps, renditions[i].bandwidth.peak_bps);
    largest.average_bps = MAX(largest.average_bps, renditions[i].bandwidth.average_bps);
  }
  return largest;
}

/* One group of renditions: a run of them with one GROUP-ID. `id` NULL: no playlist names it. */
typedef struct {
  const char *id;
  const HlsRendition *renditions;
  size_t count;
} Group;

/* Take the run of renditions with one GROUP-ID off the front of `*rest`. */
static Group take_group(const HlsRendition **rest, size_t *rest_count, const char *fallback_id) {
  Group group = {.id = group_id_of(*rest, *rest_count, fallback_id), .renditions = *rest};
  while (group.count < *rest_count && g_strcmp0((*rest)[group.count].group_id, (*rest)[0].group_id) == 0)
    group.count++;
  *rest += group.count;
  *rest_count -= group.count;
  return group;
}

/* Array of Group. */
static GArray *split_audio(const HlsMultivariant *playlist) {
  GArray *groups = g_array_new(FALSE, FALSE, sizeof(Group));
  const HlsRendition *rest = playlist->audio;
  for (size_t count = playlist->audio_count; count > 0;) {
    Group group = take_group(&rest, &count, DEFAULT_AUDIO_GROUP);
    g_array_append_val(groups, group);
  }
  return groups;
}

/* CODECS of a variant: its own and each of the audio group once. */
static void append_codecs(GString *out, const Group *audio, const char *video_codecs) {
  g_autoptr(GPtrArray) codecs = g_ptr_array_new();
  if (video_codecs != NULL)
    g_ptr_array_add(codecs, (gpointer)video_codecs);
  for (size_t i = 0; i < audio->count; i++) {
    const char *audio_codecs = audio->renditions[i].codecs;
    if (audio_codecs != NULL && !g_ptr_array_find_with_equal_func(codecs, audio_codecs, g_str_equal, NULL))
      g_ptr_array_add(codecs, (gpointer)audio_codecs);
  }
  if (codecs->len == 0)
    return;
  g_ptr_array_add(codecs, NULL);
  g_autofree char *list = g_strjoinv(",", (char **)codecs->pdata);
  append_quoted(out, "CODECS", list);
}

static void append_bandwidth(GString *out, HlsBandwidth bandwidth) {
  g_string_append_printf(out, "#EXT-X-STREAM-INF:BANDWIDTH=%" G_GINT64_FORMAT, MAX(bandwidth.peak_bps, 1));
  if (bandwidth.average_bps > 0)
    g_string_append_printf(out, ",AVERAGE-BANDWIDTH=%" G_GINT64_FORMAT, bandwidth.average_bps);
}

static void append_groups_and_uri(GString *out, const char *audio_group, const char *subtitle_group,
                                  const char *uri) {
  if (audio_group != NULL)
    append_quoted(out, "AUDIO", audio_group);
  if (subtitle_group != NULL)
    append_quoted(out, "SUBTITLES", subtitle_group);
  g_string_append(out, ",CLOSED-CAPTIONS=NONE\n");
  append_uri(out, uri);
  g_string_append_c(out, '\n');
}

/* FRAME-RATE with 3 decimals, in whole numbers so that no locale and no rounding of doubles shows. */
static void append_frame_rate(GString *out, Rational rate) {
  if (!rational_is_valid(rate))
    return;
  int64_t thousandths = rescale_i64(rate.num, 1000, rate.den);
  g_string_append_printf(out, ",FRAME-RATE=%" G_GINT64_FORMAT ".%03d", thousandths / 1000,
                         (int)(thousandths % 1000));
}

static void write_variant(GString *out, const HlsVariant *variant, const Group *audio, const char *subtitle_group) {
  HlsBandwidth sound = largest_bandwidth(audio->renditions, audio->count);
  append_bandwidth(out, (HlsBandwidth){variant->bandwidth.peak_bps + sound.peak_bps,
                                       variant->bandwidth.average_bps + sound.average_bps});
  append_codecs(out, audio, variant->codecs);
  if (variant->width > 0 && variant->height > 0)
    g_string_append_printf(out, ",RESOLUTION=%" G_GINT32_FORMAT "x%" G_GINT32_FORMAT, variant->width,
                           variant->height);
  append_frame_rate(out, variant->frame_rate);
  append_groups_and_uri(out, audio->id, subtitle_group, variant->uri);
}

/* An I-frame playlist's own rate is known once its pictures have been looked at; that of all pictures is never less. */
static void write_iframe_variant(GString *out, const HlsVariant *variant) {
  if (variant->iframes_uri == NULL)
    return;
  g_string_append_printf(out, "#EXT-X-I-FRAME-STREAM-INF:BANDWIDTH=%" G_GINT64_FORMAT,
                         MAX(variant->bandwidth.peak_bps, 1));
  if (variant->codecs != NULL)
    append_quoted(out, "CODECS", variant->codecs);
  if (variant->width > 0 && variant->height > 0)
    g_string_append_printf(out, ",RESOLUTION=%" G_GINT32_FORMAT "x%" G_GINT32_FORMAT, variant->width,
                           variant->height);
  g_string_append_c(out, ',');
  append_uri_attribute(out, variant->iframes_uri);
  g_string_append_c(out, '\n');
}

/* The default of an audio group as a variant of its own. */
static void write_audio_variant(GString *out, const Group *audio, const char *subtitle_group) {
  size_t index = find_default(audio->renditions, audio->count);
  if (index == audio->count)
    index = 0;
  append_bandwidth(out, largest_bandwidth(audio->renditions, audio->count));
  append_codecs(out, audio, NULL);
  append_groups_and_uri(out, audio->id, subtitle_group, audio->renditions[index].uri);
}

/* Audio groups as EXT-X-MEDIA; without video a group is only named when there is a choice in it. */
static void write_audio_groups(GString *out, GArray *groups, bool has_video) {
  for (guint i = 0; i < groups->len; i++) {
    Group *group = &g_array_index(groups, Group, i);
    if (has_video || group->count > 1)
      write_media_group(out, "AUDIO", group->id, group->renditions, group->count);
    else
      group->id = NULL;
  }
}

static void append_head(GString *out, int32_t version) {
  g_string_append_printf(out, "#EXTM3U\n#EXT-X-VERSION:%d\n", version > 0 ? version : HLS_VERSION);
}

/* Nothing that old receivers know; every segment is independent in all versions. */
static void append_independence(GString *out, int32_t version) {
  if (version <= 0 || version >= HLS_VERSION)
    g_string_append(out, "#EXT-X-INDEPENDENT-SEGMENTS\n");
}

void hls_playlist_write_multivariant(GString *out, const HlsMultivariant *playlist) {
  g_autoptr(GArray) audio = split_audio(playlist);
  const char *subtitle_group = NULL;
  bool has_video = playlist->variant_count > 0;
  append_head(out, playlist->version);
  append_independence(out, playlist->version);
  if (playlist->is_growing)
    g_string_append(out, "#EXT-X-START:TIME-OFFSET=0\n");
  write_audio_groups(out, audio, has_video);
  if (playlist->subtitle_count > 0) {
    subtitle_group = group_id_of(playlist->subtitles, playlist->subtitle_count, DEFAULT_SUBTITLE_GROUP);
    write_media_group(out, "SUBTITLES", subtitle_group, playlist->subtitles, playlist->subtitle_count);
  }
  Group silent = {0};
  for (size_t i = 0; i < playlist->variant_count; i++)
    write_variant(out, &playlist->variants[i], audio->len > 0 ? &g_array_index(audio, Group, 0) : &silent,
                  subtitle_group);
  for (guint i = has_video ? 1 : 0; i < audio->len; i++)
    write_audio_variant(out, &g_array_index(audio, Group, i), subtitle_group);
  for (size_t i = 0; i < playlist->variant_count; i++)
    write_iframe_variant(out, &playlist->variants[i]);
}

static void append_media_head(GString *out, int32_t version, int64_t target_duration_s, bool is_whole) {
  append_head(out, version);
  g_string_append_printf(
      out, "#EXT-X-TARGETDURATION:%" G_GINT64_FORMAT "\n#EXT-X-MEDIA-SEQUENCE:0\n#EXT-X-PLAYLIST-TYPE:%s\n",
      target_duration_s, is_whole ? "VOD" : "EVENT");
  append_independence(out, version);
  if (!is_whole)
    g_string_append(out, "#EXT-X-START:TIME-OFFSET=0\n");
}

static void append_extinf(GString *out, int64_t duration_us) {
  g_string_append_printf(out, "#EXTINF:%" G_GINT64_FORMAT ".%06d,\n", duration_us / MICROSECONDS,
                         (int)(duration_us % MICROSECONDS));
}

static int64_t to_us(int64_t time, int32_t timescale_hz) {
  return rescale_i64(time, MICROSECONDS, timescale_hz);
}

void hls_playlist_write_media(GString *out, const HlsMediaPlaylist *playlist) {
  int32_t timescale_hz = MAX(playlist->timescale_hz, 1);
  int64_t target_s = MAX(playlist->target_duration_s, 1);
  int64_t end = 0, longest = 0;
  for (size_t i = 0; i < playlist->segment_count; i++) {
    int64_t start = end;
    end += playlist->segments[i].duration;
    longest = MAX(longest, to_us(end, timescale_hz) - to_us(start, timescale_hz));
  }
  append_media_head(out, playlist->version, MAX(target_s, (longest + MICROSECONDS / 2) / MICROSECONDS),
                    playlist->is_whole);
  if (playlist->iframe_bytes != NULL)
    g_string_append(out, "#EXT-X-I-FRAMES-ONLY\n");
  if (playlist->init_uri != NULL) {
    g_string_append(out, "#EXT-X-MAP:");
    append_uri_attribute(out, playlist->init_uri);
    g_string_append_c(out, '\n');
  }
  end = 0;
  for (size_t i = 0; i < playlist->segment_count; i++) {
    int64_t start = end;
    end += playlist->segments[i].duration;
    append_extinf(out, to_us(end, timescale_hz) - to_us(start, timescale_hz));
    if (playlist->iframe_bytes != NULL)
      g_string_append_printf(out, "#EXT-X-BYTERANGE:%" G_GINT64_FORMAT "@0\n", playlist->iframe_bytes[i]);
    g_string_append_printf(out, "%zu", i);
    append_uri(out, playlist->segment_suffix);
    g_string_append_c(out, '\n');
  }
  if (playlist->is_whole)
    g_string_append(out, "#EXT-X-ENDLIST\n");
}

void hls_playlist_write_subtitles(GString *out, int32_t version, const char *vtt_uri, int64_t duration_us) {
  int64_t length_us = MAX(duration_us, 0);
  append_media_head(out, version, MAX(1, (length_us + MICROSECONDS / 2) / MICROSECONDS), true);
  append_extinf(out, length_us);
  append_uri(out, vtt_uri);
  g_string_append(out, "\n#EXT-X-ENDLIST\n");
}
