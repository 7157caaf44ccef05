/** The index of a lesson's media as channels want it: kept, since every segment of a channel asks for it. */
#pragma once

#include "catalog/asset.h"

/** One track with all its segments. */
typedef struct {
  CatalogTrack track;
  GArray *places; /**< CatalogPlacedSegment */
} ChannelTrack;

/** Does not change. */
typedef struct {
  char *id;
  GArray *videos;      /**< ChannelTrack, from the lowest; may be empty */
  ChannelTrack *audio; /**< the main sound in its best rendition; NULL: none */
} ChannelAsset;
ChannelAsset *channel_asset_ref(ChannelAsset *asset);
void channel_asset_unref(ChannelAsset *asset);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ChannelAsset, channel_asset_unref)

bool channel_asset_load(Catalog *catalog, const char *id, ChannelAsset **ret_asset, GError **error);

/** The track whose segments give the times: all rungs are cut at the same places. NULL when there is nothing to play. */
const ChannelTrack *channel_asset_reference(const ChannelAsset *asset);
/** The largest rung whose short side is at most `side`, else the smallest; NULL without pictures. */
const ChannelTrack *channel_asset_pick(const ChannelAsset *asset, int32_t side);
