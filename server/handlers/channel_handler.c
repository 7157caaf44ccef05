#include "server/handlers/channel_handler.h"

#include "base/log.h"
#include "catalog/record_json.h"
#include "server/access.h"
#include "server/handlers/channel_access.h"
#include "server/handlers/edit.h"

#include <string.h>

#define PROGRAMME_US_MAX (14 * G_TIME_SPAN_DAY)
/** No year further away is asked for. */
#define YEAR_MIN 2000
#define YEAR_MAX 2200

static const char *id_of(const HttpRequest *request) {
  return http_request_route_param(request, "record");
}

/* --- what plays --- */

static void write_category(JsonWriter *writer, const char *slug) {
  size_t count = 0;
  const CatalogWord *words = catalog_categories(&count), *word = catalog_find_word(words, count, slug);
  json_writer_member_string(writer, "category", slug);
  json_writer_name(writer, "category_name");
  if (word == NULL || slug[0] == '\0') {
    json_writer_null(writer);
    return;
  }
  json_writer_begin_object(writer);
  json_writer_member_string(writer, "zh", word->zh);
  json_writer_member_string(writer, "en", word->en);
  json_writer_end_object(writer);
}

static void write_lesson(JsonWriter *writer, const CatalogChannelLesson *lesson) {
  g_autofree char *poster = channel_access_poster(lesson);
  json_writer_member_string(writer, "title", lesson->title);
  json_writer_member_string(writer, "lesson_id", lesson->id);
  json_writer_member_string(writer, "course_id", lesson->course_id);
  json_writer_member_string(writer, "course_title", lesson->course_title);
  json_writer_member_string(writer, "summary", lesson->summary);
  json_writer_member_string(writer, "asset_id", lesson->asset_id);
  json_writer_member_string(writer, "poster", poster);
  write_category(writer, lesson->category);
}

static const char *kind_name(const CatalogChannelPlay *play) {
  return play->kind == CHANNEL_PLAY_LESSON ? "lesson" : "filler";
}

/** A stretch of the programme as an object. */
static void write_play(JsonWriter *writer, const CatalogChannelPlay *play) {
  json_writer_begin_object(writer);
  handler_write_time(writer, "begin", play->begin_us);
  handler_write_time(writer, "end", play->end_us);
  json_writer_member_string(writer, "kind", kind_name(play));
  if (play->kind == CHANNEL_PLAY_LESSON) {
    handler_write_seconds(writer, "offset", play->begin_us - play->media_us);
    write_lesson(writer, play->lesson);
  } else if (play->planned != NULL) {
    json_writer_member_string(writer, "replaces", play->planned->id);
    json_writer_member_string(writer, "reason", channel_lesson_state_name(play->planned->state));
  }
  json_writer_end_object(writer);
}

/** What is on at `now_us` and the lesson after it. */
static void write_now(JsonWriter *writer, const CatalogChannel *channel, int64_t now_us) {
  g_autoptr(GArray) plays = catalog_channel_plays(channel, now_us, now_us + G_TIME_SPAN_DAY, true);
  const CatalogChannelPlay *next = NULL;
  for (guint i = 1; i < plays->len && next == NULL; i++) {
    const CatalogChannelPlay *play = &g_array_index(plays, CatalogChannelPlay, i);
    next = play->kind == CHANNEL_PLAY_LESSON ? play : NULL;
  }
  json_writer_name(writer, "now");
  if (plays->len > 0)
    write_play(writer, &g_array_index(plays, CatalogChannelPlay, 0));
  else
    json_writer_null(writer);
  json_writer_name(writer, "next");
  if (next != NULL)
    write_play(writer, next);
  else
    json_writer_null(writer);
}

static void write_channel(JsonWriter *writer, const HttpRequest *request, const ChannelSheet *sheet,
                          int64_t now_us) {
  const Place place = {sheet->gate.division, sheet->gate.institution_id};
  g_autofree char *stream = g_strdup_printf("/channels/%s/live.m3u8", sheet->channel->record->id);
  json_writer_begin_object(writer);
  record_json_write_members(writer, sheet->channel->record, access_may(request, RIGHT_MANAGE, &place));
  json_writer_member_string(writer, "stream", stream);
  write_now(writer, sheet->channel, now_us);
  json_writer_end_object(writer);
}

void channel_handler_list(gpointer context, const HttpRequest *request, HttpResponse *response) {
  g_autoptr(GPtrArray) sheets = NULL;
  int64_t now_us = g_get_real_time();
  JsonWriter writer;
  if (!channel_access_list(context, request, response, &sheets))
    return;
  GString *text = handler_begin_items(&writer);
  for (guint i = 0; i < sheets->len; i++)
    write_channel(&writer, request, sheets->pdata[i], now_us);
  json_writer_end_array(&writer);
  json_writer_member_string(&writer, "next", NULL);
  json_writer_end_object(&writer);
  edit_take_page(response, request, text);
}

void channel_handler_get(gpointer context, const HttpRequest *request, HttpResponse *response) {
  g_autoptr(ChannelSheet) sheet = NULL;
  JsonWriter writer;
  if (!channel_access_load(context, request, response, id_of(request), &sheet))
    return;
  GString *text = g_string_new(NULL);
  json_writer_init(&writer, text);
  write_channel(&writer, request, sheet, g_get_real_time());
  edit_take_json(response, request, text, sheet->channel->record->row_version);
}

/** A moment (ISO 8601; in China when it names no zone). `*ret_us` stays when the parameter is not there. */
static bool read_moment(const HttpRequest *request, HttpResponse *response, const char *name, int64_t *ret_us) {
  const char *text = http_request_find_param(request, name);
  if (text == NULL || text[0] == '\0')
    return true;
  g_autoptr(GTimeZone) zone = g_time_zone_new_offset(CHANNEL_UTC_OFFSET_S);
  g_autoptr(GDateTime) moment = strlen(text) <= 40 ? g_date_time_new_from_iso8601(text, zone) : NULL;
  int year = moment != NULL ? g_date_time_get_year(moment) : 0;
  if (year >= YEAR_MIN && year <= YEAR_MAX) {
    *ret_us = g_date_time_to_unix(moment) * G_TIME_SPAN_SECOND;
    return true;
  }
  g_autofree char *zh = g_strdup_printf("参数 %s 不是时间，例如 2026-12-01T08:00:00+08:00。", name);
  g_autofree char *en = g_strdup_printf("The parameter %s is no time such as 2026-12-01T08:00:00+08:00.", name);
  http_problem_set_texts(response, request, HTTP_PROBLEM_BAD_PARAMETER, zh, en);
  return false;
}

static bool read_window(const HttpRequest *request, HttpResponse *response, int64_t *ret_from_us,
                        int64_t *ret_to_us) {
  int64_t from_us = channel_day_begin_us(channel_day_at(g_get_real_time()));
  if (!read_moment(request, response, "from", &from_us))
    return false;
  int64_t to_us = from_us + G_TIME_SPAN_DAY;
  if (!read_moment(request, response, "to", &to_us))
    return false;
  if (to_us <= from_us || to_us - from_us > PROGRAMME_US_MAX) {
    http_problem_set_texts(response, request, HTTP_PROBLEM_BAD_PARAMETER, "to 要在 from 之后，最多 14 天。",
                           "to must come after from, by 14 days at most.");
    return false;
  }
  *ret_from_us = from_us;
  *ret_to_us = to_us;
  return true;
}

void channel_handler_programme(gpointer context, const HttpRequest *request, HttpResponse *response) {
  g_autoptr(ChannelSheet) sheet = NULL;
  int64_t from_us = 0, to_us = 0;
  JsonWriter writer;
  if (!channel_access_load(context, request, response, id_of(request), &sheet) ||
      !read_window(request, response, &from_us, &to_us))
    return;
  g_autoptr(GArray) plays = catalog_channel_plays(sheet->channel, from_us, to_us, true);
  GString *text = handler_begin_items(&writer);
  for (guint i = 0; i < plays->len; i++)
    write_play(&writer, &g_array_index(plays, CatalogChannelPlay, i));
  json_writer_end_array(&writer);
  handler_write_time(&writer, "from", from_us);
  handler_write_time(&writer, "to", to_us);
  json_writer_end_object(&writer);
  edit_take_page(response, request, text);
}

/* --- the schedule --- */

static void answer_schedule(HttpResponse *response, const HttpRequest *request, const CatalogChannel *channel) {
  g_autofree char *schedule = catalog_channel_write_schedule(channel);
  edit_take_json(response, request, g_string_new(schedule), channel->record->row_version);
}

void channel_handler_get_schedule(gpointer context, const HttpRequest *request, HttpResponse *response) {
  g_autoptr(ChannelSheet) sheet = NULL;
  if (channel_access_load(context, request, response, id_of(request), &sheet))
    answer_schedule(response, request, sheet->channel);
}

void channel_handler_put_schedule(gpointer context, const HttpRequest *request, HttpResponse *response) {
  const ServerContext *server = context;
  const char *id = id_of(request), *text = NULL;
  size_t size = 0;
  int64_t version = 0, from_us = 0;
  RecordFault fault = {0};
  g_autoptr(CatalogChannel) channel = NULL;
  g_autoptr(ChannelSheet) before = NULL;
  g_autoptr(GError) error = NULL;
  if (!channel_access_load(server, request, response, id, &before) ||
      !edit_load_body(request, response, &text, &size) ||
      !edit_load_version(request, response, before->channel->record->row_version, &version))
    return;
  if (!catalog_set_channel_schedule(server->catalog, access_actor(request), id, version, text, size,
                                    g_get_real_time(), &from_us, &fault, &error) ||
      !catalog_load_channel(server->catalog, id, &channel, &error)) {
    edit_set_error(response, request, error, &fault);
    return;
  }
  g_autoptr(GDateTime) moment = g_date_time_new_from_unix_utc(from_us / G_TIME_SPAN_SECOND);
  g_autofree char *in_force = g_date_time_format_iso8601(moment);
  answer_schedule(response, request, channel);
  http_response_set_header(response, "ETag", response->etag);
  http_response_set_header(response, "Kapok-In-Force", in_force);
}

/* --- what cannot be shown --- */

static void write_problem(JsonWriter *writer, const ChannelSheet *sheet, const ChannelProblem *problem) {
  json_writer_begin_object(writer);
  json_writer_member_string(writer, "channel_id", sheet->channel->record->id);
  json_writer_member_string(writer, "channel_title", catalog_record_get(sheet->channel->record, "title"));
  json_writer_name(writer, "entry");
  if (problem->entry >= 0)
    json_writer_int(writer, problem->entry);
  else
    json_writer_null(writer);
  json_writer_member_string(writer, "reason", channel_lesson_state_name(problem->state));
  json_writer_name(writer, "text");
  json_writer_begin_object(writer);
  json_writer_member_string(writer, "zh", channel_lesson_state_zh(problem->state));
  json_writer_member_string(writer, "en", channel_lesson_state_en(problem->state));
  json_writer_end_object(writer);
  json_writer_member_string(writer, "course_id",
                            problem->lesson != NULL ? problem->lesson->course_id : problem->item->course_id);
  json_writer_member_string(writer, "lesson_id",
                            problem->lesson != NULL ? problem->lesson->id : problem->item->lesson_id);
  json_writer_member_string(writer, "title", problem->lesson != NULL ? problem->lesson->title : NULL);
  json_writer_end_object(writer);
}

void channel_handler_problems(gpointer context, const HttpRequest *request, HttpResponse *response) {
  g_autoptr(GPtrArray) sheets = NULL;
  JsonWriter writer;
  if (!channel_access_list(context, request, response, &sheets))
    return;
  GString *text = handler_begin_items(&writer);
  for (guint i = 0; i < sheets->len; i++) {
    const ChannelSheet *sheet = sheets->pdata[i];
    const Place place = {sheet->gate.division, sheet->gate.institution_id};
    if (!access_may(request, RIGHT_MANAGE, &place))
      continue;
    g_autoptr(GArray) problems = catalog_channel_problems(sheet->channel);
    for (guint j = 0; j < problems->len; j++)
      write_problem(&writer, sheet, &g_array_index(problems, ChannelProblem, j));
  }
  json_writer_end_array(&writer);
  json_writer_end_object(&writer);
  edit_take_page(response, request, text);
}
