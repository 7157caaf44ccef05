/** A chain of libavfilter's video filters over decoded frames. Times go in and come out in microseconds; what comes out
 * is queued until it is taken. Threads: one thread per graph. */
#pragma once

#include <glib.h>
#include <libavutil/frame.h>
#include <stdbool.h>
#include <stdint.h>

typedef struct FilterGraph FilterGraph;

/** `chain`: filters in libavfilter's own notation, made for frames of the size and format of `first`.
 * Error: UNSUPPORTED. */
FilterGraph *filter_graph_new(const char *chain, const AVFrame *first, GError **error);
void filter_graph_free(FilterGraph *graph);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(FilterGraph, filter_graph_free)

/** Whether `frame` has the size and format that the graph was made for. */
bool filter_graph_fits(const FilterGraph *graph, const AVFrame *frame);

/** Put a frame in (a reference is taken), or the end of the stream (NULL). Error: UNSUPPORTED. */
bool filter_graph_push(FilterGraph *graph, const AVFrame *frame, int64_t time_us, GError **error);

/** The next frame that is ready, with its time in `pts` (microseconds); caller frees. NULL when more input is
 * needed, or at the end. */
AVFrame *filter_graph_pull(FilterGraph *graph);
