#include "catalog/record_write.h"

#include "base/id.h"
#include "catalog/audit.h"
#include "catalog/record_statements.h"

#include <string.h>

static const char *value_of(const CatalogRecord *record, size_t field) {
  return record->values[field] ? record->values[field] : "";
}

static bool differs(const CatalogRecord *old, const CatalogRecord *new, size_t field) {
  return !g_str_equal(value_of(old, field), value_of(new, field));
}

static bool has_row(Connection *connection, StatementId id, const char *key, bool *ret_found, GError **error) {
  int64_t found = 0;
  if (!connection_number(connection, id, &found, error, argument_text(key)))
    return false;
  *ret_found = found != 0;
  return true;
}

/* --- checks --- */

static bool refuse(RecordFault *fault, RecordFaultReason reason, const char *field, const char *given) {
  record_fault_set(fault, reason, field, given);
  return false;
}

static bool check_reference(Connection *connection, const RecordField *field, const char *value, RecordFault *fault,
                            GError **error) {
  bool is_found = false;
  StatementId id =
      field->type == RECORD_FIELD_DIVISION ? STATEMENT_HAS_DIVISION : record_statements(field->refers_to)->has;
  if (!has_row(connection, id, value, &is_found, error))
    return false;
  return is_found || refuse(fault, RECORD_FAULT_NO_RECORD, field->name, value);
}

static bool check_references(Connection *connection, const RecordField *field, const char *value,
                             RecordFault *fault, GError **error) {
  g_auto(GStrv) parts = g_strsplit(value, RECORD_LIST_SEPARATOR, -1);
  for (char **part = parts; *part; part++)
    if (**part && !check_reference(connection, field, *part, fault, error))
      return false;
  return true;
}

static bool check_field(Connection *connection, const CatalogRecord *old, const CatalogRecord *new, size_t index,
                        RecordFault *fault, GError **error) {
  const RecordField *field = &record_spec(new->kind)->fields[index];
  const char *value = value_of(new, index);
  if (!differs(old, new, index))
    return true;
  if (field->flags & RECORD_FIELD_FIXED && old->id)
    return refuse(fault, RECORD_FAULT_FIXED, field->name, value);
  bool is_reference = field->type == RECORD_FIELD_REFERENCE || field->type == RECORD_FIELD_DIVISION ||
                      field->type == RECORD_FIELD_REFERENCES;
  return !is_reference || check_references(connection, field, value, fault, error);
}

static bool check_state(const CatalogRecord *old, const CatalogRecord *new, RecordFault *fault) {
  const char *to = catalog_record_get(new, "status");
  return !old->id || course_state_may_become(catalog_record_get(old, "status"), to) ||
         refuse(fault, RECORD_FAULT_STATE, "status", to);
}

/* Where the target of a visibility is looked up; what it is when nobody said. */
typedef struct {
  const char *visibility;
  StatementId has;
  const char *default_field; /**< NULL: none */
} VisibilityTarget;
static const VisibilityTarget targets[] = {
    {"division", STATEMENT_HAS_DIVISION, "division"},
    {"institution", STATEMENT_HAS_INSTITUTION, "institution_id"},
    {"room", STATEMENT_HAS_ROOM, NULL},
};

static bool settle_target(Connection *connection, const VisibilityTarget *target, CatalogRecord *new,
                          RecordFault *fault, GError **error) {
  if (!*catalog_record_get(new, "visible_to") && target->default_field) {
    g_autofree char *own = g_strdup(catalog_record_get(new, target->default_field));
    catalog_record_set(new, "visible_to", own);
  }
  bool is_found = false;
  const char *value = catalog_record_get(new, "visible_to");
  if (!*value)
    return refuse(fault, RECORD_FAULT_MISSING, "visible_to", NULL);
  if (!has_row(connection, target->has, value, &is_found, error))
    return false;
  return is_found || refuse(fault, RECORD_FAULT_NO_RECORD, "visible_to", value);
}

/* Two ids: what we made ourselves and an export brings back. */
static bool is_secret(const char *text) {
  g_autofree char *first = g_strndup(text, ID_LENGTH);
  return id_is_valid(first) && id_is_valid(text + ID_LENGTH);
}

/* A link's secret: 26 characters, 130 random bits. One that was made before stays. */
static void settle_link(const CatalogRecord *old, CatalogRecord *new) {
  if (!old->id && is_secret(catalog_record_get(new, "visible_to")))
    return;
  g_autofree char *first = id_new(), *second = id_new(), *secret = g_strconcat(first, second, NULL);
  bool is_kept = old->id && g_str_equal(catalog_record_get(old, "visibility"), "link");
  g_autofree char *before = g_strdup(catalog_record_get(old, "visible_to"));
  catalog_record_set(new, "visible_to", is_kept && *catalog_record_get(new, "visible_to") ? before : secret);
}

static bool settle_visibility(Connection *connection, const CatalogRecord *old, CatalogRecord *new,
                              RecordFault *fault, GError **error) {
  const char *visibility = catalog_record_get(new, "visibility");
  bool is_other = !old->id || !g_str_equal(catalog_record_get(old, "visibility"), visibility);
  bool is_target_given = !g_str_equal(catalog_record_get(old, "visible_to"), catalog_record_get(new, "visible_to"));
  if (is_other && !is_target_given)
    catalog_record_set(new, "visible_to", ""); /* what was the target of another kind */
  for (size_t i = 0; i < G_N_ELEMENTS(targets); i++)
    if (g_str_equal(targets[i].visibility, visibility))
      return settle_target(connection, &targets[i], new, fault, error);
  if (g_str_equal(visibility, "link"))
    settle_link(old, new);
  else
    catalog_record_set(new, "visible_to", "");
  return true;
}

/* Whether another institution has that name in that division. */
static bool check_name(Connection *connection, const CatalogRecord *new, RecordFault *fault, GError **error) {
  g_auto(Statement) statement = statement_use(connection, STATEMENT_FIND_NAMESAKE);
  statement_bind(&statement, argument_text(catalog_record_get(new, "name")),
                 argument_text(catalog_record_get(new, "division")), argument_text(new->id));
  bool is_taken = false;
  if (!statement_find_row(&statement, &is_taken, error))
    return false;
  return !is_taken || refuse(fault, RECORD_FAULT_TWICE, "name", catalog_record_get(new, "name"));
}

/* Whether another channel has the number, or it is none. */
static bool check_number(Connection *connection, const CatalogRecord *new, RecordFault *fault, GError **error) {
  const char *value = catalog_record_get(new, "number");
  int64_t number = g_ascii_strtoll(value, NULL, 10), found = 0;
  if (number == 0)
    return refuse(fault, RECORD_FAULT_FORM, "number", value);
  if (!connection_number(connection, STATEMENT_FIND_CHANNEL_NUMBER, &found, error, argument_int(number),
                         argument_text(new->id)))
    return false;
  return found == 0 || refuse(fault, RECORD_FAULT_TWICE, "number", value);
}

bool record_write_check(Connection *connection, const CatalogRecord *old, CatalogRecord *new, RecordFault *fault,
                        GError **error) {
  const RecordSpec *spec = record_spec(new->kind);
  for (size_t i = 0; i < spec->field_count; i++)
    if (!check_field(connection, old, new, i, fault, error))
      return false;
  if (new->kind == RECORD_INSTITUTION)
    return check_name(connection, new, fault, error);
  if (new->kind == RECORD_CHANNEL)
    return check_number(connection, new, fault, error) && settle_visibility(connection, old, new, fault, error);
  return new->kind != RECORD_COURSE ||
         (check_state(old, new, fault) && settle_visibility(connection, old, new, fault, error));
}

/* --- writing --- */

static Argument argument_of(const RecordField *field, const char *value) {
  if (field->type == RECORD_FIELD_NUMBER)
    return argument_int(g_ascii_strtoll(value, NULL, 10));
  return argument_text(field->type == RECORD_FIELD_REFERENCE && !*value ? NULL : value);
}

static const struct {
  RecordKind kind;
  const char *field;
  StatementId clear, add;
} list_statements[] = {
    {RECORD_COURSE, "audiences", STATEMENT_CLEAR_COURSE_AUDIENCES, STATEMENT_ADD_COURSE_AUDIENCE},
    {RECORD_COURSE, "tags", STATEMENT_CLEAR_COURSE_TAGS, STATEMENT_ADD_COURSE_TAG},
    {RECORD_COURSE, "lecturer_ids", STATEMENT_CLEAR_COURSE_LECTURERS, STATEMENT_ADD_COURSE_LECTURER},
    {RECORD_COLLECTION, "course_ids", STATEMENT_CLEAR_COLLECTION_COURSES, STATEMENT_ADD_COLLECTION_COURSE},
};

static bool write_list(Connection *connection, StatementId clear, StatementId add, const char *id,
                       const char *value, GError **error) {
  if (!connection_run(connection, clear, error, argument_text(id)))
    return false;
  g_auto(GStrv) parts = g_strsplit(value, RECORD_LIST_SEPARATOR, -1);
  for (int64_t i = 0; parts[i]; i++)
    if (*parts[i] &&
        !connection_run(connection, add, error, argument_text(id), argument_int(i + 1), argument_text(parts[i])))
      return false;
  return true;
}

static bool write_lists(Connection *connection, const CatalogRecord *old, const CatalogRecord *new,
                        GError **error) {
  for (size_t i = 0; i < G_N_ELEMENTS(list_statements); i++) {
    if (list_statements[i].kind != new->kind)
      continue;
    int field = record_spec_find_field(record_spec(new->kind), list_statements[i].field);
    if (differs(old, new, (size_t)field) &&
        !write_list(connection, list_statements[i].clear, list_statements[i].add, new->id,
                    value_of(new, (size_t)field), error))
      return false;
  }
  return true;
}

bool record_write(Connection *connection, StatementId statement, const CatalogRecord *old, const CatalogRecord *new,
                  int64_t now_us, GError **error) {
  const RecordSpec *spec = record_spec(new->kind);
  Argument arguments[RECORD_FIELDS_MAX + 2] = {argument_text(new->id), argument_int(now_us)};
  size_t count = 2;
  for (size_t i = 0; i < spec->field_count; i++)
    if (!record_field_is_list(&spec->fields[i]))
      arguments[count++] = argument_of(&spec->fields[i], value_of(new, i));
  return connection_run_arguments(connection, statement, arguments, count, error) &&
         write_lists(connection, old, new, error);
}

bool record_write_audit(Connection *connection, const char *actor, const char *action, const CatalogRecord *old,
                        const CatalogRecord *new, int64_t now_us, GError **error) {
  const RecordSpec *spec = record_spec(new->kind);
  g_auto(AuditEntry) entry = audit_entry_begin(spec->name, new->id ? new->id : old->id, action);
  for (size_t i = 0; i < spec->field_count; i++) {
    if (!differs(old, new, i))
      continue;
    bool is_secret = spec->fields[i].flags & RECORD_FIELD_SECRET;
    audit_entry_add(&entry, spec->fields[i].name, !old->id || is_secret ? NULL : value_of(old, i),
                    !new->id || is_secret ? NULL : value_of(new, i));
  }
  return audit_entry_record(&entry, connection, actor, now_us, error);
}
