/** An operator's hand on lessons that are being made. What is published stays and can be played in every case.
 * A worker at one of the lesson's jobs learns of it when it next prolongs its lease, and drops its work.
 * Errors: NOT_FOUND; CONFLICT when the lesson's state does not allow it. */
#pragma once

#include "catalog/catalog.h"

/** Its jobs are passed over until it is resumed; those at work are given back. CONFLICT when it is ready or failed.
 * Nothing changes when it is paused already. */
bool catalog_pause_asset(Catalog *catalog, const char *asset_id, GError **error);
/** Nothing changes when it is not paused. */
bool catalog_resume_asset(Catalog *catalog, const char *asset_id, GError **error);
/** All lessons that are being made now or wait for it, those that are paused. Lessons taken in later are not paused. */
bool catalog_pause_all(Catalog *catalog, int64_t *ret_count, GError **error);
bool catalog_resume_all(Catalog *catalog, int64_t *ret_count, GError **error);

/** Its waiting jobs come before those of other lessons, but after what a viewer waits for. CONFLICT when it is ready or
 * failed. What a probe has not planned yet is not raised. */
#define CONTROL_RAISED_PRIORITY 95
bool catalog_raise_asset(Catalog *catalog, const char *asset_id, GError **error);

/** It becomes FAILED with "cancelled"; what is published can be played on. CONFLICT when it is ready or failed. */
bool catalog_cancel_asset(Catalog *catalog, const char *asset_id, GError **error);

/** What failed or was cancelled is done again; what is published stays. CONFLICT when it has not failed, or when
 * nothing can be done again (it was replaced and swept). */
bool catalog_retry_asset(Catalog *catalog, const char *asset_id, GError **error);
