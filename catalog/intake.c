#include "catalog/intake.h"

#include "base/id.h"
#include "base/units.h"
#include "catalog/audit.h"
#include "catalog/course.h"
#include "catalog/institution.h"
#include "catalog/job.h"
#include "catalog/job_share.h"
#include "catalog/keys.h"
#include "catalog/quota_check.h"
#include "catalog/record_store.h"
#include "catalog/replacement.h"
#include "catalog/side_captions.h"
#include "catalog/transaction.h"
#include "catalog/upload_row.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define TITLE_CHARACTERS_MAX 200
#define SUMMARY_CHARACTERS_MAX 20000
#define CAPTION_BYTES_MAX (64 << 20)
#define TITLE_FALLBACK "未命名"

/* What one intake records; every text is valid UTF-8. */
typedef struct {
  const IntakeRequest *request;
  char *asset_id, *course_id, *lesson_id;
  char *title, *summary, *category, *institution;
  char *source_key, *source_name;
  int64_t source_size_bytes;
  Quota quota;
  bool adds_lesson;        /* to a course that is there */
  bool adds_sign;          /* to a lesson that is there, `lesson_id` */
  bool is_known;           /* the asset is there already: only a lesson is made */
  const char *replaces_id; /* or NULL: then it makes a lesson, and its course */
  GArray *captions;        /* SideCaption */
  GPtrArray *caption_keys; /* char *, beside `captions` */
  GArray *taken_over;      /* TakenCaption: of the asset that it replaces */
} Intake;

/* A caption file given by hand to the asset that is replaced. */
typedef struct {
  char *language, *label, *old_key, *new_key;
} TakenCaption;

static void clear_taken_caption(gpointer data) {
  TakenCaption *caption = data;
  g_free(caption->language);
  g_free(caption->label);
  g_free(caption->old_key);
  g_free(caption->new_key);
}

static void intake_clear(Intake *intake) {
  g_free(intake->asset_id);
  g_free(intake->course_id);
  g_free(intake->lesson_id);
  g_free(intake->title);
  g_free(intake->summary);
  g_free(intake->category);
  g_free(intake->institution);
  g_free(intake->source_key);
  g_free(intake->source_name);
  g_clear_pointer(&intake->captions, g_array_unref);
  g_clear_pointer(&intake->caption_keys, g_ptr_array_unref);
  g_clear_pointer(&intake->taken_over, g_array_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Intake, intake_clear)

void intake_result_clear(IntakeResult *result) {
  g_free(result->asset_id);
  g_free(result->course_id);
  g_free(result->title);
  *result = (IntakeResult){0};
}

/* Valid UTF-8, control characters but line ends as spaces, no white space around, at most `limit` characters. */
static char *clean_text(const char *text, glong limit, bool is_single_line) {
  g_autofree char *valid = g_utf8_make_valid(text ? text : "", -1);
  g_autoptr(GString) out = g_string_new(NULL);
  glong count = 0;
  for (const char *at = valid; *at && count < limit; at = g_utf8_next_char(at)) {
    gunichar c = g_utf8_get_char(at);
    bool is_space = g_unichar_isspace(c) || g_unichar_iscntrl(c);
    if (is_space && out->len == 0)
      continue;
    bool is_kept = !is_space || c == ' ' || c == 0x3000 || (c == '\n' && !is_single_line);
    g_string_append_unichar(out, is_kept ? c : ' ');
    count++;
  }
  while (out->len > 0) {
    const char *last = g_utf8_prev_char(out->str + out->len);
    if (!g_unichar_isspace(g_utf8_get_char(last)))
      break;
    g_string_truncate(out, (gsize)(last - out->str));
  }
  return g_strdup(out->str);
}

static char *title_from_name(const char *source_name) {
  const char *dot = strrchr(source_name, '.');
  g_autofree char *stem =
      dot && dot != source_name ? g_strndup(source_name, (gsize)(dot - source_name)) : g_strdup(source_name);
  return clean_text(stem, TITLE_CHARACTERS_MAX, true);
}

static char *choose_title(const char *wanted, const char *source_name) {
  char *title = clean_text(wanted, TITLE_CHARACTERS_MAX, true);
  if (*title)
    return title;
  g_free(title);
  title = title_from_name(source_name);
  if (*title)
    return title;
  g_free(title);
  return g_strdup(TITLE_FALLBACK);
}

static bool choose_category(const char *wanted, char **ret_slug, GError **error) {
  size_t count = 0;
  const CatalogWord *words = catalog_categories(&count);
  const CatalogWord *word = catalog_find_word(words, count, wanted);
  if (!word && wanted && *wanted) {
    g_autoptr(GString) names = g_string_new(NULL);
    for (size_t i = 0; i < count; i++)
      g_string_append_printf(names, "%s%s (%s)", i > 0 ? ", " : "", words[i].slug, words[i].zh);
    g_set_error(error, CATALOG_ERROR, CATALOG_ERROR_INVALID, "no category \"%s\"; there are: %s", wanted,
                names->str);
    return false;
  }
  *ret_slug = g_strdup(word ? word->slug : "");
  return true;
}

static bool refuse(GError **error, CatalogError code, const char *path, const char *reason) {
  g_autofree char *shown = g_filename_display_name(path);
  g_set_error(error, CATALOG_ERROR, code, "%s: %s", shown, reason);
  return false;
}

/* Opened and not only looked at, so that a file without read permission is refused at once. */
static bool check_source(const IntakeRequest *request, int64_t *ret_size_bytes, GError **error) {
  int fd = open(request->path, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
  if (fd < 0)
    return refuse(error, CATALOG_ERROR_IO, request->path, g_strerror(errno));
  struct stat status = {0};
  int code = fstat(fd, &status) == 0 ? 0 : errno;
  close(fd);
  if (code != 0)
    return refuse(error, CATALOG_ERROR_IO, request->path, g_strerror(code));
  if (!S_ISREG(status.st_mode))
    return refuse(error, CATALOG_ERROR_IO, request->path,
                  S_ISDIR(status.st_mode) ? "it is a folder" : "it is not a regular file");
  if (request->max_source_bytes > 0 && status.st_size > request->max_source_bytes) {
    g_autofree char *size = units_format_size_short(status.st_size);
    g_autofree char *limit = units_format_size_short(request->max_source_bytes);
    g_autofree char *reason = g_strdup_printf("it is too large: %s, and at most %s are taken", size, limit);
    return refuse(error, CATALOG_ERROR_INVALID, request->path, reason);
  }
  *ret_size_bytes = status.st_size;
  return true;
}

static void prepare(const IntakeRequest *request, GPtrArray *warnings, Intake *intake) {
  g_autofree char *name = request->name ? g_strdup(request->name) : g_path_get_basename(request->path);
  intake->request = request;
  intake->asset_id = id_new();
  intake->course_id = id_new();
  intake->lesson_id = id_new();
  intake->source_key = key_of_source(intake->asset_id);
  intake->source_name = g_utf8_make_valid(name, -1);
  intake->title = choose_title(request->title, intake->source_name);
  intake->summary = clean_text(request->summary, SUMMARY_CHARACTERS_MAX, false);
  intake->institution = clean_text(request->institution, TITLE_CHARACTERS_MAX, true);
  intake->captions = request->is_staged ? side_captions_new() : side_captions_load(request->path, warnings);
  intake->caption_keys = g_ptr_array_new_with_free_func(g_free);
  for (guint i = 0; i < intake->captions->len; i++) {
    const SideCaption *caption = &g_array_index(intake->captions, SideCaption, i);
    g_ptr_array_add(intake->caption_keys, key_of_caption(intake->asset_id, caption->language));
  }
  intake->taken_over = g_array_new(FALSE, FALSE, sizeof(TakenCaption));
  g_array_set_clear_func(intake->taken_over, clear_taken_caption);
}

static bool has_caption(const Intake *intake, const char *language) {
  for (guint i = 0; i < intake->captions->len; i++)
    if (g_str_equal(g_array_index(intake->captions, SideCaption, i).language, language))
      return true;
  return false;
}

/* Those found inside the old source have keys of another form: the new source has its own. */
static bool find_taken_captions(Catalog *catalog, Intake *intake, GError **error) {
  g_autoptr(GArray) captions = NULL;
  if (!catalog_load_captions(catalog, intake->replaces_id, &captions, error))
    return false;
  for (guint i = 0; i < captions->len; i++) {
    const CatalogCaption *caption = &g_array_index(captions, CatalogCaption, i);
    if (!key_is_caption_by_hand(caption->blob_key, intake->replaces_id, caption->language) ||
        has_caption(intake, caption->language))
      continue;
    TakenCaption taken = {.language = g_strdup(caption->language),
                          .label = g_strdup(caption->label),
                          .old_key = g_strdup(caption->blob_key),
                          .new_key = key_of_caption(intake->asset_id, caption->language)};
    g_array_append_val(intake->taken_over, taken);
  }
  return true;
}

static bool load_replaced(Catalog *catalog, const char *replaces_id, ReplacedLesson *ret_lesson, GError **error) {
  g_auto(Transaction) transaction = {0};
  return transaction_begin_read(&transaction, catalog, error) &&
         replacement_check(transaction.connection, replaces_id, ret_lesson, error);
}

/* Title, course and institution are those of the lesson. */
static bool prepare_replacement(Catalog *catalog, const char *replaces_id, Intake *intake, GError **error) {
  g_auto(ReplacedLesson) lesson = {0};
  if (!load_replaced(catalog, replaces_id, &lesson, error))
    return false;
  intake->replaces_id = replaces_id;
  g_free(intake->title);
  g_free(intake->course_id);
  g_free(intake->institution);
  intake->title = g_steal_pointer(&lesson.title);
  intake->course_id = g_steal_pointer(&lesson.course_id);
  intake->institution = g_steal_pointer(&lesson.institution);
  return find_taken_captions(catalog, intake, error);
}

/* Category and institution are those of the course. */
static bool prepare_lesson(Catalog *catalog, const char *course_id, Intake *intake, GError **error) {
  g_autoptr(CatalogCourse) course = NULL;
  g_autoptr(GPtrArray) lessons = NULL;
  if (!catalog_load_course(catalog, course_id, &course, &lessons, error))
    return false;
  if (lessons->len >= LESSONS_MAX) {
    g_set_error(error, CATALOG_ERROR, CATALOG_ERROR_CONFLICT, "course %s has %d lessons already", course_id,
                LESSONS_MAX);
    return false;
  }
  intake->adds_lesson = true;
  g_free(intake->course_id);
  g_free(intake->institution);
  intake->course_id = g_strdup(course_id);
  intake->institution = g_strdup(course->institution);
  return true;
}

static bool set_no_lesson(const Intake *intake, GError **error) {
  g_set_error(error, CATALOG_ERROR, CATALOG_ERROR_NOT_FOUND, "no lesson %s of course %s", intake->lesson_id,
              intake->course_id);
  return false;
}

/* Institution and title are those of the lesson. */
static bool prepare_sign(Catalog *catalog, const IntakeRequest *request, Intake *intake, GError **error) {
  g_autoptr(CatalogCourse) course = NULL;
  g_autoptr(GPtrArray) lessons = NULL;
  if (!catalog_load_course(catalog, request->course_id, &course, &lessons, error))
    return false;
  intake->adds_sign = true;
  g_free(intake->course_id);
  g_free(intake->institution);
  g_free(intake->lesson_id);
  intake->course_id = g_strdup(request->course_id);
  intake->institution = g_strdup(course->institution);
  intake->lesson_id = g_strdup(request->sign_lesson_id);
  for (guint i = 0; i < lessons->len; i++)
    if (g_str_equal(((const CatalogLesson *)lessons->pdata[i])->id, request->sign_lesson_id))
      return true;
  return set_no_lesson(intake, error);
}

/* `*ret_asset_id` NULL when nothing of the institution has the same source. */
static bool find_same(Connection *connection, const Intake *intake, char **ret_asset_id, GError **error) {
  const FileMeasure *measure = intake->request->measure;
  g_autoptr(GBytes) checksum = g_bytes_new(measure->checksum, sizeof measure->checksum);
  g_auto(Statement) statement = statement_use(connection, STATEMENT_FIND_SAME_SOURCE);
  bool has_row = false;
  statement_bind(&statement, argument_bytes(checksum), argument_int(measure->size_bytes),
                 argument_text(intake->institution));
  if (!statement_find_row(&statement, &has_row, error))
    return false;
  *ret_asset_id = has_row ? statement_dup_text(&statement, 0) : NULL;
  return true;
}

static bool prepare_known(Catalog *catalog, Intake *intake, GError **error) {
  g_auto(Transaction) transaction = {0};
  g_autofree char *asset_id = NULL;
  if (!intake->request->measure || intake->replaces_id || intake->adds_sign)
    return true;
  if (!transaction_begin_read(&transaction, catalog, error) ||
      !find_same(transaction.connection, intake, &asset_id, error))
    return false;
  intake->is_known = asset_id != NULL;
  if (asset_id) {
    g_free(intake->asset_id);
    intake->asset_id = g_steal_pointer(&asset_id);
    g_free(intake->source_key);
    intake->source_key = key_of_source(intake->asset_id);
  }
  return true;
}

/* Errors of other parts become ours, so that callers see one domain. */
static bool convert_error(GError *cause, GError **error) {
  g_set_error_literal(error, CATALOG_ERROR, (gint)catalog_error_of(cause), cause->message);
  return false;
}

static bool store_captions(const BlobStore *store, const Intake *intake, GError **error) {
  for (guint i = 0; i < intake->captions->len; i++) {
    const SideCaption *caption = &g_array_index(intake->captions, SideCaption, i);
    g_autoptr(GString) text = g_string_new(NULL);
    webvtt_write(text, caption->document, -1);
    g_autoptr(GError) cause = NULL;
    if (!blob_store_put_bytes(store, intake->caption_keys->pdata[i], text->str, text->len, &cause))
      return convert_error(cause, error);
  }
  return true;
}

static bool copy_blob(const BlobStore *store, const char *from, const char *to, GError **error) {
  g_autoptr(GError) cause = NULL;
  g_autoptr(GBytes) bytes = blob_store_read(store, from, CAPTION_BYTES_MAX, &cause);
  if (!bytes)
    return convert_error(cause, error);
  gsize size = 0;
  const char *data = g_bytes_get_data(bytes, &size);
  return blob_store_put_bytes(store, to, data, size, &cause) || convert_error(cause, error);
}

static bool store_taken_captions(const BlobStore *store, const Intake *intake, GError **error) {
  for (guint i = 0; i < intake->taken_over->len; i++) {
    const TakenCaption *caption = &g_array_index(intake->taken_over, TakenCaption, i);
    if (!copy_blob(store, caption->old_key, caption->new_key, error))
      return false;
  }
  return true;
}

static bool store_source(const BlobStore *store, const IntakeRequest *request, BlobProgressFunc progress,
                         gpointer user_data, Intake *intake, GError **error) {
  g_autoptr(GError) cause = NULL;
  bool is_stored = request->is_staged ? blob_store_link_file(store, intake->source_key, request->path, &cause)
                                      : blob_store_copy_file(store, intake->source_key, request->path, progress,
                                                             user_data, &cause);
  if (!is_stored)
    return convert_error(cause, error);
  /* the size of what was stored: the file may have grown since it was looked at */
  int fd = blob_store_open(store, intake->source_key, &intake->source_size_bytes, &cause);
  if (fd < 0)
    return convert_error(cause, error);
  close(fd);
  return true;
}

static bool insert_caption(Connection *connection, const char *asset_id, const char *language, const char *label,
                           const char *key, GError **error) {
  return connection_run(connection, STATEMENT_INSERT_CAPTION, error, argument_text(asset_id),
                        argument_text(language), argument_text(label), argument_text(key));
}

static bool insert_captions(Connection *connection, const Intake *intake, GError **error) {
  for (guint i = 0; i < intake->captions->len; i++) {
    const SideCaption *caption = &g_array_index(intake->captions, SideCaption, i);
    if (!insert_caption(connection, intake->asset_id, caption->language, caption->label,
                        intake->caption_keys->pdata[i], error))
      return false;
  }
  for (guint i = 0; i < intake->taken_over->len; i++) {
    const TakenCaption *caption = &g_array_index(intake->taken_over, TakenCaption, i);
    if (!insert_caption(connection, intake->asset_id, caption->language, caption->label, caption->new_key, error))
      return false;
  }
  return true;
}

static const char *actor_of(const Intake *intake) {
  return intake->request->actor ? intake->request->actor : "ingest";
}

static bool record_course(Connection *connection, const Intake *intake, int64_t now_us, GError **error) {
  g_auto(AuditEntry) entry = audit_entry_begin("course", intake->course_id, "create");
  audit_entry_add(&entry, "title", NULL, intake->title);
  audit_entry_add(&entry, "state", NULL, intake->request->is_draft ? "draft" : "published");
  return audit_entry_record(&entry, connection, actor_of(intake), now_us, error);
}

static bool insert_course(Connection *connection, const Intake *intake, int64_t now_us, GError **error) {
  g_autofree char *institution_id = NULL;
  return institution_find_or_add(connection, actor_of(intake), intake->institution, now_us, &institution_id,
                                 error) &&
         connection_run(connection, STATEMENT_INSERT_COURSE, error, argument_text(intake->course_id),
                        argument_text(intake->title), argument_text(intake->summary),
                        argument_text(intake->category), argument_text(intake->institution),
                        argument_text(institution_id), argument_int(now_us)) &&
         (!intake->request->is_draft ||
          connection_run(connection, STATEMENT_MAKE_COURSE_DRAFT, error, argument_text(intake->course_id))) &&
         record_course(connection, intake, now_us, error);
}

/* Of the course that gets one more lesson. */
static bool touch_course(Connection *connection, const Intake *intake, int64_t now_us, GError **error) {
  g_auto(AuditEntry) entry = audit_entry_begin("course", intake->course_id, "lessons");
  g_autofree char *line = g_strdup_printf("%s %s", intake->lesson_id, intake->title);
  audit_entry_add(&entry, "lessons", NULL, line);
  if (!connection_run(connection, STATEMENT_TOUCH_COURSE, error, argument_text(intake->course_id),
                      argument_int(now_us)))
    return false;
  if (connection_changes(connection) != 1) {
    g_set_error(error, CATALOG_ERROR, CATALOG_ERROR_NOT_FOUND, "no course %s", intake->course_id);
    return false;
  }
  return audit_entry_record(&entry, connection, actor_of(intake), now_us, error);
}

static bool insert_lesson(Connection *connection, const Intake *intake, int64_t now_us, GError **error) {
  return (intake->adds_lesson ? touch_course(connection, intake, now_us, error)
                              : insert_course(connection, intake, now_us, error)) &&
         connection_run(connection, STATEMENT_INSERT_LESSON, error, argument_text(intake->lesson_id),
                        argument_text(intake->course_id), argument_text(intake->title),
                        argument_text(intake->asset_id));
}

/* What it shows is no part of its course's list of lessons, but of how they look. */
static bool set_sign(Connection *connection, const Intake *intake, int64_t now_us, GError **error) {
  if (!connection_run(connection, STATEMENT_SET_LESSON_SIGN, error, argument_text(intake->lesson_id),
                      argument_text(intake->asset_id)))
    return false;
  return connection_changes(connection) == 1 ? touch_course(connection, intake, now_us, error)
                                             : set_no_lesson(intake, error);
}

static bool attach(Connection *connection, const Intake *intake, int64_t now_us, GError **error) {
  if (intake->replaces_id)
    return true; /* it takes the place of another when it is whole */
  return intake->adds_sign ? set_sign(connection, intake, now_us, error)
                           : insert_lesson(connection, intake, now_us, error);
}

/* Looked at again under the write lock. */
static bool check_replaced(Connection *connection, const Intake *intake, GError **error) {
  g_auto(ReplacedLesson) lesson = {0};
  return !intake->replaces_id || replacement_check(connection, intake->replaces_id, &lesson, error);
}

/* With its checksum, where that is known already. */
static bool seal_source(Connection *connection, const Intake *intake, GError **error) {
  const FileMeasure *measure = intake->request->measure;
  if (!measure || measure->size_bytes != intake->source_size_bytes)
    return true;
  g_autoptr(GBytes) checksum = g_bytes_new(measure->checksum, sizeof measure->checksum);
  return connection_run(connection, STATEMENT_SEAL_STORED_FILE, error, argument_text(intake->source_key),
                        argument_int(measure->size_bytes), argument_bytes(checksum));
}

static bool insert_asset(Connection *connection, const Intake *intake, int64_t now_us, GError **error) {
  return connection_run(connection, STATEMENT_INSERT_ASSET, error, argument_text(intake->asset_id),
                        argument_text(intake->source_key), argument_text(intake->source_name),
                        argument_int(intake->source_size_bytes), argument_text(intake->institution),
                        argument_text(intake->replaces_id), argument_int(now_us)) &&
         seal_source(connection, intake, error) && insert_captions(connection, intake, error) &&
         job_share_enter(connection, intake->institution, error) &&
         connection_run(connection, STATEMENT_INSERT_JOB, error, argument_text(intake->asset_id),
                        argument_text(job_kind_name(JOB_KIND_PROBE)), argument_int(0),
                        argument_int(JOB_PRIORITY_PROBE), argument_int(1), argument_int(0), argument_int(0),
                        argument_int(now_us));
}

/* Looked at again under the write lock: whether the asset may still be shown in one more lesson. */
static bool check_known(Connection *connection, const Intake *intake, GError **error) {
  g_autofree char *asset_id = NULL;
  if (!find_same(connection, intake, &asset_id, error))
    return false;
  if (asset_id && g_str_equal(asset_id, intake->asset_id))
    return true;
  g_set_error(error, CATALOG_ERROR, CATALOG_ERROR_BUSY, "asset %s changed meanwhile", intake->asset_id);
  return false;
}

static int64_t added_lessons(const Intake *intake) {
  return intake->replaces_id || intake->adds_sign ? 0 : 1;
}

static bool insert_rows(Connection *connection, const Intake *intake, GError **error) {
  int64_t now_us = g_get_real_time();
  int64_t lessons = added_lessons(intake);
  int64_t added_bytes = intake->is_known ? 0 : intake->source_size_bytes;
  const char *upload_id = intake->request->upload_id;
  return check_replaced(connection, intake, error) &&
         quota_check(connection, intake->institution, &intake->quota, added_bytes, lessons, error) &&
         (intake->is_known ? check_known(connection, intake, error)
                           : insert_asset(connection, intake, now_us, error)) &&
         attach(connection, intake, now_us, error) &&
         (!upload_id || upload_row_finish(connection, upload_id, intake->asset_id, intake->course_id, NULL,
                                          intake->source_key, now_us, error));
}

static bool record(Catalog *catalog, const Intake *intake, GError **error) {
  g_auto(Transaction) transaction = {0};
  return transaction_begin_write(&transaction, catalog, error) &&
         insert_rows(transaction.connection, intake, error) && transaction_commit(&transaction, error);
}

static void delete_blobs(const BlobStore *store, const Intake *intake) {
  blob_store_delete(store, intake->source_key, NULL);
  for (guint i = 0; i < intake->caption_keys->len; i++)
    blob_store_delete(store, intake->caption_keys->pdata[i], NULL);
  for (guint i = 0; i < intake->taken_over->len; i++)
    blob_store_delete(store, g_array_index(intake->taken_over, TakenCaption, i).new_key, NULL);
}

/* Everything that has bytes, or nothing. */
static bool store(const BlobStore *blobs, BlobProgressFunc progress, gpointer user_data, Intake *intake,
                  GError **error) {
  bool is_stored = store_source(blobs, intake->request, progress, user_data, intake, error) &&
                   store_captions(blobs, intake, error) && store_taken_captions(blobs, intake, error);
  if (!is_stored)
    delete_blobs(blobs, intake);
  return is_stored;
}

/* What it becomes, when that is no course of its own. */
static bool prepare_goal(Catalog *catalog, const IntakeRequest *request, Intake *intake, GError **error) {
  if (request->replaces_id)
    return prepare_replacement(catalog, request->replaces_id, intake, error);
  if (request->sign_lesson_id)
    return prepare_sign(catalog, request, intake, error);
  return !request->course_id || prepare_lesson(catalog, request->course_id, intake, error);
}

bool intake_file(Catalog *catalog, const BlobStore *blobs, const IntakeRequest *request, BlobProgressFunc progress,
                 gpointer user_data, IntakeResult *ret_result, GPtrArray *ret_warnings, GError **error) {
  g_auto(Intake) intake = {0};
  if (!choose_category(request->category, &intake.category, error) ||
      !check_source(request, &intake.source_size_bytes, error))
    return false;
  intake.quota = request->quota;
  prepare(request, ret_warnings, &intake);
  if (!prepare_goal(catalog, request, &intake, error) || !prepare_known(catalog, &intake, error) ||
      !catalog_check_quota(catalog, intake.institution, &intake.quota,
                           intake.is_known ? 0 : intake.source_size_bytes, added_lessons(&intake), error))
    return false;
  if (!intake.is_known && !store(blobs, progress, user_data, &intake, error))
    return false;
  if (!record(catalog, &intake, error)) {
    if (!intake.is_known)
      delete_blobs(blobs, &intake);
    return false;
  }
  ret_result->is_known = intake.is_known;
  ret_result->asset_id = g_steal_pointer(&intake.asset_id);
  ret_result->course_id = g_steal_pointer(&intake.course_id);
  ret_result->title = g_steal_pointer(&intake.title);
  return true;
}
