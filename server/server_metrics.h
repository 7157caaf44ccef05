/** Counters of the HTTP server, written as Prometheus text (exposition format 0.0.4).
 * Threads: any, at once. */
#pragma once

#include "server/http/http_transport.h"

#include <glib.h>

typedef struct ServerMetrics ServerMetrics;

/** `routes` is borrowed and must be the table that completions point into. */
ServerMetrics *server_metrics_new(const HttpRoute *routes, size_t count);
void server_metrics_free(ServerMetrics *metrics);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ServerMetrics, server_metrics_free)

void server_metrics_count(ServerMetrics *metrics, const HttpCompletion *completion);

/** Append everything; `transport` may be NULL: its figures are then left out. */
void server_metrics_write(const ServerMetrics *metrics, const HttpTransport *transport, GString *out);
