/* The rule of visibility as a function and as SQL, held against each other on random data. */
#include "base/id.h"
#include "catalog/course.h"
#include "catalog/course_change.h"
#include "tests/unit/catalog/catalog_fixture.h"

#define COURSE_COUNT 300
#define VIEWER_COUNT 120

static const char *const codes[] = {"",
                                    "510400000000",
                                    "510402000000",
                                    "510402001000",
                                    "510402001003",
                                    "510402001004",
                                    "510402002000",
                                    "510403000000",
                                    "510403001001",
                                    "510500000000"};
static const char *const states[] = {"draft", "review", "published", "published", "withdrawn", "deleted"};
static const char *const visibilities[] = {"public", "division", "institution", "room", "link"};

#define PICK(list) ((list)[g_random_int_range(0, G_N_ELEMENTS(list))])

typedef struct {
  char *id;
  const char *state, *visibility, *division;
  char *institution_id, *visible_to;
} Sample;

static void clear_sample(gpointer data) {
  Sample *sample = data;
  g_free(sample->id);
  g_free(sample->institution_id);
  g_free(sample->visible_to);
}

static char *pick_number(const char *what, int count) {
  return g_strdup_printf("%s%d", what, g_random_int_range(0, count));
}

static Sample make_sample(void) {
  Sample sample = {.id = id_new(),
                   .state = PICK(states),
                   .visibility = PICK(visibilities),
                   .division = PICK(codes),
                   .institution_id = g_random_boolean() ? pick_number("institution", 3) : g_strdup("")};
  if (g_str_equal(sample.visibility, "division"))
    sample.visible_to = g_strdup(codes[g_random_int_range(1, G_N_ELEMENTS(codes))]);
  else if (g_str_equal(sample.visibility, "public"))
    sample.visible_to = g_strdup("");
  else
    sample.visible_to = pick_number(sample.visibility, 3);
  return sample;
}

static GArray *add_samples(const Fixture *fixture) {
  GArray *samples = g_array_new(FALSE, FALSE, sizeof(Sample));
  g_array_set_clear_func(samples, clear_sample);
  g_autoptr(GString) sql = g_string_new("BEGIN;");
  for (int i = 0; i < 3; i++)
    g_string_append_printf(sql,
                           "INSERT INTO institution (id, name, created_us, updated_us) VALUES"
                           " ('institution%d', 'name%d', 1, 1);",
                           i, i);
  for (int i = 0; i < COURSE_COUNT; i++) {
    Sample sample = make_sample();
    g_string_append_printf(sql,
                           "INSERT INTO course (id, title, created_us, updated_us, state, visibility, visible_to,"
                           " division, institution_id) VALUES ('%s', 'a', 1, 1, '%s', '%s', '%s', '%s',"
                           " NULLIF('%s', ''));",
                           sample.id, sample.state, sample.visibility, sample.visible_to, sample.division,
                           sample.institution_id);
    g_array_append_val(samples, sample);
  }
  g_string_append(sql, "COMMIT");
  fixture_run_sql(fixture, sql->str);
  return samples;
}

/* A list of up to three; NULL sometimes. */
static char **make_list(const char *what) {
  g_autoptr(GStrvBuilder) builder = g_strv_builder_new();
  int count = g_random_int_range(-3, 4);
  for (int i = 0; i < count; i++) {
    g_autofree char *value = what ? pick_number(what, 3) : g_strdup(PICK(codes));
    g_strv_builder_add(builder, value);
  }
  return count < -1 ? NULL : g_strv_builder_end(builder);
}

static void assert_list(const Fixture *fixture, const GArray *samples, const CatalogViewer *viewer) {
  g_autoptr(GError) error = NULL;
  g_autoptr(GHashTable) listed = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
  g_autofree char *cursor = NULL;
  int64_t total = 0;
  do {
    g_autoptr(CoursePage) page = NULL;
    catalog_query_courses(fixture->catalog, &(CourseQuery){.limit = 100, .viewer = viewer, .cursor = cursor}, &page,
                          &error);
    g_assert_no_error(error);
    for (guint i = 0; i < page->courses->len; i++)
      g_hash_table_add(listed, g_strdup(((CatalogCourse *)page->courses->pdata[i])->id));
    total = page->total;
    g_free(cursor);
    cursor = g_steal_pointer(&page->next);
  } while (cursor);
  g_assert_cmpint(total, ==, g_hash_table_size(listed));
  for (guint i = 0; i < samples->len; i++) {
    const Sample *sample = &g_array_index(samples, Sample, i);
    CourseGate gate = {sample->state, sample->visibility, sample->visible_to, sample->division,
                       sample->institution_id};
    bool expected = viewer_may_see(viewer, &gate), may_see = !expected;
    if (g_hash_table_contains(listed, sample->id) != expected) {
      g_autofree char *json = viewer_write_json(viewer);
      g_error("%s %s %s %s %s: %d for %s", gate.state, gate.visibility, gate.visible_to, gate.division,
              gate.institution_id, expected, json);
    }
    if (i % 10 != 0)
      continue;
    g_assert_true(catalog_may_see_course(fixture->catalog, sample->id, viewer, &may_see, &error));
    g_assert_cmpint(may_see, ==, expected);
  }
}

static void test_viewer_sql_agrees(Fixture *fixture, gconstpointer unused) {
  (void)unused;
  g_autoptr(GArray) samples = add_samples(fixture);
  assert_list(fixture, samples, NULL);
  assert_list(fixture, samples, &catalog_viewer_everything);
  for (int i = 0; i < VIEWER_COUNT; i++) {
    g_auto(GStrv) standings = make_list(NULL), rights = make_list(NULL), institutions = make_list("institution"),
                  rooms = make_list("room"), links = make_list("link"), staff_of = make_list("institution");
    CatalogViewer viewer = {.standings = (const char *const *)standings,
                            .institutions = (const char *const *)institutions,
                            .rooms = (const char *const *)rooms,
                            .links = (const char *const *)links,
                            .staff_of = i % 3 == 0 ? (const char *const *)staff_of : NULL,
                            .rights = i % 2 == 0 ? (const char *const *)rights : NULL};
    assert_list(fixture, samples, &viewer);
  }
}

static void test_viewer_rules(void) {
  static const char *const village[] = {"510402001003", NULL}, *const county[] = {"510402000000", NULL},
                           *const other[] = {"510403000000", NULL}, *const school[] = {"school", NULL},
                           *const secret[] = {"secret", NULL};
  const CatalogViewer resident = {.standings = village}, manager = {.rights = county}, stranger = {.rights = other},
                      member = {.institutions = school}, teacher = {.staff_of = school}, guest = {.links = secret};
  const struct {
    const char *name;
    const CatalogViewer *viewer;
    CourseGate gate;
    bool expected;
  } cases[] = {
      {"public, unknown", NULL, {"published", "public", "", "", ""}, true},
      {"draft, unknown", NULL, {"draft", "public", "", "", ""}, false},
      {"county's, resident below", &resident, {"published", "division", "510402000000", "", ""}, true},
      {"other county's", &resident, {"published", "division", "510403000000", "", ""}, false},
      {"village's, manager above", &manager, {"draft", "division", "510402001003", "510402001003", ""}, true},
      {"other manager", &stranger, {"draft", "public", "", "510402001003", ""}, false},
      {"no division, manager", &manager, {"draft", "public", "", "", ""}, false},
      {"member", &member, {"published", "institution", "school", "", "school"}, true},
      {"member, draft", &member, {"draft", "institution", "school", "", "school"}, false},
      {"teacher, draft", &teacher, {"draft", "public", "", "", "school"}, true},
      {"link", &guest, {"published", "link", "secret", "", ""}, true},
      {"link, withdrawn", &guest, {"withdrawn", "link", "secret", "", ""}, false},
      {"a secret is no room", &guest, {"published", "room", "secret", "", ""}, false},
      {"deleted, everything", &catalog_viewer_everything, {"deleted", "public", "", "", ""}, false},
      {"withdrawn, everything", &catalog_viewer_everything, {"withdrawn", "link", "x", "", ""}, true},
  };
  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++)
    if (viewer_may_see(cases[i].viewer, &cases[i].gate) != cases[i].expected)
      g_error("%s", cases[i].name);
}

int main(int argc, char **argv) {
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/viewer/rules", test_viewer_rules);
  g_test_add("/viewer/sql_agrees", Fixture, NULL, fixture_set_up, test_viewer_sql_agrees, fixture_tear_down);
  return g_test_run();
}
