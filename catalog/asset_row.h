/** Reading rows of assets and tracks. Internal to catalog/. */
#pragma once

#include "catalog/asset.h"
#include "catalog/connection.h"

/** The state of that name; ASSET_STATE_QUEUED for an unknown one (the schema lets none in). */
AssetState asset_row_state(const char *name);
/** A track from the columns of STATEMENT_LIST_TRACKS and STATEMENT_FIND_TRACK. */
CatalogTrack asset_row_track(Statement *statement);
/** The column of FIND_TRACK that holds the init segment. */
#define ASSET_ROW_TRACK_INIT 18
const char *track_kind_name(TrackKind kind);
