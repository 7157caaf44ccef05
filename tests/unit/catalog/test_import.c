/* Import and export: tables, JSON lines, reports row by row, and everything back as it was. */
#include "catalog/attachment.h"
#include "catalog/audit.h"
#include "catalog/control.h"
#include "catalog/course_change.h"
#include "catalog/export.h"
#include "catalog/failure.h"
#include "catalog/import.h"
#include "catalog/table_list.h"
#include "tests/unit/catalog/record_fixture.h"

static ImportFile *parse_table(RecordKind kind, const char *text) {
  g_autoptr(GError) error = NULL;
  ImportFile *file = import_file_new();
  import_table_parse(kind, text, strlen(text), file, &error);
  g_assert_no_error(error);
  return file;
}

static ImportFile *parse_lines(const char *text) {
  g_autoptr(GError) error = NULL;
  ImportFile *file = import_file_new();
  import_lines_parse(RECORD_COURSE, text, strlen(text), file, &error);
  g_assert_no_error(error);
  return file;
}

static ImportCounts run(const Fixture *fixture, ImportFile *file, bool is_dry_run) {
  g_autoptr(GError) error = NULL;
  ImportCounts counts = {0};
  catalog_import(fixture->catalog, "importer", file, is_dry_run, NULL, NULL, &counts, &error);
  g_assert_no_error(error);
  return counts;
}

static void assert_fault(const ImportFile *file, guint index, int64_t line, const char *part) {
  g_assert_cmpuint(index, <, file->faults->len);
  const ImportFault *fault = &g_array_index(file->faults, ImportFault, index);
  g_assert_cmpint(fault->line, ==, line);
  if (!strstr(fault->message_en, part))
    g_error("\"%s\" is not in \"%s\"", part, fault->message_en);
}

static const char table[] = "标题,类别,重点人群,标签,机构名称,讲师姓名,状态\n"
                            "太极拳,运动健身,老年人|残障人士,气功；健身,东区社区学院,甲、乙,published\n"
                            ",养生保健\n"
                            "书法,烹饪\n"
                            "\"行\n书\",arts,,\"[\"\"a|b\"\",\"\"c\"\"]\",东区社区学院,甲,\n"
                            "国画,,,[1]\n"
                            "多,1,2,3,4,5,6,7\n";

static void test_import_table(Fixture *fixture, gconstpointer unused) {
  (void)unused;
  g_autoptr(ImportFile) dry = parse_table(RECORD_COURSE, table), file = parse_table(RECORD_COURSE, table);
  g_assert_cmpuint(file->rows->len, ==, 4);
  ImportCounts counts = run(fixture, dry, true);
  g_assert_cmpint(counts.created, ==, 2);
  g_assert_cmpint(counts.failed, ==, 4);
  g_assert_cmpint(fixture_number(fixture,
                                 "SELECT (SELECT COUNT(*) FROM course) + (SELECT COUNT(*) FROM institution)"
                                 " + (SELECT COUNT(*) FROM lecturer) + (SELECT COUNT(*) FROM audit)"),
                  ==, 0);
  counts = run(fixture, file, false);
  g_assert_cmpint(counts.created, ==, 2);
  g_assert_cmpint(counts.failed, ==, 4);
  assert_fault(file, 0, 7, "tags"); /* told while the file was read */
  assert_fault(file, 1, 8, "more cells");
  assert_fault(file, 2, 3, "title");
  assert_fault(file, 3, 4, "烹饪");
  const char *facts[] = {
      "SELECT COUNT(*) = 1 FROM institution WHERE name = '东区社区学院'",
      "SELECT COUNT(*) = 2 FROM lecturer",
      "SELECT COUNT(*) = 2 FROM course JOIN institution ON institution.id = institution_id",
      "SELECT COUNT(*) = 1 FROM course WHERE title = '太极拳' AND category = 'sports' AND state = 'published'",
      "SELECT COUNT(*) = 1 FROM course WHERE title = '行 书' AND state = 'draft'",
      "SELECT COUNT(*) = 1 FROM course_tag WHERE tag = 'a|b'",
      "SELECT group_concat(name, '') = '甲乙' FROM (SELECT name FROM course_lecturer JOIN lecturer ON lecturer.id ="
      " lecturer_id JOIN course ON course.id = course_id WHERE course.title = '太极拳' ORDER BY position)",
      "SELECT COUNT(*) = 5 FROM audit WHERE actor = 'importer'",
  };
  for (size_t i = 0; i < G_N_ELEMENTS(facts); i++)
    if (fixture_number(fixture, facts[i]) != 1)
      g_error("not so: %s", facts[i]);
}

static void test_import_table_refuses(void) {
  static const struct {
    RecordKind kind;
    const char *text, *part;
  } cases[] = {
      {RECORD_COURSE, "", "empty"},
      {RECORD_COURSE, "title,colour\n", "colour"},
      {RECORD_COURSE, "title,标题\n", "twice"},
      {RECORD_COURSE, "\"title\n", "quote"},
      {RECORD_ROOM, "name,lecturers\n", "lecturers"},
      {RECORD_COLLECTION, "title,institution\n", "institution"},
      {RECORD_COURSE, "\xff\xff", "no text"},
  };
  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_autoptr(GError) error = NULL;
    g_autoptr(ImportFile) file = import_file_new();
    g_assert_false(import_table_parse(cases[i].kind, cases[i].text, strlen(cases[i].text), file, &error));
    g_assert_error(error, CATALOG_ERROR, CATALOG_ERROR_INVALID);
    if (!strstr(error->message, cases[i].part))
      g_error("%s", error->message);
  }
  g_autoptr(ImportFile) torn = parse_table(RECORD_ROOM, "name\na\n\"b\n");
  g_assert_cmpuint(torn->rows->len, ==, 1);
  g_assert_cmpuint(torn->faults->len, ==, 1);
}

static void test_import_changes(Fixture *fixture, gconstpointer unused) {
  (void)unused;
  g_autofree char *id = fixture_make_record(fixture, RECORD_ROOM, "name", "一号", NULL);
  g_autofree char *gone = fixture_make_record(fixture, RECORD_COURSE, "title", "会删除", NULL);
  g_autofree char *text = g_strdup_printf("id,name\n%s,二号\n%s,\n0000000000001,三号\nx,四号\n", id, id);
  g_autoptr(ImportFile) file = parse_table(RECORD_ROOM, text);
  ImportCounts counts = run(fixture, file, false);
  g_assert_cmpint(counts.updated, ==, 1);
  g_assert_cmpint(counts.unchanged, ==, 1);
  g_assert_cmpint(counts.created, ==, 1);
  g_assert_cmpint(counts.failed, ==, 1);
  assert_fault(file, 0, 5, "id");
  g_assert_cmpint(fixture_number(fixture, "SELECT COUNT(*) FROM room WHERE name IN ('二号', '三号')"), ==, 2);
  g_assert_true(catalog_delete_record(fixture->catalog, "tester", RECORD_COURSE, gone, 0, NULL));
  g_autofree char *line = g_strdup_printf("{\"id\":\"%s\",\"title\":\"又来\"}\n{\"title\":\"新的\"}\n", gone);
  g_autoptr(ImportFile) again = parse_lines(line);
  counts = run(fixture, again, false);
  g_assert_cmpint(counts.created, ==, 1);
  g_assert_cmpint(counts.failed, ==, 1);
  assert_fault(again, 0, 1, "UNIQUE");
}

static void test_import_lines_faults(void) {
  g_autoptr(ImportFile) file =
      parse_lines("{\"title\":\"a\"}\n\nnothing\n{\"title\":5}\n{\"kind_of\":\"cat\"}\n"
                  "{\"kind_of\":\"lesson\",\"x\":1}\n{\"kind_of\":\"room\",\"name\":\"b\"}\r\n"
                  "{\"kind_of\":\"division\",\"code\":\"5\",\"name\":\"c\"}");
  g_assert_cmpuint(file->rows->len, ==, 2);
  g_assert_cmpint(g_array_index(file->rows, ImportRow, 1).record->kind, ==, RECORD_ROOM);
  g_assert_cmpuint(file->faults->len, ==, 5);
  assert_fault(file, 0, 3, "JSON");
  assert_fault(file, 1, 4, "title");
  assert_fault(file, 2, 5, "cat");
  assert_fault(file, 3, 6, "x");
  assert_fault(file, 4, 8, "code");
}

/* An empty number is 0, in whatever way it is given. */
static void test_import_empty_number(void) {
  g_autoptr(ImportFile) file =
      parse_lines("{\"kind_of\":\"attachment\",\"course_id\":\"0000000000001\",\"title\":\"a\","
                  "\"name\":\"a.pdf\",\"position\":null}\n");
  RecordFault fault = {0};
  g_assert_cmpuint(file->rows->len, ==, 1);
  CatalogRecord *record = g_array_index(file->rows, ImportRow, 0).record;
  g_assert_true(record_check(record, true, &fault));
  g_assert_cmpstr(catalog_record_get(record, "position"), ==, "0");
}

static void test_import_many_rows(Fixture *fixture, gconstpointer unused) {
  (void)unused;
  g_autoptr(GString) text = g_string_new("name\n");
  for (int i = 0; i < 2 * IMPORT_BATCH + 7; i++)
    g_string_append_printf(text, "活动室 %d\n", i);
  g_autoptr(ImportFile) file = parse_table(RECORD_ROOM, text->str);
  g_assert_cmpint(run(fixture, file, false).created, ==, 2 * IMPORT_BATCH + 7);
  g_assert_cmpint(fixture_number(fixture, "SELECT COUNT(*) FROM room"), ==, 2 * IMPORT_BATCH + 7);
}

static void test_table_list(void) {
  static const struct {
    const char *list, *cell;
  } cases[] = {{"", ""},
               {"a", "a"},
               {"a\x1f"
                "b c",
                "a|b c"},
               {"a|b\x1f"
                "c",
                "[\"a|b\",\"c\"]"},
               {"[x]", "[\"[x]\"]"},
               {"；\x1f、", "[\"；\",\"、\"]"}};
  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_autofree char *cell = table_list_write(cases[i].list), *list = table_list_parse(cases[i].cell);
    g_assert_cmpstr(cell, ==, cases[i].cell);
    g_assert_cmpstr(list, ==, cases[i].list);
  }
  g_assert_null(table_list_parse("[1]"));
  g_assert_null(table_list_parse("[\"a\""));
}

static bool append_piece(const char *text, size_t size, gpointer user_data, GError **error) {
  (void)error;
  g_string_append_len(user_data, text, (gssize)size);
  return true;
}

static char *export_lines(const Fixture *fixture) {
  g_autoptr(GError) error = NULL;
  GString *text = g_string_new(NULL);
  catalog_export_lines(fixture->catalog, append_piece, text, &error);
  g_assert_no_error(error);
  return g_string_free(text, FALSE);
}

static char *export_table(const Fixture *fixture, RecordKind kind) {
  g_autoptr(GError) error = NULL;
  GString *text = g_string_new(NULL);
  catalog_export_table(fixture->catalog, kind, append_piece, text, &error);
  g_assert_no_error(error);
  return g_string_free(text, FALSE);
}

/* Without what a new catalog counts for itself. */
static char *without_own(const char *lines) {
  g_autoptr(GRegex) own =
      g_regex_new("\"version\":[0-9]+,\"created_at\":\"[^\"]*\",\"updated_at\":\"[^\"]*\",", 0, 0, NULL);
  return g_regex_replace_literal(own, lines, -1, 0, "", 0, NULL);
}

static void fill(const Fixture *fixture) {
  static const char *const nasty[] = {"=1+1", "a,\"b\"", "'x", "行\n列", "a|b；c",
                                      "[",    "太极|拳", "-",  " \"\" ", "@\\"};
  fixture_add_divisions(fixture);
  g_autofree char *school = fixture_make_record(fixture, RECORD_INSTITUTION, "name", "社区大学", "division",
                                                "510400000000", "kind", "university", NULL);
  g_autofree char *lecturer =
      fixture_make_record(fixture, RECORD_LECTURER, "name", "甲", "institution_id", school, NULL);
  g_autofree char *other = fixture_make_record(fixture, RECORD_LECTURER, "name", "乙", NULL);
  g_autofree char *both = g_strjoin(RECORD_LIST_SEPARATOR, other, lecturer, NULL);
  g_autofree char *room =
      fixture_make_record(fixture, RECORD_ROOM, "name", "一号", "division", "510402001003", NULL);
  g_autoptr(GString) courses = g_string_new(NULL);
  for (size_t i = 0; i < G_N_ELEMENTS(nasty); i++) {
    g_autofree char *tags = g_strjoin(RECORD_LIST_SEPARATOR, nasty[i], "b", NULL);
    g_autofree char *id = fixture_make_record(
        fixture, RECORD_COURSE, "title", nasty[i], "summary", nasty[i], "tags", tags, "lecturer_ids",
        i % 2 ? both : "", "division", i % 3 ? "510402000000" : "", "institution_id", i % 4 ? school : "",
        "audiences", "elders\x1fyouth", "visibility", i % 5 == 1 ? "link" : "public", NULL);
    g_string_append_printf(courses, "%s%s", i > 0 ? RECORD_LIST_SEPARATOR : "", id);
  }
  g_free(fixture_make_record(fixture, RECORD_COLLECTION, "title", "一地一特", "kind", "brand", "course_ids",
                             courses->str, NULL));
}

static void reopen_empty(Fixture *fixture) {
  fixture_clear(fixture);
  fixture_init(fixture);
  fixture_open(fixture);
}

static char *course_of(const Fixture *fixture, const char *asset_id) {
  g_autofree char *sql = g_strdup_printf("SELECT course_id FROM lesson WHERE asset_id = '%s'", asset_id);
  return fixture_text(fixture, sql);
}

static void attach(const Fixture *fixture, const char *asset_id) {
  g_autofree char *course_id = course_of(fixture, asset_id),
                  *path = g_build_filename(fixture->root, "讲义.pdf", NULL);
  g_autoptr(CatalogRecord) record = NULL;
  g_autoptr(GError) error = NULL;
  g_assert_true(g_file_set_contents(path, "%PDF-1.4\n", -1, NULL));
  attachment_take_file(fixture->catalog, fixture->store, "tester", course_id, path, NULL, &record, &error);
  g_assert_no_error(error);
}

/* The lesson is there and says why it does not play; its attachment waits for its file, and gets it. */
static void assert_is_absent(const Fixture *fixture, const char *asset_id) {
  g_autofree char *course_id = course_of(fixture, asset_id);
  g_autoptr(CatalogAsset) asset = NULL;
  g_autoptr(GError) error = NULL;
  g_assert_true(catalog_load_asset(fixture->catalog, asset_id, &asset, NULL));
  g_assert_cmpint(asset->state, ==, ASSET_STATE_FAILED);
  g_assert_cmpstr(asset->error_code, ==, "not_here");
  g_assert_cmpstr(failure_text_en("not_here"), !=, failure_text_en("internal"));
  g_assert_false(catalog_retry_asset(fixture->catalog, asset_id, NULL));
  const char *count = "SELECT COUNT(*) FROM stored_file WHERE kind = 'attachment'";
  g_assert_cmpint(fixture_number(fixture, count), ==, 0);
  attach(fixture, asset_id);
  g_assert_cmpint(fixture_number(fixture, count), ==, 1);
  g_assert_cmpint(fixture_number(fixture, "SELECT COUNT(*) FROM attachment"), ==, 1);
  g_assert_cmpint(fixture_number(fixture, "SELECT size_bytes FROM attachment"), ==, 9);
}

static void test_import_lessons(Fixture *fixture, gconstpointer unused) {
  (void)unused;
  g_autofree char *course = fixture_make_record(fixture, RECORD_COURSE, "title", "书法", NULL);
  g_autofree char *other = fixture_make_record(fixture, RECORD_COURSE, "title", "国画", NULL);
  g_autoptr(GString) text = g_string_new(NULL);
#define LESSON(id, course, position, title, asset)                                                                 \
  g_string_append_printf(text,                                                                                     \
                         "{\"kind_of\":\"lesson\",\"id\":\"%s\",\"course_id\":\"%s\",\"position\":%d,"             \
                         "\"title\":\"%s\",\"asset_id\":\"%s\"}\n",                                                \
                         id, course, position, title, asset)
  LESSON("0000000000001", course, 1, "第一课", "000000000000a");
  LESSON("0000000000002", course, 1, "同一处", "000000000000a");
  LESSON("0000000000003", "000000000000z", 1, "没有课程", "000000000000a");
  LESSON("0000000000004", course, 0, "次序不对", "000000000000a");
  LESSON("0000000000001", course, 3, "改名", "000000000000a");
  LESSON("0000000000001", other, 1, "换课程", "000000000000a");
  LESSON("0000000000001", course, 3, "换媒体", "000000000000b");
  LESSON("x", course, 4, "编号不对", "000000000000a");
  LESSON("0000000000005", course, 4, "", "000000000000a");
  g_string_append(text, "{\"kind_of\":\"lesson\",\"position\":\"1\"}\n");
#undef LESSON
  g_autoptr(ImportFile) file = parse_lines(text->str);
  ImportCounts counts = run(fixture, file, false);
  static const struct {
    int64_t line;
    const char *part;
  } faults[] = {{10, "position"}, {2, "position"}, {3, "course_id"}, {4, "position"},
                {6, "course_id"}, {7, "asset_id"}, {8, "id"},        {9, "title"}};
  g_assert_cmpint(counts.created, ==, 1);
  g_assert_cmpint(counts.updated, ==, 1);
  g_assert_cmpint(counts.failed, ==, G_N_ELEMENTS(faults));
  for (guint i = 0; i < G_N_ELEMENTS(faults); i++)
    assert_fault(file, i, faults[i].line, faults[i].part);
  g_assert_cmpint(fixture_number(fixture, "SELECT COUNT(*) FROM lesson WHERE title = '改名' AND position = 3"), ==,
                  1);
  g_assert_cmpint(fixture_number(fixture, "SELECT COUNT(*) FROM lesson"), ==, 1);
  g_assert_cmpint(fixture_number(fixture, "SELECT COUNT(*) FROM asset"), ==, 1);
}

static void test_import_comes_back_from_lines(Fixture *fixture, gconstpointer unused) {
  (void)unused;
  fill(fixture);
  g_autofree char *asset_id = fixture_add_lesson_of(fixture, "a.mp4", "社区大学");
  attach(fixture, asset_id);
  fixture_run_sql(fixture, "UPDATE lesson SET sign_asset_id = asset_id");
  g_autofree char *lines = export_lines(fixture), *before = without_own(lines);
  g_assert_nonnull(strstr(before, "{\"kind_of\":\"lesson\""));
  g_assert_nonnull(strstr(before, "\"sign_asset_id\":\""));
  g_assert_nonnull(strstr(before, "{\"kind_of\":\"attachment\""));
  reopen_empty(fixture);
  g_autoptr(ImportFile) file = parse_lines(lines), again = parse_lines(lines);
  g_assert_cmpint(run(fixture, file, false).failed, ==, 0);
  assert_is_absent(fixture, asset_id);
  g_autofree char *after_lines = export_lines(fixture), *after = without_own(after_lines);
  g_assert_cmpstr(after, ==, before);
  ImportCounts counts = run(fixture, again, false);
  g_assert_cmpint(counts.created + counts.updated + counts.failed, ==, 0);
}

static void test_import_comes_back_from_tables(Fixture *fixture, gconstpointer unused) {
  (void)unused;
  static const RecordKind kinds[] = {RECORD_INSTITUTION, RECORD_LECTURER, RECORD_ROOM, RECORD_COURSE,
                                     RECORD_COLLECTION};
  g_auto(GStrv) tables = g_new0(char *, G_N_ELEMENTS(kinds) + 1);
  fill(fixture);
  for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++)
    tables[i] = export_table(fixture, kinds[i]);
  reopen_empty(fixture);
  fixture_add_divisions(fixture);
  for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++) {
    g_autoptr(ImportFile) file = parse_table(kinds[i], tables[i]);
    g_assert_cmpint(run(fixture, file, false).failed, ==, 0);
    g_autofree char *after = export_table(fixture, kinds[i]);
    g_assert_cmpstr(after, ==, tables[i]);
  }
}

#define ADD(name) g_test_add("/import/" #name, Fixture, NULL, fixture_set_up, test_import_##name, fixture_tear_down)

int main(int argc, char **argv) {
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/import/table_refuses", test_import_table_refuses);
  g_test_add_func("/import/lines_faults", test_import_lines_faults);
  g_test_add_func("/import/empty_number", test_import_empty_number);
  g_test_add_func("/table_list/both_ways", test_table_list);
  ADD(table);
  ADD(lessons);
  ADD(changes);
  ADD(many_rows);
  ADD(comes_back_from_lines);
  ADD(comes_back_from_tables);
  return g_test_run();
}
