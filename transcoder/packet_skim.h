/** The packets of one stream of an MP4 or MOV file, as its tables tell them, without reading the media itself: a
 * lecture of a gigabyte in a fraction of a second. A second demuxer is opened on the source; it reads what
 * comes before the first packet, and later reads move on without a byte being fetched.
 * Threads: one thread per skim. */
#pragma once

#include "transcoder/source.h"

#include <stdbool.h>
#include <stdint.h>

/** Times in the stream's time base. */
typedef struct {
  int64_t pts;
  int64_t position, size_bytes; /**< in the file */
  bool is_key;
  bool is_damaged; /**< cut off, or marked as damaged */
  bool is_clean;   /**< packet_skim_is_clean() */
} SkimPacket;

/** Has a time and bytes, is neither marked as damaged nor to be thrown away, and changes no parameter sets. */
bool packet_skim_is_clean(const AVPacket *packet);

typedef struct PacketSkim PacketSkim;

/** NULL when the source is of another kind, or its tables cannot be read. `source` is borrowed. */
PacketSkim *packet_skim_new(Source *source, int stream);
void packet_skim_free(PacketSkim *skim);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(PacketSkim, packet_skim_free)

/** The next packet in decode order. False at the end of the tables, and where the file ends before they do. */
bool packet_skim_next(PacketSkim *skim, SkimPacket *ret_packet);

/** After the last packet: whether the file holds all that its tables name. */
bool packet_skim_is_whole(const PacketSkim *skim);
