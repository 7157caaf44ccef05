/** A progressive MP4 file (ISO/IEC 14496-12) over stored segments: its head (ftyp, moov, the header of mdat) written from
 * their samples, and where the bytes behind the head lie. Pure.
 *
 * The same samples give the same bytes, always. Sound and pictures are interleaved by half seconds. */
#pragma once

#include "media/mp4_fragment.h"

/** Samples of a file at most: about ten hours of pictures and sound. */
#define MP4_MOVIE_SAMPLES_MAX (4 * 1000 * 1000)
#define MP4_MOVIE_TRACKS_MAX 2

/** A track with all its samples, segment by segment. All borrowed. */
typedef struct {
  const Mp4Init *init;
  const Mp4Sample *samples; /**< offsets count from the front of the sample's segment */
  size_t sample_count;
  const guint *segment_ends; /**< of each segment the index behind its last sample */
  size_t segment_count;
} Mp4MovieTrack;

/** A run of bytes of one segment that lies in one piece in the file. */
typedef struct {
  int64_t position; /**< in the file */
  uint32_t size_bytes;
  uint32_t offset; /**< in the segment */
  guint track, segment;
} Mp4MoviePiece;

typedef struct {
  GByteArray *head;
  GArray *pieces; /**< Mp4MoviePiece, by position, without a gap from the head's end to the file's */
  int64_t size_bytes;
} Mp4Movie;

/** False with MP4_ERROR: samples out of order, too many of them, or none. `count`: 1 or 2 tracks, pictures first. */
bool mp4_movie_write(const Mp4MovieTrack *tracks, size_t count, Mp4Movie *ret_movie, GError **error);
void mp4_movie_clear(Mp4Movie *movie);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Mp4Movie, mp4_movie_clear)
