/** Keeps stored files from being removed while somebody depends on them: a backup holds the store, sweeps use it.
 * Works between processes (flock on DATA/store.lock). Internal to catalog/. */
#pragma once

#include "base/blob_store.h"

#include <stdbool.h>

/** Hold every file: waits up to a minute for sweeps under way. Returns a descriptor that holds until it is closed, or -1
 * with a CATALOG_ERROR (BUSY: another backup holds it). */
int store_lock_hold(const BlobStore *store, GError **error);

/** May files be removed now? A descriptor that is to be closed after the work, or -1: they are held. Sweeps do not hinder
 * each other. */
int store_lock_use(const BlobStore *store);
