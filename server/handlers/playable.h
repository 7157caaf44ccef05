/** What handlers of playlists and manifests share: answers with one, and for what cannot be played. */
#pragma once

#include "server/handlers/handler.h"

/** A whole playlist may be made again (a repaired lesson): caches ask again after a minute. */
#define PLAYABLE_CACHE_WHOLE "public, max-age=60"

/** Answer that there is nothing to play: not yet, or never. */
void playable_set_not(HttpResponse *response, const HttpRequest *request, const CatalogAsset *asset);

/** The same for a track of which nothing can be played; 404 when there is none of that name. */
void playable_set_missing_track(const ServerContext *server, const HttpRequest *request, HttpResponse *response,
                                const CatalogAsset *asset, const char *name);

/** Answer with an HLS playlist. Takes `text`. */
void playable_take_playlist(HttpResponse *response, GString *text, bool is_whole);
/** The same with another media type. */
void playable_take_manifest(HttpResponse *response, const char *type, GString *text, bool is_whole);
