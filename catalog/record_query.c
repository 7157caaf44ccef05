#include "catalog/record_store.h"

#include "base/base64url.h"
#include "base/id.h"
#include "catalog/like_pattern.h"
#include "catalog/record_statements.h"
#include "catalog/transaction.h"

#include <string.h>

#define COLUMN_OF_FIELDS 4
#define CURSOR_SIZE_MAX 4096

static const RecordStatements statements[RECORD_KIND_COUNT] = {
    [RECORD_COURSE] = {STATEMENT_LOAD_COURSE_RECORD, STATEMENT_LIST_COURSE_RECORDS, STATEMENT_INSERT_COURSE_RECORD,
                       STATEMENT_UPDATE_COURSE_RECORD, STATEMENT_DELETE_COURSE_RECORD, STATEMENT_HAS_COURSE},
    [RECORD_INSTITUTION] = {STATEMENT_LOAD_INSTITUTION, STATEMENT_LIST_INSTITUTIONS, STATEMENT_INSERT_INSTITUTION,
                            STATEMENT_UPDATE_INSTITUTION, STATEMENT_DELETE_INSTITUTION, STATEMENT_HAS_INSTITUTION},
    [RECORD_LECTURER] = {STATEMENT_LOAD_LECTURER, STATEMENT_LIST_LECTURERS, STATEMENT_INSERT_LECTURER,
                         STATEMENT_UPDATE_LECTURER, STATEMENT_DELETE_LECTURER, STATEMENT_HAS_LECTURER},
    [RECORD_ROOM] = {STATEMENT_LOAD_ROOM, STATEMENT_LIST_ROOMS, STATEMENT_INSERT_ROOM, STATEMENT_UPDATE_ROOM,
                     STATEMENT_DELETE_ROOM, STATEMENT_HAS_ROOM},
    [RECORD_COLLECTION] = {STATEMENT_LOAD_COLLECTION, STATEMENT_LIST_COLLECTIONS, STATEMENT_INSERT_COLLECTION,
                           STATEMENT_UPDATE_COLLECTION, STATEMENT_DELETE_COLLECTION, STATEMENT_HAS_COLLECTION},
    [RECORD_ATTACHMENT] = {STATEMENT_LOAD_ATTACHMENT, STATEMENT_LIST_ATTACHMENTS, STATEMENT_INSERT_ATTACHMENT,
                           STATEMENT_UPDATE_ATTACHMENT, STATEMENT_DELETE_ATTACHMENT, STATEMENT_HAS_ATTACHMENT},
    [RECORD_CHANNEL] = {STATEMENT_LOAD_CHANNEL, STATEMENT_LIST_CHANNELS, STATEMENT_INSERT_CHANNEL,
                        STATEMENT_UPDATE_CHANNEL, STATEMENT_DELETE_CHANNEL, STATEMENT_HAS_CHANNEL},
};

const RecordStatements *record_statements(RecordKind kind) {
  return &statements[kind];
}

CatalogRecord *record_row_read(Statement *statement, RecordKind kind) {
  CatalogRecord *record = catalog_record_new(kind);
  record->id = statement_dup_text(statement, 0);
  record->row_version = statement_int(statement, 1);
  record->created_us = statement_int(statement, 2);
  record->updated_us = statement_int(statement, 3);
  for (size_t i = 0; i < record_spec(kind)->field_count; i++)
    record->values[i] = g_strdup(statement_text(statement, COLUMN_OF_FIELDS + (int)i));
  return record;
}

bool record_find(Connection *connection, RecordKind kind, const char *id, CatalogRecord **ret_record,
                 GError **error) {
  g_auto(Statement) statement = statement_use(connection, statements[kind].load);
  statement_bind(&statement, argument_text(id));
  bool has_row = false;
  if (!statement_find_row(&statement, &has_row, error))
    return false;
  *ret_record = has_row ? record_row_read(&statement, kind) : NULL;
  return true;
}

bool record_load(Connection *connection, RecordKind kind, const char *id, CatalogRecord **ret_record,
                 GError **error) {
  g_autoptr(CatalogRecord) record = NULL;
  if (!record_find(connection, kind, id, &record, error))
    return false;
  if (!record) {
    g_set_error(error, CATALOG_ERROR, CATALOG_ERROR_NOT_FOUND, "no %s %s", record_spec(kind)->name, id);
    return false;
  }
  *ret_record = g_steal_pointer(&record);
  return true;
}

bool catalog_load_record(Catalog *catalog, RecordKind kind, const char *id, CatalogRecord **ret_record,
                         GError **error) {
  g_auto(Transaction) transaction = {0};
  return transaction_begin_read(&transaction, catalog, error) &&
         record_load(transaction.connection, kind, id, ret_record, error);
}

void record_page_free(RecordPage *page) {
  if (!page)
    return;
  g_ptr_array_unref(page->records);
  g_free(page->next);
  g_free(page);
}

/* What the list statement sorts by, beside the id. */
static char *sort_key(const CatalogRecord *record) {
  switch (record->kind) {
  case RECORD_COURSE:
    return g_strdup("");
  case RECORD_ATTACHMENT:
    return g_strdup_printf("%010" G_GINT64_FORMAT,
                           g_ascii_strtoll(catalog_record_get(record, "position"), NULL, 10));
  case RECORD_COLLECTION:
  case RECORD_CHANNEL:
    return g_strdup(catalog_record_get(record, "title"));
  case RECORD_INSTITUTION:
  case RECORD_LECTURER:
  case RECORD_ROOM:
    break;
  }
  return g_strdup(catalog_record_get(record, "name"));
}

static char *write_cursor(const CatalogRecord *last) {
  g_autofree char *key = sort_key(last);
  g_autofree char *text = g_strconcat(last->id, key, NULL);
  return base64url_encode(text);
}

static bool parse_cursor(const char *cursor, char **ret_id, char **ret_key, GError **error) {
  g_autofree char *text = strlen(cursor) <= CURSOR_SIZE_MAX ? base64url_decode(cursor) : NULL;
  g_autofree char *id = text && strlen(text) >= ID_LENGTH ? g_strndup(text, ID_LENGTH) : NULL;
  if (!id_is_valid(id)) {
    g_set_error_literal(error, CATALOG_ERROR, CATALOG_ERROR_INVALID, "the cursor is not one of ours");
    return false;
  }
  *ret_key = g_strdup(text + ID_LENGTH);
  *ret_id = g_steal_pointer(&id);
  return true;
}

static const char *null_if_empty(const char *text) {
  return text && *text ? text : NULL;
}

static bool read_page(Connection *connection, RecordKind kind, const RecordQuery *query, const char *key,
                      const char *id, RecordPage *page, GError **error) {
  g_autofree char *pattern = like_pattern_new(query->text);
  g_auto(Statement) statement = statement_use(connection, statements[kind].list);
  statement_bind(&statement, argument_text(pattern), argument_text(null_if_empty(query->division)),
                 argument_text(null_if_empty(query->owner)), argument_text(key), argument_text(id),
                 argument_int(query->limit + 1));
  while (statement_next_row(&statement)) {
    if (page->records->len == (guint)query->limit) {
      page->next = write_cursor(page->records->pdata[page->records->len - 1]);
      return true;
    }
    g_ptr_array_add(page->records, record_row_read(&statement, kind));
  }
  return statement_check(&statement, error);
}

bool catalog_query_records(Catalog *catalog, RecordKind kind, const RecordQuery *query, RecordPage **ret_page,
                           GError **error) {
  g_autofree char *id = NULL, *key = NULL;
  if (query->limit < 1 || query->limit > RECORD_PAGE_LIMIT_MAX) {
    g_set_error_literal(error, CATALOG_ERROR, CATALOG_ERROR_INVALID, "limit is out of range");
    return false;
  }
  if (query->cursor && !parse_cursor(query->cursor, &id, &key, error))
    return false;
  g_auto(Transaction) transaction = {0};
  g_autoptr(RecordPage) page = g_new0(RecordPage, 1);
  page->records = g_ptr_array_new_with_free_func((GDestroyNotify)catalog_record_free);
  if (!transaction_begin_read(&transaction, catalog, error) ||
      !read_page(transaction.connection, kind, query, key, id, page, error))
    return false;
  *ret_page = g_steal_pointer(&page);
  return true;
}
