/** What the files of catalog/ share of a Catalog. Internal to catalog/. */
#pragma once

#include "catalog/catalog.h"
#include "catalog/connection.h"

/** Idle reader connections kept at most. */
#define CATALOG_IDLE_READERS_MAX 64

struct Catalog {
  char *path;
  GMutex writer_lock;
  Connection *writer; /**< under writer_lock */
  GMutex readers_lock;
  GPtrArray *idle_readers; /**< under readers_lock; the last given back is the first taken */
};

/** A connection for the calling thread alone, until it is given back. */
Connection *catalog_take_reader(Catalog *catalog, GError **error);
void catalog_give_back_reader(Catalog *catalog, Connection *reader);
