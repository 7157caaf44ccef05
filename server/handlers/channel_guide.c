#include "server/handlers/channel_guide.h"

#include "server/access.h"
#include "server/handlers/channel_access.h"
#include "server/pages/page_model.h"

#include <string.h>

#define GUIDE_DAYS_BEFORE 1
#define GUIDE_DAYS_AFTER 7
#define GUIDE_PROGRAMMES_MAX 5000 /**< of one channel */
/** A shorter gap is not worth a line of the guide. */
#define GAP_MIN_US (5 * G_TIME_SPAN_MINUTE)
#define SUMMARY_CHARACTERS_MAX 500
#define GROUP_DEFAULT "社区教育"
#define GAP_TITLE "课间节目"
#define CACHE_MINUTE "public, max-age=60"
#define CACHE_PRIVATE "private, no-cache"

/** The name of the channel's institution, else of its division: what lists are grouped by. Caller frees. */
static char *find_group(Catalog *catalog, const ChannelSheet *sheet) {
  g_autoptr(CatalogRecord) institution = NULL;
  const char *id = sheet->gate.institution_id;
  if (id[0] != '\0' && catalog_load_record(catalog, RECORD_INSTITUTION, id, &institution, NULL))
    return g_strdup(catalog_record_get(institution, "name"));
  return g_strdup(GROUP_DEFAULT);
}

/** The channel's picture: its logo, else the poster of what it shows first. Empty when there is none. Caller frees. */
static char *find_logo(const ChannelSheet *sheet, const char *origin) {
  const char *logo = catalog_record_get(sheet->channel->record, "logo");
  if (logo[0] != '\0')
    return logo[0] == '/' ? g_strconcat(origin, logo, NULL) : g_strdup(logo);
  for (guint i = 0; i < sheet->channel->revisions->len; i++) {
    const ChannelRevision *revision = sheet->channel->revisions->pdata[i];
    for (guint j = 0; j < revision->lessons->len; j++) {
      const GArray *lessons = revision->lessons->pdata[j];
      g_autofree char *poster =
          lessons->len > 0 ? channel_access_poster(&g_array_index(lessons, CatalogChannelLesson, 0)) : NULL;
      if (poster != NULL)
        return g_strconcat(origin, poster, NULL);
    }
  }
  return g_strdup("");
}

/** A text in an attribute of a list: quotes and line ends would end it. */
static void append_attribute(GString *out, const char *name, const char *value) {
  g_autofree char *clean = g_strdelimit(g_strdup(value), "\"\r\n", ' ');
  if (clean[0] != '\0')
    g_string_append_printf(out, " %s=\"%s\"", name, clean);
}

/** Where lists and streams are for who asks: the origin, or below the room's secret address. Caller frees. */
static char *find_base(const HttpRequest *request, const char *origin) {
  const char *key = access_address(request);
  return key != NULL ? g_strconcat(origin, "/iptv/", key, NULL) : g_strdup(origin);
}

static void append_channel(GString *out, const ServerContext *server, const ChannelSheet *sheet, const char *origin,
                           const char *base) {
  const CatalogRecord *record = sheet->channel->record;
  g_autofree char *group = find_group(server->catalog, sheet), *logo = find_logo(sheet, origin);
  g_autofree char *title = g_strdelimit(g_strdup(catalog_record_get(record, "title")), "\r\n", ' ');
  g_string_append(out, "#EXTINF:-1");
  append_attribute(out, "tvg-id", record->id);
  append_attribute(out, "tvg-chno", catalog_record_get(record, "number"));
  append_attribute(out, "tvg-name", title);
  append_attribute(out, "tvg-logo", logo);
  append_attribute(out, "group-title", group);
  g_string_append_printf(out, ",%s\n%s/channels/%s/live.m3u8\n", title, base, record->id);
}

static void finish(HttpResponse *response, const HttpRequest *request, const char *type, GString *text,
                   const GPtrArray *sheets) {
  bool is_public = access_address(request) == NULL;
  for (guint i = 0; i < sheets->len; i++)
    is_public = is_public && channel_access_is_public(sheets->pdata[i]);
  http_response_take_string(response, type, text);
  http_response_set_etag_of_body(response);
  http_response_set_header(response, "Cache-Control", is_public ? CACHE_MINUTE : CACHE_PRIVATE);
  http_response_set_header(response, "Vary", "Authorization, Cookie, Host");
}

void channel_guide_list(gpointer context, const HttpRequest *request, HttpResponse *response) {
  g_autoptr(GPtrArray) sheets = NULL;
  if (!channel_access_list(context, request, response, &sheets))
    return;
  g_autofree char *origin = page_model_origin(request), *base = find_base(request, origin);
  GString *text = g_string_new("#EXTM3U");
  g_autofree char *guide = g_strconcat(base, "/channels.xml", NULL);
  append_attribute(text, "url-tvg", guide);
  append_attribute(text, "x-tvg-url", guide);
  g_string_append_c(text, '\n');
  for (guint i = 0; i < sheets->len; i++)
    append_channel(text, context, sheets->pdata[i], origin, base);
  finish(response, request, "audio/x-mpegurl; charset=utf-8", text, sheets);
}

/* --- XMLTV --- */

static void append_element(GString *out, const char *name, const char *text) {
  g_autofree char *escaped = g_markup_escape_text(text, -1);
  if (text[0] != '\0')
    g_string_append_printf(out, "    <%s lang=\"zh\">%s</%s>\n", name, escaped, name);
}

static void append_icon(GString *out, const char *address) {
  g_autofree char *escaped = g_markup_escape_text(address, -1);
  if (address[0] != '\0')
    g_string_append_printf(out, "    <icon src=\"%s\"/>\n", escaped);
}

/** "20261130080000 +0800". */
static void append_moment(GString *out, const char *name, int64_t time_us) {
  g_autoptr(GDateTime) local = g_date_time_new_from_unix_utc(time_us / G_TIME_SPAN_SECOND + CHANNEL_UTC_OFFSET_S);
  g_autofree char *text = g_date_time_format(local, "%Y%m%d%H%M%S");
  g_string_append_printf(out, " %s=\"%s +0800\"", name, text);
}

static void append_lesson(GString *out, const CatalogChannelLesson *lesson, const char *origin) {
  size_t count = 0;
  const CatalogWord *words = catalog_categories(&count);
  const CatalogWord *category =
      lesson->category[0] != '\0' ? catalog_find_word(words, count, lesson->category) : NULL;
  g_autofree char *summary =
      g_utf8_substring(lesson->summary, 0, MIN(g_utf8_strlen(lesson->summary, -1), (glong)SUMMARY_CHARACTERS_MAX));
  g_autofree char *poster = channel_access_poster(lesson);
  g_autofree char *address = poster != NULL ? g_strconcat(origin, poster, NULL) : g_strdup("");
  append_element(out, "title", lesson->course_title);
  if (strcmp(lesson->title, lesson->course_title) != 0)
    append_element(out, "sub-title", lesson->title);
  append_element(out, "desc", summary);
  if (category != NULL) {
    append_element(out, "category", category->zh);
    g_string_append_printf(out, "    <category lang=\"en\">%s</category>\n", category->en);
  }
  append_icon(out, address);
}

static void append_programme(GString *out, const char *channel_id, const CatalogChannelPlay *play,
                             const char *origin) {
  g_string_append(out, "  <programme");
  append_moment(out, "start", play->begin_us);
  append_moment(out, "stop", play->end_us);
  g_string_append_printf(out, " channel=\"%s\">\n", channel_id);
  if (play->kind == CHANNEL_PLAY_LESSON)
    append_lesson(out, play->lesson, origin);
  else
    append_element(out, "title", GAP_TITLE);
  g_string_append(out, "  </programme>\n");
}

static void append_programmes(GString *out, const ChannelSheet *sheet, const char *origin) {
  int64_t today = channel_day_at(g_get_real_time());
  g_autoptr(GArray) plays = catalog_channel_plays(sheet->channel, channel_day_begin_us(today - GUIDE_DAYS_BEFORE),
                                                  channel_day_begin_us(today + GUIDE_DAYS_AFTER), true);
  for (guint i = 0; i < MIN(plays->len, GUIDE_PROGRAMMES_MAX); i++) {
    const CatalogChannelPlay *play = &g_array_index(plays, CatalogChannelPlay, i);
    if (play->kind == CHANNEL_PLAY_LESSON || play->end_us - play->begin_us >= GAP_MIN_US)
      append_programme(out, sheet->channel->record->id, play, origin);
  }
}

static void append_head(GString *out, const ChannelSheet *sheet, const char *origin) {
  const CatalogRecord *record = sheet->channel->record;
  g_autofree char *logo = find_logo(sheet, origin);
  g_string_append_printf(out, "  <channel id=\"%s\">\n", record->id);
  append_element(out, "display-name", catalog_record_get(record, "title"));
  g_string_append_printf(out, "    <display-name>%s</display-name>\n", catalog_record_get(record, "number"));
  append_icon(out, logo);
  g_string_append(out, "  </channel>\n");
}

void channel_guide_programme(gpointer context, const HttpRequest *request, HttpResponse *response) {
  g_autoptr(GPtrArray) sheets = NULL;
  if (!channel_access_list(context, request, response, &sheets))
    return;
  g_autofree char *origin = page_model_origin(request);
  GString *text = g_string_new("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!DOCTYPE tv SYSTEM \"xmltv.dtd\">\n"
                               "<tv generator-info-name=\"Kapok\">\n");
  for (guint i = 0; i < sheets->len; i++)
    append_head(text, sheets->pdata[i], origin);
  for (guint i = 0; i < sheets->len; i++)
    append_programmes(text, sheets->pdata[i], origin);
  g_string_append(text, "</tv>\n");
  finish(response, request, "application/xml; charset=utf-8", text, sheets);
}
