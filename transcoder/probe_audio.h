/** The sounds of a source: its audio streams, the main one first. Runs in a transcoder's child. */
#pragma once

#include "catalog/asset.h"

#include <glib.h>
#include <libavformat/avformat.h>
#include <stdbool.h>
#include <stddef.h>

/** More are left out. */
#define SOURCE_SOUNDS_MAX 8

/** One audio stream of the source. */
typedef struct {
  int stream; /**< index in the container */
  TrackRole role;
  char language[36];  /**< BCP 47 or empty */
  char label[64];     /**< the container's title, valid UTF-8, or empty */
  bool may_be_copied; /**< by its headers it is what we would encode: AAC-LC, 48 kHz, two channels, at most
                           PROBE_AUDIO_COPY_BPS where the container tells the rate */
} SourceSound;

#define PROBE_AUDIO_COPY_BPS 160000

/** The main sound: of the audio streams of `video`'s program (-1: of all) that can be decoded, the container's default,
 * and not a description; else the first. -1 when there is none. */
int probe_audio_find_main(const AVFormatContext *format, int video);

/** Describe stream `main` and then the others of its program, at most SOURCE_SOUNDS_MAX together; returns how many.
 * Streams that cannot be decoded are listed too: their jobs say why. */
size_t probe_audio(const AVFormatContext *format, int main, SourceSound ret_sounds[SOURCE_SOUNDS_MAX]);

/** The AudioSpecificConfig (ISO/IEC 14496-3 §1.6.2.1) of what is encoded and copied: AAC-LC, 48 kHz, two channels, 1024
 * samples a frame. */
extern const uint8_t probe_audio_aac_config[2];
