#include "server/server_routes.h"

#include "server/access_rule.h"
#include "server/handlers/asset_edit_handler.h"
#include "server/handlers/asset_handler.h"
#include "server/handlers/attachment_handler.h"
#include "server/handlers/audit_handler.h"
#include "server/handlers/caption_handler.h"
#include "server/handlers/channel_guide.h"
#include "server/handlers/channel_handler.h"
#include "server/handlers/channel_stream.h"
#include "server/handlers/chapter_handler.h"
#include "server/handlers/course_handler.h"
#include "server/handlers/dash_handler.h"
#include "server/handlers/desk_handler.h"
#include "server/handlers/division_handler.h"
#include "server/handlers/export_handler.h"
#include "server/handlers/health_handler.h"
#include "server/handlers/iframe_handler.h"
#include "server/handlers/import_handler.h"
#include "server/handlers/job_handler.h"
#include "server/handlers/lesson_handler.h"
#include "server/handlers/me_handler.h"
#include "server/handlers/media_handler.h"
#include "server/handlers/metrics_handler.h"
#include "server/handlers/movie_handler.h"
#include "server/handlers/oidc_handler.h"
#include "server/handlers/page_handler.h"
#include "server/handlers/person_handler.h"
#include "server/handlers/position_handler.h"
#include "server/handlers/record_handler.h"
#include "server/handlers/review_handler.h"
#include "server/handlers/room_address_handler.h"
#include "server/handlers/session_handler.h"
#include "server/handlers/sign_in_code_handler.h"
#include "server/handlers/storyboard_handler.h"
#include "server/handlers/studio_handler.h"
#include "server/handlers/ts_handler.h"
#include "server/handlers/upload_file_handler.h"
#include "server/handlers/upload_handler.h"

#define BODY HTTP_ROUTE_BODY
#define RULE(name) &access_rule_##name
/** Records of one kind, to read for everybody and to edit for those who manage the place. */
#define RECORDS(singular, plural)                                                                                  \
  {HTTP_METHOD_GET, 0, "/api/v1/" plural, record_handler_list, "api_" plural, RULE(anyone)},                       \
      {HTTP_METHOD_POST, BODY, "/api/v1/" plural, record_handler_create, "api_" plural "_edit", RULE(new_record)}, \
      {HTTP_METHOD_GET, 0, "/api/v1/" plural "/{record}", record_handler_get, "api_" plural, RULE(anyone)},        \
      {HTTP_METHOD_PATCH,     BODY,          "/api/v1/" plural "/{record}", record_handler_update,                 \
       "api_" plural "_edit", RULE(singular)},                                                                     \
  {                                                                                                                \
    HTTP_METHOD_DELETE, 0, "/api/v1/" plural "/{record}", record_handler_delete, "api_" plural "_edit",            \
        RULE(singular)                                                                                             \
  }

#define STREAM (HTTP_ROUTE_STREAM | HTTP_ROUTE_OVERRIDE)
/** tus: its own list, and its uploads. */
#define UPLOADS(path)                                                                                              \
  {HTTP_METHOD_GET, HTTP_ROUTE_OPTIONS, path, upload_handler_list, "uploads", RULE(upload)},                       \
      {HTTP_METHOD_POST, STREAM, path, upload_handler_create, "uploads_create", RULE(upload)},                     \
      {HTTP_METHOD_GET, HTTP_ROUTE_OPTIONS | HTTP_ROUTE_OVERRIDE, path "/{upload}", upload_handler_get, "upload",  \
       RULE(upload)},                                                                                              \
      {HTTP_METHOD_PATCH, STREAM, path "/{upload}", upload_handler_patch, "upload_patch", RULE(upload)},           \
      {HTTP_METHOD_DELETE,    HTTP_ROUTE_OVERRIDE, path "/{upload}",                                               \
       upload_handler_delete, "upload_delete",     RULE(upload)},                                                  \
  {                                                                                                                \
    HTTP_METHOD_GET, 0, path "/{upload}/status", upload_handler_status, "upload_status", RULE(upload)              \
  }

#define MEDIA (HTTP_ROUTE_CORS | HTTP_ROUTE_QUIET)

/** What IPTV programs ask for, below `path`. */
#define CHANNELS(path, rule)                                                                                       \
  {HTTP_METHOD_GET, MEDIA, path "/channels.m3u", channel_guide_list, "channel_list", RULE(rule)},                  \
      {HTTP_METHOD_GET,         MEDIA | HTTP_ROUTE_SLOW, path "/channels.xml",                                     \
       channel_guide_programme, "channel_guide",         RULE(rule)},                                              \
      {HTTP_METHOD_GET,        MEDIA,     path "/channels/{channel}/live.m3u8", channel_stream_multivariant,       \
       "channel_multivariant", RULE(rule)},                                                                        \
      {HTTP_METHOD_GET,        MEDIA,     path "/channels/{channel}/master.m3u8", channel_stream_multivariant,     \
       "channel_multivariant", RULE(rule)},                                                                        \
      {HTTP_METHOD_GET,    MEDIA,     path "/channels/{channel}/{height}/playlist.m3u8", channel_stream_playlist,  \
       "channel_playlist", RULE(rule)},                                                                            \
  {                                                                                                                \
    HTTP_METHOD_GET, MEDIA, path "/channels/{channel}/{height}/{segment}.ts", channel_stream_segment,              \
        "channel_segment", RULE(rule)                                                                              \
  }

static const HttpRoute routes[] = {
    {HTTP_METHOD_GET, MEDIA, "/media/{asset}/master.m3u8", media_handler_multivariant, "media_multivariant",
     RULE(media)},
    {HTTP_METHOD_GET, MEDIA, "/media/{asset}/poster.jpg", media_handler_poster, "media_poster", RULE(file)},
    {HTTP_METHOD_GET, MEDIA, "/media/{asset}/storyboard.vtt", storyboard_handler_index, "media_storyboard",
     RULE(media)},
    {HTTP_METHOD_GET, MEDIA, "/media/{asset}/sheet-{sheet}.jpg", storyboard_handler_sheet, "media_storyboard_sheet",
     RULE(media)},
    {HTTP_METHOD_GET, MEDIA, "/media/{asset}/chapters.vtt", chapter_handler_get, "media_chapters", RULE(media)},
    {HTTP_METHOD_GET, MEDIA, "/media/{asset}/captions/{language}.vtt", caption_handler_file, "media_captions",
     RULE(media)},
    {HTTP_METHOD_GET, MEDIA, "/media/{asset}/captions/{language}.srt", caption_handler_file_srt,
     "media_captions_srt", RULE(file)},
    {HTTP_METHOD_GET, MEDIA, "/media/{asset}/captions/{language}.m3u8", caption_handler_playlist,
     "media_captions_playlist", RULE(media)},
    {HTTP_METHOD_GET, MEDIA, "/media/{asset}/manifest.mpd", dash_handler_manifest, "media_manifest", RULE(media)},
    {HTTP_METHOD_GET, MEDIA, "/media/{asset}/{track}/iframes.m3u8", iframe_handler_playlist, "media_iframes",
     RULE(media)},
    {HTTP_METHOD_GET, MEDIA, "/media/{asset}/sound.m4a", movie_handler_get_sound, "media_mp4", RULE(file)},
    {HTTP_METHOD_GET, MEDIA, "/media/{asset}/{height}.mp4", movie_handler_get, "media_mp4", RULE(file)},
    {HTTP_METHOD_GET, MEDIA, "/media/{asset}/ts/master.m3u8", ts_handler_multivariant, "media_ts_multivariant",
     RULE(media)},
    {HTTP_METHOD_GET, MEDIA, "/media/{asset}/ts/captions/{language}.vtt", caption_handler_file_ts,
     "media_ts_captions", RULE(media)},
    {HTTP_METHOD_GET, MEDIA, "/media/{asset}/ts/captions/{language}.m3u8", caption_handler_playlist_ts,
     "media_ts_captions_playlist", RULE(media)},
    {HTTP_METHOD_GET, MEDIA, "/media/{asset}/ts/{track}/playlist.m3u8", ts_handler_playlist, "media_ts_playlist",
     RULE(media)},
    {HTTP_METHOD_GET, MEDIA | HTTP_ROUTE_WAITS, "/media/{asset}/ts/{track}/{segment}.ts", ts_handler_segment,
     "media_ts_segment", RULE(media)},
    {HTTP_METHOD_GET, MEDIA, "/media/{asset}/{track}/playlist.m3u8", media_handler_playlist, "media_playlist",
     RULE(media)},
    {HTTP_METHOD_GET, MEDIA, "/media/{asset}/{track}/init.mp4", media_handler_init, "media_init", RULE(media)},
    {HTTP_METHOD_GET, MEDIA | HTTP_ROUTE_WAITS, "/media/{asset}/{track}/{segment}.m4s", media_handler_segment,
     "media_segment", RULE(media)},
    {HTTP_METHOD_GET, 0, "/api/v1/courses", course_handler_list, "api_courses", RULE(anyone)},
    /* Quiet: asked at every key that is pressed. */
    {HTTP_METHOD_GET, HTTP_ROUTE_QUIET, "/api/v1/suggest", course_handler_suggest, "api_suggest", RULE(anyone)},
    {HTTP_METHOD_POST, BODY, "/api/v1/courses", record_handler_create, "api_courses_edit", RULE(new_course)},
    {HTTP_METHOD_GET, 0, "/api/v1/courses/{record}", course_handler_get, "api_course", RULE(anyone)},
    {HTTP_METHOD_PATCH, BODY, "/api/v1/courses/{record}", record_handler_update, "api_course_edit", RULE(course)},
    {HTTP_METHOD_DELETE, 0, "/api/v1/courses/{record}", record_handler_delete, "api_course_edit", RULE(course)},
    /* Quiet: every viewer of a course asks once. */
    {HTTP_METHOD_POST, HTTP_ROUTE_QUIET, "/api/v1/courses/{record}/plays", course_handler_play, "api_course_plays",
     RULE(open)},
    {HTTP_METHOD_PUT, BODY, "/api/v1/courses/{record}/lessons", lesson_handler_order, "api_course_lessons",
     RULE(course)},
    RECORDS(institution, "institutions"),
    RECORDS(lecturer, "lecturers"),
    RECORDS(room, "rooms"),
    RECORDS(collection, "collections"),
    {HTTP_METHOD_GET, 0, "/api/v1/channels", channel_handler_list, "api_channels", RULE(anyone)},
    {HTTP_METHOD_POST, BODY, "/api/v1/channels", record_handler_create, "api_channels_edit", RULE(new_record)},
    {HTTP_METHOD_GET, 0, "/api/v1/channels/{record}", channel_handler_get, "api_channels", RULE(anyone)},
    {HTTP_METHOD_PATCH, BODY, "/api/v1/channels/{record}", record_handler_update, "api_channels_edit",
     RULE(channel)},
    {HTTP_METHOD_DELETE, 0, "/api/v1/channels/{record}", record_handler_delete, "api_channels_edit", RULE(channel)},
    /* Quiet: televisions ask again and again. */
    {HTTP_METHOD_GET, HTTP_ROUTE_QUIET, "/api/v1/channels/{record}/programme", channel_handler_programme,
     "api_channel_programme", RULE(anyone)},
    {HTTP_METHOD_GET, 0, "/api/v1/channels/{record}/schedule", channel_handler_get_schedule, "api_channel_schedule",
     RULE(channel)},
    {HTTP_METHOD_PUT, BODY, "/api/v1/channels/{record}/schedule", channel_handler_put_schedule,
     "api_channel_schedule", RULE(channel)},
    {HTTP_METHOD_GET, 0, "/api/v1/channel-problems", channel_handler_problems, "api_channel_problems",
     RULE(new_record)},
    CHANNELS("", anyone),
    CHANNELS("/iptv/{key}", address),
    {HTTP_METHOD_POST, 0, "/api/v1/rooms/{record}/address", room_address_handler_open, "api_room_address",
     RULE(host)},
    {HTTP_METHOD_DELETE, 0, "/api/v1/rooms/{record}/address", room_address_handler_close, "api_room_address",
     RULE(host)},
    /* made by `kapok attach` */
    {HTTP_METHOD_GET, 0, "/api/v1/attachments", record_handler_list, "api_attachments", RULE(anyone)},
    {HTTP_METHOD_GET, 0, "/api/v1/attachments/{record}", record_handler_get, "api_attachments", RULE(anyone)},
    {HTTP_METHOD_GET, 0, "/api/v1/attachments/{record}/file", attachment_handler_file, "api_attachment_file",
     RULE(anyone)},
    {HTTP_METHOD_PATCH, BODY, "/api/v1/attachments/{record}", record_handler_update, "api_attachments_edit",
     RULE(attachment)},
    {HTTP_METHOD_DELETE, 0, "/api/v1/attachments/{record}", record_handler_delete, "api_attachments_edit",
     RULE(attachment)},
    {HTTP_METHOD_PUT, HTTP_ROUTE_STREAM, "/api/v1/uploads/files/{name}", upload_file_handler_put, "upload_file",
     RULE(upload)},
    {HTTP_METHOD_POST, HTTP_ROUTE_STREAM, "/api/v1/uploads/files", upload_file_handler_form, "upload_form",
     RULE(upload)},
    UPLOADS("/api/v1/uploads"),
    UPLOADS("/uploads"),
    {HTTP_METHOD_POST, HTTP_ROUTE_STREAM, "/api/v1/imports", import_handler_create, "api_imports_create",
     RULE(new_course)},
    {HTTP_METHOD_GET, 0, "/api/v1/imports", import_handler_list, "api_imports", RULE(new_course)},
    /* Quiet: whoever waits for an import asks every second. */
    {HTTP_METHOD_GET, HTTP_ROUTE_QUIET, "/api/v1/imports/{import}", import_handler_get, "api_imports",
     RULE(new_course)},
    {HTTP_METHOD_GET, 0, "/api/v1/imports/{import}/rows", import_handler_rows, "api_imports_rows",
     RULE(new_course)},
    {HTTP_METHOD_GET, 0, "/api/v1/imports/{import}/report.csv", import_handler_report, "api_imports_rows",
     RULE(new_course)},
    {HTTP_METHOD_DELETE, 0, "/api/v1/imports/{import}", import_handler_delete, "api_imports", RULE(new_course)},
    {HTTP_METHOD_GET, 0, "/api/v1/export.jsonl", export_handler_lines, "api_export", RULE(operate)},
    {HTTP_METHOD_GET, 0, "/api/v1/export/{kind}.csv", export_handler_table, "api_export", RULE(operate)},
    {HTTP_METHOD_GET, 0, "/api/v1/institutions/{record}/export.jsonl", export_handler_institution_lines,
     "api_export", RULE(institution)},
    {HTTP_METHOD_GET, 0, "/api/v1/institutions/{record}/courses.csv", export_handler_institution_courses,
     "api_export", RULE(institution)},
    {HTTP_METHOD_GET, 0, "/api/v1/divisions", division_handler_list, "api_divisions", RULE(anyone)},
    {HTTP_METHOD_GET, 0, "/api/v1/divisions/{division}", division_handler_get, "api_divisions", RULE(anyone)},
    {HTTP_METHOD_GET, 0, "/api/v1/audit", audit_handler_list, "api_audit", RULE(operate)},
    /* Quiet: whoever waits for a lesson asks every second. */
    {HTTP_METHOD_GET, HTTP_ROUTE_QUIET, "/api/v1/assets/{asset}", asset_handler_get, "api_asset", RULE(asset_seen)},
    {HTTP_METHOD_GET, 0, "/api/v1/assets/{asset}/captions/{language}", asset_edit_handler_get_captions,
     "api_asset_captions", RULE(asset)},
    {HTTP_METHOD_PUT, BODY, "/api/v1/assets/{asset}/captions/{language}", asset_edit_handler_put_captions,
     "api_asset_captions", RULE(asset)},
    {HTTP_METHOD_DELETE, 0, "/api/v1/assets/{asset}/captions/{language}", asset_edit_handler_delete_captions,
     "api_asset_captions", RULE(asset)},
    {HTTP_METHOD_GET, 0, "/api/v1/assets/{asset}/chapters", asset_edit_handler_get_chapters, "api_asset_chapters",
     RULE(asset)},
    {HTTP_METHOD_PUT, BODY, "/api/v1/assets/{asset}/chapters", asset_edit_handler_put_chapters,
     "api_asset_chapters", RULE(asset)},
    {HTTP_METHOD_PUT, BODY, "/api/v1/assets/{asset}/poster", asset_edit_handler_put_poster, "api_asset_poster",
     RULE(asset)},
    {HTTP_METHOD_GET, 0, "/api/v1/studio/courses", studio_handler_list, "api_studio", RULE(new_course)},
    {HTTP_METHOD_POST, BODY | HTTP_ROUTE_SLOW, "/api/v1/session", session_handler_create, "api_session",
     RULE(open)},
    {HTTP_METHOD_GET, 0, "/api/v1/session", session_handler_get, "api_session", RULE(anyone)},
    {HTTP_METHOD_DELETE, 0, "/api/v1/session", session_handler_delete, "api_session", RULE(open)},
    {HTTP_METHOD_GET, HTTP_ROUTE_SLOW, "/sign-in/oidc", oidc_handler_begin, "sign_in_oidc", RULE(anyone)},
    {HTTP_METHOD_GET, HTTP_ROUTE_SLOW, "/sign-in/oidc/callback", oidc_handler_return, "sign_in_oidc", RULE(anyone)},
    {HTTP_METHOD_PUT, BODY | HTTP_ROUTE_SLOW, "/api/v1/me/password", me_handler_set_password, "api_me",
     RULE(session)},
    {HTTP_METHOD_GET, 0, "/api/v1/me/credentials", me_handler_list_credentials, "api_me", RULE(signed_in)},
    {HTTP_METHOD_DELETE, 0, "/api/v1/me/credentials/{credential}", me_handler_revoke_credential, "api_me",
     RULE(session)},
    {HTTP_METHOD_POST, BODY, "/api/v1/me/tokens", me_handler_create_token, "api_me", RULE(session)},
    {HTTP_METHOD_POST, 0, "/api/v1/me/totp", me_handler_propose_totp, "api_me", RULE(session)},
    {HTTP_METHOD_PUT, BODY | HTTP_ROUTE_SLOW, "/api/v1/me/totp", me_handler_set_totp, "api_me", RULE(session)},
    {HTTP_METHOD_DELETE, BODY | HTTP_ROUTE_SLOW, "/api/v1/me/totp", me_handler_delete_totp, "api_me",
     RULE(session)},
    /* Quiet: players of all who are signed in save now and then. */
    {HTTP_METHOD_GET, HTTP_ROUTE_QUIET, "/api/v1/me/positions", position_handler_list, "api_positions",
     RULE(signed_in)},
    {HTTP_METHOD_PUT, BODY | HTTP_ROUTE_QUIET, "/api/v1/me/positions/{lesson}", position_handler_save,
     "api_positions", RULE(signed_in)},
    {HTTP_METHOD_DELETE, HTTP_ROUTE_QUIET, "/api/v1/me/positions/{lesson}", position_handler_forget,
     "api_positions", RULE(signed_in)},
    {HTTP_METHOD_POST, BODY, "/api/v1/device/code", device_handler_open, "api_device", RULE(open)},
    {HTTP_METHOD_POST, BODY, "/api/v1/device/token", device_handler_redeem, "api_device", RULE(open)},
    {HTTP_METHOD_POST, BODY, "/api/v1/device/approve", device_handler_decide, "api_device", RULE(session)},
    {HTTP_METHOD_POST, 0, "/api/v1/rooms/{record}/code", room_code_handler_open, "api_room_code", RULE(host)},
    {HTTP_METHOD_DELETE, 0, "/api/v1/rooms/{record}/code", room_code_handler_close, "api_room_code", RULE(host)},
    {HTTP_METHOD_POST, BODY, "/api/v1/room-session", room_code_handler_join, "api_room_code", RULE(open)},
    {HTTP_METHOD_GET, 0, "/api/v1/people", person_handler_list, "api_people", RULE(people)},
    {HTTP_METHOD_POST, BODY | HTTP_ROUTE_SLOW, "/api/v1/people", person_handler_create, "api_people", RULE(people)},
    {HTTP_METHOD_GET, 0, "/api/v1/people/{person}", person_handler_get, "api_people", RULE(people)},
    {HTTP_METHOD_PATCH, BODY | HTTP_ROUTE_SLOW, "/api/v1/people/{person}", person_handler_update, "api_people",
     RULE(people)},
    {HTTP_METHOD_POST, BODY, "/api/v1/people/{person}/roles", person_handler_give_role, "api_people", RULE(people)},
    {HTTP_METHOD_DELETE, 0, "/api/v1/people/{person}/roles", person_handler_take_role, "api_people", RULE(people)},
    {HTTP_METHOD_DELETE, 0, "/api/v1/people/{person}/credentials", person_handler_sign_out, "api_people",
     RULE(people)},
    /* what /admin shows beside records and people */
    {HTTP_METHOD_GET, 0, "/api/v1/overview", desk_handler_overview, "api_overview", RULE(work)},
    {HTTP_METHOD_GET, 0, "/api/v1/storage", desk_handler_storage, "api_storage", RULE(new_record)},
    {HTTP_METHOD_GET, 0, "/api/v1/jobs", job_handler_list, "api_jobs", RULE(work)},
    {HTTP_METHOD_POST, 0, "/api/v1/jobs/{asset}/retry", job_handler_retry, "api_jobs_edit", RULE(asset)},
    {HTTP_METHOD_POST, 0, "/api/v1/jobs/{asset}/cancel", job_handler_cancel, "api_jobs_edit", RULE(asset)},
    {HTTP_METHOD_POST, 0, "/api/v1/jobs/{asset}/pause", job_handler_pause, "api_jobs_edit", RULE(asset_managed)},
    {HTTP_METHOD_POST, 0, "/api/v1/jobs/{asset}/resume", job_handler_resume, "api_jobs_edit", RULE(asset_managed)},
    {HTTP_METHOD_POST, 0, "/api/v1/jobs/{asset}/raise", job_handler_raise, "api_jobs_edit", RULE(asset_managed)},
    {HTTP_METHOD_GET, 0, "/api/v1/courses/{record}/reviews", review_handler_list, "api_reviews", RULE(course)},
    {HTTP_METHOD_POST, BODY, "/api/v1/courses/{record}/reviews", review_handler_decide, "api_reviews",
     RULE(review)},
    {HTTP_METHOD_GET, HTTP_ROUTE_PAGE, "/", page_handler_home, "page_home", RULE(anyone)},
    {HTTP_METHOD_GET, HTTP_ROUTE_PAGE, "/sign-in", page_handler_account, "page_account", RULE(anyone)},
    {HTTP_METHOD_GET, HTTP_ROUTE_PAGE, "/account", page_handler_account, "page_account", RULE(anyone)},
    {HTTP_METHOD_GET, HTTP_ROUTE_PAGE, "/admin", page_handler_admin, "page_admin", RULE(anyone)},
    {HTTP_METHOD_GET, HTTP_ROUTE_PAGE, "/activate", page_handler_account, "page_account", RULE(anyone)},
    {HTTP_METHOD_GET, HTTP_ROUTE_PAGE, "/studio", page_handler_studio, "page_studio", RULE(anyone)},
    {HTTP_METHOD_GET, HTTP_ROUTE_PAGE, "/studio/{course}", page_handler_studio, "page_studio", RULE(anyone)},
    {HTTP_METHOD_GET, HTTP_ROUTE_PAGE, "/admin/channels", page_handler_channels, "page_channels", RULE(anyone)},
    {HTTP_METHOD_GET, HTTP_ROUTE_PAGE, "/course/{course}", page_handler_course, "page_course", RULE(anyone)},
    {HTTP_METHOD_GET, HTTP_ROUTE_PAGE, "/elder", page_handler_elder, "page_elder", RULE(anyone)},
    {HTTP_METHOD_GET, HTTP_ROUTE_PAGE, "/tv", page_handler_tv, "page_tv", RULE(anyone)},
    {HTTP_METHOD_GET, HTTP_ROUTE_PAGE, "/offline", page_handler_offline, "page_offline", RULE(anyone)},
    {HTTP_METHOD_GET, HTTP_ROUTE_QUIET, "/feed.xml", page_handler_feed, "page_feed", RULE(anyone)},
    {HTTP_METHOD_GET, HTTP_ROUTE_QUIET, "/sitemap.xml", page_handler_sitemap, "page_sitemap", RULE(anyone)},
    {HTTP_METHOD_GET, HTTP_ROUTE_QUIET, "/robots.txt", page_handler_robots, "page_robots", RULE(anyone)},
    {HTTP_METHOD_GET, HTTP_ROUTE_QUIET, "/manifest.webmanifest", page_handler_manifest, "page_manifest",
     RULE(anyone)},
    {HTTP_METHOD_GET, HTTP_ROUTE_QUIET, "/service-worker.js", page_handler_worker, "page_worker", RULE(anyone)},
    {HTTP_METHOD_GET, HTTP_ROUTE_QUIET, "/assets/{path...}", page_handler_asset, "page_asset", RULE(anyone)},
    {HTTP_METHOD_GET, HTTP_ROUTE_QUIET, "/favicon.{extension}", page_handler_favicon, "page_favicon", RULE(anyone)},
    {HTTP_METHOD_GET, HTTP_ROUTE_QUIET | HTTP_ROUTE_PLAIN, "/healthz", health_handler_get, "health", RULE(anyone)},
    {HTTP_METHOD_GET, HTTP_ROUTE_QUIET | HTTP_ROUTE_PLAIN, "/metrics", metrics_handler_get, "metrics",
     RULE(anyone)},
};

const HttpRoute *server_routes(size_t *ret_count) {
  *ret_count = G_N_ELEMENTS(routes);
  return routes;
}
