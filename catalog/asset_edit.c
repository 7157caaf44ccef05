#include "catalog/asset_edit.h"

#include "base/id.h"
#include "catalog/audit.h"
#include "catalog/caption.h"
#include "catalog/keys.h"
#include "catalog/transaction.h"
#include "media/jpeg_header.h"

#include <inttypes.h>
#include <string.h>

static bool refuse(CatalogError code, const char *message, GError **error) {
  g_set_error_literal(error, CATALOG_ERROR, code, message);
  return false;
}

static void write_version(const char *text, char ret_version[ASSET_EDIT_VERSION_SIZE]) {
  g_autofree char *hash = g_compute_checksum_for_string(G_CHECKSUM_SHA256, text, -1);
  g_strlcpy(ret_version, hash, ASSET_EDIT_VERSION_SIZE);
}

/* `current`: ASSET_EDIT_NONE when there is nothing to edit. */
static bool check_version(const AssetEdit *edit, const char *current, GError **error) {
  if (!edit->version || g_str_equal(edit->version, current))
    return true;
  g_set_error(error, CATALOG_ERROR, CATALOG_ERROR_STALE, "asset %s was edited meanwhile", edit->asset_id);
  return false;
}

/* NOT_FOUND also for an asset whose files are gone: what is stored for it would go with them. */
static bool load_duration(Connection *connection, const char *asset_id, int64_t *ret_duration_us, GError **error) {
  g_auto(Statement) statement = statement_use(connection, STATEMENT_LOAD_EDITABLE_ASSET);
  statement_bind(&statement, argument_text(asset_id));
  if (!statement_load_row(&statement, error, "there is no asset %s", asset_id))
    return false;
  *ret_duration_us = statement_int(&statement, 0);
  return true;
}

static bool begin_edit(Transaction *transaction, Catalog *catalog, const AssetEdit *edit, int64_t *ret_duration_us,
                       GError **error) {
  return transaction_begin_write(transaction, catalog, error) &&
         load_duration(transaction->connection, edit->asset_id, ret_duration_us, error);
}

static bool record_edit(Connection *connection, const AssetEdit *edit, const char *action, const char *field,
                        const char *before, const char *after, GError **error) {
  g_auto(AuditEntry) entry = audit_entry_begin("asset", edit->asset_id, action);
  audit_entry_add(&entry, field, before, after);
  return audit_entry_record(&entry, connection, edit->actor, g_get_real_time(), error);
}

/* --- captions --- */

void caption_version(const char *blob_key, char ret_version[ASSET_EDIT_VERSION_SIZE]) {
  write_version(blob_key, ret_version);
}

/* The tracks of an asset; `ret_key`: of the one in `language`, NULL for none. */
static bool look_at_captions(Connection *connection, const char *asset_id, const char *language, GPtrArray *labels,
                             char **ret_key, GError **error) {
  g_autofree char *key = NULL;
  g_auto(Statement) statement = statement_use(connection, STATEMENT_LIST_CAPTIONS);
  statement_bind(&statement, argument_text(asset_id));
  while (statement_next_row(&statement)) {
    if (g_str_equal(statement_text(&statement, 0), language))
      key = statement_dup_text(&statement, 2);
    else if (labels)
      g_ptr_array_add(labels, statement_dup_text(&statement, 1));
  }
  if (!statement_check(&statement, error))
    return false;
  *ret_key = g_steal_pointer(&key);
  return true;
}

bool catalog_find_caption(Catalog *catalog, const char *asset_id, const char *language, char **ret_key,
                          char ret_version[ASSET_EDIT_VERSION_SIZE], GError **error) {
  g_auto(Transaction) transaction = {0};
  g_autofree char *key = NULL;
  if (!transaction_begin_read(&transaction, catalog, error) ||
      !look_at_captions(transaction.connection, asset_id, language, NULL, &key, error))
    return false;
  if (!key) {
    g_set_error(error, CATALOG_ERROR, CATALOG_ERROR_NOT_FOUND, "asset %s has no captions in %s", asset_id,
                language);
    return false;
  }
  if (ret_version)
    caption_version(key, ret_version);
  if (ret_key)
    *ret_key = g_steal_pointer(&key);
  return true;
}

static bool check_caption_version(const AssetEdit *edit, const char *key, GError **error) {
  char current[ASSET_EDIT_VERSION_SIZE] = ASSET_EDIT_NONE;
  if (key)
    caption_version(key, current);
  return check_version(edit, current, error);
}

static bool write_caption(Connection *connection, const AssetEdit *edit, const char *language, const char *new_key,
                          GError **error) {
  g_autoptr(GPtrArray) labels = g_ptr_array_new_with_free_func(g_free);
  g_autofree char *old_key = NULL;
  if (!look_at_captions(connection, edit->asset_id, language, labels, &old_key, error) ||
      !check_caption_version(edit, old_key, error))
    return false;
  if (!old_key && labels->len >= ASSET_CAPTIONS_MAX)
    return refuse(CATALOG_ERROR_CONFLICT, "the asset has as many caption tracks as it may", error);
  g_autofree char *label = caption_choose_label(labels, caption_label(language));
  StatementId statement = old_key ? STATEMENT_UPDATE_CAPTION : STATEMENT_INSERT_CAPTION;
  return connection_run(connection, statement, error, argument_text(edit->asset_id), argument_text(language),
                        argument_text(label), argument_text(new_key)) &&
         record_edit(connection, edit, "captions", language, old_key, new_key, error);
}

static bool put_blob(const BlobStore *store, const char *key, const void *data, size_t size_bytes, GError **error) {
  g_autoptr(GError) cause = NULL;
  if (blob_store_put_bytes(store, key, data, size_bytes, &cause))
    return true;
  return refuse(CATALOG_ERROR_IO, cause->message, error);
}

bool catalog_put_caption(Catalog *catalog, const BlobStore *store, const AssetEdit *edit, const char *language,
                         const WebvttDocument *document, char ret_version[ASSET_EDIT_VERSION_SIZE],
                         GError **error) {
  g_autoptr(GString) text = g_string_new(NULL);
  g_autofree char *edit_id = id_new(), *key = key_of_edited_caption(edit->asset_id, language, edit_id);
  webvtt_write(text, document, -1);
  if (!put_blob(store, key, text->str, text->len, error))
    return false;
  g_auto(Transaction) transaction = {0};
  int64_t duration_us = 0;
  if (begin_edit(&transaction, catalog, edit, &duration_us, error) &&
      write_caption(transaction.connection, edit, language, key, error) &&
      transaction_commit(&transaction, error)) {
    caption_version(key, ret_version);
    return true;
  }
  blob_store_delete(store, key, NULL); /* what stays goes with the sweep */
  return false;
}

bool catalog_delete_caption(Catalog *catalog, const AssetEdit *edit, const char *language, GError **error) {
  g_auto(Transaction) transaction = {0};
  g_autofree char *key = NULL;
  int64_t duration_us = 0;
  if (!begin_edit(&transaction, catalog, edit, &duration_us, error) ||
      !look_at_captions(transaction.connection, edit->asset_id, language, NULL, &key, error))
    return false;
  if (!key)
    return refuse(CATALOG_ERROR_NOT_FOUND, "the asset has no captions in that language", error);
  return check_caption_version(edit, key, error) &&
         connection_run(transaction.connection, STATEMENT_DELETE_CAPTION, error, argument_text(edit->asset_id),
                        argument_text(language)) &&
         record_edit(transaction.connection, edit, "captions", language, key, NULL, error) &&
         transaction_commit(&transaction, error);
}

/* --- chapters --- */

static char *write_chapters(const GArray *chapters) {
  GString *text = g_string_new(NULL);
  for (guint i = 0; i < chapters->len; i++) {
    const CatalogChapter *chapter = &g_array_index(chapters, CatalogChapter, i);
    g_string_append_printf(text, "%s%" PRId64 " %s", i > 0 ? "\n" : "", chapter->start_us, chapter->title);
  }
  return g_string_free(text, FALSE);
}

bool catalog_load_own_chapters(Catalog *catalog, const char *asset_id, GArray **ret_chapters,
                               char ret_version[ASSET_EDIT_VERSION_SIZE], GError **error) {
  g_auto(Transaction) transaction = {0};
  g_autoptr(GArray) chapters = catalog_chapters_new();
  if (!transaction_begin_read(&transaction, catalog, error) ||
      !chapters_load_own(transaction.connection, asset_id, chapters, error))
    return false;
  g_autofree char *text = write_chapters(chapters);
  write_version(text, ret_version);
  *ret_chapters = g_steal_pointer(&chapters);
  return true;
}

static bool is_title(const char *title) {
  for (const char *at = title; *at; at = g_utf8_next_char(at))
    if (g_unichar_iscntrl(g_utf8_get_char(at)))
      return false;
  return true;
}

/* What is wrong with a chapter that begins after `after_us`, and the value that is. */
static RecordFaultReason find_fault(const CatalogChapter *chapter, int64_t after_us, int64_t duration_us,
                                    const char **ret_field) {
  *ret_field = "title";
  if (!*chapter->title)
    return RECORD_FAULT_MISSING;
  if (!g_utf8_validate(chapter->title, -1, NULL) || !is_title(chapter->title))
    return RECORD_FAULT_FORM;
  if (g_utf8_strlen(chapter->title, -1) > ASSET_CHAPTER_CHARACTERS_MAX)
    return RECORD_FAULT_TOO_LONG;
  *ret_field = "start";
  if (chapter->start_us < 0 || chapter->start_us >= duration_us)
    return RECORD_FAULT_FORM;
  return chapter->start_us <= after_us ? RECORD_FAULT_TWICE : RECORD_FAULT_NONE;
}

static bool check_chapters(const GArray *chapters, int64_t duration_us, RecordFault *fault) {
  int64_t after_us = -1;
  if (chapters->len > ASSET_CHAPTERS_MAX)
    record_fault_set(fault, RECORD_FAULT_TOO_MANY, "chapters", NULL);
  for (guint i = 0; i < chapters->len && fault->reason == RECORD_FAULT_NONE; i++) {
    const CatalogChapter *chapter = &g_array_index(chapters, CatalogChapter, i);
    const char *field = NULL;
    RecordFaultReason reason = find_fault(chapter, after_us, duration_us, &field);
    g_autofree char *start = g_strdup_printf("%.3f", (double)chapter->start_us / G_USEC_PER_SEC);
    if (reason != RECORD_FAULT_NONE)
      record_fault_set(fault, reason, field, g_str_equal(field, "start") ? start : chapter->title);
    after_us = chapter->start_us;
  }
  return fault->reason == RECORD_FAULT_NONE;
}

static bool insert_chapters(Connection *connection, const char *asset_id, const GArray *chapters, GError **error) {
  if (!connection_run(connection, STATEMENT_PURGE_CHAPTERS, error, argument_text(asset_id)))
    return false;
  for (guint i = 0; i < chapters->len; i++) {
    const CatalogChapter *chapter = &g_array_index(chapters, CatalogChapter, i);
    if (!connection_run(connection, STATEMENT_INSERT_CHAPTER, error, argument_text(asset_id),
                        argument_int(chapter->start_us), argument_text(chapter->title)))
      return false;
  }
  return true;
}

static bool replace_chapters(Connection *connection, const AssetEdit *edit, const GArray *chapters,
                             char ret_version[ASSET_EDIT_VERSION_SIZE], GError **error) {
  g_autoptr(GArray) old = catalog_chapters_new();
  if (!chapters_load_own(connection, edit->asset_id, old, error))
    return false;
  g_autofree char *before = write_chapters(old), *after = write_chapters(chapters);
  char current[ASSET_EDIT_VERSION_SIZE];
  write_version(before, current);
  write_version(after, ret_version);
  if (!check_version(edit, current, error))
    return false;
  if (g_str_equal(before, after))
    return true;
  return insert_chapters(connection, edit->asset_id, chapters, error) &&
         record_edit(connection, edit, "chapters", "chapters", before, after, error);
}

bool catalog_put_chapters(Catalog *catalog, const AssetEdit *edit, const GArray *chapters,
                          char ret_version[ASSET_EDIT_VERSION_SIZE], RecordFault *ret_fault, GError **error) {
  g_auto(Transaction) transaction = {0};
  int64_t duration_us = 0;
  RecordFault fault = {0};
  if (!begin_edit(&transaction, catalog, edit, &duration_us, error))
    return false;
  if (duration_us <= 0)
    return refuse(CATALOG_ERROR_CONFLICT, "the asset's duration is not known yet", error);
  if (!check_chapters(chapters, duration_us, &fault)) {
    if (ret_fault)
      *ret_fault = fault;
    return refuse(CATALOG_ERROR_INVALID, "the chapters are not as they must be", error);
  }
  return replace_chapters(transaction.connection, edit, chapters, ret_version, error) &&
         transaction_commit(&transaction, error);
}

/* --- poster --- */

static bool is_picture(const void *data, size_t size_bytes) {
  JpegHeader header;
  return jpeg_header_parse(data, size_bytes, &header) &&
         MIN(header.width, header.height) >= ASSET_POSTER_SIDE_MIN &&
         MAX(header.width, header.height) <= ASSET_POSTER_SIDE_MAX;
}

bool catalog_put_poster(Catalog *catalog, const BlobStore *store, const AssetEdit *edit, const void *data,
                        size_t size_bytes, GError **error) {
  g_autofree char *edit_id = id_new(), *key = key_of_edited_poster(edit->asset_id, edit_id);
  if (!is_picture(data, size_bytes))
    return refuse(CATALOG_ERROR_INVALID, "a poster is a JPEG picture of 90 to 4096 pixels a side", error);
  if (!put_blob(store, key, data, size_bytes, error))
    return false;
  g_auto(Transaction) transaction = {0};
  int64_t duration_us = 0;
  if (begin_edit(&transaction, catalog, edit, &duration_us, error) &&
      connection_run(transaction.connection, STATEMENT_SET_EDITED_POSTER, error, argument_text(edit->asset_id),
                     argument_text(key), argument_int(g_get_real_time())) &&
      record_edit(transaction.connection, edit, "poster", "poster", NULL, key, error) &&
      transaction_commit(&transaction, error))
    return true;
  blob_store_delete(store, key, NULL);
  return false;
}
