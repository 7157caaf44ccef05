/** What a channel's slots are made of: units, see channel_air.h. Pure but for the loading of indexes that the caller gives.
 * Times are microseconds since 1970. */
#pragma once

#include "catalog/channel.h"
#include "server/channel_asset.h"

/** A stored segment of a lesson, or black. */
typedef struct {
  int64_t begin_us, end_us;
  int64_t origin_us;         /**< what its own times count from; of black, where the stretch of black begins */
  const ChannelAsset *asset; /**< borrowed; NULL: black */
  guint index;               /**< of the segment */
  bool is_cut;               /**< another play begins at `end_us`: nothing may reach over it */
} ChannelUnit;

/** The index of an asset, borrowed for as long as the units are used; NULL when it cannot be had: black is shown. */
typedef const ChannelAsset *(*ChannelUnitFindFunc)(gpointer user_data, const char *asset_id);

/** The units that begin in [from_us, to_us), both whole multiples of CHANNEL_SLOT_US, in order. Every slot has one. Array of
 * ChannelUnit. */
GArray *channel_units_list(const CatalogChannel *channel, int64_t from_us, int64_t to_us, ChannelUnitFindFunc find,
                           gpointer user_data);
