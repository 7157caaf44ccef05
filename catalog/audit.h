/** The audit log: who changed what, when, with the values before and after; written in the transaction of the change. */
#pragma once

#include "catalog/catalog.h"

typedef struct {
  int64_t id, at_us;
  char *actor, *kind, *record_id, *action;
  char *changes; /**< JSON: {"field":[before,after],...}; null stands for what was not there */
} CatalogAuditEntry;

/** NULL and 0: any. */
typedef struct {
  const char *kind, *record_id, *action;
  const char *actor;          /**< as it stands in the log, or the login of a person */
  int64_t since_us, until_us; /**< from that time on; before that time */
  int64_t before;             /**< those before that entry */
  int64_t limit;              /**< at most so many */
} AuditQuery;
/** Newest first. `ret_entries`: array of CatalogAuditEntry that frees what they hold. */
bool catalog_list_audit(Catalog *catalog, const AuditQuery *query, GArray **ret_entries, GError **error);

/** Something that was done to a record and changes none of its fields: "retry", ... */
bool catalog_note_change(Catalog *catalog, const char *actor, const char *kind, const char *record_id,
                         const char *action, GError **error);

/** Take away what is older than `before_us`, but for the newest entry, so that numbers of entries never come again; in
 * batches. `should_stop` (may be NULL) is asked between them. */
typedef bool (*AuditStopFunc)(gpointer user_data);
bool catalog_prune_audit(Catalog *catalog, int64_t before_us, AuditStopFunc should_stop, gpointer user_data,
                         int64_t *ret_count, GError **error);

/* --- internal to catalog/ --- */

struct Connection;

typedef struct {
  const char *kind, *record_id, *action; /**< borrowed */
  GString *changes;
  bool has_changes;
} AuditEntry;
void audit_entry_clear(AuditEntry *entry);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(AuditEntry, audit_entry_clear)

AuditEntry audit_entry_begin(const char *kind, const char *record_id, const char *action);
/** NULL: not there before, or no more after. */
void audit_entry_add(AuditEntry *entry, const char *field, const char *before, const char *after);
bool audit_entry_record(AuditEntry *entry, struct Connection *connection, const char *actor, int64_t now_us,
                        GError **error);
