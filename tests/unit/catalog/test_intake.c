#include "catalog/course.h"
#include "catalog/intake.h"
#include "tests/unit/catalog/catalog_fixture.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#define VTT "WEBVTT\n\n00:00.000 --> 00:02.000\n你好\n"
#define SRT "1\n00:00:00,000 --> 00:00:02,000\nHello\n"

static void write_file(const Fixture *fixture, const char *name, const char *text) {
  g_autoptr(GError) error = NULL;
  g_autofree char *path = g_build_filename(fixture->root, name, NULL);
  /* not g_file_set_contents(): its temporary name would be longer than a name may be */
  int fd = open(path, O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0600);
  g_assert_cmpint(fd, >=, 0);
  g_assert_cmpint(write(fd, text, strlen(text)), ==, (ssize_t)strlen(text));
  close(fd);
}

static bool take(const Fixture *fixture, IntakeRequest request, const char *name, IntakeResult *ret_result,
                 GPtrArray *warnings, GError **error) {
  g_autofree char *path = g_build_filename(fixture->root, name, NULL);
  request.path = path;
  return intake_file(fixture->catalog, fixture->store, &request, NULL, NULL, ret_result, warnings, error);
}

static void test_intake_records_all(Fixture *fixture, gconstpointer unused) {
  (void)unused;
  g_autoptr(GError) error = NULL;
  write_file(fixture, "source.mov", "bytes of a lesson");
  IntakeRequest request = {
      .title = "  太极拳 第一课\n", .summary = "起势\n野马分鬃", .category = "运动健身", .institution = "社区大学"};
  IntakeResult result = {0};
  g_assert_true(take(fixture, request, "source.mov", &result, NULL, &error));
  g_assert_cmpstr(result.title, ==, "太极拳 第一课");
  g_autoptr(CatalogAsset) asset = fixture_load_asset(fixture, result.asset_id);
  g_assert_cmpstr(asset->source_name, ==, "source.mov");
  g_assert_cmpint(asset->source_size_bytes, ==, 17);
  g_autoptr(GBytes) stored = blob_store_read(fixture->store, asset->source_key, 100, &error);
  g_assert_no_error(error);
  g_assert_cmpint(memcmp(g_bytes_get_data(stored, NULL), "bytes of a lesson", 17), ==, 0);
  g_autoptr(CatalogCourse) course = NULL;
  g_autoptr(GPtrArray) lessons = NULL;
  g_assert_true(catalog_load_course(fixture->catalog, result.course_id, &course, &lessons, &error));
  g_assert_cmpstr(course->category, ==, "sports");
  g_assert_cmpstr(course->summary, ==, "起势\n野马分鬃");
  g_assert_cmpstr(course->institution, ==, "社区大学");
  g_assert_cmpstr(course->kind, ==, "micro");
  g_assert_cmpint(course->lesson_count, ==, 1);
  g_assert_cmpstr(course->asset_id, ==, result.asset_id);
  g_assert_nonnull(course->audiences);
  g_assert_null(course->audiences[0]);
  g_assert_cmpuint(lessons->len, ==, 1);
  const CatalogLesson *lesson = lessons->pdata[0];
  g_assert_cmpint(lesson->position, ==, 1);
  g_assert_cmpstr(lesson->title, ==, "太极拳 第一课");
  intake_result_clear(&result);
}

/* Names that file systems allow, and the title that comes of them. */
static void test_intake_odd_names(Fixture *fixture, gconstpointer unused) {
  (void)unused;
  g_autoptr(GString) longest = g_string_new("课 \"'`$;");
  while (longest->len + 3 + 4 <= 255)
    g_string_append(longest, "程");
  while (longest->len + 4 < 255)
    g_string_append_c(longest, 'x');
  g_string_append(longest, ".mp4");
  g_assert_cmpuint(longest->len, ==, 255);
  const struct {
    const char *name, *title;
  } cases[] = {
      {longest->str, NULL},
      {"no extension", "no extension"},
      {".hidden", ".hidden"},
      {"a.b.c.mp4", "a.b.c"},
      {" .mp4", "未命名"},
      {"tab\tand\nline.mp4", "tab and line"},
      {"\xff\xfe broken.mp4", "\xEF\xBF\xBD\xEF\xBF\xBD broken"},
      {"-rf.mp4", "-rf"},
      {"%s%n.mp4", "%s%n"},
  };
  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_autoptr(GError) error = NULL;
    write_file(fixture, cases[i].name, "x");
    IntakeResult result = {0};
    take(fixture, (IntakeRequest){0}, cases[i].name, &result, NULL, &error);
    g_assert_no_error(error);
    if (cases[i].title)
      g_assert_cmpstr(result.title, ==, cases[i].title);
    g_assert_true(g_utf8_validate(result.title, -1, NULL));
    g_assert_cmpint(g_utf8_strlen(result.title, -1), <=, 200);
    intake_result_clear(&result);
  }
}

static void test_intake_long_title_is_cut(Fixture *fixture, gconstpointer unused) {
  (void)unused;
  g_autoptr(GString) title = g_string_new(NULL);
  for (int i = 0; i < 300; i++)
    g_string_append(title, "字");
  write_file(fixture, "a.mp4", "x");
  IntakeResult result = {0};
  g_assert_true(take(fixture, (IntakeRequest){.title = title->str}, "a.mp4", &result, NULL, NULL));
  g_assert_cmpint(g_utf8_strlen(result.title, -1), ==, 200);
  intake_result_clear(&result);
}

static void test_intake_empty_file_is_taken(Fixture *fixture, gconstpointer unused) {
  (void)unused;
  write_file(fixture, "empty.mp4", "");
  IntakeResult result = {0};
  g_assert_true(take(fixture, (IntakeRequest){0}, "empty.mp4", &result, NULL, NULL));
  g_autoptr(CatalogJob) job = fixture_claim(fixture, "w1");
  g_assert_cmpstr(job->asset_id, ==, result.asset_id);
  intake_result_clear(&result);
}

static void assert_nothing_stays(const Fixture *fixture) {
  g_assert_cmpint(fixture_number(fixture, "SELECT (SELECT COUNT(*) FROM asset) + (SELECT COUNT(*) FROM course)"),
                  ==, 0);
  g_autoptr(GPtrArray) keys = blob_store_list(fixture->store, "", NULL);
  g_assert_cmpuint(keys->len, ==, 0);
  g_autoptr(GDir) dir = g_dir_open(blob_store_work_root(fixture->store), 0, NULL);
  g_assert_null(g_dir_read_name(dir));
}

static void assert_refused(const Fixture *fixture, IntakeRequest request, const char *name, CatalogError code) {
  g_autoptr(GError) error = NULL;
  IntakeResult result = {0};
  g_assert_false(take(fixture, request, name, &result, NULL, &error));
  g_assert_error(error, CATALOG_ERROR, (int)code);
  g_assert_null(result.asset_id);
  assert_nothing_stays(fixture);
}

static void test_intake_refused(Fixture *fixture, gconstpointer unused) {
  (void)unused;
  write_file(fixture, "a.mp4", "12345");
  g_autofree char *pipe_path = g_build_filename(fixture->root, "pipe.mp4", NULL);
  g_assert_cmpint(mkfifo(pipe_path, 0600), ==, 0);
  assert_refused(fixture, (IntakeRequest){0}, "pipe.mp4", CATALOG_ERROR_IO);
  assert_refused(fixture, (IntakeRequest){0}, "objects", CATALOG_ERROR_IO);
  assert_refused(fixture, (IntakeRequest){0}, "none.mp4", CATALOG_ERROR_IO);
  assert_refused(fixture, (IntakeRequest){.max_source_bytes = 4}, "a.mp4", CATALOG_ERROR_INVALID);
  assert_refused(fixture, (IntakeRequest){.category = "cooking"}, "a.mp4", CATALOG_ERROR_INVALID);
}

static bool stop_at_once(int64_t done_bytes, int64_t total_bytes, gpointer user_data) {
  (void)done_bytes;
  (void)total_bytes;
  (void)user_data;
  return false;
}

static void test_intake_stopped(Fixture *fixture, gconstpointer unused) {
  (void)unused;
  write_file(fixture, "a.mp4", "12345");
  write_file(fixture, "a.vtt", VTT);
  g_autofree char *path = g_build_filename(fixture->root, "a.mp4", NULL);
  IntakeRequest request = {.path = path};
  IntakeResult result = {0};
  g_autoptr(GError) error = NULL;
  g_assert_false(
      intake_file(fixture->catalog, fixture->store, &request, stop_at_once, NULL, &result, NULL, &error));
  g_assert_nonnull(error);
  assert_nothing_stays(fixture);
}

static void test_intake_refused_by_catalog(Fixture *fixture, gconstpointer unused) {
  (void)unused;
  write_file(fixture, "a.mp4", "12345");
  write_file(fixture, "a.vtt", VTT);
  fixture_run_sql(fixture, "CREATE TRIGGER no_job BEFORE INSERT ON job BEGIN SELECT RAISE(ABORT, 'no'); END");
  assert_refused(fixture, (IntakeRequest){0}, "a.mp4", CATALOG_ERROR_CONFLICT);
}

static void test_intake_side_captions(Fixture *fixture, gconstpointer unused) {
  (void)unused;
  g_autoptr(GError) error = NULL;
  write_file(fixture, "第 1 课.mp4", "x");
  write_file(fixture, "第 1 课.vtt", VTT);
  write_file(fixture, "第 1 课.srt", SRT); /* same language: .vtt goes first */
  write_file(fixture, "第 1 课.en.SRT", SRT);
  write_file(fixture, "第 1 课.zh-tw.vtt", VTT);
  write_file(fixture, "第 1 课.en-gb.vtt", VTT);
  write_file(fixture, "第 1 课.ja.vtt", "no captions at all");
  write_file(fixture, "第 1 课.part two.vtt", VTT); /* no language */
  write_file(fixture, "第 1 课x.vtt", VTT);         /* of another lesson */
  IntakeResult result = {0};
  g_autoptr(GPtrArray) warnings = g_ptr_array_new_with_free_func(g_free);
  g_assert_true(take(fixture, (IntakeRequest){0}, "第 1 课.mp4", &result, warnings, &error));
  g_assert_cmpuint(warnings->len, ==, 1);
  g_assert_nonnull(strstr(warnings->pdata[0], "第 1 课.ja.vtt"));
  g_autoptr(GArray) captions = NULL;
  g_assert_true(catalog_load_captions(fixture->catalog, result.asset_id, &captions, &error));
  const char *expected[][2] = {
      {"zh-CN", "中文"}, {"zh-TW", "繁體中文"}, {"en", "English"}, {"en-GB", "English (en-GB)"}};
  g_assert_cmpuint(captions->len, ==, G_N_ELEMENTS(expected));
  for (guint i = 0; i < captions->len; i++) {
    const CatalogCaption *caption = &g_array_index(captions, CatalogCaption, i);
    g_assert_cmpstr(caption->language, ==, expected[i][0]);
    g_assert_cmpstr(caption->label, ==, expected[i][1]);
    g_autoptr(GBytes) text = blob_store_read(fixture->store, caption->blob_key, 10000, &error);
    g_assert_no_error(error);
    g_assert_cmpint(memcmp(g_bytes_get_data(text, NULL), "WEBVTT", 6), ==, 0);
  }
  intake_result_clear(&result);
}

static void test_intake_long_lesson_is_hd(Fixture *fixture, gconstpointer unused) {
  (void)unused;
  g_autofree char *shorter = fixture_add_planned_lesson(fixture, 20); /* 77 segments of 6 s */
  g_autofree char *longer = fixture_add_planned_lesson(fixture, 60);  /* 237 */
  g_assert_cmpint(fixture_number(fixture, "SELECT COUNT(*) FROM course WHERE kind = 'micro'"), ==, 1);
  g_assert_cmpint(fixture_number(fixture, "SELECT COUNT(*) FROM course WHERE kind = 'hd'"), ==, 1);
}

#define ADD(name) g_test_add("/intake/" #name, Fixture, NULL, fixture_set_up, test_intake_##name, fixture_tear_down)

int main(int argc, char **argv) {
  g_test_init(&argc, &argv, NULL);
  ADD(records_all);
  ADD(odd_names);
  ADD(long_title_is_cut);
  ADD(empty_file_is_taken);
  ADD(refused);
  ADD(stopped);
  ADD(refused_by_catalog);
  ADD(side_captions);
  ADD(long_lesson_is_hd);
  return g_test_run();
}
