#include "server/queue_metrics.h"

#include "catalog/job.h"
#include "catalog/progress.h"
#include "server/metrics_text.h"

#include <stdlib.h>

/** A worker whose last beat is older does not count as alive. */
#define WORKER_BEAT_US (15 * G_TIME_SPAN_SECOND)
/** Scrapes closer together than this share a sample. */
#define SAMPLE_INTERVAL_US (5 * G_TIME_SPAN_SECOND)

typedef struct {
  int64_t time_us, encoded_ms;
} Sample;

struct QueueMetrics {
  GMutex mutex;
  GArray *samples; /**< Sample, oldest first: one older than the window at most */
};

QueueMetrics *queue_metrics_new(void) {
  QueueMetrics *metrics = g_new0(QueueMetrics, 1);
  g_mutex_init(&metrics->mutex);
  metrics->samples = g_array_new(FALSE, FALSE, sizeof(Sample));
  return metrics;
}

void queue_metrics_free(QueueMetrics *metrics) {
  if (metrics == NULL)
    return;
  g_mutex_clear(&metrics->mutex);
  g_array_unref(metrics->samples);
  g_free(metrics);
}

static double speed_locked(GArray *samples, int64_t now_us, int64_t encoded_ms) {
  while (samples->len > 1 && g_array_index(samples, Sample, 1).time_us <= now_us - QUEUE_METRICS_WINDOW_US)
    g_array_remove_index(samples, 0);
  Sample now = {now_us, encoded_ms};
  if (samples->len == 0 || now_us - g_array_index(samples, Sample, samples->len - 1).time_us >= SAMPLE_INTERVAL_US)
    g_array_append_val(samples, now);
  const Sample *first = &g_array_index(samples, Sample, 0);
  if (now_us <= first->time_us || encoded_ms < first->encoded_ms)
    return 0;
  return (double)(encoded_ms - first->encoded_ms) * 1000.0 / (double)(now_us - first->time_us);
}

double queue_metrics_speed(QueueMetrics *metrics, int64_t now_us, int64_t encoded_ms) {
  g_mutex_lock(&metrics->mutex);
  double speed = speed_locked(metrics->samples, now_us, encoded_ms);
  g_mutex_unlock(&metrics->mutex);
  return speed;
}

static void sample_job(GString *out, const char *name, JobKind kind, const char *label, const char *value,
                       int64_t count) {
  g_autofree char *labels = g_strdup_printf("kind=\"%s\",%s=\"%s\"", job_kind_name(kind), label, value);
  metrics_text_sample(out, name, labels, (double)count);
}

static void write_jobs(const CatalogQueue *queue, GString *out) {
  metrics_text_head(out, "kapok_jobs", "gauge", "Jobs that wait (ready), wait paused, or run.");
  for (int kind = 0; kind < JOB_KIND_COUNT; kind++) {
    sample_job(out, "kapok_jobs", (JobKind)kind, "state", "ready", queue->jobs[kind][JOB_STATE_READY]);
    sample_job(out, "kapok_jobs", (JobKind)kind, "state", "paused", queue->paused[kind]);
    sample_job(out, "kapok_jobs", (JobKind)kind, "state", "running", queue->jobs[kind][JOB_STATE_RUNNING]);
  }
  metrics_text_head(out, "kapok_jobs_ended_total", "counter", "Jobs by how they ended.");
  for (int kind = 0; kind < JOB_KIND_COUNT; kind++)
    for (int state = JOB_STATE_DONE; state < JOB_STATE_COUNT; state++)
      sample_job(out, "kapok_jobs_ended_total", (JobKind)kind, "outcome", job_state_name((JobState)state),
                 queue->jobs[kind][state]);
}

static int compare_times(const void *a, const void *b) {
  int64_t left = *(const int64_t *)a, right = *(const int64_t *)b;
  return (left > right) - (left < right);
}

/** Quantiles are of the newest lessons only, sum and count of all. */
static void write_first_segment(const CatalogQueue *queue, GString *out) {
  static const struct {
    const char *labels;
    double share;
  } quantiles[] = {{"quantile=\"0.5\"", 0.5}, {"quantile=\"0.9\"", 0.9}, {"quantile=\"1\"", 1.0}};
  GArray *times = queue->recent_first_segment_us;
  metrics_text_head(out, "kapok_first_segment_seconds", "summary",
                    "From taking a lesson in to its being playable; quantiles of the newest 100.");
  if (times->len > 0)
    qsort(times->data, times->len, sizeof(int64_t), compare_times);
  for (size_t i = 0; i < G_N_ELEMENTS(quantiles) && times->len > 0; i++) {
    guint index = (guint)(quantiles[i].share * (times->len - 1) + 0.5);
    metrics_text_sample(out, "kapok_first_segment_seconds", quantiles[i].labels,
                        (double)g_array_index(times, int64_t, index) / 1e6);
  }
  metrics_text_sample(out, "kapok_first_segment_seconds_sum", NULL, (double)queue->first_segment_sum_us / 1e6);
  metrics_text_sample(out, "kapok_first_segment_seconds_count", NULL, (double)queue->first_segment_count);
}

static void write_space(const CatalogQueue *queue, const BlobStore *store, GString *out) {
  int64_t free_bytes = 0;
  if (blob_store_free_space(store, &free_bytes, NULL))
    metrics_text_value(out, "kapok_store_free_bytes", "gauge", "Free space of the data folder's disk.",
                       (double)free_bytes);
  metrics_text_value(out, "kapok_jobs_held_back", "gauge",
                     "1 while a worker takes no jobs because the disk is nearly full.",
                     queue->short_of_space_count > 0);
}

bool queue_metrics_write(QueueMetrics *metrics, Catalog *catalog, const BlobStore *store, GString *out,
                         GError **error) {
  g_auto(CatalogQueue) queue = {0};
  int64_t now_us = g_get_real_time();
  if (!catalog_load_queue(catalog, now_us - WORKER_BEAT_US, &queue, error))
    return false;
  metrics_text_value(out, "kapok_encoded_media_seconds_total", "counter",
                     "Seconds of lesson whose pictures were made.", (double)queue.encoded_ms / 1000.0);
  metrics_text_value(out, "kapok_encoding_speed", "gauge",
                     "Seconds of lesson made per second, of the last two minutes.",
                     queue_metrics_speed(metrics, g_get_monotonic_time(), queue.encoded_ms));
  metrics_text_value(out, "kapok_workers", "gauge", "Transcoder workers alive.", (double)queue.worker_count);
  write_jobs(&queue, out);
  write_first_segment(&queue, out);
  write_space(&queue, store, out);
  return true;
}
