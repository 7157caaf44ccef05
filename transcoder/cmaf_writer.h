/** Writes one span file of one track as CMAF (ISO/IEC 23000-19): moof+mdat fragments, one per segment, through
 * libavformat's mp4 muxer. The init segment is kept apart; it is the same for every span of a track.
 * Threads: one thread per writer. */
#pragma once

#include "catalog/asset.h"

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

typedef struct {
  TrackKind kind;
  int32_t timescale_hz;
  int32_t width, height; /**< video */
  Rational frame_rate;   /**< video */
  int32_t channels;      /**< audio; the sample rate is the timescale */
  int64_t bitrate_bps;
  const char *language;  /**< BCP 47 or empty */
  const uint8_t *config; /**< AVCDecoderConfigurationRecord or AudioSpecificConfig; copied */
  size_t config_size;
} CmafTrackConfig;

typedef struct {
  GBytes *data; /**< taken over by cmaf_writer_add() */
  int64_t pts;  /**< timescale units */
  int64_t duration;
  bool is_sync;
} CmafSample;

/** An array of CmafSample that frees what it holds. */
GArray *cmaf_samples_new(void);

typedef struct CmafWriter CmafWriter;

/** Create the file `path`. */
CmafWriter *cmaf_writer_new(const char *path, const CmafTrackConfig *config, GError **error);
void cmaf_writer_free(CmafWriter *writer);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CmafWriter, cmaf_writer_free)

/** Write one segment: samples in decode order, the first a sync sample with the smallest pts, no gap in presentation
 * times. Leaves the array empty, also on failure. Records the segment. */
bool cmaf_writer_write_segment(CmafWriter *writer, GArray *samples, GError **error);

/** Close the file; segments (CatalogSegment) and init segment stay readable. */
bool cmaf_writer_close(CmafWriter *writer, GError **error);

const GArray *cmaf_writer_segments(const CmafWriter *writer);
GBytes *cmaf_writer_init_segment(const CmafWriter *writer); /**< borrowed */
