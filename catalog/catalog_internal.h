/** What the files of catalog/ share of a Catalog. Internal to catalog/. */
#pragma once

#include "catalog/catalog.h"
#include "catalog/connection.h"

#include <pthread.h>

/** Idle reader connections kept at most. */
#define CATALOG_IDLE_READERS_MAX 64

/** Writes of several threads that become durable by one commit; see transaction.c. */
typedef struct WriteGroup WriteGroup;

struct Catalog {
  char *path;
  int waiting_writers;         /**< atomic: threads that wait for writer_lock */
  pthread_mutex_t writer_lock; /**< not a GMutex, which thread sanitizers cannot see */
  Connection *writer;          /**< under writer_lock */
  WriteGroup *group;           /**< under writer_lock: whose transaction is open, or NULL */
  int64_t commit_cost_us;      /**< under writer_lock: how long commits took of late */
  int64_t group_worth_us;      /**< commits that take at least so long are shared; tests set it to 0 */
  GMutex readers_lock;
  GPtrArray *idle_readers;    /**< under readers_lock; the last given back is the first taken */
  Connection *watcher;        /**< holds wal_header mapped; used by nobody else */
  const uint32_t *wal_header; /**< see version.c; NULL: cannot be had */
};

/** A connection for the calling thread alone, until it is given back. */
Connection *catalog_take_reader(Catalog *catalog, GError **error);
void catalog_give_back_reader(Catalog *catalog, Connection *reader);
