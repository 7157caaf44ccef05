#include "cli/upkeep.h"

#include "base/log.h"
#include "catalog/audit.h"
#include "catalog/job.h"
#include "catalog/owner.h"
#include "catalog/popularity.h"
#include "catalog/retired.h"
#include "catalog/stored_file.h"
#include "catalog/sweep.h"
#include "catalog/upload.h"

#define REAP_INTERVAL_S 5
#define SWEEP_INTERVAL_S (10 * 60)
/** A blob that the catalog does not name may belong to an intake or a job about to record it. */
#define SWEEP_GRACE_US G_TIME_SPAN_HOUR

struct Upkeep {
  const DataFolder *folder;
  int64_t retired_keep_us, deleted_keep_us, upload_keep_us;
  UploadLimits upload_limits;
  char *upload_folder;
  int64_t audit_keep_us;
  guint reap_source, sweep_source;
  GThread *sweep_thread; /**< of the last sweep, or NULL */
  int is_sweeping;       /**< atomic */
  int is_stopping;       /**< atomic */
};

/** True when workers were lost. */
static bool reap(const DataFolder *folder) {
  g_autoptr(GError) error = NULL;
  int64_t count = 0;
  if (!catalog_reap_jobs(folder->catalog, g_get_real_time(), owner_is_alive, NULL, &count, &error))
    log_warning("reaper: %s", error->message);
  else if (count > 0)
    log_info("reaper: %" G_GINT64_FORMAT " jobs of lost workers are ready again", (gint64)count);
  return count > 0;
}

static void purge_retired(const DataFolder *folder, int64_t keep_us) {
  g_autoptr(GError) error = NULL;
  g_autoptr(GPtrArray) asset_ids = NULL;
  if (!catalog_purge_retired(folder->catalog, g_get_real_time() - keep_us, &asset_ids, &error)) {
    log_warning("replaced media: %s", error->message);
    return;
  }
  for (guint i = 0; i < asset_ids->len; i++) {
    const char *asset_id = asset_ids->pdata[i];
    g_autoptr(GError) cause = NULL;
    if (sweep_asset(folder->catalog, folder->store, asset_id, &cause))
      log_info("replaced media: %s and what was made of it are removed", asset_id);
    else
      log_warning("replaced media: %s", cause->message); /* the sweep comes to it later */
  }
}

static void purge_deleted(const DataFolder *folder, int64_t keep_us) {
  g_autoptr(GError) error = NULL;
  g_autoptr(GPtrArray) asset_ids = NULL;
  if (!catalog_purge_orphans(folder->catalog, g_get_real_time() - keep_us, &asset_ids, &error))
    log_warning("media of deleted lessons: %s", error->message);
  else if (asset_ids->len > 0)
    log_info("media of %u deleted lessons are removed", asset_ids->len);
}

static void sweep(const DataFolder *folder, int64_t retired_keep_us, int64_t deleted_keep_us) {
  g_autoptr(GError) error = NULL;
  int64_t count = 0;
  purge_retired(folder, retired_keep_us);
  purge_deleted(folder, deleted_keep_us);
  if (!sweep_run(folder->catalog, folder->store, SWEEP_GRACE_US, &count, &error))
    log_warning("sweep: %s", error->message);
  else if (count > 0)
    log_info("sweep: removed %" G_GINT64_FORMAT " left-over files and folders", (gint64)count);
}

static void tidy_uploads(const DataFolder *folder, const char *upload_folder, const UploadLimits *limits,
                         int64_t keep_us) {
  g_autoptr(GError) error = NULL;
  UploadTidying tidying = {0};
  if (!uploads_tidy(folder->catalog, folder->store, upload_folder, limits, keep_us, &tidying, &error))
    log_warning("uploads: %s", error->message);
  if (tidying.finished > 0)
    log_info("uploads: %" G_GINT64_FORMAT " that were whole are finished", tidying.finished);
  if (tidying.expired > 0)
    log_info("uploads: %" G_GINT64_FORMAT " are forgotten", tidying.expired);
}

static UploadLimits limits_of(const Settings *settings) {
  return (UploadLimits){.max_source_bytes = settings->max_source_bytes,
                        .quota = {settings->quota_bytes, settings->quota_lessons}};
}

void upkeep_run_once(const DataFolder *folder, const Settings *settings) {
  reap(folder);
  sweep(folder, settings->retired_keep_us, settings->deleted_keep_us);
  g_autofree char *uploads = upload_folder(settings->data_dir);
  UploadLimits limits = limits_of(settings);
  tidy_uploads(folder, uploads, &limits, settings->upload_keep_us);
}

static bool is_stopping(gpointer data) {
  return g_atomic_int_get(&((Upkeep *)data)->is_stopping) != 0;
}

/** Checksums of what was stored without one: sources, pictures, captions, files of an older Kapok. */
static void seal(Upkeep *upkeep) {
  g_autoptr(GError) error = NULL;
  g_autoptr(GPtrArray) warnings = g_ptr_array_new_with_free_func(g_free);
  int64_t count = 0;
  if (!stored_files_seal(upkeep->folder->catalog, upkeep->folder->store, is_stopping, upkeep, &count, warnings,
                         &error))
    log_warning("checksums: %s", error->message);
  else if (count > 0)
    log_debug("checksums: recorded for %" G_GINT64_FORMAT " files", (gint64)count);
  for (guint i = 0; i < warnings->len; i++)
    log_warning("stored file %s", (const char *)warnings->pdata[i]);
}

static void fade_popularity(Upkeep *upkeep) {
  g_autoptr(GError) error = NULL;
  int64_t count = 0;
  if (!catalog_fade_popularity(upkeep->folder->catalog, g_get_real_time(), is_stopping, upkeep, &count, &error))
    log_warning("popularity: %s", error->message);
  else if (count > 0)
    log_debug("popularity: faded for %" G_GINT64_FORMAT " courses", (gint64)count);
}

static void prune_audit(Upkeep *upkeep) {
  g_autoptr(GError) error = NULL;
  int64_t count = 0, before_us = g_get_real_time() - upkeep->audit_keep_us;
  if (upkeep->audit_keep_us == 0)
    return;
  if (!catalog_prune_audit(upkeep->folder->catalog, before_us, is_stopping, upkeep, &count, &error))
    log_warning("audit log: %s", error->message);
  else if (count > 0)
    log_info("audit log: %" G_GINT64_FORMAT " old entries are removed", (gint64)count);
}

static gpointer sweep_thread_main(gpointer data) {
  Upkeep *upkeep = data;
  fade_popularity(upkeep);
  prune_audit(upkeep);
  sweep(upkeep->folder, upkeep->retired_keep_us, upkeep->deleted_keep_us);
  tidy_uploads(upkeep->folder, upkeep->upload_folder, &upkeep->upload_limits, upkeep->upload_keep_us);
  seal(upkeep);
  g_atomic_int_set(&upkeep->is_sweeping, 0);
  return NULL;
}

static gboolean on_sweep(gpointer data) {
  Upkeep *upkeep = data;
  if (!g_atomic_int_compare_and_exchange(&upkeep->is_sweeping, 0, 1))
    return G_SOURCE_CONTINUE;
  g_clear_pointer(&upkeep->sweep_thread, g_thread_join);
  upkeep->sweep_thread = g_thread_new("sweep", sweep_thread_main, upkeep);
  return G_SOURCE_CONTINUE;
}

/** Lost workers leave work folders behind. */
static gboolean on_reap(gpointer data) {
  Upkeep *upkeep = data;
  if (reap(upkeep->folder))
    on_sweep(upkeep);
  return G_SOURCE_CONTINUE;
}

Upkeep *upkeep_start(const DataFolder *folder, const Settings *settings) {
  Upkeep *upkeep = g_new0(Upkeep, 1);
  upkeep->folder = folder;
  upkeep->retired_keep_us = settings->retired_keep_us;
  upkeep->deleted_keep_us = settings->deleted_keep_us;
  upkeep->upload_keep_us = settings->upload_keep_us;
  upkeep->upload_limits = limits_of(settings);
  upkeep->upload_folder = upload_folder(settings->data_dir);
  upkeep->audit_keep_us = settings->audit_keep_us;
  upkeep->reap_source = g_timeout_add_seconds(REAP_INTERVAL_S, on_reap, upkeep);
  upkeep->sweep_source = g_timeout_add_seconds(SWEEP_INTERVAL_S, on_sweep, upkeep);
  return upkeep;
}

void upkeep_stop(Upkeep *upkeep) {
  if (!upkeep)
    return;
  g_clear_handle_id(&upkeep->reap_source, g_source_remove);
  g_clear_handle_id(&upkeep->sweep_source, g_source_remove);
  g_atomic_int_set(&upkeep->is_stopping, 1);
  g_clear_pointer(&upkeep->sweep_thread, g_thread_join);
  g_free(upkeep->upload_folder);
  g_free(upkeep);
}
