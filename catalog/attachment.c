#include "catalog/attachment.h"

#include "base/id.h"
#include "catalog/audit.h"
#include "catalog/keys.h"
#include "catalog/record_store.h"
#include "catalog/transaction.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#define SIGNATURE "%PDF-"
#define ABSENT_PREFIX "absent/" /* of keys in the catalog; STATEMENT_FIND_ABSENT_ATTACHMENT */

static bool refuse(GError **error, CatalogError code, const char *path, const char *reason) {
  g_autofree char *shown = g_filename_display_name(path);
  g_set_error(error, CATALOG_ERROR, code, "%s: %s", shown, reason);
  return false;
}

static bool check_signature(const char *path, GError **error) {
  char head[sizeof SIGNATURE - 1];
  int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  ssize_t got = fd >= 0 ? read(fd, head, sizeof head) : -1;
  int code = errno;
  if (fd >= 0)
    close(fd);
  if (got < 0)
    return refuse(error, CATALOG_ERROR_IO, path, g_strerror(code));
  return (got == (ssize_t)sizeof head && memcmp(head, SIGNATURE, sizeof head) == 0) ||
         refuse(error, CATALOG_ERROR_INVALID, path, "it is no PDF");
}

/* The length of what was stored. */
static bool store_file(const BlobStore *store, const char *key, const AttachmentRequest *request, int64_t *ret_size,
                       GError **error) {
  const char *path = request->path;
  g_autoptr(GError) cause = NULL;
  bool is_stored = request->is_staged ? blob_store_link_file(store, key, path, &cause)
                                      : blob_store_copy_file(store, key, path, NULL, NULL, &cause);
  int fd = is_stored ? blob_store_open(store, key, ret_size, &cause) : -1;
  if (fd < 0)
    return refuse(error, CATALOG_ERROR_IO, path, cause->message);
  close(fd);
  return *ret_size <= ATTACHMENT_BYTES_MAX || refuse(error, CATALOG_ERROR_INVALID, path, "it is too large");
}

static bool find_position(Catalog *catalog, const char *course_id, int64_t *ret_position, GError **error) {
  g_autoptr(RecordPage) page = NULL;
  RecordQuery query = {.owner = course_id, .limit = RECORD_PAGE_LIMIT_MAX};
  if (!catalog_query_records(catalog, RECORD_ATTACHMENT, &query, &page, error))
    return false;
  if (page->next) {
    g_set_error(error, CATALOG_ERROR, CATALOG_ERROR_INVALID, "course %s has %d attachments already", course_id,
                RECORD_PAGE_LIMIT_MAX);
    return false;
  }
  const CatalogRecord *last = page->records->len > 0 ? page->records->pdata[page->records->len - 1] : NULL;
  *ret_position = last ? g_ascii_strtoll(catalog_record_get(last, "position"), NULL, 10) + 1 : 1;
  return true;
}

static CatalogRecord *describe(const AttachmentRequest *request, int64_t position, int64_t size_bytes,
                               const char *key) {
  CatalogRecord *record = catalog_record_new(RECORD_ATTACHMENT);
  g_autofree char *base = request->name ? g_strdup(request->name) : g_path_get_basename(request->path);
  g_autofree char *name = g_utf8_make_valid(base, -1);
  g_autofree char *stem = g_strdup(name), *place = g_strdup_printf("%" G_GINT64_FORMAT, position);
  g_autofree char *size = g_strdup_printf("%" G_GINT64_FORMAT, size_bytes);
  char *dot = strrchr(stem, '.');
  if (dot && dot != stem)
    *dot = '\0';
  catalog_record_set(record, "course_id", request->course_id);
  catalog_record_set(record, "title", request->title ? request->title : stem);
  catalog_record_set(record, "name", name);
  catalog_record_set(record, "position", place);
  catalog_record_set(record, "size_bytes", size);
  catalog_record_set(record, "blob_key", key);
  return record;
}

/* The id of an attachment of that file name whose file is not here; NULL when there is none. */
static bool find_absent(Catalog *catalog, const AttachmentRequest *request, char **ret_id, GError **error) {
  g_autofree char *base = request->name ? g_strdup(request->name) : g_path_get_basename(request->path);
  g_auto(Transaction) transaction = {0};
  bool has_row = false;
  if (!transaction_begin_read(&transaction, catalog, error))
    return false;
  g_auto(Statement) statement = statement_use(transaction.connection, STATEMENT_FIND_ABSENT_ATTACHMENT);
  statement_bind(&statement, argument_text(request->course_id), argument_text(base));
  if (!statement_find_row(&statement, &has_row, error))
    return false;
  *ret_id = has_row ? statement_dup_text(&statement, 0) : NULL;
  return true;
}

static bool record_fill(Catalog *catalog, const AttachmentRequest *request, const char *id, const char *key,
                        int64_t size_bytes, GError **error) {
  int64_t now_us = g_get_real_time();
  g_auto(Transaction) transaction = {0};
  g_auto(AuditEntry) entry = audit_entry_begin("attachment", id, "fill");
  audit_entry_add(&entry, "name", NULL, request->name ? request->name : "");
  if (!transaction_begin_write(&transaction, catalog, error) ||
      !connection_run(transaction.connection, STATEMENT_FILL_ATTACHMENT, error, argument_text(id),
                      argument_text(key), argument_int(size_bytes), argument_int(now_us)))
    return false;
  if (connection_changes(transaction.connection) != 1) {
    g_set_error(error, CATALOG_ERROR, CATALOG_ERROR_CONFLICT, "attachment %s has its file already", id);
    return false;
  }
  return audit_entry_record(&entry, transaction.connection, request->actor, now_us, error) &&
         transaction_commit(&transaction, error);
}

static bool fill(Catalog *catalog, const BlobStore *store, const AttachmentRequest *request, const char *id,
                 CatalogRecord **ret_record, GError **error) {
  g_autofree char *key = key_of_attachment(id);
  int64_t size_bytes = 0;
  if (store_file(store, key, request, &size_bytes, error) &&
      record_fill(catalog, request, id, key, size_bytes, error))
    return catalog_load_record(catalog, RECORD_ATTACHMENT, id, ret_record, error);
  blob_store_delete(store, key, NULL);
  return false;
}

bool attachment_take(Catalog *catalog, const BlobStore *store, const AttachmentRequest *request,
                     CatalogRecord **ret_record, GError **error) {
  g_autofree char *id = id_new(), *key = key_of_attachment(id), *absent = NULL;
  g_autoptr(CatalogRecord) course = NULL;
  int64_t position = 0, size_bytes = 0;
  g_auto(RecordIdempotency) idempotency = {request->idempotency_key, request->idempotency_key, NULL, NULL};
  if (!catalog_load_record(catalog, RECORD_COURSE, request->course_id, &course, error) ||
      !check_signature(request->path, error) || !find_absent(catalog, request, &absent, error))
    return false;
  if (absent)
    return fill(catalog, store, request, absent, ret_record, error);
  if (!find_position(catalog, request->course_id, &position, error))
    return false;
  bool is_done = store_file(store, key, request, &size_bytes, error), is_repeat = false;
  if (is_done) {
    g_autoptr(CatalogRecord) record = describe(request, position, size_bytes, key);
    record->id = g_steal_pointer(&id);
    is_done = catalog_create_record(catalog, request->actor, record, request->idempotency_key ? &idempotency : NULL,
                                    ret_record, &is_repeat, NULL, error);
  }
  if (!is_done || is_repeat)
    blob_store_delete(store, key, NULL);
  return is_done;
}

bool attachment_take_file(Catalog *catalog, const BlobStore *store, const char *actor, const char *course_id,
                          const char *path, const char *title, CatalogRecord **ret_record, GError **error) {
  AttachmentRequest request = {.actor = actor, .course_id = course_id, .path = path, .title = title};
  return attachment_take(catalog, store, &request, ret_record, error);
}

bool attachment_is_absent(const CatalogRecord *record) {
  return g_str_has_prefix(catalog_record_get(record, "blob_key"), ABSENT_PREFIX);
}
