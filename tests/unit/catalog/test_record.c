#include "base/id.h"
#include "catalog/audit.h"
#include "tests/unit/catalog/record_fixture.h"

static void test_record_create_defaults(Fixture *fixture, gconstpointer unused) {
  (void)unused;
  g_autofree char *id = fixture_make_record(fixture, RECORD_COURSE, "title", "  太极\t拳 ", "audiences",
                                            "老年人\x1f"
                                            "youth\x1f"
                                            "elders",
                                            "tags",
                                            " b \x1f"
                                            "a\x1f\x1f"
                                            "b",
                                            NULL);
  g_autoptr(CatalogRecord) record = fixture_load_record(fixture, RECORD_COURSE, id);
  g_assert_cmpint(record->row_version, ==, 1);
  g_assert_cmpstr(catalog_record_get(record, "title"), ==, "太极 拳");
  g_assert_cmpstr(catalog_record_get(record, "status"), ==, "draft");
  g_assert_cmpstr(catalog_record_get(record, "visibility"), ==, "public");
  g_assert_cmpstr(catalog_record_get(record, "kind"), ==, "micro");
  g_assert_cmpstr(catalog_record_get(record, "language"), ==, "zh-CN");
  g_assert_cmpstr(catalog_record_get(record, "audiences"), ==, "elders\x1fyouth");
  g_assert_cmpstr(catalog_record_get(record, "tags"), ==,
                  "a\x1f"
                  "b");
}

static void test_record_faults(Fixture *fixture, gconstpointer unused) {
  (void)unused;
  fixture_add_divisions(fixture);
  g_autofree char *long_title = g_strnfill(201, 'x');
  g_autofree char *lecturer = fixture_make_record(fixture, RECORD_LECTURER, "name", "甲", NULL);
  g_autofree char *twice = g_strconcat(lecturer, RECORD_LIST_SEPARATOR, lecturer, NULL);
  const struct {
    const char *field, *value;
    RecordFaultReason reason;
  } cases[] = {
      {"title", " \t ", RECORD_FAULT_MISSING},
      {"title", long_title, RECORD_FAULT_TOO_LONG},
      {"title", "\xff", RECORD_FAULT_FORM},
      {"category", "烹饪", RECORD_FAULT_NO_WORD},
      {"category", "养生保健", RECORD_FAULT_NONE},
      {"category", "", RECORD_FAULT_NONE},
      {"level", "hard", RECORD_FAULT_NO_WORD},
      {"licence", "cc-by", RECORD_FAULT_NONE},
      {"language", "zh_CN", RECORD_FAULT_FORM},
      {"language", "", RECORD_FAULT_MISSING},
      {"language", "en", RECORD_FAULT_NONE},
      {"division", "510402", RECORD_FAULT_FORM},
      {"division", "510411000000", RECORD_FAULT_NO_RECORD},
      {"division", "510402001003", RECORD_FAULT_NONE},
      {"institution_id", "somewhere", RECORD_FAULT_NO_RECORD},
      {"institution_id", "0000000000000", RECORD_FAULT_NO_RECORD},
      {"lecturer_ids", lecturer, RECORD_FAULT_NONE},
      {"lecturer_ids", twice, RECORD_FAULT_TWICE},
      {"audiences", "cats", RECORD_FAULT_NO_WORD},
      {"status", "deleted", RECORD_FAULT_NO_WORD},
      {"visibility", "room", RECORD_FAULT_MISSING},
      {"visibility", "secret", RECORD_FAULT_NO_WORD},
  };
  g_autofree char *id = fixture_make_record(fixture, RECORD_COURSE, "title", "书法", NULL);
  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    RecordFaultReason reason = fixture_set_field(fixture, RECORD_COURSE, id, cases[i].field, cases[i].value);
    if (reason != cases[i].reason)
      g_error("%s = %s: %d", cases[i].field, cases[i].value, reason);
  }
}

static void test_record_fault_texts(void) {
  RecordFault fault = {0};
  record_fault_set(&fault, RECORD_FAULT_NO_WORD, "category", "烹饪");
  g_autofree char *zh = record_fault_text_zh(&fault), *en = record_fault_text_en(&fault);
  g_assert_cmpstr(zh, ==, "category：没有“烹饪”这个选项");
  g_assert_cmpstr(en, ==, "category: \"烹饪\" is none of its words");
  g_autofree char *huge = g_strnfill(100000, '\xff');
  record_fault_set(&fault, RECORD_FAULT_FORM, huge, huge);
  g_assert_true(g_utf8_validate(fault.field, -1, NULL) && g_utf8_validate(fault.given, -1, NULL));
}

/* Every pair of states against the ways that the documentation names. */
static void test_record_states(Fixture *fixture, gconstpointer unused) {
  (void)unused;
  static const char *const states[] = {"draft", "review", "published", "withdrawn"};
  static const char *const ways[] = {
      "draft>review",        "draft>published", "review>draft",        "review>published",
      "published>withdrawn", "withdrawn>draft", "withdrawn>published", NULL};
  for (size_t i = 0; i < G_N_ELEMENTS(states); i++)
    for (size_t j = 0; j < G_N_ELEMENTS(states); j++) {
      g_autofree char *way = g_strconcat(states[i], ">", states[j], NULL);
      bool is_allowed = i == j || g_strv_contains(ways, way);
      g_autofree char *id = fixture_make_record(fixture, RECORD_COURSE, "title", way, "status", states[i], NULL);
      g_assert_cmpint(fixture_set_field(fixture, RECORD_COURSE, id, "status", states[j]), ==,
                      is_allowed ? RECORD_FAULT_NONE : RECORD_FAULT_STATE);
    }
  g_assert_false(course_state_may_become("published", "deleted"));
  g_assert_true(course_state_may_become("withdrawn", "deleted"));
  g_assert_false(course_state_may_become("deleted", "draft"));
}

static void test_record_versions(Fixture *fixture, gconstpointer unused) {
  (void)unused;
  g_autoptr(GError) error = NULL;
  g_autofree char *id = fixture_make_record(fixture, RECORD_ROOM, "name", "一号活动室", NULL);
  g_autoptr(CatalogRecord) patch = catalog_record_new(RECORD_ROOM), made = NULL, again = NULL;
  patch->id = g_strdup(id);
  catalog_record_set(patch, "name", "二号活动室");
  g_assert_true(catalog_update_record(fixture->catalog, "tester", patch, 1, &made, NULL, &error));
  g_assert_cmpint(made->row_version, ==, 2);
  /* the same once more changes nothing */
  g_assert_true(catalog_update_record(fixture->catalog, "tester", patch, 2, &again, NULL, &error));
  g_assert_cmpint(again->row_version, ==, 2);
  g_assert_false(catalog_update_record(fixture->catalog, "tester", patch, 1, &again, NULL, &error));
  g_assert_error(error, CATALOG_ERROR, CATALOG_ERROR_STALE);
  g_clear_error(&error);
  g_assert_false(catalog_delete_record(fixture->catalog, "tester", RECORD_ROOM, id, 1, &error));
  g_assert_error(error, CATALOG_ERROR, CATALOG_ERROR_STALE);
  g_clear_error(&error);
  g_assert_true(catalog_delete_record(fixture->catalog, "tester", RECORD_ROOM, id, 2, &error));
  g_assert_false(catalog_delete_record(fixture->catalog, "tester", RECORD_ROOM, id, 2, &error));
  g_assert_error(error, CATALOG_ERROR, CATALOG_ERROR_NOT_FOUND);
}

static void test_record_audit(Fixture *fixture, gconstpointer unused) {
  (void)unused;
  g_autoptr(GError) error = NULL;
  g_autofree char *id = fixture_make_record(fixture, RECORD_LECTURER, "name", "甲", "title", "教授", NULL);
  fixture_set_field(fixture, RECORD_LECTURER, id, "name", "乙");
  fixture_set_field(fixture, RECORD_LECTURER, id, "name", " 乙 ");
  g_assert_true(catalog_delete_record(fixture->catalog, "other", RECORD_LECTURER, id, 0, &error));
  g_autoptr(GArray) entries = NULL;
  AuditQuery query = {.kind = "lecturer", .record_id = id, .limit = 10};
  g_assert_true(catalog_list_audit(fixture->catalog, &query, &entries, &error));
  static const struct {
    const char *actor, *action, *changes;
  } expected[] = {
      {"other", "delete", "{\"name\":[\"乙\",null],\"title\":[\"教授\",null]}"},
      {"tester", "update", "{\"name\":[\"甲\",\"乙\"]}"},
      {"tester", "create", "{\"name\":[null,\"甲\"],\"title\":[null,\"教授\"]}"},
  };
  g_assert_cmpuint(entries->len, ==, G_N_ELEMENTS(expected));
  for (guint i = 0; i < entries->len; i++) {
    const CatalogAuditEntry *entry = &g_array_index(entries, CatalogAuditEntry, i);
    g_assert_cmpstr(entry->actor, ==, expected[i].actor);
    g_assert_cmpstr(entry->action, ==, expected[i].action);
    g_assert_cmpstr(entry->changes, ==, expected[i].changes);
    g_assert_cmpint(ABS(g_get_real_time() - entry->at_us), <, G_TIME_SPAN_MINUTE);
  }
}

static void test_record_repeated_create(Fixture *fixture, gconstpointer unused) {
  (void)unused;
  g_autoptr(GError) error = NULL;
  g_auto(GStrv) ids = g_new0(char *, 4);
  g_auto(RecordIdempotency) idempotency = {"key", "hash", NULL, NULL};
  for (int i = 0; i < 3; i++) {
    g_autoptr(CatalogRecord) record = catalog_record_new(RECORD_ROOM), made = NULL;
    bool is_repeat = false;
    catalog_record_set(record, "name", "活动室");
    if (i == 2) /* a day later the key is free */
      fixture_run_sql(fixture, "UPDATE idempotency SET created_us = created_us - 86400000000");
    g_assert_true(
        catalog_create_record(fixture->catalog, "tester", record, &idempotency, &made, &is_repeat, NULL, &error));
    g_assert_cmpint(is_repeat, ==, i == 1);
    ids[i] = g_strdup(made->id);
  }
  g_assert_cmpstr(ids[0], ==, ids[1]);
  g_assert_cmpstr(ids[0], !=, ids[2]);
  g_assert_cmpint(fixture_number(fixture, "SELECT COUNT(*) FROM room"), ==, 2);
  g_assert_cmpint(fixture_number(fixture, "SELECT COUNT(*) FROM idempotency"), ==, 1);
  g_assert_null(idempotency.answer);
  g_autoptr(CatalogRecord) other = catalog_record_new(RECORD_ROOM), none = NULL;
  catalog_record_set(other, "name", "别的活动室");
  idempotency.request_hash = "other";
  g_assert_false(catalog_create_record(fixture->catalog, "tester", other, &idempotency, &none, NULL, NULL, &error));
  g_assert_error(error, CATALOG_ERROR, CATALOG_ERROR_REUSED);
}

/* A repeat gets the answer that was given, whatever has become of the record; another person's key is another one. */
static void test_record_kept_answer(Fixture *fixture, gconstpointer unused) {
  (void)unused;
  static const char *const actors[] = {"person:a", "person:a", "person:b"};
  g_autoptr(GError) error = NULL;
  g_auto(GStrv) ids = g_new0(char *, 4);
  for (size_t i = 0; i < G_N_ELEMENTS(actors); i++) {
    g_auto(RecordIdempotency) idempotency = {"key", "hash", NULL, NULL};
    g_autoptr(CatalogRecord) record = catalog_record_new(RECORD_ROOM), made = NULL;
    catalog_record_set(record, "name", "活动室");
    catalog_create_record(fixture->catalog, actors[i], record, &idempotency, &made, NULL, NULL, &error);
    g_assert_no_error(error);
    ids[i] = g_strdup(made->id);
    g_assert_cmpstr(idempotency.answer, ==, i == 1 ? "{\"version\":1}" : NULL);
    g_assert_cmpstr(idempotency.tag, ==, i == 1 ? "\"1-x\"" : NULL);
    if (i > 0)
      continue;
    g_assert_true(catalog_keep_answer(fixture->catalog, actors[0], "key", "{\"version\":1}", "\"1-x\"", &error));
    g_assert_true(catalog_keep_answer(fixture->catalog, actors[0], "key", "later", "\"2-x\"", &error));
    g_assert_true(catalog_delete_record(fixture->catalog, "tester", RECORD_ROOM, made->id, 0, &error));
  }
  g_assert_cmpstr(ids[0], ==, ids[1]);
  g_assert_cmpstr(ids[0], !=, ids[2]);
}

static void test_record_references(Fixture *fixture, gconstpointer unused) {
  (void)unused;
  g_autoptr(GError) error = NULL;
  g_autofree char *school = fixture_make_record(fixture, RECORD_INSTITUTION, "name", "社区大学", NULL);
  g_autofree char *lecturer =
      fixture_make_record(fixture, RECORD_LECTURER, "name", "甲", "institution_id", school, NULL);
  g_autofree char *course = fixture_make_record(fixture, RECORD_COURSE, "title", "书法", "institution_id", school,
                                                "lecturer_ids", lecturer, NULL);
  const struct {
    RecordKind kind;
    const char *id;
  } used[] = {{RECORD_INSTITUTION, school}, {RECORD_LECTURER, lecturer}};
  for (size_t i = 0; i < G_N_ELEMENTS(used); i++) {
    g_assert_false(catalog_delete_record(fixture->catalog, "tester", used[i].kind, used[i].id, 0, &error));
    g_assert_error(error, CATALOG_ERROR, CATALOG_ERROR_CONFLICT);
    g_assert_nonnull(strstr(error->message, "in use"));
    g_clear_error(&error);
  }
  g_autoptr(CatalogRecord) twin = catalog_record_new(RECORD_INSTITUTION), none = NULL;
  RecordFault fault = {0};
  catalog_record_set(twin, "name", "社区大学");
  g_assert_false(catalog_create_record(fixture->catalog, "tester", twin, NULL, &none, NULL, &fault, &error));
  g_assert_cmpint(fault.reason, ==, RECORD_FAULT_TWICE);
  /* the name is found and not made again */
  g_autofree char *asset = fixture_add_lesson_of(fixture, "a.mp4", "社区大学");
  g_autofree char *other = fixture_add_lesson_of(fixture, "b.mp4", "新学院");
  g_assert_cmpint(fixture_number(fixture, "SELECT COUNT(*) FROM institution"), ==, 2);
  g_assert_cmpint(fixture_number(fixture, "SELECT COUNT(*) FROM course WHERE institution_id IN"
                                          " (SELECT id FROM institution WHERE name = course.institution)"),
                  ==, 3);
  g_assert_cmpint(fixture_set_field(fixture, RECORD_INSTITUTION, school, "name", "攀枝花社区大学"), ==,
                  RECORD_FAULT_NONE);
  g_assert_cmpint(fixture_number(fixture, "SELECT COUNT(*) FROM course WHERE institution = '攀枝花社区大学'"), ==,
                  2);
}

static void test_record_delete_course(Fixture *fixture, gconstpointer unused) {
  (void)unused;
  g_autoptr(GError) error = NULL;
  g_autofree char *asset_id = fixture_add_planned_lesson(fixture, 2);
  fixture_run_sql(fixture, "INSERT INTO course_tag SELECT id, '标签' FROM course");
  g_autoptr(RecordPage) page = NULL;
  g_assert_true(catalog_query_records(fixture->catalog, RECORD_COURSE, &(RecordQuery){.limit = 5}, &page, &error));
  g_assert_cmpuint(page->records->len, ==, 1);
  g_autofree char *id = g_strdup(((CatalogRecord *)page->records->pdata[0])->id);
  g_autofree char *collection =
      fixture_make_record(fixture, RECORD_COLLECTION, "title", "一地一特", "course_ids", id, NULL);
  g_assert_false(catalog_delete_record(fixture->catalog, "tester", RECORD_COURSE, id, 0, &error));
  g_assert_error(error, CATALOG_ERROR, CATALOG_ERROR_CONFLICT);
  g_clear_error(&error);
  g_assert_cmpint(fixture_set_field(fixture, RECORD_COURSE, id, "status", "withdrawn"), ==, RECORD_FAULT_NONE);
  g_assert_true(catalog_delete_record(fixture->catalog, "tester", RECORD_COURSE, id, 0, &error));
  g_assert_cmpint(fixture_number(fixture, "SELECT COUNT(*) FROM course WHERE state = 'deleted' AND title = id"), ==,
                  1);
  g_assert_cmpint(fixture_number(fixture, "SELECT (SELECT COUNT(*) FROM lesson) + (SELECT COUNT(*) FROM course_tag)"
                                          " + (SELECT COUNT(*) FROM collection_course)"),
                  ==, 0);
  g_autoptr(CatalogCourse) course = NULL;
  g_autoptr(GPtrArray) lessons = NULL;
  g_assert_false(catalog_load_course(fixture->catalog, id, &course, &lessons, &error));
  g_assert_error(error, CATALOG_ERROR, CATALOG_ERROR_NOT_FOUND);
}

static void test_record_visibility(Fixture *fixture, gconstpointer unused) {
  (void)unused;
  fixture_add_divisions(fixture);
  g_autofree char *id = fixture_make_record(fixture, RECORD_COURSE, "title", "书法", "division", "510402000000",
                                            "visibility", "division", NULL);
  g_autoptr(CatalogRecord) own = fixture_load_record(fixture, RECORD_COURSE, id);
  g_assert_cmpstr(catalog_record_get(own, "visible_to"), ==, "510402000000");
  fixture_set_field(fixture, RECORD_COURSE, id, "visible_to", "510400000000");
  fixture_set_field(fixture, RECORD_COURSE, id, "visibility", "link");
  g_autoptr(CatalogRecord) link = fixture_load_record(fixture, RECORD_COURSE, id);
  g_assert_cmpuint(strlen(catalog_record_get(link, "visible_to")), ==, 2 * ID_LENGTH);
  fixture_set_field(fixture, RECORD_COURSE, id, "visible_to", "guessable");
  fixture_set_field(fixture, RECORD_COURSE, id, "title", "行书");
  g_autoptr(CatalogRecord) same = fixture_load_record(fixture, RECORD_COURSE, id);
  g_assert_cmpstr(catalog_record_get(same, "visible_to"), ==, catalog_record_get(link, "visible_to"));
  g_assert_cmpint(fixture_number(fixture, "SELECT COUNT(*) FROM audit JOIN course ON instr(changes, visible_to)"
                                          " WHERE visible_to <> ''"),
                  ==, 0);
  fixture_set_field(fixture, RECORD_COURSE, id, "visible_to", ""); /* a new secret */
  g_autoptr(CatalogRecord) fresh = fixture_load_record(fixture, RECORD_COURSE, id);
  g_assert_cmpstr(catalog_record_get(fresh, "visible_to"), !=, catalog_record_get(link, "visible_to"));
  fixture_set_field(fixture, RECORD_COURSE, id, "visibility", "public");
  g_autoptr(CatalogRecord) public = fixture_load_record(fixture, RECORD_COURSE, id);
  g_assert_cmpstr(catalog_record_get(public, "visible_to"), ==, "");
}

static void test_record_pages(Fixture *fixture, gconstpointer unused) {
  (void)unused;
  g_autoptr(GError) error = NULL;
  for (int i = 0; i < 23; i++) {
    g_autofree char *name = g_strdup_printf("讲师 %d%%", i / 3);
    g_free(fixture_make_record(fixture, RECORD_LECTURER, "name", name, NULL));
  }
  g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
  g_autofree char *cursor = NULL;
  g_autofree char *last = g_strdup("");
  do {
    g_autoptr(RecordPage) page = NULL;
    catalog_query_records(fixture->catalog, RECORD_LECTURER, &(RecordQuery){.limit = 5, .cursor = cursor}, &page,
                          &error);
    g_assert_no_error(error);
    for (guint i = 0; i < page->records->len; i++) {
      const CatalogRecord *record = page->records->pdata[i];
      g_assert_true(g_hash_table_add(seen, g_strdup(record->id)));
      g_assert_cmpint(strcmp(last, catalog_record_get(record, "name")), <=, 0);
      g_free(last);
      last = g_strdup(catalog_record_get(record, "name"));
    }
    g_free(cursor);
    cursor = g_steal_pointer(&page->next);
  } while (cursor);
  g_assert_cmpuint(g_hash_table_size(seen), ==, 23);
  g_autoptr(RecordPage) some = NULL;
  g_assert_true(catalog_query_records(fixture->catalog, RECORD_LECTURER, &(RecordQuery){.limit = 50, .text = "3%"},
                                      &some, &error));
  g_assert_cmpuint(some->records->len, ==, 3);
  static const char *const odd[] = {"", "x", "====", "AAAAAAAAAAAAAAAAAAAAAAAA"};
  for (size_t i = 0; i < G_N_ELEMENTS(odd); i++) {
    g_autoptr(RecordPage) none = NULL;
    g_assert_false(catalog_query_records(fixture->catalog, RECORD_LECTURER,
                                         &(RecordQuery){.limit = 5, .cursor = odd[i]}, &none, &error));
    g_assert_error(error, CATALOG_ERROR, CATALOG_ERROR_INVALID);
    g_clear_error(&error);
  }
}

#define ADD(name) g_test_add("/record/" #name, Fixture, NULL, fixture_set_up, test_record_##name, fixture_tear_down)

int main(int argc, char **argv) {
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/record/fault_texts", test_record_fault_texts);
  ADD(create_defaults);
  ADD(faults);
  ADD(states);
  ADD(versions);
  ADD(audit);
  ADD(repeated_create);
  ADD(kept_answer);
  ADD(references);
  ADD(delete_course);
  ADD(visibility);
  ADD(pages);
  return g_test_run();
}
