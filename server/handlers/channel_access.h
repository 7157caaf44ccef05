/** What handlers of channels share. */
#pragma once

#include "server/channel_book.h"
#include "server/handlers/handler.h"

/** The channel that {channel} or, in the API, {record} names, when who asks may see it or manages its place; else false with
 * 404 set. */
bool channel_access_load(const ServerContext *server, const HttpRequest *request, HttpResponse *response,
                         const char *id, ChannelSheet **ret_sheet);

/** The channels that who asks may see, by number. False with the problem set. */
bool channel_access_list(const ServerContext *server, const HttpRequest *request, HttpResponse *response,
                         GPtrArray **ret_sheets);

bool channel_access_is_public(const ChannelSheet *sheet);

/** The address of a lesson's poster; NULL when it has none, or none that everybody may see. Caller frees. */
char *channel_access_poster(const CatalogChannelLesson *lesson);

/** A lesson as people call it: "course: lesson", or one of them when they are the same. Caller frees. */
char *channel_access_title(const CatalogChannelLesson *lesson);
