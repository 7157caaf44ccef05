/* First the lessons are only watched. When no worker has been heard of for WORKER_PATIENCE_US, a supervisor runs
 * workers, and the watching goes on inside its main loop; it is then ended as from outside, by SIGTERM. */
#include "cli/wait.h"

#include "base/supervisor.h"
#include "base/units.h"
#include "catalog/failure.h"
#include "catalog/job.h"
#include "cli/command.h"
#include "cli/progress_meter.h"
#include "cli/sibling.h"
#include "cli/texts.h"
#include "cli/upkeep.h"
#include "cli/wait_view.h"

#include <glib-unix.h>
#include <signal.h>
#include <stdio.h>

#define TICK_MS 250
#define PLAIN_INTERVAL_US (10 * G_TIME_SPAN_SECOND)
#define WORKER_PATIENCE_US (2 * G_TIME_SPAN_SECOND)
/** A worker whose last beat is older does not count as alive. */
#define WORKER_BEAT_US (15 * G_TIME_SPAN_SECOND)
#define STOP_GRACE_US (10 * G_TIME_SPAN_SECOND)

typedef struct {
  const char *asset_id, *title;
  AssetState state;
  double progress;
  int64_t duration_us;
  int64_t started_us; /**< first progress seen; 0 before */
  bool is_over;
  ProgressMeter meter;
} WaitItem;

typedef struct {
  const DataFolder *folder;
  WaitItem *items;
  size_t count;
  WaitView view;
  GMainLoop *loop;    /**< before workers are run here */
  bool needs_workers; /**< why the loop ended */
  bool is_supervising;
  bool is_over; /**< every item is */
  bool is_interrupted;
  bool has_failed;      /**< a lesson */
  int64_t no_worker_us; /**< monotonic time since when none is alive; 0: one is */
  int64_t plain_us;     /**< monotonic time of the last plain lines */
  char *trouble;        /**< what the catalog said last, to say it once */
} Wait;

static void report_failure(const WaitItem *item, const CatalogAsset *asset) {
  const char *code = asset->error_code ? asset->error_code : "internal";
  g_autofree char *title = text_one_line(item->title);
  g_autofree char *detail = text_one_line(asset->error_detail ? asset->error_detail : "");
  text_print_note("✗ %s  %s", item->asset_id, title);
  text_print_note("  转码失败：%s", failure_text_zh(code));
  text_print_note("  Failed: %s", failure_text_en(code));
  if (*detail)
    text_print_note("  (%s: %s)", code, detail);
  else
    text_print_note("  (%s)", code);
}

static void report_ready(const WaitItem *item, int64_t now_us) {
  int64_t took_us = item->started_us ? now_us - item->started_us : 0;
  g_autofree char *title = text_one_line(item->title);
  g_autofree char *length = units_format_clock(item->duration_us);
  g_autofree char *took = units_format_clock(took_us);
  if (took_us > 0)
    text_print_note(text_pick("✓ %s  时长 %s，用时 %s，%.1fx", "✓ %s  length %s, took %s, %.1fx"), title, length,
                    took, (double)item->duration_us / (double)took_us);
  else
    text_print_note(text_pick("✓ %s  时长 %s", "✓ %s  length %s"), title, length);
}

/** Take what the catalog says of one item. */
static void update_item(Wait *wait, WaitItem *item, int64_t now_us) {
  g_autoptr(GError) error = NULL;
  g_autoptr(CatalogAsset) asset = NULL;
  if (!catalog_load_asset(wait->folder->catalog, item->asset_id, &asset, &error)) {
    if (g_strcmp0(wait->trouble, error->message) != 0) {
      wait_view_erase(&wait->view);
      text_print_error("%s", error->message);
      g_free(wait->trouble);
      wait->trouble = g_strdup(error->message);
    }
    if (g_error_matches(error, CATALOG_ERROR, CATALOG_ERROR_NOT_FOUND))
      item->is_over = wait->has_failed = true;
    return;
  }
  if (asset->progress > 0 && item->started_us == 0)
    item->started_us = now_us;
  item->state = asset->state;
  item->progress = asset->progress;
  item->duration_us = asset->duration_us;
  progress_meter_add(&item->meter, now_us, asset->progress);
  if (asset->state != ASSET_STATE_READY && asset->state != ASSET_STATE_FAILED)
    return;
  item->is_over = true;
  wait_view_erase(&wait->view);
  if (asset->state == ASSET_STATE_READY) {
    report_ready(item, now_us);
  } else {
    report_failure(item, asset);
    wait->has_failed = true;
  }
}

static ProgressLine line_of(const WaitItem *item) {
  return (ProgressLine){
      .title = item->title,
      .state = item->state,
      .progress = item->progress,
      .speed = progress_meter_speed(&item->meter, item->duration_us),
      .left_us = progress_meter_left_us(&item->meter),
      .is_started = item->started_us != 0,
  };
}

static void show(Wait *wait, int64_t now_us) {
  bool is_plain_due = !wait->view.is_terminal && now_us - wait->plain_us >= PLAIN_INTERVAL_US;
  if (!wait->view.is_terminal && !is_plain_due)
    return;
  g_autofree ProgressLine *lines = g_new0(ProgressLine, wait->count);
  size_t active = 0;
  for (size_t i = 0; i < wait->count; i++)
    if (!wait->items[i].is_over)
      lines[active++] = line_of(&wait->items[i]);
  wait_view_draw(&wait->view, lines, active);
  if (!is_plain_due)
    return;
  wait->plain_us = now_us;
  for (size_t i = 0; i < active; i++) {
    if (!lines[i].is_started)
      continue;
    g_autofree char *text = progress_line_format_plain(&lines[i]);
    text_print_note("%s", text);
  }
}

/** Ends the main loop that runs now, whosever it is. */
static void end_loop(Wait *wait) {
  if (wait->is_supervising)
    kill(getpid(), SIGTERM);
  else
    g_main_loop_quit(wait->loop);
}

/** Notes how long no worker has been alive; true when it is time to run some here. */
static bool is_worker_missing(Wait *wait, int64_t now_us) {
  bool has_worker = true;
  if (!catalog_has_worker(wait->folder->catalog, g_get_real_time() - WORKER_BEAT_US, &has_worker, NULL) ||
      has_worker) {
    wait->no_worker_us = 0;
    return false;
  }
  if (wait->no_worker_us == 0)
    wait->no_worker_us = now_us;
  return now_us - wait->no_worker_us >= WORKER_PATIENCE_US;
}

static gboolean on_tick(gpointer data) {
  Wait *wait = data;
  if (wait->is_over || wait->is_interrupted)
    return G_SOURCE_CONTINUE;
  int64_t now_us = g_get_monotonic_time();
  size_t over = 0;
  for (size_t i = 0; i < wait->count; i++) {
    if (!wait->items[i].is_over)
      update_item(wait, &wait->items[i], now_us);
    over += wait->items[i].is_over;
  }
  if (over == wait->count) {
    wait->is_over = true;
    end_loop(wait);
    return G_SOURCE_CONTINUE;
  }
  show(wait, now_us);
  if (!wait->is_supervising && is_worker_missing(wait, now_us)) {
    wait->needs_workers = true;
    g_main_loop_quit(wait->loop);
  }
  return G_SOURCE_CONTINUE;
}

static gboolean on_signal(gpointer data) {
  Wait *wait = data;
  if (wait->is_over || wait->is_interrupted)
    return G_SOURCE_CONTINUE;
  wait->is_interrupted = true;
  wait_view_erase(&wait->view);
  if (!wait->is_supervising) // the supervisor sees the signal itself
    g_main_loop_quit(wait->loop);
  return G_SOURCE_CONTINUE;
}

/** Workers that leave the events of a usual run out of their log: it lands between the progress lines. */
static Supervisor *new_worker_supervisor(const CliOptions *options, unsigned count) {
  g_auto(GStrv) argv = sibling_argv(SIBLING_TRANSCODER, "worker", options);
  if (options->settings.log_level == LOG_LEVEL_INFO) {
    guint length = g_strv_length(argv);
    argv = g_renew(char *, argv, length + 2);
    argv[length] = g_strdup("--log-level=warning");
    argv[length + 1] = NULL;
  }
  Supervisor *supervisor = supervisor_new();
  for (unsigned i = 1; i <= count; i++) {
    g_autofree char *name = g_strdup_printf("worker-%u", i);
    supervisor_add(supervisor, name, (const char *const *)argv);
  }
  return supervisor;
}

/** Run workers until all is over or a signal comes. False when they cannot be run. */
static bool supervise_workers(Wait *wait, const CliOptions *options) {
  if (!sibling_is_there(SIBLING_TRANSCODER)) {
    g_autofree char *path = sibling_path(SIBLING_TRANSCODER);
    text_print_error(text_pick("没有转码进程在运行，也找不到“%s”", "no worker runs, and \"%s\" is missing"), path);
    return false;
  }
  unsigned count = settings_worker_count(&options->settings);
  wait_view_erase(&wait->view);
  text_print_note(text_pick("没有转码进程在运行，现在启动 %u 个，完成后结束。",
                            "No transcoder worker runs: starting %u of them until this is done."),
                  count);
  upkeep_run_once(wait->folder, &options->settings);
  g_autoptr(Supervisor) supervisor = new_worker_supervisor(options, count);
  g_autoptr(Upkeep) upkeep = upkeep_start(wait->folder, &options->settings);
  wait->is_supervising = true;
  supervisor_run(supervisor, STOP_GRACE_US);
  wait->is_supervising = false;
  if (wait->is_over || wait->is_interrupted)
    return true;
  text_print_error(text_pick("转码进程无法运行", "the transcoder workers cannot run"));
  return false;
}

static int finish(const Wait *wait, bool could_run) {
  if (!could_run)
    return CLI_EXIT_FAILURE;
  if (wait->is_interrupted) {
    text_print_note(text_pick("已停止等待；没有做完的课程在有转码进程运行时继续。",
                              "Stopped waiting; what is not done goes on when a worker runs."));
    return CLI_EXIT_INTERRUPTED;
  }
  return wait->has_failed ? CLI_EXIT_FAILURE : CLI_EXIT_OK;
}

int wait_for_lessons(const DataFolder *folder, const CliOptions *options, const WaitTarget *targets, size_t count) {
  g_autofree WaitItem *items = g_new0(WaitItem, count);
  for (size_t i = 0; i < count; i++)
    items[i] = (WaitItem){.asset_id = targets[i].asset_id, .title = targets[i].title};
  Wait wait = {.folder = folder, .items = items, .count = count, .plain_us = g_get_monotonic_time()};
  wait_view_init(&wait.view);
  wait.loop = g_main_loop_new(NULL, FALSE);
  guint sources[] = {
      g_timeout_add(TICK_MS, on_tick, &wait),
      g_unix_signal_add(SIGINT, on_signal, &wait),
      g_unix_signal_add(SIGTERM, on_signal, &wait),
  };
  g_main_loop_run(wait.loop);
  bool could_run = true;
  if (wait.needs_workers && !wait.is_over && !wait.is_interrupted)
    could_run = supervise_workers(&wait, options);
  wait_view_erase(&wait.view);
  for (size_t i = 0; i < G_N_ELEMENTS(sources); i++)
    g_source_remove(sources[i]);
  g_main_loop_unref(wait.loop);
  g_free(wait.trouble);
  return finish(&wait, could_run);
}
