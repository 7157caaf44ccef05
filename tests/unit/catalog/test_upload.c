#include "catalog/course.h"
#include "catalog/upload.h"
#include "catalog/upload_metadata.h"
#include "tests/unit/catalog/catalog_fixture.h"

#include <unistd.h>

#define FILM                                                                                                       \
  "\0\0\0\x10"                                                                                                     \
  "ftypisom\0\0\0\0"
#define FILM_BYTES 16

static const UploadLimits limits = {.max_source_bytes = 1000};

typedef struct {
  char *folder;
  CatalogUpload upload;
  StagedFile *file;
} Sent;

static void sent_clear(Sent *sent) {
  staged_file_close(sent->file);
  g_free(sent->folder);
  g_free(sent->upload.id);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Sent, sent_clear)

static char *metadata_of(const char *const *pairs) {
  GString *text = g_string_new(NULL);
  for (; *pairs; pairs += 2)
    upload_metadata_add(text, pairs[0], pairs[1]);
  return g_string_free(text, FALSE);
}

/* An upload all of whose bytes are there. */
static void send_whole(const Fixture *fixture, const char *metadata, Sent *sent) {
  g_autoptr(GError) error = NULL;
  static int64_t count;
  sent->folder = upload_folder(fixture->root);
  sent->upload = (CatalogUpload){.id = g_strdup_printf("%013" G_GINT64_FORMAT, ++count),
                                 .owner = (char *)"api:tester",
                                 .length_bytes = FILM_BYTES,
                                 .metadata = (char *)metadata};
  g_assert_true(catalog_create_upload(fixture->catalog, sent->folder, &sent->upload, &error));
  g_assert_no_error(error);
  g_autofree char *path = upload_path(sent->folder, sent->upload.id);
  sent->file = staged_file_open(path, &error);
  g_assert_no_error(error);
  g_assert_true(staged_file_append(sent->file, FILM, FILM_BYTES, &error));
  g_assert_true(staged_file_keep(sent->file, &error));
}

static CatalogUpload *load(const Fixture *fixture, const Sent *sent) {
  g_autoptr(GError) error = NULL;
  CatalogUpload *upload = NULL;
  g_assert_true(catalog_load_upload(fixture->catalog, sent->upload.id, &upload, &error));
  g_assert_no_error(error);
  return upload;
}

static bool finish(const Fixture *fixture, const Sent *sent, GError **error) {
  return upload_finish(fixture->catalog, fixture->store, sent->folder, &limits, sent->upload.id, sent->file, NULL,
                       error);
}

static void test_upload_becomes_lesson(Fixture *fixture, gconstpointer unused) {
  (void)unused;
  g_autoptr(GError) error = NULL;
  g_autofree char *metadata =
      metadata_of((const char *[]){"filename", "C:\\课\\太极拳.mp4", "category", "健康", "category2", "x", NULL});
  g_autofree char *good = metadata_of((const char *[]){"filename", "dir/太极拳.mp4", "title", "起势", NULL});
  g_auto(Sent) wrong = {0}, sent = {0};
  send_whole(fixture, metadata, &wrong);
  g_assert_false(finish(fixture, &wrong, &error)); /* there is no such category */
  g_assert_error(error, CATALOG_ERROR, CATALOG_ERROR_INVALID);
  g_autoptr(CatalogUpload) refused = load(fixture, &wrong);
  g_assert_false(refused->is_done);
  g_assert_nonnull(refused->error);
  g_assert_cmpint(staged_file_safe_offset(wrong.file), ==, FILM_BYTES); /* nothing is lost */
  g_clear_error(&error);
  send_whole(fixture, good, &sent);
  g_assert_true(finish(fixture, &sent, &error));
  g_assert_no_error(error);
  g_autoptr(CatalogUpload) done = load(fixture, &sent);
  g_assert_true(done->is_done);
  g_autoptr(CatalogAsset) asset = fixture_load_asset(fixture, done->asset_id);
  g_assert_cmpstr(asset->source_name, ==, "太极拳.mp4");
  g_assert_cmpint(fixture_number(fixture, "SELECT COUNT(*) FROM stored_file WHERE checksum IS NOT NULL"), ==, 1);
  g_autofree char *path = upload_path(sent.folder, sent.upload.id);
  g_assert_false(g_file_test(path, G_FILE_TEST_EXISTS));
  g_assert_true(finish(fixture, &sent, &error)); /* a second time changes nothing */
  g_assert_cmpint(fixture_number(fixture, "SELECT COUNT(*) FROM lesson"), ==, 1);
}

/* The interpreter's picture goes to its lesson and makes no other; the one before has no lesson then. */
static void test_upload_becomes_sign(Fixture *fixture, gconstpointer unused) {
  (void)unused;
  g_autoptr(GError) error = NULL;
  g_autofree char *main = fixture_add_lesson(fixture, "a.mp4");
  g_autofree char *course_id = fixture_text(fixture, "SELECT course_id FROM lesson");
  g_autofree char *lesson_id = fixture_text(fixture, "SELECT id FROM lesson");
  g_autofree char *metadata = metadata_of(
      (const char *[]){"filename", "手语.mp4", "purpose", "sign", "course", course_id, "lesson", lesson_id, NULL});
  g_autofree char *lost = metadata_of((const char *[]){"filename", "手语.mp4", "purpose", "sign", "course",
                                                       course_id, "lesson", "0000000000000", NULL});
  for (int round = 0; round < 2; round++) {
    g_auto(Sent) sent = {0};
    send_whole(fixture, metadata, &sent);
    finish(fixture, &sent, &error);
    g_assert_no_error(error);
    g_autoptr(CatalogUpload) done = load(fixture, &sent);
    g_autofree char *shown = fixture_text(fixture, "SELECT sign_asset_id FROM lesson");
    g_assert_cmpstr(shown, ==, done->asset_id);
    g_assert_cmpint(fixture_number(fixture, "SELECT COUNT(*) FROM asset WHERE orphaned_us > 0"), ==, round);
  }
  g_autofree char *kept = fixture_text(fixture, "SELECT asset_id FROM lesson");
  g_assert_cmpstr(kept, ==, main);
  g_assert_cmpint(fixture_number(fixture, "SELECT COUNT(*) FROM lesson"), ==, 1);
  g_assert_cmpint(fixture_number(fixture, "SELECT row_version FROM course"), ==, 3);
  g_auto(Sent) stray = {0};
  send_whole(fixture, lost, &stray);
  g_assert_false(finish(fixture, &stray, &error));
  g_assert_error(error, CATALOG_ERROR, CATALOG_ERROR_NOT_FOUND);
}

/* The same source again: one asset, two lessons; of another institution: two. */
static void test_upload_same_source(Fixture *fixture, gconstpointer unused) {
  (void)unused;
  static const char *const institutions[] = {"甲", "甲", "乙"};
  for (size_t i = 0; i < G_N_ELEMENTS(institutions); i++) {
    g_autoptr(GError) error = NULL;
    g_auto(Sent) sent = {0};
    g_autofree char *metadata =
        metadata_of((const char *[]){"filename", "a.mp4", "institution", institutions[i], NULL});
    send_whole(fixture, metadata, &sent);
    g_assert_true(finish(fixture, &sent, &error));
    g_assert_no_error(error);
  }
  g_assert_cmpint(fixture_number(fixture, "SELECT COUNT(*) FROM lesson"), ==, 3);
  g_assert_cmpint(fixture_number(fixture, "SELECT COUNT(*) FROM asset"), ==, 2);
  g_assert_cmpint(fixture_number(fixture, "SELECT COUNT(*) FROM job"), ==, 2);
}

/* Whole ones that nobody finished are, old ones go, those in work stay. */
static void test_upload_tidy(Fixture *fixture, gconstpointer unused) {
  (void)unused;
  g_autoptr(GError) error = NULL;
  UploadTidying tidying = {0};
  g_auto(Sent) whole = {0}, part = {0}, busy = {0};
  send_whole(fixture, "", &whole);
  send_whole(fixture, "", &part);
  send_whole(fixture, "", &busy);
  fixture_run_sql(fixture, "UPDATE upload SET length_bytes = 20 WHERE id <> (SELECT MIN(id) FROM upload)");
  g_clear_pointer(&whole.file, staged_file_close);
  g_clear_pointer(&part.file, staged_file_close);
  g_assert_true(
      uploads_tidy(fixture->catalog, fixture->store, whole.folder, &limits, G_TIME_SPAN_HOUR, &tidying, &error));
  g_assert_no_error(error);
  g_assert_cmpint(tidying.finished, ==, 1);
  g_assert_cmpint(tidying.expired, ==, 0);
  g_assert_true(
      uploads_tidy(fixture->catalog, fixture->store, whole.folder, &limits, -G_TIME_SPAN_HOUR, &tidying, &error));
  g_assert_cmpint(tidying.expired, ==, 2);
  g_assert_cmpint(fixture_number(fixture, "SELECT COUNT(*) FROM upload"), ==, 1);
  g_assert_cmpint(fixture_number(fixture, "SELECT COUNT(*) FROM lesson"), ==, 1);
  g_autofree char *gone = upload_path(part.folder, part.upload.id);
  g_assert_false(g_file_test(gone, G_FILE_TEST_EXISTS));
}

static void test_upload_check(Fixture *fixture, gconstpointer unused) {
  (void)unused;
  static const struct {
    const char *key, *value;
    int64_t length;
    int code; /* -1: fine */
  } cases[] = {{"filename", "课.mp4", 10, -1},
               {"filename", "课.MOV", -1, -1},
               {"filename", "课.mp4", 1001, CATALOG_ERROR_INVALID},
               {"filename", "课.DOCX", 10, CATALOG_ERROR_INVALID},
               {"filetype", "image/png", 10, CATALOG_ERROR_INVALID},
               {"filetype", "application/pdf", 10, CATALOG_ERROR_INVALID}, /* of no course */
               {"purpose", "other", 10, CATALOG_ERROR_INVALID},
               {"purpose", "sign", 10, CATALOG_ERROR_INVALID}, /* of no lesson */
               {"category", "没有", 10, CATALOG_ERROR_INVALID},
               {"course", "0123456789abc", 10, CATALOG_ERROR_NOT_FOUND},
               {"replaces", "0123456789abc", 10, CATALOG_ERROR_NOT_FOUND}};
  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_autoptr(GError) error = NULL;
    g_autofree char *metadata = metadata_of((const char *[]){cases[i].key, cases[i].value, NULL});
    g_auto(UploadWish) wish = {0};
    upload_wish_read(metadata, &wish);
    g_test_message("%s %s", cases[i].key, cases[i].value);
    g_assert_cmpint(upload_check_wish(fixture->catalog, &wish, cases[i].length, &limits, &error), ==,
                    cases[i].code < 0);
    if (cases[i].code >= 0)
      g_assert_error(error, CATALOG_ERROR, cases[i].code);
  }
}

static void test_upload_metadata(Fixture *fixture, gconstpointer unused) {
  (void)fixture;
  (void)unused;
  static const struct {
    const char *text;
    bool is_valid;
  } cases[] = {{"", true},
               {"a", true},
               {"a ", true},
               {"filename 5aSq5p6B5ouzLm1wNA==,is_confidential", true},
               {"a YQ==, b YQ==", true},
               {"a YQ==,a YQ==", false},
               {"a YQ=", false},
               {"a Y=Q=", false},
               {"a YQ==YQ==", false},
               {"a YQ== YQ==", false},
               {",", false},
               {"\xe8\xaf\xbe YQ==", false}};
  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++)
    g_assert_cmpint(upload_metadata_is_valid(cases[i].text), ==, cases[i].is_valid);
  g_autofree char *name = upload_metadata_find(cases[3].text, "filename"), *none = NULL;
  g_assert_cmpstr(name, ==, "太极拳.mp4");
  none = upload_metadata_find(cases[3].text, "file");
  g_assert_null(none);
}

int main(int argc, char **argv) {
  g_test_init(&argc, &argv, NULL);
#define ADD(name, function)                                                                                        \
  g_test_add("/catalog/upload/" name, Fixture, NULL, fixture_set_up, function, fixture_tear_down)
  ADD("becomes_lesson", test_upload_becomes_lesson);
  ADD("becomes_sign", test_upload_becomes_sign);
  ADD("same_source", test_upload_same_source);
  ADD("tidy", test_upload_tidy);
  ADD("check", test_upload_check);
  ADD("metadata", test_upload_metadata);
  return g_test_run();
}
