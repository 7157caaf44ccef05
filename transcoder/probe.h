/** The probe: what a source holds, found with libavformat. Runs in a transcoder's child. */
#pragma once

#include "media/ladder.h"
#include "transcoder/picture_filter.h"
#include "transcoder/probe_audio.h"
#include "transcoder/probe_text.h"
#include "transcoder/source.h"

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

/** Times are microseconds of the source's own clock. */
typedef struct {
  char container[64];
  bool has_video, has_audio;
  int video_stream, audio_stream; /**< indexes in the container; the sound is the main one */
  char video_codec[32], audio_codec[32];
  LadderSource picture;     /**< frame_rate is not set here */
  PictureFilterPlan filter; /**< what its pictures need; its size is set by the plan */
  Rational grid_rate, average_rate;
  SourceTiming timing;
  int64_t start_us;          /**< the lesson's time 0: the earlier start of the two */
  int64_t video_duration_us; /**< from start_us to the end of the last frame; 0 without video */
  int64_t audio_duration_us; /**< likewise */
  int cover_stream;          /**< an attached picture, or -1 */
  SourceSound sounds[SOURCE_SOUNDS_MAX];
  size_t sound_count; /**< the main sound is sounds[0]; none without has_audio */
  SourceText texts[SOURCE_TEXTS_MAX];
  size_t text_count;
} SourceInfo;

/** Of the longer of the two. */
int64_t source_info_duration_us(const SourceInfo *info);

typedef struct {
  int64_t max_duration_us;
  int64_t max_pixels;
} ProbeLimits;

/** Errors: NO_TRACKS, BAD_PICTURE, TOO_LONG, TOO_SHORT, UNSUPPORTED, DAMAGED. */
bool probe_source(Source *source, const ProbeLimits *limits, SourceInfo *ret_info, GError **error);
