/** The catalog: what exists and what is being made. The only user of SQLite (catalog.sqlite3 in the data folder,
 * WAL, foreign keys on). Several processes open it at once.
 *
 * Threads: a Catalog may be used from any thread. Writes go one at a time through one connection behind a mutex
 * (BEGIN IMMEDIATE, busy time-out 10 s). A thread that reads has a connection to itself for as long as the call lasts,
 * from a pool that holds as many as ever read at once: readers wait neither for each other nor for the writer, and
 * threads that end leave nothing behind. No call keeps a transaction open after it returns.
 * Processes: a catalog must not be open across fork() in both processes; open it after.
 *
 * Times are microseconds since 1970 (UTC), durations microseconds.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#define CATALOG_ERROR (catalog_error_quark())
GQuark catalog_error_quark(void);

typedef enum {
  CATALOG_ERROR_NOT_FOUND,
  CATALOG_ERROR_CONFLICT, /**< breaks a rule of the schema, or the state changed meanwhile */
  CATALOG_ERROR_INVALID,  /**< a value that the catalog does not take; the message names it */
  CATALOG_ERROR_FENCED,   /**< the job was given to another worker: the result is not wanted */
  CATALOG_ERROR_BUSY,     /**< another process held the write lock for too long */
  CATALOG_ERROR_VERSION,  /**< the file is of a newer Kapok */
  CATALOG_ERROR_DAMAGED,  /**< SQLite found the file corrupt, or it is no catalog */
  CATALOG_ERROR_IO,       /**< no permission, a file that is gone, ... */
  CATALOG_ERROR_STALE,    /**< the record was edited since it was read */
  CATALOG_ERROR_REUSED,   /**< the idempotency key belongs to another request */
  CATALOG_ERROR_QUOTA,    /**< an institution may not have more; the message is in Chinese and English */
  CATALOG_ERROR_STORAGE, /**< the disk is full or takes no writes: nothing was changed, try again when it is seen to */
} CatalogError;

/** What an error of stored bytes or files is to the catalog: CATALOG_ERROR_STORAGE or CATALOG_ERROR_IO. */
CatalogError catalog_error_of(const GError *cause);

typedef struct Catalog Catalog;

/** Open, make when missing, and migrate to the newest schema (in one transaction; safe when several processes start
 * at once). Returns a new catalog or NULL. */
Catalog *catalog_open(const char *path, GError **error);
/** No call may be under way. NULL is fine. */
void catalog_close(Catalog *catalog);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Catalog, catalog_close)

/** The schema's version, after catalog_open() always the newest. */
int catalog_schema_version(Catalog *catalog);

/** SQLite's quick_check and foreign_key_check; false with CATALOG_ERROR_DAMAGED and the first finding. */
bool catalog_check(Catalog *catalog, GError **error);
