#include "base/id.h"
#include "base/units.h"
#include "catalog/attachment.h"
#include "catalog/course.h"
#include "catalog/intake.h"
#include "catalog/quota_check.h"
#include "catalog/record_store.h"
#include "catalog/replacement.h"
#include "catalog/transaction.h"
#include "catalog/upload.h"
#include "catalog/upload_row.h"
#include "media/media_signature.h"

#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#define TIDY_COUNT_MAX 100000

static bool refuse(GError **error, CatalogError code, const char *zh, const char *en) {
  g_set_error(error, CATALOG_ERROR, code, "%s · %s", zh, en);
  return false;
}

/* --- early checks --- */

/* Ends of names that are no pictures and sound for certain. */
static bool has_other_end(const char *name) {
  static const char *const ends[] = {".zip", ".rar",  ".7z",  ".gz",  ".tar",  ".doc",  ".docx", ".xls", ".xlsx",
                                     ".ppt", ".pptx", ".txt", ".csv", ".html", ".htm",  ".exe",  ".msi", ".apk",
                                     ".jpg", ".jpeg", ".png", ".gif", ".webp", ".heic", ".vtt",  ".srt", ".pdf"};
  g_autofree char *lower = g_ascii_strdown(name, -1);
  for (size_t i = 0; i < G_N_ELEMENTS(ends); i++)
    if (g_str_has_suffix(lower, ends[i]))
      return true;
  return false;
}

static bool is_other_type(const char *type) {
  static const char *const media[] = {"video/", "audio/", "application/"};
  for (size_t i = 0; i < G_N_ELEMENTS(media); i++)
    if (g_ascii_strncasecmp(type, media[i], strlen(media[i])) == 0)
      return false;
  return true; /* text, pictures, fonts */
}

static bool refuse_type(const UploadWish *wish, GError **error) {
  return wish->purpose == UPLOAD_PURPOSE_ATTACHMENT
             ? refuse(error, CATALOG_ERROR_INVALID, "教材必须是 PDF 文件", "an attachment must be a PDF file")
             : refuse(error, CATALOG_ERROR_INVALID, "课时必须是视频或音频文件",
                      "a lesson must be a video or audio file");
}

static bool check_type(const UploadWish *wish, GError **error) {
  if (wish->has_bad_purpose)
    return refuse(error, CATALOG_ERROR_INVALID, "purpose 只能是 lesson、attachment 或 sign",
                  "purpose is lesson, attachment or sign");
  if (wish->purpose == UPLOAD_PURPOSE_SIGN && !(wish->course_id && wish->lesson_id && !wish->replaces_id))
    return refuse(error, CATALOG_ERROR_INVALID, "手语画面必须说明所属课程（course）和课时（lesson）",
                  "a sign-language picture needs its course and lesson");
  if (wish->purpose == UPLOAD_PURPOSE_ATTACHMENT)
    return wish->course_id ||
           refuse(error, CATALOG_ERROR_INVALID, "教材必须说明所属课程（course）", "an attachment needs its course");
  bool is_other = (wish->type && is_other_type(wish->type)) || (wish->name && has_other_end(wish->name));
  return !is_other || refuse_type(wish, error);
}

static bool check_length(const UploadWish *wish, int64_t length_bytes, const UploadLimits *limits, GError **error) {
  int64_t max = wish->purpose == UPLOAD_PURPOSE_ATTACHMENT ? ATTACHMENT_BYTES_MAX : limits->max_source_bytes;
  if (max <= 0 || length_bytes <= max)
    return true;
  g_autofree char *size = units_format_size_short(length_bytes), *limit = units_format_size_short(max);
  g_set_error(error, CATALOG_ERROR, CATALOG_ERROR_INVALID,
              "文件太大：%s，上限 %s · the file is too large: %s, and at most %s are taken", size, limit, size,
              limit);
  return false;
}

/* The institution whose quota counts; NULL: none. */
static bool find_institution(Catalog *catalog, const UploadWish *wish, char **ret_institution, GError **error) {
  g_autoptr(GError) cause = NULL;
  if (wish->replaces_id) {
    g_auto(ReplacedLesson) lesson = {0};
    g_auto(Transaction) transaction = {0};
    if (!transaction_begin_read(&transaction, catalog, error))
      return false;
    if (!replacement_check(transaction.connection, wish->replaces_id, &lesson, &cause))
      return refuse(error, (CatalogError)cause->code, "要替换的媒体不存在，或者现在不能替换", cause->message);
    *ret_institution = g_steal_pointer(&lesson.institution);
    return true;
  }
  if (wish->course_id) {
    g_autoptr(CatalogCourse) course = NULL;
    g_autoptr(GPtrArray) lessons = NULL;
    if (!catalog_load_course(catalog, wish->course_id, &course, &lessons, &cause))
      return refuse(error, (CatalogError)cause->code, "没有这门课程", cause->message);
    *ret_institution = g_strdup(course->institution);
    return true;
  }
  *ret_institution = g_strdup(wish->institution);
  return true;
}

static bool check_category(const UploadWish *wish, GError **error) {
  size_t count = 0;
  const CatalogWord *words = catalog_categories(&count);
  return !wish->category || wish->course_id || wish->replaces_id ||
         catalog_find_word(words, count, wish->category) != NULL ||
         refuse(error, CATALOG_ERROR_INVALID, "没有这个课程类别（category）", "there is no such category");
}

bool upload_check_wish(Catalog *catalog, const UploadWish *wish, int64_t length_bytes, const UploadLimits *limits,
                       GError **error) {
  g_autofree char *institution = NULL;
  int64_t lessons = wish->purpose == UPLOAD_PURPOSE_LESSON && !wish->replaces_id ? 1 : 0;
  return check_type(wish, error) && check_category(wish, error) &&
         check_length(wish, length_bytes, limits, error) && find_institution(catalog, wish, &institution, error) &&
         (!institution ||
          catalog_check_quota(catalog, institution, &limits->quota, MAX(length_bytes, 0), lessons, error));
}

bool upload_check_head(const UploadWish *wish, const void *data, size_t size_bytes, GError **error) {
  MediaSignature signature = media_signature_guess(data, size_bytes);
  bool is_good = wish->purpose == UPLOAD_PURPOSE_ATTACHMENT
                     ? signature == MEDIA_SIGNATURE_PDF
                     : signature == MEDIA_SIGNATURE_MEDIA || signature == MEDIA_SIGNATURE_UNKNOWN;
  return is_good || refuse_type(wish, error);
}

/* --- what it becomes --- */

static bool become_lesson(Catalog *catalog, const BlobStore *store, const CatalogUpload *upload,
                          const UploadWish *wish, const UploadLimits *limits, const char *path,
                          const FileMeasure *measure, GError **error) {
  IntakeRequest request = {.path = path,
                           .name = wish->name ? wish->name : "upload",
                           .title = wish->title,
                           .summary = wish->summary,
                           .category = wish->category,
                           .institution = wish->institution,
                           .max_source_bytes = limits->max_source_bytes,
                           .quota = limits->quota,
                           .replaces_id = wish->replaces_id,
                           .course_id = wish->course_id,
                           .sign_lesson_id = wish->purpose == UPLOAD_PURPOSE_SIGN ? wish->lesson_id : NULL,
                           .actor = upload->owner,
                           .is_draft = upload->is_draft,
                           .is_staged = true,
                           .measure = measure,
                           .upload_id = upload->id};
  IntakeResult result = {0};
  bool is_taken = intake_file(catalog, store, &request, NULL, NULL, &result, NULL, error);
  intake_result_clear(&result);
  return is_taken;
}

static bool become_attachment(Catalog *catalog, const BlobStore *store, const CatalogUpload *upload,
                              const UploadWish *wish, const char *path, GError **error) {
  g_autofree char *key = g_strconcat("upload-", upload->id, NULL);
  AttachmentRequest request = {.actor = upload->owner,
                               .course_id = wish->course_id,
                               .path = path,
                               .name = wish->name ? wish->name : "upload.pdf",
                               .title = wish->title,
                               .is_staged = true,
                               .idempotency_key = key};
  g_autoptr(CatalogRecord) record = NULL;
  g_auto(Transaction) transaction = {0};
  return attachment_take(catalog, store, &request, &record, error) &&
         transaction_begin_write(&transaction, catalog, error) &&
         upload_row_finish(transaction.connection, upload->id, NULL, wish->course_id, record->id,
                           catalog_record_get(record, "blob_key"), g_get_real_time(), error) &&
         transaction_commit(&transaction, error);
}

static bool check_start(const UploadWish *wish, const StagedFile *file, GError **error) {
  char head[MEDIA_SIGNATURE_BYTES];
  ssize_t count = pread(staged_file_descriptor(file), head, sizeof head, 0);
  return count >= 0 ? upload_check_head(wish, head, (size_t)count, error)
                    : refuse(error, CATALOG_ERROR_IO, "读取失败", "it cannot be read");
}

static bool become(Catalog *catalog, const BlobStore *store, const char *path, const UploadLimits *limits,
                   const CatalogUpload *upload, const StagedFile *file, const FileMeasure *known, GError **error) {
  g_auto(UploadWish) wish = {0};
  FileMeasure measure = {0};
  upload_wish_read(upload->metadata, &wish);
  if (known)
    measure = *known;
  return check_type(&wish, error) && check_start(&wish, file, error) &&
         (known || file_checksum_of_descriptor(staged_file_descriptor(file), NULL, NULL, &measure, error)) &&
         (wish.purpose == UPLOAD_PURPOSE_ATTACHMENT
              ? become_attachment(catalog, store, upload, &wish, path, error)
              : become_lesson(catalog, store, upload, &wish, limits, path, &measure, error));
}

static void note_error(Catalog *catalog, const char *id, const char *message) {
  g_auto(Transaction) transaction = {0};
  if (transaction_begin_write(&transaction, catalog, NULL) &&
      connection_run(transaction.connection, STATEMENT_SET_UPLOAD_ERROR, NULL, argument_text(id),
                     argument_text(message)))
    transaction_commit(&transaction, NULL);
}

bool upload_finish(Catalog *catalog, const BlobStore *store, const char *folder, const UploadLimits *limits,
                   const char *id, StagedFile *file, const FileMeasure *measure, GError **error) {
  g_autofree char *path = upload_path(folder, id);
  g_autoptr(CatalogUpload) upload = NULL;
  g_autoptr(GError) cause = NULL;
  if (!catalog_load_upload(catalog, id, &upload, error))
    return false;
  if (!upload->is_done && !become(catalog, store, path, limits, upload, file, measure, &cause)) {
    if (!upload->error || !g_str_equal(upload->error, cause->message))
      note_error(catalog, id, cause->message);
    g_propagate_error(error, g_steal_pointer(&cause));
    return false;
  }
  staged_file_remove(path, NULL); /* what is left goes at the next tidying */
  return true;
}

/* --- upkeep --- */

static bool is_whole(const CatalogUpload *upload, const StagedFile *file) {
  return upload->kind != UPLOAD_KIND_PARTIAL && upload->length_bytes >= 0 &&
         staged_file_safe_offset(file) == upload->length_bytes;
}

typedef struct {
  Catalog *catalog;
  const BlobStore *store;
  const char *folder;
  const UploadLimits *limits;
  int64_t before_us; /* what was touched last before this goes */
  UploadTidying tidying;
} Tidy;

static void tidy_done(Tidy *tidy, const CatalogUpload *upload, const char *path) {
  if (upload->finished_us >= tidy->before_us)
    staged_file_remove(path, NULL); /* in case a crash left it */
  else if (catalog_delete_upload(tidy->catalog, tidy->folder, upload->id, NULL))
    tidy->tidying.expired++;
}

static void tidy_one(Tidy *tidy, const CatalogUpload *upload) {
  g_autofree char *path = upload_path(tidy->folder, upload->id);
  int64_t touched_us = MAX(upload->created_us, staged_file_touched_us(path));
  g_autoptr(StagedFile) file = upload->is_done ? NULL : staged_file_open(path, NULL);
  bool is_missing = !upload->is_done && !file && access(path, F_OK) != 0;
  if (upload->is_done)
    tidy_done(tidy, upload, path);
  else if (file && is_whole(upload, file) &&
           upload_finish(tidy->catalog, tidy->store, tidy->folder, tidy->limits, upload->id, file, NULL, NULL))
    tidy->tidying.finished++;
  else if ((file || is_missing) && touched_us < tidy->before_us &&
           catalog_delete_upload(tidy->catalog, tidy->folder, upload->id, NULL))
    tidy->tidying.expired++;
  else if (file && is_whole(upload, file))
    tidy->tidying.failed++;
}

/* Files of uploads that the catalog does not know. */
static void remove_strays(const Tidy *tidy, GHashTable *known) {
  g_autoptr(GDir) folder = g_dir_open(tidy->folder, 0, NULL);
  const char *name;
  while (folder && (name = g_dir_read_name(folder))) {
    g_autofree char *id = g_strndup(name, strcspn(name, "."));
    g_autofree char *path = g_build_filename(tidy->folder, name, NULL);
    if (!id_is_valid(id) || g_hash_table_contains(known, id) || staged_file_touched_us(path) >= tidy->before_us)
      continue;
    g_autoptr(CatalogUpload) upload = NULL;
    g_autoptr(GError) error = NULL;
    if (!catalog_load_upload(tidy->catalog, id, &upload, &error) &&
        g_error_matches(error, CATALOG_ERROR, CATALOG_ERROR_NOT_FOUND))
      unlink(path);
  }
}

bool uploads_tidy(Catalog *catalog, const BlobStore *store, const char *folder, const UploadLimits *limits,
                  int64_t keep_us, UploadTidying *ret_tidying, GError **error) {
  Tidy tidy = {catalog, store, folder, limits, g_get_real_time() - keep_us, {0, 0, 0}};
  g_autoptr(GPtrArray) uploads = NULL;
  g_autoptr(GHashTable) known = g_hash_table_new(g_str_hash, g_str_equal);
  if (!catalog_list_uploads(catalog, NULL, TIDY_COUNT_MAX, &uploads, error))
    return false;
  for (guint i = 0; i < uploads->len; i++) {
    const CatalogUpload *upload = uploads->pdata[i];
    g_hash_table_add(known, upload->id);
    tidy_one(&tidy, upload);
  }
  remove_strays(&tidy, known);
  *ret_tidying = tidy.tidying;
  return true;
}
