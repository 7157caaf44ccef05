#include "catalog/lesson_json.h"
#include "catalog/record_json.h"

#include <string.h>

static void test_record_json_parse(void) {
  static const char text[] =
      "{\"id\":\"0000000000001\",\"version\":7,\"title\":\"太极\",\"tags\":[\"a\",\"b\\u001fc\"],"
      "\"summary\":null,\"created_at\":\"x\"}";
  g_autoptr(GError) error = NULL;
  RecordFault fault = {0};
  g_autoptr(CatalogRecord) record = record_json_parse(RECORD_COURSE, text, strlen(text), &fault, &error);
  g_assert_no_error(error);
  g_assert_cmpstr(record->id, ==, "0000000000001");
  g_assert_cmpstr(catalog_record_get(record, "title"), ==, "太极");
  g_assert_cmpstr(catalog_record_get(record, "tags"), ==,
                  "a\x1f"
                  "b c");
  g_assert_cmpstr(record->values[record_spec_find_field(record_spec(RECORD_COURSE), "summary")], ==, "");
  g_assert_null(record->values[record_spec_find_field(record_spec(RECORD_COURSE), "level")]);
}

static void test_record_json_refuses(void) {
  static const struct {
    RecordKind kind;
    const char *text;
    RecordFaultReason reason;
  } cases[] = {
      {RECORD_ROOM, "", RECORD_FAULT_NONE},
      {RECORD_ROOM, "[1]", RECORD_FAULT_NONE},
      {RECORD_ROOM, "{\"name\":\"a\",\"name\":\"b\"}", RECORD_FAULT_NONE},
      {RECORD_ROOM, "{\"name\":\"a\"} x", RECORD_FAULT_NONE},
      {RECORD_ROOM, "{\"name\":{}}", RECORD_FAULT_TYPE},
      {RECORD_ROOM, "{\"名称\":\"a\"}", RECORD_FAULT_UNKNOWN_FIELD},
      {RECORD_COURSE, "{\"tags\":\"a\"}", RECORD_FAULT_TYPE},
      {RECORD_COURSE, "{\"tags\":[1]}", RECORD_FAULT_TYPE},
      {RECORD_ATTACHMENT, "{\"position\":1.5}", RECORD_FAULT_TYPE},
      {RECORD_ATTACHMENT, "{\"blob_key\":\"a\"}", RECORD_FAULT_FIXED},
  };
  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_autoptr(GError) error = NULL;
    RecordFault fault = {0};
    g_assert_null(record_json_parse(cases[i].kind, cases[i].text, strlen(cases[i].text), &fault, &error));
    g_assert_error(error, CATALOG_ERROR, CATALOG_ERROR_INVALID);
    g_assert_cmpint(fault.reason, ==, cases[i].reason);
  }
}

static void test_record_json_select(void) {
  static const struct {
    const char *text, *fields, *expected;
  } cases[] = {
      {"{\"a\":1,\"b\":[2],\"c\":3}", "c,a", "{\"c\":3,\"a\":1}"},
      {"{\"items\":[{\"a\":1,\"b\":2}],\"next\":null}", "b", "{\"items\":[{\"b\":2}],\"next\":null}"},
      {"{\"items\":[]}", "b", "{\"items\":[]}"},
      {"{\"a\":1}", "b", NULL},
      {"{\"items\":[{\"a\":1},{\"b\":2}]}", "a", NULL},
      {"{\"a\":1}", "a,", NULL},
  };
  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_autoptr(GString) text = g_string_new(cases[i].text);
    g_autofree char *unknown = NULL;
    GString *selected = record_json_select(text, cases[i].fields, &unknown);
    g_assert_cmpstr(selected ? selected->str : NULL, ==, cases[i].expected);
    g_assert_cmpint(unknown != NULL, ==, cases[i].expected == NULL);
    if (selected)
      g_string_free(selected, TRUE);
  }
}

static void test_lesson_json_parse(void) {
  static const char text[] = "[{\"id\":\"a\",\"title\":null,\"position\":3},{\"asset_id\":\"b\",\"title\":\"t\"}]";
  g_autoptr(GError) error = NULL;
  RecordFault fault = {0};
  g_autoptr(LessonOrderList) list = lesson_json_parse(text, strlen(text), &fault, &error);
  g_assert_no_error(error);
  g_assert_cmpuint(list->count, ==, 2);
  g_assert_cmpstr(list->lessons[0].id, ==, "a");
  g_assert_null(list->lessons[0].title);
  g_assert_cmpstr(list->lessons[1].asset_id, ==, "b");
  g_assert_cmpstr(list->lessons[1].title, ==, "t");
  static const char *const wrong[] = {"", "{}", "[1]", "[{\"id\":1}]", "[{\"x\":\"y\"}]"};
  for (size_t i = 0; i < G_N_ELEMENTS(wrong); i++) {
    g_autoptr(GError) failure = NULL;
    g_assert_null(lesson_json_parse(wrong[i], strlen(wrong[i]), &fault, &failure));
    g_assert_error(failure, CATALOG_ERROR, CATALOG_ERROR_INVALID);
  }
}

int main(int argc, char **argv) {
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/record_json/parse", test_record_json_parse);
  g_test_add_func("/record_json/refuses", test_record_json_refuses);
  g_test_add_func("/record_json/select", test_record_json_select);
  g_test_add_func("/lesson_json/parse", test_lesson_json_parse);
  return g_test_run();
}
