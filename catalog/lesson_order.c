#include "catalog/record_store.h"

#include "base/id.h"
#include "catalog/audit.h"
#include "catalog/record_statements.h"
#include "catalog/transaction.h"

#include <string.h>

#define TITLE_CHARACTERS_MAX 200

static bool refuse(RecordFault *ret_fault, RecordFaultReason reason, const char *field, const char *given,
                   GError **error) {
  RecordFault fault = {0};
  record_fault_set(&fault, reason, field, given);
  g_autofree char *text = record_fault_text_en(&fault);
  g_set_error_literal(error, CATALOG_ERROR, CATALOG_ERROR_INVALID, text);
  if (ret_fault)
    *ret_fault = fault;
  return false;
}

/* Title by id, and all ids and titles in order for the audit log. */
static bool load_titles(Connection *connection, const char *course_id, GHashTable *titles, GString *order,
                        GError **error) {
  g_auto(Statement) statement = statement_use(connection, STATEMENT_LIST_LESSONS);
  statement_bind(&statement, argument_text(course_id));
  while (statement_next_row(&statement)) {
    g_hash_table_insert(titles, statement_dup_text(&statement, 0), statement_dup_text(&statement, 1));
    g_string_append_printf(order, "%s%s %s", order->len > 0 ? "\n" : "", statement_text(&statement, 0),
                           statement_text(&statement, 1));
    if (!statement_is_null(&statement, 4))
      g_string_append_printf(order, " + %s", statement_text(&statement, 4));
  }
  return statement_check(&statement, error);
}

static bool check_title(const char *title, RecordFault *ret_fault, GError **error) {
  if (!title)
    return true;
  if (!*title || !g_utf8_validate(title, -1, NULL))
    return refuse(ret_fault, RECORD_FAULT_MISSING, "title", NULL, error);
  return g_utf8_strlen(title, -1) <= TITLE_CHARACTERS_MAX ||
         refuse(ret_fault, RECORD_FAULT_TOO_LONG, "title", title, error);
}

/* NULL in `*ret_name` when there is no such asset. */
static bool find_source_name(Connection *connection, const char *asset_id, char **ret_name, GError **error) {
  g_auto(Statement) statement = statement_use(connection, STATEMENT_FIND_SOURCE_NAME);
  statement_bind(&statement, argument_text(asset_id));
  bool has_row = false;
  if (!statement_find_row(&statement, &has_row, error))
    return false;
  *ret_name = has_row ? statement_dup_text(&statement, 0) : NULL;
  return true;
}

static bool check_sign(Connection *connection, const LessonOrder *lesson, RecordFault *ret_fault, GError **error) {
  g_autofree char *name = NULL;
  if (!lesson->sign_asset_id)
    return true;
  return find_source_name(connection, lesson->sign_asset_id, &name, error) &&
         (name || refuse(ret_fault, RECORD_FAULT_NO_RECORD, "sign_asset_id", lesson->sign_asset_id, error));
}

static bool place(Connection *connection, const char *course_id, const LessonOrder *lesson, int64_t position,
                  const GHashTable *titles, RecordFault *ret_fault, GError **error) {
  const char *old_title = g_hash_table_lookup((GHashTable *)titles, lesson->id);
  if (!old_title)
    return refuse(ret_fault, RECORD_FAULT_NO_RECORD, "id", lesson->id, error);
  if (!connection_run(connection, STATEMENT_PLACE_LESSON, error, argument_text(course_id),
                      argument_text(lesson->id), argument_int(position),
                      argument_text(lesson->title ? lesson->title : old_title)))
    return false;
  if (connection_changes(connection) != 1)
    return refuse(ret_fault, RECORD_FAULT_TWICE, "id", lesson->id, error);
  return !lesson->has_sign || connection_run(connection, STATEMENT_SET_LESSON_SIGN, error,
                                             argument_text(lesson->id), argument_text(lesson->sign_asset_id));
}

static bool add(Connection *connection, const char *course_id, const LessonOrder *lesson, int64_t position,
                RecordFault *ret_fault, GError **error) {
  g_autofree char *name = NULL, *id = id_new();
  if (!lesson->asset_id)
    return refuse(ret_fault, RECORD_FAULT_MISSING, "asset_id", NULL, error);
  if (!find_source_name(connection, lesson->asset_id, &name, error))
    return false;
  if (!name)
    return refuse(ret_fault, RECORD_FAULT_NO_RECORD, "asset_id", lesson->asset_id, error);
  return connection_run(connection, STATEMENT_ADD_LESSON, error, argument_text(id), argument_text(course_id),
                        argument_int(position), argument_text(lesson->title ? lesson->title : name),
                        argument_text(lesson->asset_id), argument_text(lesson->sign_asset_id));
}

static bool place_all(Connection *connection, const char *course_id, const LessonOrder *lessons, size_t count,
                      const GHashTable *titles, RecordFault *ret_fault, GError **error) {
  if (!connection_run(connection, STATEMENT_PARK_LESSONS, error, argument_text(course_id)))
    return false;
  for (size_t i = 0; i < count; i++) {
    int64_t position = (int64_t)i + 1;
    if (!check_title(lessons[i].title, ret_fault, error) ||
        !check_sign(connection, &lessons[i], ret_fault, error) ||
        !(lessons[i].id ? place(connection, course_id, &lessons[i], position, titles, ret_fault, error)
                        : add(connection, course_id, &lessons[i], position, ret_fault, error)))
      return false;
  }
  return connection_run(connection, STATEMENT_DELETE_PARKED_LESSONS, error, argument_text(course_id));
}

static bool order_lessons(Connection *connection, const char *actor, const char *course_id,
                          const LessonOrder *lessons, size_t count, RecordFault *ret_fault, GError **error) {
  int64_t now_us = g_get_real_time();
  g_autoptr(GHashTable) before = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
  g_autoptr(GHashTable) after = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
  g_autoptr(GString) old_order = g_string_new(NULL);
  g_autoptr(GString) new_order = g_string_new(NULL);
  g_auto(AuditEntry) entry = audit_entry_begin("course", course_id, "lessons");
  if (!load_titles(connection, course_id, before, old_order, error) ||
      !place_all(connection, course_id, lessons, count, before, ret_fault, error) ||
      !load_titles(connection, course_id, after, new_order, error))
    return false;
  audit_entry_add(&entry, "lessons", old_order->str, new_order->str);
  return connection_run(connection, STATEMENT_TOUCH_COURSE, error, argument_text(course_id),
                        argument_int(now_us)) &&
         audit_entry_record(&entry, connection, actor, now_us, error);
}

bool catalog_order_lessons(Catalog *catalog, const char *actor, const char *course_id, int64_t expected_version,
                           const LessonOrder *lessons, size_t count, RecordFault *ret_fault, GError **error) {
  if (count > LESSONS_MAX)
    return refuse(ret_fault, RECORD_FAULT_TOO_MANY, "lessons", NULL, error);
  g_auto(Transaction) transaction = {0};
  g_autoptr(CatalogRecord) course = NULL;
  if (!transaction_begin_write(&transaction, catalog, error) ||
      !record_load(transaction.connection, RECORD_COURSE, course_id, &course, error))
    return false;
  if (expected_version != 0 && expected_version != course->row_version) {
    g_set_error(error, CATALOG_ERROR, CATALOG_ERROR_STALE, "course %s was edited meanwhile", course_id);
    return false;
  }
  return order_lessons(transaction.connection, actor, course_id, lessons, count, ret_fault, error) &&
         transaction_commit(&transaction, error);
}
