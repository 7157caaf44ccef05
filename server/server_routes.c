#include "server/server_routes.h"

#include "server/handlers/asset_handler.h"
#include "server/handlers/caption_handler.h"
#include "server/handlers/chapter_handler.h"
#include "server/handlers/course_handler.h"
#include "server/handlers/health_handler.h"
#include "server/handlers/media_handler.h"
#include "server/handlers/metrics_handler.h"
#include "server/handlers/page_handler.h"
#include "server/handlers/storyboard_handler.h"

#define MEDIA (HTTP_ROUTE_CORS | HTTP_ROUTE_QUIET)

static const HttpRoute routes[] = {
    {HTTP_METHOD_GET, MEDIA, "/media/{asset}/master.m3u8", media_handler_multivariant, "media_multivariant"},
    {HTTP_METHOD_GET, MEDIA, "/media/{asset}/poster.jpg", media_handler_poster, "media_poster"},
    {HTTP_METHOD_GET, MEDIA, "/media/{asset}/storyboard.vtt", storyboard_handler_index, "media_storyboard"},
    {HTTP_METHOD_GET, MEDIA, "/media/{asset}/sheet-{sheet}.jpg", storyboard_handler_sheet,
     "media_storyboard_sheet"},
    {HTTP_METHOD_GET, MEDIA, "/media/{asset}/chapters.vtt", chapter_handler_get, "media_chapters"},
    {HTTP_METHOD_GET, MEDIA, "/media/{asset}/captions/{language}.vtt", caption_handler_file, "media_captions"},
    {HTTP_METHOD_GET, MEDIA, "/media/{asset}/captions/{language}.m3u8", caption_handler_playlist,
     "media_captions_playlist"},
    {HTTP_METHOD_GET, MEDIA, "/media/{asset}/{track}/playlist.m3u8", media_handler_playlist, "media_playlist"},
    {HTTP_METHOD_GET, MEDIA, "/media/{asset}/{track}/init.mp4", media_handler_init, "media_init"},
    {HTTP_METHOD_GET, MEDIA | HTTP_ROUTE_WAITS, "/media/{asset}/{track}/{segment}.m4s", media_handler_segment,
     "media_segment"},
    {HTTP_METHOD_GET, 0, "/api/v1/courses", course_handler_list, "api_courses"},
    /* Quiet: asked at every key that is pressed. */
    {HTTP_METHOD_GET, HTTP_ROUTE_QUIET, "/api/v1/suggest", course_handler_suggest, "api_suggest"},
    {HTTP_METHOD_GET, 0, "/api/v1/courses/{course}", course_handler_get, "api_course"},
    /* Quiet: whoever waits for a lesson asks every second. */
    {HTTP_METHOD_GET, HTTP_ROUTE_QUIET, "/api/v1/assets/{asset}", asset_handler_get, "api_asset"},
    {HTTP_METHOD_GET, HTTP_ROUTE_PAGE, "/", page_handler_home, "page_home"},
    {HTTP_METHOD_GET, HTTP_ROUTE_PAGE, "/course/{course}", page_handler_course, "page_course"},
    {HTTP_METHOD_GET, HTTP_ROUTE_QUIET, "/assets/{path...}", page_handler_asset, "page_asset"},
    {HTTP_METHOD_GET, HTTP_ROUTE_QUIET, "/favicon.{extension}", page_handler_favicon, "page_favicon"},
    {HTTP_METHOD_GET, HTTP_ROUTE_QUIET, "/healthz", health_handler_get, "health"},
    {HTTP_METHOD_GET, HTTP_ROUTE_QUIET, "/metrics", metrics_handler_get, "metrics"},
};

const HttpRoute *server_routes(size_t *ret_count) {
  *ret_count = G_N_ELEMENTS(routes);
  return routes;
}
