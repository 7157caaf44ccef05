#include "catalog/division.h"

#include "catalog/audit.h"
#include "catalog/division_write.h"
#include "catalog/transaction.h"

#include <string.h>

/* Digits up to and with each level. */
static const size_t prefix_lengths[] = {0, 4, 6, 9, 12};

int division_level(const char *code) {
  if (!code || strlen(code) != DIVISION_CODE_LENGTH || strspn(code, "0123456789") != DIVISION_CODE_LENGTH ||
      strncmp(code, "00", 2) == 0)
    return 0;
  size_t before = 2;
  int level = 0;
  for (int i = DIVISION_LEVEL_CITY; i <= DIVISION_LEVEL_VILLAGE; before = prefix_lengths[i], i++) {
    bool is_own = strspn(code + before, "0") < prefix_lengths[i] - before;
    if (is_own && level != i - 1)
      return 0; /* a village of no township */
    if (is_own)
      level = i;
  }
  return level;
}

size_t division_prefix_length(const char *code) {
  return prefix_lengths[division_level(code)];
}

bool division_parent(const char *code, char ret_parent[DIVISION_CODE_SIZE]) {
  int level = division_level(code);
  if (level <= DIVISION_LEVEL_CITY)
    return false;
  memmove(ret_parent, code, DIVISION_CODE_SIZE);
  memset(ret_parent + prefix_lengths[level - 1], '0', DIVISION_CODE_LENGTH - prefix_lengths[level - 1]);
  return true;
}

bool division_is_within(const char *code, const char *ancestor) {
  size_t length = division_prefix_length(ancestor);
  return length > 0 && division_level(code) > 0 && strncmp(code, ancestor, length) == 0;
}

static void clear_division(gpointer data) {
  CatalogDivision *division = data;
  g_free(division->name);
  g_free(division->name_en);
}

GArray *catalog_divisions_new(void) {
  GArray *divisions = g_array_new(FALSE, TRUE, sizeof(CatalogDivision));
  g_array_set_clear_func(divisions, clear_division);
  return divisions;
}

static bool read_divisions(Statement *statement, GArray *divisions, GError **error) {
  while (statement_next_row(statement)) {
    CatalogDivision division = {.level = (int)statement_int(statement, 2),
                                .name = statement_dup_text(statement, 3),
                                .name_en = statement_dup_text(statement, 4),
                                .child_count = statement_int(statement, 5),
                                .updated_us = statement_int(statement, 6)};
    statement_copy_text(statement, 0, division.code, sizeof division.code);
    statement_copy_text(statement, 1, division.parent, sizeof division.parent);
    g_array_append_val(divisions, division);
  }
  return statement_check(statement, error);
}

static bool load_divisions(Catalog *catalog, StatementId id, const Argument *arguments, size_t count,
                           GArray **ret_divisions, GError **error) {
  g_auto(Transaction) transaction = {0};
  if (!transaction_begin_read(&transaction, catalog, error))
    return false;
  g_autoptr(GArray) divisions = catalog_divisions_new();
  g_auto(Statement) statement = statement_use(transaction.connection, id);
  statement_bind_arguments(&statement, arguments, count);
  if (!read_divisions(&statement, divisions, error))
    return false;
  *ret_divisions = g_steal_pointer(&divisions);
  return true;
}

bool catalog_load_division(Catalog *catalog, const char *code, GArray **ret_division, GError **error) {
  g_autoptr(GArray) divisions = NULL;
  Argument argument = argument_text(code);
  if (!load_divisions(catalog, STATEMENT_LOAD_DIVISION, &argument, 1, &divisions, error))
    return false;
  if (divisions->len == 0) {
    g_set_error(error, CATALOG_ERROR, CATALOG_ERROR_NOT_FOUND, "no division %s", code);
    return false;
  }
  *ret_division = g_steal_pointer(&divisions);
  return true;
}

bool catalog_list_divisions(Catalog *catalog, const char *parent, GArray **ret_divisions, GError **error) {
  Argument argument = argument_text(parent);
  return load_divisions(catalog, STATEMENT_LIST_DIVISIONS, &argument, 1, ret_divisions, error);
}

bool catalog_walk_divisions(Catalog *catalog, const char *after, int64_t limit, GArray **ret_divisions,
                            GError **error) {
  Argument arguments[] = {argument_text(after), argument_int(limit)};
  return load_divisions(catalog, STATEMENT_LIST_ALL_DIVISIONS, arguments, G_N_ELEMENTS(arguments), ret_divisions,
                        error);
}

/* `*ret_name` NULL when the division is new. */
static bool find_names(Connection *connection, const char *code, char **ret_name, char **ret_name_en,
                       GError **error) {
  g_auto(Statement) statement = statement_use(connection, STATEMENT_LOAD_DIVISION);
  statement_bind(&statement, argument_text(code));
  bool has_row = false;
  if (!statement_find_row(&statement, &has_row, error))
    return false;
  *ret_name = has_row ? statement_dup_text(&statement, 3) : NULL;
  *ret_name_en = has_row ? statement_dup_text(&statement, 4) : NULL;
  return true;
}

static bool check_parent(Connection *connection, const DivisionRow *row, const char *parent, GError **error) {
  int64_t found = 0;
  if (!connection_number(connection, STATEMENT_HAS_DIVISION, &found, error, argument_text(parent)))
    return false;
  if (found == 0)
    g_set_error(error, CATALOG_ERROR, CATALOG_ERROR_INVALID,
                "line %" G_GINT64_FORMAT ": division %s (%s) lies in %s, which is not there", row->line, row->code,
                row->name, parent);
  return found != 0;
}

static bool record_change(Connection *connection, const char *actor, const DivisionRow *row, const char *old_name,
                          int64_t now_us, GError **error) {
  g_auto(AuditEntry) entry = audit_entry_begin("division", row->code, old_name ? "update" : "create");
  audit_entry_add(&entry, "name", old_name, row->name);
  return audit_entry_record(&entry, connection, actor, now_us, error);
}

static bool add(Connection *connection, const DivisionRow *row, int64_t now_us, GError **error) {
  char parent[DIVISION_CODE_SIZE];
  bool has_parent = division_parent(row->code, parent);
  return (!has_parent || check_parent(connection, row, parent, error)) &&
         connection_run(connection, STATEMENT_INSERT_DIVISION, error, argument_text(row->code),
                        argument_text(has_parent ? parent : NULL), argument_int(division_level(row->code)),
                        argument_text(row->name), argument_text(row->name_en), argument_int(now_us));
}

bool division_put(Connection *connection, const char *actor, const DivisionRow *row, int64_t now_us,
                  DivisionCounts *counts, GError **error) {
  g_autofree char *name = NULL, *name_en = NULL;
  if (!find_names(connection, row->code, &name, &name_en, error))
    return false;
  /* a table without English names leaves those that are there */
  const char *new_en = *row->name_en || !name_en ? row->name_en : name_en;
  if (name && g_str_equal(name, row->name) && g_str_equal(name_en, new_en)) {
    counts->unchanged++;
    return true;
  }
  if (name) {
    counts->renamed++;
    if (!connection_run(connection, STATEMENT_RENAME_DIVISION, error, argument_text(row->code),
                        argument_text(row->name), argument_text(new_en), argument_int(now_us)))
      return false;
  } else {
    counts->added++;
    if (!add(connection, row, now_us, error))
      return false;
  }
  return record_change(connection, actor, row, name, now_us, error);
}

bool catalog_put_divisions(Catalog *catalog, const char *actor, const GArray *rows, DivisionCounts *ret_counts,
                           GError **error) {
  g_auto(Transaction) transaction = {0};
  DivisionCounts counts = {0};
  if (!transaction_begin_write(&transaction, catalog, error))
    return false;
  int64_t now_us = g_get_real_time();
  for (guint i = 0; i < rows->len; i++)
    if (!division_put(transaction.connection, actor, &g_array_index(rows, DivisionRow, i), now_us, &counts, error))
      return false;
  if (!transaction_commit(&transaction, error))
    return false;
  *ret_counts = counts;
  return true;
}
