#include "base/log.h"
#include "base/units.h"
#include "catalog/course.h"
#include "catalog/failure.h"
#include "catalog/progress.h"
#include "cli/command.h"
#include "cli/data_folder.h"
#include "cli/progress_line.h"
#include "cli/texts.h"

#include <stdio.h>
#include <string.h>

#define STATE_CELLS 8
#define WORKER_BEAT_US (15 * G_TIME_SPAN_SECOND)

static void print_cells(const char *text, int cells) {
  g_autofree char *fitted = text_fit(text, cells);
  fputs(fitted, stdout);
}

static void print_course(const CatalogCourse *course) {
  g_autofree char *title = text_one_line(course->title);
  printf("%-13s  ", course->asset_id ? course->asset_id : "-");
  print_cells(course->asset_id ? progress_line_state_text(course->asset_state) : "-", STATE_CELLS);
  printf("  %3d%%  %s\n", (int)(course->asset_progress * 100), title);
}

static void print_header(void) {
  print_cells(text_pick("媒体编号", "asset"), 13);
  fputs("  ", stdout);
  print_cells(text_pick("状态", "state"), STATE_CELLS);
  fputs("  ", stdout);
  print_cells(text_pick("进度", "done"), 4);
  printf("  %s\n", text_pick("标题", "title"));
}

typedef struct {
  int64_t courses;
  int64_t by_state[ASSET_STATE_FAILED + 1];
  CatalogJobCounts jobs;
} Totals;

static bool add_to_totals(Totals *totals, Catalog *catalog, const CatalogCourse *course, GError **error) {
  totals->courses++;
  if (!course->asset_id)
    return true;
  totals->by_state[course->asset_state]++;
  CatalogJobCounts counts;
  if (!catalog_count_jobs(catalog, course->asset_id, &counts, error))
    return false;
  totals->jobs.ready += counts.ready;
  totals->jobs.running += counts.running;
  totals->jobs.done += counts.done;
  totals->jobs.failed += counts.failed;
  return true;
}

/** "" while there is room. */
static const char *space_text(const CatalogQueue *queue) {
  if (queue->short_of_space_count == 0)
    return "";
  return text_pick("，磁盘空间不足，暂不接新任务（见 min-free-space）",
                   ", but the disk is nearly full: no jobs are taken (see min-free-space)");
}

static void print_totals(const Totals *totals, const CatalogQueue *queue) {
  printf(text_pick("\n课程 %" G_GINT64_FORMAT "：", "\n%" G_GINT64_FORMAT " courses:"), (gint64)totals->courses);
  for (int state = 0; state <= ASSET_STATE_FAILED; state++)
    printf(" %s %" G_GINT64_FORMAT, progress_line_state_text((AssetState)state), (gint64)totals->by_state[state]);
  const CatalogJobCounts *jobs = &totals->jobs;
  printf(text_pick("\n任务：等待 %" G_GINT64_FORMAT " 进行 %" G_GINT64_FORMAT " 完成 %" G_GINT64_FORMAT
                   " 失败 %" G_GINT64_FORMAT "\n",
                   "\nJobs: waiting %" G_GINT64_FORMAT " running %" G_GINT64_FORMAT " done %" G_GINT64_FORMAT
                   " failed %" G_GINT64_FORMAT "\n"),
         (gint64)jobs->ready, (gint64)jobs->running, (gint64)jobs->done, (gint64)jobs->failed);
  printf("%s%s\n",
         queue->worker_count > 0 ? text_pick("转码进程：在运行", "Workers: running")
                                 : text_pick("转码进程：没有", "Workers: none"),
         space_text(queue));
}

static bool print_all(Catalog *catalog, GError **error) {
  Totals totals = {0};
  g_autofree char *cursor = NULL;
  print_header();
  do {
    CourseQuery query = {.viewer = &catalog_viewer_everything,
                         .sort = COURSE_SORT_NEWEST,
                         .limit = COURSE_PAGE_LIMIT_MAX,
                         .cursor = cursor};
    g_autoptr(CoursePage) page = NULL;
    if (!catalog_query_courses(catalog, &query, &page, error))
      return false;
    for (guint i = 0; i < page->courses->len; i++) {
      const CatalogCourse *course = g_ptr_array_index(page->courses, i);
      print_course(course);
      if (!add_to_totals(&totals, catalog, course, error))
        return false;
    }
    g_free(cursor);
    cursor = g_steal_pointer(&page->next);
  } while (cursor);
  g_auto(CatalogQueue) queue = {0};
  if (!catalog_load_queue(catalog, g_get_real_time() - WORKER_BEAT_US, &queue, error))
    return false;
  print_totals(&totals, &queue);
  return true;
}

static void print_member(const char *name, const char *value) {
  print_cells(name, 10);
  g_autofree char *line = text_one_line(value);
  printf("  %s\n", line);
}

static void print_time(const char *name, int64_t time_us) {
  if (time_us == 0)
    return;
  g_autoptr(GDateTime) time = g_date_time_new_from_unix_local(time_us / G_USEC_PER_SEC);
  g_autofree char *text = g_date_time_format(time, "%Y-%m-%d %H:%M:%S");
  print_member(name, text);
}

static void print_asset(const CatalogAsset *asset) {
  g_autofree char *size = units_format_size_short(asset->source_size_bytes);
  g_autofree char *length = units_format_clock(asset->duration_us);
  g_autofree char *percent = g_strdup_printf("%d%%", (int)(asset->progress * 100));
  print_member(text_pick("媒体编号", "asset"), asset->id);
  print_member(text_pick("源文件", "source"), asset->source_name);
  print_member(text_pick("大小", "size"), size);
  print_member(text_pick("时长", "length"), asset->duration_us > 0 ? length : "-");
  print_member(text_pick("状态", "state"), progress_line_state_text(asset->state));
  if (asset->is_paused)
    print_member("", text_pick("已暂停", "paused"));
  if (asset->replaces_id)
    print_member(text_pick("替换", "replaces"), asset->replaces_id);
  if (asset->replaced_by)
    print_member(text_pick("已换成", "replaced by"), asset->replaced_by);
  print_member(text_pick("进度", "done"), percent);
  print_time(text_pick("收入时间", "taken in"), asset->created_us);
  print_time(text_pick("完成时间", "ready at"), asset->ready_us);
  if (!asset->error_code)
    return;
  print_member(text_pick("错误", "error"), failure_text_zh(asset->error_code));
  print_member("", failure_text_en(asset->error_code));
  print_member("", asset->error_code);
  if (asset->error_detail)
    print_member("", asset->error_detail);
}

/** Share of a track that is made, those parts too that a viewer cannot reach yet without a gap. */
static int track_percent(const CatalogTrack *track, const CatalogAssetProgress *progress) {
  for (guint i = 0; i < progress->tracks->len; i++) {
    const CatalogTrackProgress *each = &g_array_index(progress->tracks, CatalogTrackProgress, i);
    if (strcmp(each->name, track->name) == 0 && each->total > 0)
      return track->is_complete ? 100 : (int)MIN(each->published * 100 / each->total, 99);
  }
  return 0;
}

static void print_tracks(const GArray *tracks, const CatalogAssetProgress *progress) {
  for (guint i = 0; i < tracks->len; i++) {
    const CatalogTrack *track = &g_array_index(tracks, CatalogTrack, i);
    g_autofree char *bitrate = units_format_bitrate(track->bitrate_bps);
    g_autofree char *shape = track->kind == TRACK_KIND_VIDEO
                                 ? g_strdup_printf("%dx%d", track->width, track->height)
                                 : g_strdup_printf(text_pick("%d 声道", "%d channels"), track->channels);
    g_autofree char *text =
        g_strdup_printf("%-8s %3d%%  %" G_GINT64_FORMAT "/%" G_GINT64_FORMAT "  %s  %s  %s", track->name,
                        track_percent(track, progress), (gint64)track->segment_count, (gint64)track->segment_total,
                        shape, bitrate, track->codec);
    print_member(i == 0 ? text_pick("轨道", "tracks") : "", text);
  }
}

/** How fast the pictures are made, while they are. */
static void print_pace(const CatalogAsset *asset, const CatalogAssetProgress *progress) {
  bool is_growing = asset->state == ASSET_STATE_QUEUED || asset->state == ASSET_STATE_PLAYABLE;
  if (!is_growing || progress->speed <= 0)
    return;
  g_autofree char *speed = g_strdup_printf("%.1fx", progress->speed);
  print_member(text_pick("速度", "speed"), speed);
  if (progress->left_us < 0)
    return;
  g_autofree char *left = units_format_clock(progress->left_us);
  print_member(text_pick("剩余", "time left"), left);
}

static bool print_one(Catalog *catalog, const char *asset_id, GError **error) {
  g_autoptr(CatalogAsset) asset = NULL;
  g_autoptr(GArray) tracks = NULL;
  g_auto(CatalogAssetProgress) progress = {0};
  CatalogJobCounts jobs;
  if (!catalog_load_asset(catalog, asset_id, &asset, error) ||
      !catalog_load_asset_progress(catalog, asset_id, g_get_real_time(), &progress, error) ||
      !catalog_load_tracks(catalog, asset_id, &tracks, error) ||
      !catalog_count_jobs(catalog, asset_id, &jobs, error))
    return false;
  print_asset(asset);
  print_pace(asset, &progress);
  print_tracks(tracks, &progress);
  g_autofree char *counts =
      g_strdup_printf(text_pick("等待 %" G_GINT64_FORMAT "，进行 %" G_GINT64_FORMAT "，完成 %" G_GINT64_FORMAT
                                "，失败 %" G_GINT64_FORMAT,
                                "%" G_GINT64_FORMAT " waiting, %" G_GINT64_FORMAT " running, %" G_GINT64_FORMAT
                                " done, %" G_GINT64_FORMAT " failed"),
                      (gint64)jobs.ready, (gint64)jobs.running, (gint64)jobs.done, (gint64)jobs.failed);
  print_member(text_pick("任务", "jobs"), counts);
  return true;
}

int cli_status_run(const CliOptions *options, char *const *arguments) {
  log_init("status", options->settings.log_level, options->settings.log_format);
  g_autoptr(GError) error = NULL;
  g_auto(DataFolder) folder = {0};
  const char *asset_id = arguments[0];
  if (!data_folder_open_existing(options->settings.data_dir, &folder, &error) ||
      !(asset_id ? print_one(folder.catalog, asset_id, &error) : print_all(folder.catalog, &error))) {
    text_print_error("%s", error->message);
    return CLI_EXIT_FAILURE;
  }
  return CLI_EXIT_OK;
}
