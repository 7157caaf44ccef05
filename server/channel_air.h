/** A channel on the air: one continuous transport stream cut from stored segments, without encoding.
 *
 * What is put together are units: a stored segment of a lesson with its sound, or black with silence where there is nothing
 * to show. Each keeps its own times, moved to the wall clock; a unit is cut where the next play begins, and a frame of sound that
 * would overlap it is dropped. All lessons have sound of the same form (AAC-LC, stereo, 48 kHz), silence among them, so
 * nothing but the pictures' parameter sets changes, and those are sent with every IDR picture: no discontinuity is needed.
 *
 * A slot's bytes depend on the schedule, the stored lessons and its number alone: they are the same after a restart and on every
 * node. Times are microseconds since 1970.
 *
 * Threads: any, at once. */
#pragma once

#include "base/blob_store.h"
#include "catalog/channel.h"
#include "media/channel_playlist.h"

typedef struct ChannelAir ChannelAir;

/** Both are borrowed. */
ChannelAir *channel_air_new(Catalog *catalog, const BlobStore *store);
void channel_air_free(ChannelAir *air);

/** When each of `count` slots begins to be shown, and the one behind them. Array of count + 1 int64_t. */
bool channel_air_list_starts(ChannelAir *air, const CatalogChannel *channel, int64_t first_slot, size_t count,
                             GArray **ret_starts_us, GError **error);

/** What a slot's segment at `height` is made of: the same text means the same bytes. A lesson gives its largest rung up
 * to that, else its smallest. Caller frees. */
char *channel_air_identify(ChannelAir *air, const CatalogChannel *channel, int64_t slot, int32_t height,
                           GError **error);
/** Its bytes. Errors of the catalog, the store, or MP4_ERROR. */
GBytes *channel_air_write(ChannelAir *air, const CatalogChannel *channel, int64_t slot, int32_t height,
                          GError **error);

/** Variants are the rungs of the usual ladder, up to the best that a lesson has. */
typedef struct {
  int32_t width, height;
  int64_t bitrate_bps; /**< the most of any lesson's, sound included */
  char codecs[40];
} ChannelVariant;
/** From the lowest up, at least one. Array of ChannelVariant. */
GArray *channel_air_list_variants(ChannelAir *air, const CatalogChannel *channel);

/** Whether there may be a variant of that height in any channel. */
bool channel_air_has_height(int32_t height);
