/** What editors change beside the media: versions, what jobs leave alone, what goes with a replaced source. */
#include "catalog/asset_edit.h"

#include "catalog/audit.h"
#include "catalog/chapter_json.h"
#include "catalog/sweep.h"
#include "tests/unit/catalog/catalog_fixture.h"

#define SPANS 2
#define CUE "WEBVTT\n\n00:01.000 --> 00:02.000\n起势\n"
/* An 160x90 picture as far as anybody looks. */
static const uint8_t picture[] = {0xff, 0xd8, 0xff, 0xc0, 0, 17,   8,    0,    90,   0,    160, 3,  1,
                                  0x22, 0,    2,    0x11, 1, 3,    0x11, 1,    0xff, 0xda, 0,   12, 3,
                                  1,    0,    2,    0x11, 3, 0x11, 0,    0x3f, 0,    1,    2};

static void do_all(const Fixture *fixture) {
  for (CatalogJob *job = NULL; (job = fixture_claim(fixture, "w1")) != NULL; catalog_job_free(job)) {
    g_autoptr(GError) error = NULL;
    fixture_work(fixture, job, "w1", SPANS, &error);
    g_assert_no_error(error);
  }
}

static bool put(const Fixture *fixture, const char *asset_id, const char *language, const char *version,
                char ret_version[ASSET_EDIT_VERSION_SIZE], GError **error) {
  AssetEdit edit = {.actor = "teacher", .asset_id = asset_id, .version = version};
  g_autoptr(WebvttDocument) document = webvtt_parse(CUE, strlen(CUE), NULL);
  return catalog_put_caption(fixture->catalog, fixture->store, &edit, language, document, ret_version, error);
}

static bool exists(const Fixture *fixture, const char *key) {
  g_autoptr(GBytes) bytes = blob_store_read(fixture->store, key, 1 << 20, NULL);
  return bytes != NULL;
}

static void test_asset_edit_captions(Fixture *fixture, gconstpointer unused) {
  (void)unused;
  g_autoptr(GError) error = NULL;
  g_autofree char *asset_id = fixture_add_lesson(fixture, "lesson.mp4"), *first_key = NULL, *second_key = NULL;
  char first[ASSET_EDIT_VERSION_SIZE], second[ASSET_EDIT_VERSION_SIZE], ignored[ASSET_EDIT_VERSION_SIZE];
  g_assert_true(put(fixture, asset_id, "zh-CN", ASSET_EDIT_NONE, first, &error));
  g_assert_false(put(fixture, asset_id, "zh-CN", ASSET_EDIT_NONE, ignored, &error));
  g_assert_error(error, CATALOG_ERROR, CATALOG_ERROR_STALE);
  g_clear_error(&error);
  g_assert_true(catalog_find_caption(fixture->catalog, asset_id, "zh-CN", &first_key, second, &error));
  g_assert_cmpstr(first, ==, second);
  g_assert_true(put(fixture, asset_id, "zh-CN", first, second, &error));
  g_assert_cmpstr(first, !=, second); /* also when the text is the same */
  g_assert_false(put(fixture, asset_id, "zh-CN", first, ignored, &error));
  g_assert_error(error, CATALOG_ERROR, CATALOG_ERROR_STALE);
  g_clear_error(&error);
  g_assert_true(catalog_find_caption(fixture->catalog, asset_id, "zh-CN", &second_key, NULL, &error));
  g_assert_cmpint(fixture_number(fixture, "SELECT COUNT(*) FROM caption"), ==, 1);
  g_assert_cmpint(fixture_number(fixture, "SELECT COUNT(*) FROM stored_file WHERE kind = 'derived'"), ==, 1);
  g_assert_cmpint(fixture_number(fixture, "SELECT COUNT(*) FROM audit WHERE kind = 'asset'"), ==, 2);

  /* refused edits leave no file, the sweep takes the one that was replaced */
  int64_t removed = 0;
  g_assert_true(exists(fixture, first_key));
  g_assert_true(sweep_run(fixture->catalog, fixture->store, 0, &removed, &error));
  g_assert_cmpint(removed, ==, 1);
  g_assert_true(!exists(fixture, first_key) && exists(fixture, second_key));

  AssetEdit edit = {.actor = "teacher", .asset_id = asset_id, .version = first};
  g_assert_false(catalog_delete_caption(fixture->catalog, &edit, "zh-CN", &error));
  g_assert_error(error, CATALOG_ERROR, CATALOG_ERROR_STALE);
  g_clear_error(&error);
  edit.version = second;
  g_assert_true(catalog_delete_caption(fixture->catalog, &edit, "zh-CN", &error));
  g_assert_false(catalog_delete_caption(fixture->catalog, &edit, "zh-CN", &error));
  g_assert_error(error, CATALOG_ERROR, CATALOG_ERROR_NOT_FOUND);
  g_clear_error(&error);
  g_assert_false(put(fixture, "0000000000000", "zh-CN", NULL, ignored, &error));
  g_assert_error(error, CATALOG_ERROR, CATALOG_ERROR_NOT_FOUND);
}

static void test_asset_edit_captions_cap(Fixture *fixture, gconstpointer unused) {
  (void)unused;
  g_autoptr(GError) error = NULL;
  g_autofree char *asset_id = fixture_add_lesson(fixture, "lesson.mp4");
  char version[ASSET_EDIT_VERSION_SIZE];
  for (int i = 0; i < ASSET_CAPTIONS_MAX; i++) {
    g_autofree char *language = g_strdup_printf("a%c%c", 'a' + i / 26, 'a' + i % 26);
    g_assert_true(put(fixture, asset_id, language, ASSET_EDIT_NONE, version, &error));
  }
  g_assert_false(put(fixture, asset_id, "zh-CN", ASSET_EDIT_NONE, version, &error));
  g_assert_error(error, CATALOG_ERROR, CATALOG_ERROR_CONFLICT);
}

/* A source that takes the place of another keeps the captions that an editor gave. */
static void test_asset_edit_replaced_source(Fixture *fixture, gconstpointer unused) {
  (void)unused;
  g_autoptr(GError) error = NULL;
  g_autofree char *asset_id = fixture_add_lesson(fixture, "lesson.mp4"), *key = NULL;
  char version[ASSET_EDIT_VERSION_SIZE];
  g_assert_true(put(fixture, asset_id, "zh-CN", ASSET_EDIT_NONE, version, &error));
  do_all(fixture);
  g_autofree char *path = g_build_filename(fixture->root, "better.mp4", NULL);
  g_assert_true(g_file_set_contents(path, "a better picture", -1, &error));
  IntakeRequest request = {.path = path, .replaces_id = asset_id};
  IntakeResult result = {0};
  g_assert_true(intake_file(fixture->catalog, fixture->store, &request, NULL, NULL, &result, NULL, &error));
  g_assert_true(catalog_find_caption(fixture->catalog, result.asset_id, "zh-CN", &key, NULL, &error));
  g_assert_true(exists(fixture, key));
  intake_result_clear(&result);
}

static RecordFaultReason put_chapters(const Fixture *fixture, const char *asset_id, const char *version,
                                      const char *json, GError **error) {
  RecordFault fault = {0};
  char made[ASSET_EDIT_VERSION_SIZE];
  AssetEdit edit = {.actor = "teacher", .asset_id = asset_id, .version = version};
  g_autoptr(GArray) chapters = chapter_json_parse(json, strlen(json), &fault, error);
  if (chapters)
    catalog_put_chapters(fixture->catalog, &edit, chapters, made, &fault, error);
  return fault.reason;
}

static void test_asset_edit_chapters(Fixture *fixture, gconstpointer unused) {
  (void)unused;
  static const struct {
    const char *json;
    RecordFaultReason reason;
  } bad[] = {
      {"[{\"start\":0,\"title\":\"\"}]", RECORD_FAULT_MISSING},
      {"[{\"start\":0,\"title\":\"a\\nb\"}]", RECORD_FAULT_FORM},
      {"[{\"start\":-1,\"title\":\"a\"}]", RECORD_FAULT_FORM},
      {"[{\"start\":1e300,\"title\":\"a\"}]", RECORD_FAULT_FORM},
      {"[{\"start\":30,\"title\":\"a\"}]", RECORD_FAULT_FORM}, /* where the lesson ends */
      {"[{\"start\":5,\"title\":\"a\"},{\"start\":5,\"title\":\"b\"}]", RECORD_FAULT_TWICE},
      {"[{\"start\":\"5\",\"title\":\"a\"}]", RECORD_FAULT_TYPE},
      {"[{\"title\":\"a\"}]", RECORD_FAULT_MISSING},
      {"[{\"start\":5,\"title\":\"a\",\"end\":6}]", RECORD_FAULT_UNKNOWN_FIELD},
      {"[7]", RECORD_FAULT_TYPE},
  };
  g_autoptr(GError) error = NULL;
  g_autofree char *asset_id = fixture_add_lesson(fixture, "lesson.mp4");
  g_autoptr(GArray) own = NULL, after = NULL;
  char version[ASSET_EDIT_VERSION_SIZE], next[ASSET_EDIT_VERSION_SIZE];
  put_chapters(fixture, asset_id, NULL, "[{\"start\":0,\"title\":\"a\"}]", &error);
  g_assert_error(error, CATALOG_ERROR, CATALOG_ERROR_CONFLICT); /* not probed yet */
  g_clear_error(&error);
  do_all(fixture);
  for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
    g_assert_cmpint(put_chapters(fixture, asset_id, NULL, bad[i].json, &error), ==, bad[i].reason);
    g_assert_error(error, CATALOG_ERROR, CATALOG_ERROR_INVALID);
    g_clear_error(&error);
  }
  g_assert_true(catalog_load_own_chapters(fixture->catalog, asset_id, &own, version, &error));
  g_assert_cmpuint(own->len, ==, 0);
  put_chapters(fixture, asset_id, version,
               "[{\"start\":0,\"title\":\" 起势 \"},{\"start\":12.5,\"title\":\"云手\"}]", &error);
  g_assert_no_error(error);
  put_chapters(fixture, asset_id, version, "[]", &error);
  g_assert_error(error, CATALOG_ERROR, CATALOG_ERROR_STALE);
  g_clear_error(&error);
  g_assert_true(catalog_load_own_chapters(fixture->catalog, asset_id, &after, next, &error));
  g_assert_cmpuint(after->len, ==, 2);
  g_assert_cmpstr(g_array_index(after, CatalogChapter, 0).title, ==, "起势");
  g_assert_cmpint(g_array_index(after, CatalogChapter, 1).start_us, ==, 12500000);
  put_chapters(fixture, asset_id, next, "[]", &error);
  g_assert_no_error(error);
  g_assert_cmpint(fixture_number(fixture, "SELECT COUNT(*) FROM chapter"), ==, 0);
}

/* The editor's poster stays when the poster job ends after it. */
static void test_asset_edit_poster(Fixture *fixture, gconstpointer unused) {
  (void)unused;
  g_autoptr(GError) error = NULL;
  g_autofree char *asset_id = fixture_add_lesson(fixture, "lesson.mp4");
  AssetEdit edit = {.actor = "teacher", .asset_id = asset_id};
  g_assert_false(catalog_put_poster(fixture->catalog, fixture->store, &edit, "GIF89a", 6, &error));
  g_assert_error(error, CATALOG_ERROR, CATALOG_ERROR_INVALID);
  g_clear_error(&error);
  uint8_t small[sizeof picture];
  memcpy(small, picture, sizeof picture);
  small[8] = 89; /* lines */
  g_assert_false(catalog_put_poster(fixture->catalog, fixture->store, &edit, small, sizeof small, &error));
  g_clear_error(&error);
  g_assert_true(catalog_put_poster(fixture->catalog, fixture->store, &edit, picture, sizeof picture, &error));
  do_all(fixture);
  g_autoptr(CatalogAsset) asset = fixture_load_asset(fixture, asset_id);
  g_assert_cmpint(asset->state, ==, ASSET_STATE_READY);
  g_autoptr(GBytes) bytes = blob_store_read(fixture->store, asset->poster_key, 1000, &error);
  g_assert_no_error(error);
  g_autoptr(GBytes) wanted = g_bytes_new_static(picture, sizeof picture);
  g_assert_true(g_bytes_equal(bytes, wanted));
}

#define TEST(name)                                                                                                 \
  g_test_add("/asset_edit/" #name, Fixture, NULL, fixture_set_up, test_asset_edit_##name, fixture_tear_down)

int main(int argc, char **argv) {
  g_test_init(&argc, &argv, NULL);
  TEST(captions);
  TEST(captions_cap);
  TEST(replaced_source);
  TEST(chapters);
  TEST(poster);
  return g_test_run();
}
