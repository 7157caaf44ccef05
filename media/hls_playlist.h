/** HLS playlists (RFC 8216bis, protocol version 7 unless asked for another) written from what is published. Pure: no I/O, no clock. */
#pragma once

#include "media/rational.h"

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

/** What fMP4 and its extra renditions need (§7). */
#define HLS_VERSION 7

typedef struct {
  int64_t duration; /**< in timescale units */
  int64_t length_bytes;
} HlsSegment;

typedef struct {
  int64_t peak_bps; /**< the largest bit rate of any run of segments that lasts from half to one and a half of the
                            longest (RFC 8216 §4.3.4.2 BANDWIDTH): a short one counts together with those beside it */
  int64_t average_bps; /**< all bits over all time (AVERAGE-BANDWIDTH) */
} HlsBandwidth;

HlsBandwidth hls_bandwidth_measure(const HlsSegment *segments, size_t count, int32_t timescale_hz);

/** One entry of an EXT-X-MEDIA group (§4.3.4.1). Strings borrowed. */
typedef struct {
  const char *group_id;
  const char *name;
  const char *language; /**< BCP 47 or NULL */
  const char *uri;
  const char *codecs; /**< RFC 6381; NULL for WebVTT */
  int32_t channels;   /**< audio only */
  bool is_default;
  HlsBandwidth bandwidth;      /**< zero for WebVTT */
  const char *characteristics; /**< CHARACTERISTICS (§4.3.4.1), or NULL */
} HlsRendition;

/** One EXT-X-STREAM-INF (§4.3.4.2). */
typedef struct {
  const char *uri;
  const char *codecs;
  int32_t width, height;
  Rational frame_rate;
  HlsBandwidth bandwidth;  /**< of the video alone; the writer adds the largest of the audio group */
  const char *iframes_uri; /**< of its I-frame playlist (§4.3.4.3), or NULL */
} HlsVariant;

typedef struct {
  int32_t version;            /**< 0: HLS_VERSION; below it without EXT-X-INDEPENDENT-SEGMENTS */
  const HlsVariant *variants; /**< in the order they shall have: the first is where players start */
  size_t variant_count;
  const HlsRendition
      *audio; /**< in one group or several, each in one piece; none for silent videos. Groups must have
                                  the same members (names, languages) in other encodings (§4.3.4.2.1). Video variants
                                  use the first group; each further one is a variant of sound alone */
  size_t audio_count;
  const HlsRendition *subtitles;
  size_t subtitle_count;
  bool is_growing; /**< writes EXT-X-START:TIME-OFFSET=0 */
} HlsMultivariant;

/** With no variants but audio the lesson is audio-only: one EXT-X-STREAM-INF for each audio group, that points at the
 * playlist of its default rendition. Variants of sound alone come last. Appends to `out`. */
void hls_playlist_write_multivariant(GString *out, const HlsMultivariant *playlist);

typedef struct {
  int32_t version; /**< 0: HLS_VERSION; below it without EXT-X-INDEPENDENT-SEGMENTS */
  const HlsSegment *segments;
  size_t segment_count;
  int32_t timescale_hz;
  int32_t target_duration_s;
  const char *init_uri;        /**< EXT-X-MAP; NULL for none (WebVTT) */
  const int64_t *iframe_bytes; /**< of each segment the bytes up to the end of its first picture: writes an I-frame
                                    playlist (§4.3.3.6) of them; NULL: one of the segments */
  const char *segment_suffix;  /**< URIs are "<index><suffix>" from index 0: ".m4s" */
  bool is_whole;               /**< VOD and ENDLIST; else EVENT and EXT-X-START:TIME-OFFSET=0 */
} HlsMediaPlaylist;

/** Appends to `out`. EXTINF has 6 decimals. */
void hls_playlist_write_media(GString *out, const HlsMediaPlaylist *playlist);

/** A subtitles playlist of one WebVTT file that lasts the whole lesson; always VOD. `version` as above. */
void hls_playlist_write_subtitles(GString *out, int32_t version, const char *vtt_uri, int64_t duration_us);
