#include "catalog/channel.h"

#include "base/log.h"
#include "catalog/asset_row.h"
#include "catalog/audit.h"
#include "catalog/channel_write.h"
#include "catalog/record_edit.h"
#include "catalog/record_statements.h"
#include "catalog/transaction.h"

#include <string.h>

static const struct {
  const char *name, *zh, *en;
} state_texts[] = {
    [CHANNEL_LESSON_FIT] = {"fit", "可以播出", "can be shown"},
    [CHANNEL_LESSON_NOT_READY] = {"not-ready", "还在处理", "is still being made"},
    [CHANNEL_LESSON_FAILED] = {"failed", "处理失败或已被清除", "has failed or was removed"},
    [CHANNEL_LESSON_NOT_PUBLISHED] = {"not-published", "所属课程没有发布",
                                      "belongs to a course that is not published"},
    [CHANNEL_LESSON_HIDDEN] = {"hidden", "不是频道的所有观众都可以看",
                               "may not be seen by everybody who sees the channel"},
    [CHANNEL_LESSON_SEGMENTS] = {"segments", "分段太长", "has segments that are too long"},
    [CHANNEL_LESSON_NONE] = {"none", "课程没有课时，或者已被删除", "is gone, or has no lesson"},
};

const char *channel_lesson_state_name(ChannelLessonState state) {
  return state_texts[state].name;
}

const char *channel_lesson_state_zh(ChannelLessonState state) {
  return state_texts[state].zh;
}

const char *channel_lesson_state_en(ChannelLessonState state) {
  return state_texts[state].en;
}

static void clear_lesson(gpointer data) {
  CatalogChannelLesson *lesson = data;
  g_free(lesson->id);
  g_free(lesson->title);
  g_free(lesson->course_id);
  g_free(lesson->course_title);
  g_free(lesson->category);
  g_free(lesson->summary);
  g_free(lesson->asset_id);
}

static GArray *lessons_new(void) {
  GArray *lessons = g_array_new(FALSE, TRUE, sizeof(CatalogChannelLesson));
  g_array_set_clear_func(lessons, clear_lesson);
  return lessons;
}

static void revision_free(gpointer data) {
  ChannelRevision *revision = data;
  channel_document_free(revision->document);
  g_ptr_array_unref(revision->lessons);
  g_array_unref(revision->filler);
  g_ptr_array_unref(revision->rules);
  g_array_unref(revision->entries);
  g_free(revision);
}

static ChannelRevision *revision_new(int64_t from_us) {
  ChannelRevision *revision = g_new0(ChannelRevision, 1);
  revision->from_us = from_us;
  revision->lessons = g_ptr_array_new_with_free_func((GDestroyNotify)g_array_unref);
  revision->filler = lessons_new();
  revision->rules = g_ptr_array_new_with_free_func((GDestroyNotify)g_array_unref);
  revision->entries = g_array_new(FALSE, FALSE, sizeof(ChannelEntry));
  return revision;
}

void catalog_channel_free(CatalogChannel *channel) {
  if (channel == NULL)
    return;
  catalog_record_free(channel->record);
  g_ptr_array_unref(channel->revisions);
  g_free(channel);
}

/* --- loading --- */

/** Whether everybody who sees the channel sees the course of the row. */
static bool is_open_to_viewers(const CatalogRecord *channel, const char *visibility, const char *visible_to) {
  return g_str_equal(visibility, "public") || (g_str_equal(visibility, catalog_record_get(channel, "visibility")) &&
                                               g_str_equal(visible_to, catalog_record_get(channel, "visible_to")));
}

static ChannelLessonState judge(Statement *row, const CatalogRecord *channel) {
  AssetState state = asset_row_state(statement_text(row, 7));
  if (!g_str_equal(statement_text(row, 11), "published"))
    return CHANNEL_LESSON_NOT_PUBLISHED;
  if (!is_open_to_viewers(channel, statement_text(row, 12), statement_text(row, 13)))
    return CHANNEL_LESSON_HIDDEN;
  if (state != ASSET_STATE_READY)
    return state == ASSET_STATE_FAILED ? CHANNEL_LESSON_FAILED : CHANNEL_LESSON_NOT_READY;
  return statement_int(row, 9) > CHANNEL_SEGMENT_S_MAX ? CHANNEL_LESSON_SEGMENTS : CHANNEL_LESSON_FIT;
}

static CatalogChannelLesson read_lesson(Statement *row, const CatalogRecord *channel) {
  return (CatalogChannelLesson){.id = statement_dup_text(row, 0),
                                .title = statement_dup_text(row, 1),
                                .course_id = statement_dup_text(row, 2),
                                .course_title = statement_dup_text(row, 3),
                                .category = statement_dup_text(row, 4),
                                .summary = statement_dup_text(row, 5),
                                .asset_id = statement_dup_text(row, 6),
                                .duration_us = statement_int(row, 8),
                                .has_poster = statement_bool(row, 10),
                                .state = judge(row, channel)};
}

static bool append_lessons(Connection *connection, const CatalogRecord *channel, const ChannelItem *item,
                           GArray *lessons, GError **error) {
  g_auto(Statement) statement = statement_use(connection, STATEMENT_LIST_CHANNEL_LESSONS);
  statement_bind(&statement, argument_text(item->course_id), argument_text(item->lesson_id));
  while (statement_next_row(&statement)) {
    CatalogChannelLesson lesson = read_lesson(&statement, channel);
    g_array_append_val(lessons, lesson);
  }
  return statement_check(&statement, error);
}

/** The lessons as the schedule's rules want them. */
static GArray *write_rules(const GArray *lessons) {
  GArray *rules = g_array_new(FALSE, FALSE, sizeof(ChannelLesson));
  for (guint i = 0; i < lessons->len; i++) {
    const CatalogChannelLesson *lesson = &g_array_index(lessons, CatalogChannelLesson, i);
    ChannelLesson rule = {lesson->duration_us, lesson->state == CHANNEL_LESSON_FIT};
    g_array_append_val(rules, rule);
  }
  return rules;
}

/** Load the lessons of an entry, or take those of an earlier entry with the same item. */
static bool load_entry(Connection *connection, const CatalogRecord *channel, ChannelRevision *revision, guint index,
                       GHashTable *known, GError **error) {
  const ChannelDocumentEntry *entry = &g_array_index(revision->document->entries, ChannelDocumentEntry, index);
  const char *key = entry->item.course_id != NULL ? entry->item.course_id : entry->item.lesson_id;
  gpointer earlier = NULL;
  if (g_hash_table_lookup_extended(known, key, NULL, &earlier)) {
    g_ptr_array_add(revision->lessons, g_array_ref(revision->lessons->pdata[GPOINTER_TO_UINT(earlier)]));
    g_ptr_array_add(revision->rules, g_array_ref(revision->rules->pdata[GPOINTER_TO_UINT(earlier)]));
  } else {
    g_autoptr(GArray) lessons = lessons_new();
    if (!append_lessons(connection, channel, &entry->item, lessons, error))
      return false;
    g_ptr_array_add(revision->rules, write_rules(lessons));
    g_ptr_array_add(revision->lessons, g_steal_pointer(&lessons));
    g_hash_table_insert(known, (gpointer)key, GUINT_TO_POINTER(index));
  }
  const GArray *rules = revision->rules->pdata[index];
  ChannelEntry rule = entry->rule;
  rule.lessons = (const ChannelLesson *)(const void *)rules->data;
  rule.lesson_count = rules->len;
  g_array_append_val(revision->entries, rule);
  return true;
}

static bool load_revision_lessons(Connection *connection, const CatalogRecord *channel, ChannelRevision *revision,
                                  GError **error) {
  g_autoptr(GHashTable) known = g_hash_table_new(g_str_hash, g_str_equal);
  for (guint i = 0; i < revision->document->entries->len; i++)
    if (!load_entry(connection, channel, revision, i, known, error))
      return false;
  for (guint i = 0; i < revision->document->filler->len; i++)
    if (!append_lessons(connection, channel, &g_array_index(revision->document->filler, ChannelItem, i),
                        revision->filler, error))
      return false;
  GArray *filler = write_rules(revision->filler);
  g_ptr_array_add(revision->rules, filler);
  revision->schedule =
      (ChannelSchedule){(const ChannelEntry *)(const void *)revision->entries->data, revision->entries->len,
                        (const ChannelLesson *)(const void *)filler->data, filler->len};
  return true;
}

/** A stored document that cannot be read any more plays nothing. */
static ChannelDocument *read_document(const char *id, const char *text) {
  RecordFault fault = {0};
  g_autoptr(GError) error = NULL;
  ChannelDocument *document = channel_document_parse(text, strlen(text), &fault, &error);
  if (document != NULL)
    return document;
  log_warning("channel %s: its schedule cannot be read: %s", id, error->message);
  return channel_document_parse("{}", 2, &fault, NULL);
}

static bool load_revisions(Connection *connection, CatalogChannel *channel, GError **error) {
  {
    g_auto(Statement) statement = statement_use(connection, STATEMENT_LIST_CHANNEL_SCHEDULES);
    statement_bind(&statement, argument_text(channel->record->id));
    while (statement_next_row(&statement)) {
      ChannelRevision *revision = revision_new(statement_int(&statement, 0));
      revision->document = read_document(channel->record->id, statement_text(&statement, 1));
      g_ptr_array_add(channel->revisions, revision);
    }
    if (!statement_check(&statement, error))
      return false;
  }
  for (guint i = 0; i < channel->revisions->len; i++)
    if (!load_revision_lessons(connection, channel->record, channel->revisions->pdata[i], error))
      return false;
  return true;
}

bool catalog_load_channel(Catalog *catalog, const char *id, CatalogChannel **ret_channel, GError **error) {
  g_auto(Transaction) transaction = {0};
  g_autoptr(CatalogChannel) channel = g_new0(CatalogChannel, 1);
  channel->revisions = g_ptr_array_new_with_free_func(revision_free);
  if (!transaction_begin_read(&transaction, catalog, error) ||
      !record_load(transaction.connection, RECORD_CHANNEL, id, &channel->record, error) ||
      !load_revisions(transaction.connection, channel, error))
    return false;
  *ret_channel = g_steal_pointer(&channel);
  return true;
}

static const ChannelRevision *newest(const CatalogChannel *channel) {
  return channel->revisions->len > 0 ? channel->revisions->pdata[channel->revisions->len - 1] : NULL;
}

char *catalog_channel_write_schedule(const CatalogChannel *channel) {
  const ChannelRevision *revision = newest(channel);
  return revision != NULL ? channel_document_write(revision->document) : g_strdup("{\"entries\":[],\"filler\":[]}");
}

/* --- editing --- */

static bool refuse(RecordFault *ret_fault, const char *list, guint index, const ChannelItem *item, GError **error) {
  RecordFault fault = {0};
  bool is_course = item->course_id != NULL;
  record_fault_set(&fault, RECORD_FAULT_NO_RECORD, "", is_course ? item->course_id : item->lesson_id);
  g_snprintf(fault.field, sizeof fault.field, "%s[%u].%s", list, index, is_course ? "course_id" : "lesson_id");
  g_autofree char *text = record_fault_text_en(&fault);
  g_set_error_literal(error, CATALOG_ERROR, CATALOG_ERROR_INVALID, text);
  *ret_fault = fault;
  return false;
}

static bool check_item(Connection *connection, const char *list, guint index, const ChannelItem *item,
                       RecordFault *ret_fault, GError **error) {
  bool is_course = item->course_id != NULL;
  int64_t found = 0;
  if (!connection_number(connection, is_course ? STATEMENT_HAS_COURSE : STATEMENT_HAS_LESSON, &found, error,
                         argument_text(is_course ? item->course_id : item->lesson_id)))
    return false;
  return found != 0 || refuse(ret_fault, list, index, item, error);
}

static bool check_items(Connection *connection, const ChannelDocument *document, RecordFault *ret_fault,
                        GError **error) {
  for (guint i = 0; i < document->entries->len; i++)
    if (!check_item(connection, "entries", i, &g_array_index(document->entries, ChannelDocumentEntry, i).item,
                    ret_fault, error))
      return false;
  for (guint i = 0; i < document->filler->len; i++)
    if (!check_item(connection, "filler", i, &g_array_index(document->filler, ChannelItem, i), ret_fault, error))
      return false;
  return true;
}

/** The newest schedule's text; NULL when there is none. */
static bool find_newest(Connection *connection, const char *id, char **ret_text, GError **error) {
  g_autofree char *text = NULL;
  g_auto(Statement) statement = statement_use(connection, STATEMENT_LIST_CHANNEL_SCHEDULES);
  statement_bind(&statement, argument_text(id));
  while (statement_next_row(&statement)) {
    g_free(text);
    text = statement_dup_text(&statement, 1);
  }
  if (!statement_check(&statement, error))
    return false;
  *ret_text = g_steal_pointer(&text);
  return true;
}

static bool store(Connection *connection, const char *actor, const char *id, const char *before, const char *after,
                  int64_t from_us, int64_t now_us, GError **error) {
  g_auto(AuditEntry) entry = audit_entry_begin("channel", id, "schedule");
  audit_entry_add(&entry, "schedule", before, after);
  return connection_run(connection, STATEMENT_DROP_PENDING_SCHEDULES, error, argument_text(id),
                        argument_int(before != NULL ? now_us + CHANNEL_EDIT_LEAD_US : 0)) &&
         connection_run(connection, STATEMENT_INSERT_CHANNEL_SCHEDULE, error, argument_text(id),
                        argument_int(from_us), argument_text(after)) &&
         connection_run(connection, STATEMENT_DROP_OLD_SCHEDULES, error, argument_text(id),
                        argument_int(now_us - CHANNEL_KEPT_US), argument_int(CHANNEL_SCHEDULES_MAX)) &&
         connection_run(connection, STATEMENT_TOUCH_CHANNEL, error, argument_text(id), argument_int(now_us)) &&
         audit_entry_record(&entry, connection, actor, now_us, error);
}

bool channel_schedule_set(Connection *connection, const char *actor, const char *id,
                          const ChannelDocument *document, int64_t now_us, int64_t *ret_from_us,
                          bool *ret_is_changed, RecordFault *ret_fault, GError **error) {
  g_autofree char *after = channel_document_write(document), *before = NULL;
  if (!check_items(connection, document, ret_fault, error) || !find_newest(connection, id, &before, error))
    return false;
  int64_t steps = (now_us + CHANNEL_EDIT_LEAD_US) / CHANNEL_EDIT_STEP_US + 1;
  int64_t from_us = before != NULL ? steps * CHANNEL_EDIT_STEP_US : 0;
  bool is_changed = g_strcmp0(before, after) != 0;
  if (is_changed && !store(connection, actor, id, before, after, from_us, now_us, error))
    return false;
  *ret_from_us = is_changed ? from_us : now_us;
  *ret_is_changed = is_changed;
  return true;
}

bool catalog_set_channel_schedule(Catalog *catalog, const char *actor, const char *id, int64_t expected_version,
                                  const char *text, size_t size, int64_t now_us, int64_t *ret_from_us,
                                  RecordFault *ret_fault, GError **error) {
  g_autoptr(ChannelDocument) document = channel_document_parse(text, size, ret_fault, error);
  if (document == NULL)
    return false;
  g_auto(Transaction) transaction = {0};
  g_autoptr(CatalogRecord) record = NULL;
  int64_t from_us = 0;
  bool is_changed = false;
  if (!transaction_begin_write(&transaction, catalog, error) ||
      !record_load(transaction.connection, RECORD_CHANNEL, id, &record, error) ||
      !record_edit_check_version(record, expected_version, error) ||
      !channel_schedule_set(transaction.connection, actor, id, document, now_us, &from_us, &is_changed, ret_fault,
                            error) ||
      (is_changed && !transaction_commit(&transaction, error)))
    return false;
  if (ret_from_us != NULL)
    *ret_from_us = from_us;
  return true;
}

/* --- what plays --- */

static const CatalogChannelLesson *lesson_at(const GArray *lessons, int32_t index) {
  return index >= 0 ? &g_array_index(lessons, CatalogChannelLesson, index) : NULL;
}

static CatalogChannelPlay resolve(const ChannelRevision *revision, const ChannelPlay *play) {
  const CatalogChannelLesson *planned =
      play->entry >= 0 ? lesson_at(revision->lessons->pdata[play->entry], play->lesson) : NULL;
  return (CatalogChannelPlay){
      .media_us = play->begin_us,
      .begin_us = play->begin_us,
      .end_us = play->end_us,
      .kind = play->kind,
      .lesson = play->kind == CHANNEL_PLAY_LESSON ? planned : lesson_at(revision->filler, play->filler),
      .planned = planned};
}

static const char *id_of(const CatalogChannelLesson *lesson) {
  return lesson != NULL ? lesson->id : NULL;
}

/** Whether an edit left the play on the air as it was. */
static bool goes_on(const CatalogChannelPlay *last, const CatalogChannelPlay *next) {
  return last->end_us == next->begin_us && last->media_us == next->media_us && last->kind == next->kind &&
         g_strcmp0(id_of(last->lesson), id_of(next->lesson)) == 0;
}

static void append_play(GArray *plays, const CatalogChannelPlay *play) {
  CatalogChannelPlay *last = plays->len > 0 ? &g_array_index(plays, CatalogChannelPlay, plays->len - 1) : NULL;
  if (last != NULL && goes_on(last, play))
    last->end_us = play->end_us;
  else
    g_array_append_val(plays, *play);
}

/** What `revision` plays in the window, of its own time [begin_us, end_us) only. */
static void append_revision(GArray *plays, const ChannelRevision *revision, int64_t from_us, int64_t to_us,
                            int64_t begin_us, int64_t end_us, bool is_coarse) {
  g_autoptr(GArray) own =
      channel_schedule_plays(&revision->schedule, MAX(from_us, begin_us), MIN(to_us, end_us), is_coarse);
  for (guint i = 0; i < own->len; i++) {
    CatalogChannelPlay play = resolve(revision, &g_array_index(own, ChannelPlay, i));
    play.begin_us = MAX(play.begin_us, begin_us);
    play.end_us = MIN(play.end_us, end_us);
    append_play(plays, &play);
  }
}

GArray *catalog_channel_plays(const CatalogChannel *channel, int64_t from_us, int64_t to_us, bool is_coarse) {
  GArray *plays = g_array_new(FALSE, FALSE, sizeof(CatalogChannelPlay));
  for (guint i = 0; i < channel->revisions->len; i++) {
    const ChannelRevision *revision = channel->revisions->pdata[i];
    int64_t begin_us = i > 0 ? revision->from_us : G_MININT64, end_us = G_MAXINT64;
    if (i + 1 < channel->revisions->len)
      end_us = ((const ChannelRevision *)channel->revisions->pdata[i + 1])->from_us;
    if (begin_us < to_us && end_us > from_us)
      append_revision(plays, revision, from_us, to_us, begin_us, end_us, is_coarse);
  }
  return plays;
}

static void append_problems(GArray *problems, const GArray *lessons, int32_t entry, const ChannelItem *item) {
  ChannelProblem none = {entry, CHANNEL_LESSON_NONE, NULL, item};
  if (lessons->len == 0)
    g_array_append_val(problems, none);
  for (guint i = 0; i < lessons->len; i++) {
    const CatalogChannelLesson *lesson = &g_array_index(lessons, CatalogChannelLesson, i);
    ChannelProblem problem = {entry, lesson->state, lesson, item};
    if (lesson->state != CHANNEL_LESSON_FIT)
      g_array_append_val(problems, problem);
  }
}

GArray *catalog_channel_problems(const CatalogChannel *channel) {
  GArray *problems = g_array_new(FALSE, FALSE, sizeof(ChannelProblem));
  const ChannelRevision *revision = newest(channel);
  for (guint i = 0; revision != NULL && i < revision->lessons->len; i++)
    append_problems(problems, revision->lessons->pdata[i], (int32_t)i,
                    &g_array_index(revision->document->entries, ChannelDocumentEntry, i).item);
  if (revision != NULL && revision->document->filler->len > 0)
    append_problems(problems, revision->filler, -1, &g_array_index(revision->document->filler, ChannelItem, 0));
  return problems;
}
