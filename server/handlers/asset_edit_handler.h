/** What editors change beside the media of an asset: captions, chapters, poster. */
#pragma once

#include "server/http/http_router.h"

/** GET, PUT and DELETE /api/v1/assets/{asset}/captions/{language}: a WebVTT or SubRip file in any encoding that
 * text_decode() knows. */
void asset_edit_handler_get_captions(gpointer context, const HttpRequest *request, HttpResponse *response);
void asset_edit_handler_put_captions(gpointer context, const HttpRequest *request, HttpResponse *response);
void asset_edit_handler_delete_captions(gpointer context, const HttpRequest *request, HttpResponse *response);

/** GET and PUT /api/v1/assets/{asset}/chapters. */
void asset_edit_handler_get_chapters(gpointer context, const HttpRequest *request, HttpResponse *response);
void asset_edit_handler_put_chapters(gpointer context, const HttpRequest *request, HttpResponse *response);

/** PUT /api/v1/assets/{asset}/poster: a JPEG file. */
void asset_edit_handler_put_poster(gpointer context, const HttpRequest *request, HttpResponse *response);
