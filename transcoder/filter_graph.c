#include "transcoder/filter_graph.h"

#include "transcoder/error.h"

#include <libavfilter/avfilter.h>
#include <libavfilter/buffersink.h>
#include <libavfilter/buffersrc.h>

#define THREADS 2

struct FilterGraph {
  AVFilterGraph *graph;
  AVFilterContext *input, *output;
  int width, height, format;
};

static bool open_input(FilterGraph *graph, const AVFrame *first) {
  graph->input = avfilter_graph_alloc_filter(graph->graph, avfilter_get_by_name("buffer"), "in");
  AVBufferSrcParameters *parameters = av_buffersrc_parameters_alloc();
  if (graph->input == NULL || parameters == NULL)
    return false;
  parameters->format = first->format;
  parameters->width = first->width;
  parameters->height = first->height;
  parameters->time_base = AV_TIME_BASE_Q;
  parameters->sample_aspect_ratio = first->sample_aspect_ratio;
  bool ok = av_buffersrc_parameters_set(graph->input, parameters) >= 0;
  av_free(parameters);
  return ok && avfilter_init_dict(graph->input, NULL) >= 0 &&
         avfilter_graph_create_filter(&graph->output, avfilter_get_by_name("buffersink"), "out", NULL, NULL,
                                      graph->graph) >= 0;
}

static int connect_chain(FilterGraph *graph, const char *chain) {
  AVFilterInOut *from = avfilter_inout_alloc(), *to = avfilter_inout_alloc();
  int result = AVERROR(ENOMEM);
  if (from != NULL && to != NULL) {
    from->name = av_strdup("in");
    from->filter_ctx = graph->input;
    to->name = av_strdup("out");
    to->filter_ctx = graph->output;
    result = avfilter_graph_parse_ptr(graph->graph, chain, &to, &from, NULL);
  }
  avfilter_inout_free(&from);
  avfilter_inout_free(&to);
  return result >= 0 ? avfilter_graph_config(graph->graph, NULL) : result;
}

FilterGraph *filter_graph_new(const char *chain, const AVFrame *first, GError **error) {
  g_autoptr(FilterGraph) graph = g_new0(FilterGraph, 1);
  graph->graph = avfilter_graph_alloc();
  graph->width = first->width;
  graph->height = first->height;
  graph->format = first->format;
  int result = AVERROR(ENOMEM);
  if (graph->graph != NULL) {
    graph->graph->nb_threads = THREADS;
    result = open_input(graph, first) ? connect_chain(graph, chain) : AVERROR(EINVAL);
  }
  if (result >= 0)
    return g_steal_pointer(&graph);
  transcoder_set_av_error(error, TRANSCODER_ERROR_UNSUPPORTED, result, "the picture cannot be filtered");
  return NULL;
}

void filter_graph_free(FilterGraph *graph) {
  if (graph == NULL)
    return;
  avfilter_graph_free(&graph->graph);
  g_free(graph);
}

bool filter_graph_fits(const FilterGraph *graph, const AVFrame *frame) {
  return frame->width == graph->width && frame->height == graph->height && frame->format == graph->format;
}

bool filter_graph_push(FilterGraph *graph, const AVFrame *frame, int64_t time_us, GError **error) {
  AVFrame *timed = frame != NULL ? av_frame_clone(frame) : NULL;
  int result = AVERROR(ENOMEM);
  if (timed != NULL)
    timed->pts = time_us;
  if (timed != NULL || frame == NULL)
    result = av_buffersrc_add_frame(graph->input, timed);
  av_frame_free(&timed);
  if (result >= 0)
    return true;
  transcoder_set_av_error(error, TRANSCODER_ERROR_UNSUPPORTED, result, "the picture cannot be filtered");
  return false;
}

AVFrame *filter_graph_pull(FilterGraph *graph) {
  AVFrame *frame = av_frame_alloc();
  if (frame != NULL && av_buffersink_get_frame(graph->output, frame) >= 0) {
    frame->pts = av_rescale_q(frame->pts, av_buffersink_get_time_base(graph->output), AV_TIME_BASE_Q);
    return frame;
  }
  av_frame_free(&frame);
  return NULL;
}
