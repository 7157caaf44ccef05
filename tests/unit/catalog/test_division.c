#include "catalog/audit.h"
#include "catalog/division.h"
#include "tests/unit/catalog/catalog_fixture.h"

static void test_division_codes(void) {
  static const struct {
    const char *code;
    int level;
    const char *parent;
  } cases[] = {
      {"510400000000", 1, NULL},
      {"510402000000", 2, "510400000000"},
      {"510402001000", 3, "510402000000"},
      {"510402001003", 4, "510402001000"},
      {"510000000000", 0, NULL},
      {"000000000000", 0, NULL},
      {"510402000003", 0, NULL},
      {"510400001000", 0, NULL},
      {"000400000000", 0, NULL},
      {"51040200100", 0, NULL},
      {"5104020010030", 0, NULL},
      {"51040200100x", 0, NULL},
      {"", 0, NULL},
      {NULL, 0, NULL},
  };
  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    char parent[DIVISION_CODE_SIZE] = "";
    g_assert_cmpint(division_level(cases[i].code), ==, cases[i].level);
    g_assert_cmpint(division_parent(cases[i].code, parent), ==, cases[i].parent != NULL);
    g_assert_cmpstr(parent, ==, cases[i].parent ? cases[i].parent : "");
  }
}

static void test_division_is_within(void) {
  static const struct {
    const char *code, *ancestor;
    bool is_within;
  } cases[] = {
      {"510402001003", "510400000000", true},
      {"510402001003", "510402000000", true},
      {"510402001003", "510402001000", true},
      {"510402001003", "510402001003", true},
      {"510402001003", "510402002000", false},
      {"510402000000", "510402001000", false},
      {"510411001003", "510402000000", false},
      {"", "510400000000", false},
      {"510402001003", "", false},
      {"510402001003", "5104", false},
  };
  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++)
    g_assert_cmpint(division_is_within(cases[i].code, cases[i].ancestor), ==, cases[i].is_within);
}

static void parse(const char *text, size_t size, GArray **ret_rows, GArray **ret_faults) {
  g_autoptr(GError) error = NULL;
  division_table_parse(text, size, ret_rows, ret_faults, &error);
  g_assert_no_error(error);
}

static void test_division_table_rows(void) {
  static const char text[] = "名称,代码\n"
                             "某村,510402001003\r\n"
                             "\n"
                             "\"东,区\", 510402000000 \n"
                             ",510403000000\n"
                             "无效,510402000003\n"
                             "又一个,510402000000\n"
                             "只有名称\n";
  g_autoptr(GArray) rows = NULL, faults = NULL;
  parse(text, strlen(text), &rows, &faults);
  g_assert_cmpuint(rows->len, ==, 2);
  g_assert_cmpstr(g_array_index(rows, DivisionRow, 0).code, ==, "510402000000");
  g_assert_cmpstr(g_array_index(rows, DivisionRow, 0).name, ==, "东,区");
  g_assert_cmpint(g_array_index(rows, DivisionRow, 1).line, ==, 2);
  const int64_t lines[] = {5, 6, 7, 8};
  g_assert_cmpuint(faults->len, ==, G_N_ELEMENTS(lines));
  for (guint i = 0; i < faults->len; i++)
    g_assert_cmpint(g_array_index(faults, DivisionFault, i).line, ==, lines[i]);
  g_assert_cmpstr(g_array_index(faults, DivisionFault, 2).message_zh, ==, "代码 510402000000 出现了两次");
}

static void test_division_table_gbk(void) {
  g_autofree char *gbk = g_convert("代码,名称\n510422000000,盐边县\n", -1, "GBK", "UTF-8", NULL, NULL, NULL);
  g_autoptr(GArray) rows = NULL, faults = NULL;
  parse(gbk, strlen(gbk), &rows, &faults);
  g_assert_cmpstr(g_array_index(rows, DivisionRow, 0).name, ==, "盐边县");
}

static void test_division_table_refuses(void) {
  static const char *const texts[] = {"", "a,b\n1,2\n", "code,name\n\"x", "\xff\xff\xff"};
  for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
    g_autoptr(GArray) rows = NULL, faults = NULL;
    g_autoptr(GError) error = NULL;
    g_assert_false(division_table_parse(texts[i], strlen(texts[i]), &rows, &faults, &error));
    g_assert_error(error, CATALOG_ERROR, CATALOG_ERROR_INVALID);
  }
}

static DivisionCounts put(const Fixture *fixture, const char *text) {
  g_autoptr(GError) error = NULL;
  g_autoptr(GArray) rows = NULL, faults = NULL;
  DivisionCounts counts = {0};
  parse(text, strlen(text), &rows, &faults);
  catalog_put_divisions(fixture->catalog, "tester", rows, &counts, &error);
  g_assert_no_error(error);
  return counts;
}

static void test_division_put(Fixture *fixture, gconstpointer unused) {
  (void)unused;
  g_autoptr(GError) error = NULL;
  DivisionCounts counts = put(fixture, "code,name,name_en\n510402001003,某村,\n510402000000,东区,Dongqu\n"
                                       "510400000000,攀枝花市,Panzhihua\n510402001000,某街道,\n");
  g_assert_cmpint(counts.added, ==, 4);
  counts = put(fixture, "code,name\n510402000000,东区\n510402001003,新村\n510403000000,西区\n");
  g_assert_cmpint(counts.added, ==, 1);
  g_assert_cmpint(counts.renamed, ==, 1);
  g_assert_cmpint(counts.unchanged, ==, 1);
  g_autoptr(GArray) roots = NULL, counties = NULL, one = NULL, walk = NULL, entries = NULL;
  g_assert_true(catalog_list_divisions(fixture->catalog, NULL, &roots, &error));
  g_assert_cmpuint(roots->len, ==, 1);
  g_assert_cmpint(g_array_index(roots, CatalogDivision, 0).child_count, ==, 2);
  g_assert_true(catalog_list_divisions(fixture->catalog, "510400000000", &counties, &error));
  g_assert_cmpuint(counties->len, ==, 2);
  g_assert_cmpstr(g_array_index(counties, CatalogDivision, 0).name_en, ==, "Dongqu");
  g_assert_true(catalog_load_division(fixture->catalog, "510402001003", &one, &error));
  g_assert_cmpstr(g_array_index(one, CatalogDivision, 0).name, ==, "新村");
  g_assert_cmpstr(g_array_index(one, CatalogDivision, 0).parent, ==, "510402001000");
  g_assert_true(catalog_walk_divisions(fixture->catalog, "510402000000", 2, &walk, &error));
  g_assert_cmpuint(walk->len, ==, 2);
  AuditQuery query = {.kind = "division", .record_id = "510402001003", .limit = 10};
  g_assert_true(catalog_list_audit(fixture->catalog, &query, &entries, &error));
  g_assert_cmpuint(entries->len, ==, 2);
  g_assert_cmpstr(g_array_index(entries, CatalogAuditEntry, 0).changes, ==, "{\"name\":[\"某村\",\"新村\"]}");
  g_assert_cmpstr(g_array_index(entries, CatalogAuditEntry, 0).actor, ==, "tester");
}

static void test_division_put_needs_parents(Fixture *fixture, gconstpointer unused) {
  (void)unused;
  g_autoptr(GError) error = NULL;
  g_autoptr(GArray) rows = NULL, faults = NULL;
  DivisionCounts counts = {.added = 77};
  const char *text = "code,name\n510400000000,攀枝花市\n510402001000,某街道\n";
  parse(text, strlen(text), &rows, &faults);
  g_assert_false(catalog_put_divisions(fixture->catalog, "tester", rows, &counts, &error));
  g_assert_error(error, CATALOG_ERROR, CATALOG_ERROR_INVALID);
  g_assert_nonnull(strstr(error->message, "line 3"));
  g_assert_cmpint(counts.added, ==, 77);
  g_assert_cmpint(fixture_number(fixture, "SELECT COUNT(*) FROM division"), ==, 0);
  g_assert_cmpint(fixture_number(fixture, "SELECT COUNT(*) FROM audit"), ==, 0);
}

static void test_division_shipped(Fixture *fixture, gconstpointer unused) {
  (void)unused;
  g_autofree char *text = NULL;
  g_assert_true(g_file_get_contents(KAPOK_SOURCE_DIR "/config/divisions-panzhihua.csv", &text, NULL, NULL));
  g_assert_cmpint(put(fixture, text).added, ==, 6);
}

#define ADD(name)                                                                                                  \
  g_test_add("/division/" #name, Fixture, NULL, fixture_set_up, test_division_##name, fixture_tear_down)

int main(int argc, char **argv) {
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/division/codes", test_division_codes);
  g_test_add_func("/division/is_within", test_division_is_within);
  g_test_add_func("/division/table_rows", test_division_table_rows);
  g_test_add_func("/division/table_gbk", test_division_table_gbk);
  g_test_add_func("/division/table_refuses", test_division_table_refuses);
  ADD(put);
  ADD(put_needs_parents);
  ADD(shipped);
  return g_test_run();
}
