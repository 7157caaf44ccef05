/** The DASH manifest (ISO/IEC 23009-1, MPD) over the same segments as HLS. Pure: no I/O, no clock.
 *
 * It is static: it lists what can be played now, or all that is planned. A lesson that grows is not live, and players
 * would begin a dynamic one at its end. */
#pragma once

#include "media/hls_playlist.h"

/** A track. Strings borrowed. Its init segment is ID/init.mp4, its segments ID/0.m4s and on. */
typedef struct {
  const char *id;
  const char *codecs;
  bool is_video;
  int32_t width, height; /**< video */
  Rational frame_rate;   /**< video */
  int32_t channels;      /**< audio */
  int32_t timescale_hz;  /**< audio: the sampling rate too */
  const HlsSegment *segments;
  size_t segment_count;
} DashRepresentation;

/** Representations between which a player may switch. */
typedef struct {
  const char *language;                      /**< BCP 47; NULL or empty: not told */
  const char *label;                         /**< for viewers; NULL: none */
  const char *role;                          /**< urn:mpeg:dash:role:2011: "main", "alternate", "description" */
  const DashRepresentation *representations; /**< at least one; all of one kind */
  size_t representation_count;
} DashSet;

typedef struct {
  const char *language, *label, *uri; /**< of a WebVTT file */
} DashCaption;

/** Sheets of thumbnails, sheet-0.jpg and on. */
typedef struct {
  int64_t interval_us; /**< between thumbnails; 0: there are none */
  int32_t tile_width, tile_height, columns, rows;
} DashThumbnails;

typedef struct {
  const DashSet *sets;
  size_t set_count;
  const DashCaption *captions;
  size_t caption_count;
  DashThumbnails thumbnails;
} DashManifest;

/** Appends to `out`. */
void dash_manifest_write(GString *out, const DashManifest *manifest);
