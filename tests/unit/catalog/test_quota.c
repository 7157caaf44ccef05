/* Quotas of institutions: what counts, and what is refused. */
#include "catalog/quota.h"
#include "tests/unit/catalog/catalog_fixture.h"

#define SOURCE_BYTES 17 /* of a lesson of the fixture */

static QuotaUsage usage_of(const Fixture *fixture, const char *institution, Quota defaults) {
  g_autoptr(GError) error = NULL;
  g_autoptr(GArray) list = NULL;
  QuotaUsage found = {.source_bytes = -1};
  g_assert_true(catalog_list_usage(fixture->catalog, &defaults, &list, &error));
  g_assert_no_error(error);
  for (guint i = 0; i < list->len; i++)
    if (g_str_equal(g_array_index(list, QuotaUsage, i).institution, institution))
      found = g_array_index(list, QuotaUsage, i);
  found.institution = NULL;
  return found;
}

static bool take_in(const Fixture *fixture, const char *institution, Quota quota, const char *replaces_id,
                    GError **error) {
  g_autofree char *path = g_build_filename(fixture->root, "lesson.mp4", NULL);
  g_assert_true(g_file_set_contents(path, "picture and sound", -1, NULL));
  IntakeRequest request = {.path = path, .institution = institution, .quota = quota, .replaces_id = replaces_id};
  IntakeResult result = {0};
  bool is_taken = intake_file(fixture->catalog, fixture->store, &request, NULL, NULL, &result, NULL, error);
  intake_result_clear(&result);
  return is_taken;
}

static void assert_refused(const Fixture *fixture, const char *institution, Quota quota, const char *part) {
  g_autoptr(GError) error = NULL;
  int64_t before = fixture_number(fixture, "SELECT COUNT(*) FROM asset");
  g_assert_false(take_in(fixture, institution, quota, NULL, &error));
  g_assert_error(error, CATALOG_ERROR, CATALOG_ERROR_QUOTA);
  g_assert_nonnull(strstr(error->message, institution));
  g_assert_nonnull(strstr(error->message, part));
  g_assert_cmpint(fixture_number(fixture, "SELECT COUNT(*) FROM asset"), ==, before);
  g_autoptr(GPtrArray) sources = blob_store_list(fixture->store, KEY_PREFIX_SOURCES, NULL);
  g_assert_cmpint(sources->len, ==, before); /* nothing was copied */
}

static void assert_taken(const Fixture *fixture, const char *institution, Quota quota) {
  g_autoptr(GError) error = NULL;
  take_in(fixture, institution, quota, NULL, &error);
  g_assert_no_error(error);
}

static void test_quota_defaults(Fixture *fixture, gconstpointer unused) {
  (void)unused;
  Quota two_files = {.bytes_max = 2 * SOURCE_BYTES};
  Quota one_lesson = {.lessons_max = 1};
  assert_taken(fixture, "社区大学", two_files);
  assert_taken(fixture, "社区大学", two_files);
  assert_refused(fixture, "社区大学", two_files, "存储空间配额不够");
  assert_refused(fixture, "社区大学", one_lesson, "at most 1 are allowed");
  assert_taken(fixture, "西区社区学院", two_files); /* each has its own */
  assert_taken(fixture, "西区社区学院", (Quota){0});
  for (int i = 0; i < 3; i++)
    assert_taken(fixture, NULL, one_lesson); /* nobody's */
  QuotaUsage usage = usage_of(fixture, "社区大学", two_files);
  g_assert_cmpint(usage.source_bytes, ==, 2 * SOURCE_BYTES);
  g_assert_cmpint(usage.lesson_count, ==, 2);
  g_assert_cmpint(usage.quota.bytes_max, ==, 2 * SOURCE_BYTES);
  g_assert_false(usage.has_own_bytes);
  g_assert_cmpint(usage_of(fixture, "", two_files).quota.bytes_max, ==, 0);
}

static void test_quota_own(Fixture *fixture, gconstpointer unused) {
  (void)unused;
  g_autoptr(GError) error = NULL;
  Quota defaults = {.bytes_max = 10 * SOURCE_BYTES, .lessons_max = 1}, own = {0};
  g_assert_true(catalog_set_quota(fixture->catalog, "社区大学", SOURCE_BYTES, 0, &error));
  assert_taken(fixture, "社区大学", defaults);
  assert_refused(fixture, "社区大学", defaults, "quota");
  g_assert_true(catalog_set_quota(fixture->catalog, "社区大学", QUOTA_AS_SETTINGS, 3, &error));
  g_assert_true(catalog_load_quota(fixture->catalog, "社区大学", &own, &error));
  g_assert_cmpint(own.bytes_max, ==, QUOTA_AS_SETTINGS);
  g_assert_cmpint(own.lessons_max, ==, 3);
  QuotaUsage usage = usage_of(fixture, "社区大学", defaults);
  g_assert_true(!usage.has_own_bytes && usage.has_own_lessons);
  g_assert_cmpint(usage.quota.bytes_max, ==, 10 * SOURCE_BYTES);
  assert_taken(fixture, "社区大学", defaults);
  assert_taken(fixture, "社区大学", defaults);
  assert_refused(fixture, "社区大学", defaults, "课时数");
  g_assert_true(catalog_set_quota(fixture->catalog, "社区大学", QUOTA_AS_SETTINGS, QUOTA_AS_SETTINGS, &error));
  g_assert_cmpint(fixture_number(fixture, "SELECT COUNT(*) FROM institution_quota"), ==, 0);
  g_assert_false(catalog_set_quota(fixture->catalog, "", 1, 1, &error));
  g_assert_error(error, CATALOG_ERROR, CATALOG_ERROR_INVALID);
  g_clear_error(&error);
  g_assert_false(catalog_set_quota(fixture->catalog, "社区大学", -2, 1, &error));
  g_assert_error(error, CATALOG_ERROR, CATALOG_ERROR_INVALID);
}

/* What is made of a source counts too; a replacement is no further lesson. */
static void test_quota_derived(Fixture *fixture, gconstpointer unused) {
  (void)unused;
  g_autoptr(GError) error = NULL;
  g_autofree char *asset_id = fixture_add_planned_lesson_of(fixture, 2, "社区大学");
  g_autoptr(CatalogJob) job = fixture_claim(fixture, "w1");
  CatalogPublication publication = fixture_publication(job, "v360", job->span_index);
  publication.measure = &(FileMeasure){.size_bytes = 1000};
  g_assert_true(catalog_publish(fixture->catalog, job, "w1", &publication, 1, false, &error));
  fixture_publication_clear(&publication);
  QuotaUsage usage = usage_of(fixture, "社区大学", (Quota){0});
  g_assert_cmpint(usage.derived_bytes, ==, 1000);
  assert_refused(fixture, "社区大学", (Quota){.bytes_max = 1000 + 2 * SOURCE_BYTES - 1}, "quota");
  g_assert_true(
      take_in(fixture, NULL, (Quota){.bytes_max = 1000 + 2 * SOURCE_BYTES, .lessons_max = 1}, asset_id, &error));
  g_assert_no_error(error);
  usage = usage_of(fixture, "社区大学", (Quota){0});
  g_assert_cmpint(usage.lesson_count, ==, 1);
  g_assert_cmpint(usage.source_bytes, ==, 2 * SOURCE_BYTES);
}

static void test_quota_follows_name(Fixture *fixture, gconstpointer unused) {
  (void)unused;
  g_autoptr(GError) error = NULL;
  assert_taken(fixture, "社区大学", (Quota){0});
  g_assert_true(catalog_set_quota(fixture->catalog, "社区大学", 100, 5, &error));
  fixture_run_sql(fixture, "UPDATE institution SET name = '市社区大学' WHERE name = '社区大学'");
  QuotaUsage usage = usage_of(fixture, "市社区大学", (Quota){0});
  g_assert_cmpint(usage.lesson_count, ==, 1);
  g_assert_cmpint(usage.quota.lessons_max, ==, 5);
  g_assert_cmpint(usage_of(fixture, "社区大学", (Quota){0}).source_bytes, ==, -1);
}

#define ADD(name) g_test_add("/quota/" #name, Fixture, NULL, fixture_set_up, test_quota_##name, fixture_tear_down)

int main(int argc, char **argv) {
  g_test_init(&argc, &argv, NULL);
  ADD(defaults);
  ADD(own);
  ADD(derived);
  ADD(follows_name);
  return g_test_run();
}
