#include "catalog/channel.h"

#include "catalog/audit.h"
#include "tests/unit/catalog/record_fixture.h"

#define SECOND G_TIME_SPAN_SECOND
/** 2026-11-30 08:00 in China, a Monday. */
#define EIGHT (INT64_C(1795996800) * SECOND)

/** Ids of a course with one lesson, made by `fixture_add_lesson()` and said to be whole. */
typedef struct {
  char *course, *lesson;
} Made;

static Made make_lesson(const Fixture *fixture, const char *name, int64_t duration_s) {
  g_autofree char *asset = fixture_add_lesson(fixture, name), *lesson = NULL, *course = NULL;
  g_autofree char *sql = g_strdup_printf(
      "UPDATE asset SET state = 'ready', target_duration_s = 6, duration_us = %" G_GINT64_FORMAT " WHERE id = '%s'",
      duration_s * SECOND, asset);
  fixture_run_sql(fixture, sql);
  sqlite3 *db = NULL;
  sqlite3_stmt *row = NULL;
  g_assert_cmpint(sqlite3_open(fixture->database, &db), ==, SQLITE_OK);
  sqlite3_prepare_v2(db, "SELECT course_id, id FROM lesson WHERE asset_id = ?1", -1, &row, NULL);
  sqlite3_bind_text(row, 1, asset, -1, SQLITE_TRANSIENT);
  g_assert_cmpint(sqlite3_step(row), ==, SQLITE_ROW);
  course = g_strdup((const char *)sqlite3_column_text(row, 0));
  lesson = g_strdup((const char *)sqlite3_column_text(row, 1));
  sqlite3_finalize(row);
  sqlite3_close(db);
  return (Made){g_steal_pointer(&course), g_steal_pointer(&lesson)};
}

static void made_clear(Made *made) {
  g_free(made->course);
  g_free(made->lesson);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Made, made_clear)

static CatalogChannel *load(const Fixture *fixture, const char *id) {
  g_autoptr(GError) error = NULL;
  CatalogChannel *channel = NULL;
  catalog_load_channel(fixture->catalog, id, &channel, &error);
  g_assert_no_error(error);
  return channel;
}

static int64_t set(const Fixture *fixture, const char *id, const char *text, int64_t now_us) {
  g_autoptr(GError) error = NULL;
  RecordFault fault = {0};
  int64_t from_us = -1;
  catalog_set_channel_schedule(fixture->catalog, "tester", id, 0, text, strlen(text), now_us, &from_us, &fault,
                               &error);
  g_assert_no_error(error);
  return from_us;
}

static char *schedule_at(const char *start, const char *course) {
  return g_strdup_printf("{\"entries\":[{\"days\":[1,2,3,4,5,6,7],\"start\":\"%s\",\"course_id\":\"%s\"}]}", start,
                         course);
}

static const CatalogChannelPlay *play_at(const GArray *plays, guint index) {
  g_assert_cmpuint(index, <, plays->len);
  return &g_array_index(plays, CatalogChannelPlay, index);
}

static void test_document_faults(void) {
  static const struct {
    const char *text, *field;
    RecordFaultReason reason;
  } cases[] = {
      {"[]", "", RECORD_FAULT_NONE},
      {"{\"x\":1}", "x", RECORD_FAULT_UNKNOWN_FIELD},
      {"{\"entries\":1}", "entries", RECORD_FAULT_TYPE},
      {"{\"entries\":[1]}", "entries[0]", RECORD_FAULT_TYPE},
      {"{\"entries\":[{\"days\":[1],\"start\":\"08:00\",\"course_id\":\"0123456789abc\"},{}]}", "entries[1].days",
       RECORD_FAULT_MISSING},
      {"{\"entries\":[{\"days\":[8]}]}", "entries[0].days", RECORD_FAULT_FORM},
      {"{\"entries\":[{\"days\":[]}]}", "entries[0].days", RECORD_FAULT_MISSING},
      {"{\"entries\":[{\"days\":[1],\"date\":\"2026-12-01\"}]}", "entries[0].date", RECORD_FAULT_TWICE},
      {"{\"entries\":[{\"date\":\"2026-02-29\"}]}", "entries[0].date", RECORD_FAULT_FORM},
      {"{\"entries\":[{\"date\":\"2026-12-01\"}]}", "entries[0].start", RECORD_FAULT_MISSING},
      {"{\"entries\":[{\"date\":\"2026-12-01\",\"start\":\"24:00\"}]}", "entries[0].start", RECORD_FAULT_FORM},
      {"{\"entries\":[{\"date\":\"2026-12-01\",\"start\":\"8:00\"}]}", "entries[0].start", RECORD_FAULT_FORM},
      {"{\"entries\":[{\"date\":\"2026-12-01\",\"start\":\"08:00\",\"end\":\"24:01\"}]}", "entries[0].end",
       RECORD_FAULT_FORM},
      {"{\"entries\":[{\"date\":\"2026-12-01\",\"start\":\"08:00\"}]}", "entries[0].course_id",
       RECORD_FAULT_MISSING},
      {"{\"entries\":[{\"date\":\"2026-12-01\",\"start\":\"08:00\",\"lesson_id\":\"x\"}]}", "entries[0].lesson_id",
       RECORD_FAULT_NO_RECORD},
      {"{\"entries\":[{\"days\":[1],\"start\":\"08:00\",\"course_id\":\"0123456789abc\",\"order\":\"loop\"}]}",
       "entries[0].end", RECORD_FAULT_MISSING},
      {"{\"entries\":[{\"days\":[1],\"start\":\"08:00\",\"lesson_id\":\"0123456789abc\",\"order\":\"serial\"}]}",
       "entries[0].course_id", RECORD_FAULT_MISSING},
      {"{\"entries\":[{\"days\":[1],\"start\":\"08:00\",\"course_id\":\"0123456789abc\",\"order\":\"any\"}]}",
       "entries[0].order", RECORD_FAULT_NO_WORD},
      {"{\"entries\":[{\"days\":[1],\"from\":\"2026-12-02\",\"until\":\"2026-12-01\"}]}", "entries[0].until",
       RECORD_FAULT_FORM},
      {"{\"filler\":[{\"course_id\":\"0123456789abc\",\"lesson_id\":\"0123456789abc\"}]}", "filler[0].course_id",
       RECORD_FAULT_TWICE},
  };
  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_autoptr(GError) error = NULL;
    RecordFault fault = {0};
    g_assert_null(channel_document_parse(cases[i].text, strlen(cases[i].text), &fault, &error));
    g_assert_error(error, CATALOG_ERROR, CATALOG_ERROR_INVALID);
    g_assert_cmpstr(fault.field, ==, cases[i].field);
    g_assert_cmpint(fault.reason, ==, cases[i].reason);
  }
}

static void test_document_has_one_form(void) {
  static const char text[] =
      "{\"entries\":[{\"start\":\"22:30:05\",\"end\":\"01:00\",\"days\":[7,1,1],\"from\":\"2026-12-01\","
      "\"course_id\":\"0123456789abc\",\"order\":\"loop\"},{\"date\":\"2028-02-29\",\"start\":\"00:00\",\"end\":"
      "\"24:00\","
      "\"lesson_id\":\"0123456789abd\"}],\"filler\":null}";
  static const char want[] =
      "{\"entries\":[{\"days\":[1,7],\"from\":\"2026-12-01\",\"start\":\"22:30:05\",\"end\":\"01:00\","
      "\"course_id\":\"0123456789abc\",\"order\":\"loop\"},{\"date\":\"2028-02-29\",\"start\":\"00:00\",\"end\":"
      "\"24:00\","
      "\"lesson_id\":\"0123456789abd\",\"order\":\"whole\"}],\"filler\":[]}";
  RecordFault fault = {0};
  g_autoptr(GError) error = NULL;
  g_autoptr(ChannelDocument) document = channel_document_parse(text, strlen(text), &fault, &error);
  g_assert_no_error(error);
  g_autofree char *written = channel_document_write(document);
  g_assert_cmpstr(written, ==, want);
  g_autoptr(ChannelDocument) again = channel_document_parse(written, strlen(written), &fault, &error);
  g_autofree char *twice = channel_document_write(again);
  g_assert_cmpstr(twice, ==, want);
}

static void test_numbers_are_unique(Fixture *fixture, gconstpointer unused) {
  (void)unused;
  g_free(fixture_make_record(fixture, RECORD_CHANNEL, "title", "一台", "number", "1", NULL));
  g_autofree char *id = fixture_make_record(fixture, RECORD_CHANNEL, "title", "二台", "number", "2", NULL);
  g_assert_cmpint(fixture_set_field(fixture, RECORD_CHANNEL, id, "number", "1"), ==, RECORD_FAULT_TWICE);
  g_assert_cmpint(fixture_set_field(fixture, RECORD_CHANNEL, id, "number", "0"), ==, RECORD_FAULT_FORM);
  g_assert_cmpint(fixture_set_field(fixture, RECORD_CHANNEL, id, "number", "10000"), ==, RECORD_FAULT_FORM);
  g_assert_cmpint(fixture_set_field(fixture, RECORD_CHANNEL, id, "number", "9999"), ==, RECORD_FAULT_NONE);
}

static void test_edits_leave_what_was_announced(Fixture *fixture, gconstpointer unused) {
  (void)unused;
  g_auto(Made) old = make_lesson(fixture, "old.mp4", 3600), new = make_lesson(fixture, "new.mp4", 3600);
  g_autofree char *id = fixture_make_record(fixture, RECORD_CHANNEL, "title", "一台", "number", "1", NULL);
  g_autofree char *first = schedule_at("08:00", old.course), *second = schedule_at("08:00", new.course);
  g_assert_cmpint(set(fixture, id, first, EIGHT), ==, 0);
  int64_t now_us = EIGHT + 600 * SECOND + 1, from_us = set(fixture, id, second, now_us);
  g_assert_cmpint(from_us, >=, now_us + CHANNEL_EDIT_LEAD_US);
  g_assert_cmpint(from_us % CHANNEL_EDIT_STEP_US, ==, 0);
  g_autoptr(CatalogChannel) channel = load(fixture, id);
  g_autoptr(GArray) plays = catalog_channel_plays(channel, EIGHT, EIGHT + 3600 * SECOND, false);
  g_assert_cmpuint(plays->len, ==, 2);
  g_assert_cmpstr(play_at(plays, 0)->lesson->id, ==, old.lesson);
  g_assert_cmpint(play_at(plays, 0)->end_us, ==, from_us);
  g_assert_cmpstr(play_at(plays, 1)->lesson->id, ==, new.lesson);
  g_assert_cmpint(play_at(plays, 1)->media_us, ==, EIGHT);
  g_assert_cmpint(play_at(plays, 1)->begin_us, ==, from_us);
  g_assert_cmpint(set(fixture, id, second, now_us), ==, now_us); /* nothing new */
  g_assert_cmpint(fixture_number(fixture, "SELECT row_version FROM channel"), ==, 3);
  g_assert_cmpint(
      fixture_number(fixture, "SELECT COUNT(*) FROM audit WHERE kind = 'channel' AND action = 'schedule'"), ==, 2);
  /* what the edit leaves alone goes on without a seam */
  g_autofree char *third = schedule_at("20:00", new.course);
  g_autofree char *both = g_strdup_printf("%.*s,%s", (int)strlen(second) - 2, second, strchr(third, '[') + 1);
  set(fixture, id, both, now_us + 1200 * SECOND);
  g_autoptr(CatalogChannel) later = load(fixture, id);
  g_autoptr(GArray) whole = catalog_channel_plays(later, EIGHT + 1200 * SECOND, EIGHT + 3500 * SECOND, false);
  g_assert_cmpuint(later->revisions->len, ==, 3);
  g_assert_cmpuint(whole->len, ==, 1);
}

static void test_old_schedules_go(Fixture *fixture, gconstpointer unused) {
  (void)unused;
  g_auto(Made) made = make_lesson(fixture, "a.mp4", 3600);
  g_autofree char *id = fixture_make_record(fixture, RECORD_CHANNEL, "title", "一台", "number", "1", NULL);
  for (int i = 0; i < CHANNEL_SCHEDULES_MAX + 20; i++) {
    g_autofree char *start = g_strdup_printf("%02d:%02d", i / 60, i % 60);
    g_autofree char *text = schedule_at(start, made.course);
    set(fixture, id, text, EIGHT + i * 300 * SECOND);
  }
  g_assert_cmpint(fixture_number(fixture, "SELECT COUNT(*) FROM channel_schedule"), ==, CHANNEL_SCHEDULES_MAX);
  g_autofree char *text = schedule_at("23:59", made.course);
  set(fixture, id, text, EIGHT + 10 * G_TIME_SPAN_DAY);
  g_assert_cmpint(fixture_number(fixture, "SELECT COUNT(*) FROM channel_schedule"), ==, 2);
}

static void test_refuses(Fixture *fixture, gconstpointer unused) {
  (void)unused;
  RecordFault fault = {0};
  g_autoptr(GError) error = NULL, stale = NULL;
  g_autofree char *id = fixture_make_record(fixture, RECORD_CHANNEL, "title", "一台", "number", "1", NULL);
  g_autofree char *text = schedule_at("08:00", "0000000000000");
  g_assert_false(catalog_set_channel_schedule(fixture->catalog, "tester", id, 0, text, strlen(text), EIGHT, NULL,
                                              &fault, &error));
  g_assert_cmpint(fault.reason, ==, RECORD_FAULT_NO_RECORD);
  g_assert_cmpstr(fault.field, ==, "entries[0].course_id");
  g_assert_false(
      catalog_set_channel_schedule(fixture->catalog, "tester", id, 7, "{}", 2, EIGHT, NULL, &fault, &stale));
  g_assert_error(stale, CATALOG_ERROR, CATALOG_ERROR_STALE);
  g_assert_cmpint(fixture_number(fixture, "SELECT COUNT(*) FROM channel_schedule"), ==, 0);
}

static void test_unavailable_lessons_are_told(Fixture *fixture, gconstpointer unused) {
  (void)unused;
  static const struct {
    const char *sql;
    ChannelLessonState state;
  } cases[] = {
      {"UPDATE asset SET state = 'queued'", CHANNEL_LESSON_NOT_READY},
      {"UPDATE asset SET state = 'failed', error_code = 'internal'", CHANNEL_LESSON_FAILED},
      {"UPDATE asset SET state = 'ready', target_duration_s = 11", CHANNEL_LESSON_SEGMENTS},
      {"UPDATE course SET visibility = 'room', visible_to = 'x'", CHANNEL_LESSON_HIDDEN},
      {"UPDATE course SET state = 'withdrawn'", CHANNEL_LESSON_NOT_PUBLISHED},
      {"DELETE FROM lesson", CHANNEL_LESSON_NONE},
  };
  g_auto(Made) made = make_lesson(fixture, "a.mp4", 3600);
  g_autofree char *id = fixture_make_record(fixture, RECORD_CHANNEL, "title", "一台", "number", "1", NULL);
  g_autofree char *text = schedule_at("08:00", made.course);
  set(fixture, id, text, EIGHT);
  g_autoptr(CatalogChannel) good = load(fixture, id);
  g_autoptr(GArray) none = catalog_channel_problems(good);
  g_assert_cmpuint(none->len, ==, 0);
  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    fixture_run_sql(fixture, cases[i].sql);
    g_autoptr(CatalogChannel) channel = load(fixture, id);
    g_autoptr(GArray) problems = catalog_channel_problems(channel);
    g_autoptr(GArray) plays = catalog_channel_plays(channel, EIGHT, EIGHT + SECOND, false);
    g_assert_cmpuint(problems->len, ==, 1);
    g_assert_cmpint(g_array_index(problems, ChannelProblem, 0).state, ==, cases[i].state);
    g_assert_cmpint(play_at(plays, 0)->kind, ==, CHANNEL_PLAY_NOTHING);
    g_assert_true((play_at(plays, 0)->planned != NULL) == (cases[i].state != CHANNEL_LESSON_NONE));
  }
}

static void test_same_viewers(Fixture *fixture, gconstpointer unused) {
  (void)unused;
  fixture_add_divisions(fixture);
  g_auto(Made) made = make_lesson(fixture, "a.mp4", 3600);
  g_autofree char *id = fixture_make_record(fixture, RECORD_CHANNEL, "title", "东区台", "number", "1", "visibility",
                                            "division", "visible_to", "510402000000", NULL);
  g_autofree char *text = schedule_at("08:00", made.course);
  set(fixture, id, text, EIGHT);
  fixture_run_sql(fixture, "UPDATE course SET visibility = 'division', visible_to = '510402000000'");
  g_autoptr(CatalogChannel) same = load(fixture, id);
  g_autoptr(GArray) none = catalog_channel_problems(same);
  g_assert_cmpuint(none->len, ==, 0);
  fixture_run_sql(fixture, "UPDATE course SET visible_to = '510403000000'");
  g_autoptr(CatalogChannel) other = load(fixture, id);
  g_autoptr(GArray) hidden = catalog_channel_problems(other);
  g_assert_cmpuint(hidden->len, ==, 1);
}

#define ADD(name, function) g_test_add(name, Fixture, NULL, fixture_set_up, function, fixture_tear_down)

int main(int argc, char **argv) {
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/channel/document_faults", test_document_faults);
  g_test_add_func("/channel/document_has_one_form", test_document_has_one_form);
  ADD("/channel/numbers_are_unique", test_numbers_are_unique);
  ADD("/channel/edits_leave_what_was_announced", test_edits_leave_what_was_announced);
  ADD("/channel/old_schedules_go", test_old_schedules_go);
  ADD("/channel/refuses", test_refuses);
  ADD("/channel/unavailable_lessons_are_told", test_unavailable_lessons_are_told);
  ADD("/channel/same_viewers", test_same_viewers);
  return g_test_run();
}
