/** Metrics of the transcoding queue, read from the catalog at each scrape.
 * Threads: any, at once. */
#pragma once

#include "base/blob_store.h"
#include "catalog/catalog.h"

#include <glib.h>
#include <stdbool.h>

/** Remembers what earlier scrapes saw, for rates. */
typedef struct QueueMetrics QueueMetrics;

QueueMetrics *queue_metrics_new(void);
void queue_metrics_free(QueueMetrics *metrics);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(QueueMetrics, queue_metrics_free)

/** Append everything. False with `error` when the catalog fails; what was appended until then stays well-formed. */
bool queue_metrics_write(QueueMetrics *metrics, Catalog *catalog, const BlobStore *store, GString *out,
                         GError **error);

/** Seconds of media encoded per second over the last QUEUE_METRICS_WINDOW_US before `now_us`, from `encoded_ms`, a
 * counter seen at that time; 0 at the first look. Exposed for its test. */
#define QUEUE_METRICS_WINDOW_US (2 * G_TIME_SPAN_MINUTE)
double queue_metrics_speed(QueueMetrics *metrics, int64_t now_us, int64_t encoded_ms);
