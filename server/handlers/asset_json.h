/** Assets as the API shows them. */
#pragma once

#include "server/handlers/handler.h"

/** Write the ASSET object: state, progress, playlist, captions, tracks. False with `error` when the catalog fails;
 * the writer's text is then to be thrown away. Addresses of media that are not public are signed: the caller has seen that who
 * asks may see them. */
bool asset_json_write(JsonWriter *writer, const ServerContext *server, const CatalogAsset *asset,
                      HttpLanguage language, GError **error);

/** Write chapters (of CatalogChapter) as the array `name`; those without a title get one in that language. */
void asset_json_write_chapters(JsonWriter *writer, const char *name, const GArray *chapters, HttpLanguage language);

/** What went wrong, in that language; NULL when nothing did. */
const char *asset_json_error_text(const CatalogAsset *asset, HttpLanguage language);
