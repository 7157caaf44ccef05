#include "transcoder/child.h"

#include "catalog/caption.h"
#include "transcoder/audio_encoder.h"
#include "transcoder/caption_reader.h"
#include "transcoder/copy_fitness.h"
#include "transcoder/error.h"
#include "transcoder/event.h"
#include "transcoder/poster.h"
#include "transcoder/request.h"
#include "transcoder/sandbox.h"
#include "transcoder/source.h"
#include "transcoder/span_copier.h"
#include "transcoder/span_encoder.h"
#include "transcoder/storyboard.h"

#include <libavutil/log.h>
#include <stdio.h>
#include <unistd.h>

#define POSTER_FILE "poster.jpg"
#define PROGRESS_INTERVAL_US (200 * 1000)
enum { NICENESS_START = 5, NICENESS_REST = 19 };

/** Where events go: what was standard output. Libraries that print reach standard error only. */
static int event_fd = -1;

/** Progress of a job that has several parts. */
typedef struct {
  double done, part; /**< of the parts before, of this one */
  gint64 last_us;
} Progress;

static void send_progress(double value, gpointer user_data) {
  Progress *progress = user_data;
  gint64 now_us = g_get_monotonic_time();
  if (now_us - progress->last_us < PROGRESS_INTERVAL_US)
    return;
  progress->last_us = now_us;
  event_send_progress(event_fd, progress->done + progress->part * value);
}

/** A span of sound. Once the second is begun, the rest can wait for the pictures. */
static bool send_sound(const EventSpan *span, gpointer user_data) {
  (void)user_data;
  if (span->span_index > 0)
    sandbox_set_niceness(NICENESS_REST);
  return event_send_span(event_fd, span);
}

static bool send_chapters(Source *source, const SourceInfo *info) {
  g_autoptr(GArray) chapters = probe_chapters(source_format(source), info->start_us, source_info_duration_us(info));
  bool ok = true;
  for (guint i = 0; ok && i < chapters->len; i++) {
    const CatalogChapter *chapter = &g_array_index(chapters, CatalogChapter, i);
    ok = event_send_chapter(event_fd, chapter->start_us, chapter->title);
  }
  return ok;
}

static bool run_probe(Source *source, const Request *request, GError **error) {
  g_auto(EncodePlan) plan = {0};
  if (!probe_source(source, &request->limits, &plan.source, error))
    return false;
  copy_fitness_check(source, &plan.source, &plan.copy);
  g_autofree char *json = encode_plan_to_json(&plan);
  return send_chapters(source, &plan.source) && event_send_probed(event_fd, json);
}

/** A run of the span engine. */
typedef struct {
  const Request *request;
  Progress progress;
  Source *copied_from; /**< for the rung that is copied: reading it must not disturb the encoders' reader */
  size_t copied;       /**< which rung that is; the plan's number of rungs when none is */
  GError *error;       /**< of copying, once the encoders were under way */
} SpanRun;

static void span_run_clear(SpanRun *run) {
  g_clear_pointer(&run->copied_from, source_free);
  g_clear_error(&run->error);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(SpanRun, span_run_clear)

static void send_spans(const GArray *spans, gpointer user_data) {
  (void)user_data;
  for (guint i = 0; i < spans->len; i++)
    event_send_span(event_fd, &g_array_index(spans, EventSpan, i));
}

static void send_slides(const GArray *times_us, gpointer user_data) {
  (void)user_data;
  event_send_slides(event_fd, (const int64_t *)(gconstpointer)times_us->data, times_us->len);
}

static void send_run_progress(double value, gpointer user_data) {
  SpanRun *run = user_data;
  send_progress(value, &run->progress);
}

/** A copied rung costs next to nothing: it comes first, so that a lesson can be played at once. */
static bool copy_rung(SpanRun *run, int64_t span_index, GError **error) {
  const Request *request = run->request;
  EventSpan span = {0};
  if (run->copied == request->plan.rung_count)
    return true;
  if (!span_copy(run->copied_from, &request->plan, run->copied, span_index, request->work_dir, &span, error))
    return false;
  event_send_span(event_fd, &span);
  event_span_clear(&span);
  return true;
}

/** The worker's answer to what was read: the span that follows, or the end. */
static int64_t ask_for_next(int64_t index, gpointer user_data) {
  SpanRun *run = user_data;
  g_autofree char *line = NULL;
  size_t size = 0;
  gint64 next;
  if (!event_send_read(event_fd, index) || getline(&line, &size, stdin) <= 0 ||
      !g_ascii_string_to_signed(g_strchomp(line), 10, 0, INT32_MAX, &next, NULL))
    return -1;
  run->progress = (Progress){.part = 1.0};
  return copy_rung(run, next, &run->error) ? next : -1;
}

static bool encode_rungs(Source *source, SpanRun *run, size_t first, size_t count, SpanNextFunc next,
                         GError **error) {
  const Request *request = run->request;
  if (count == 0)
    return true;
  EncodePlan plan = encode_plan_part(&request->plan, first, count);
  SpanJob job = {.plan = &plan,
                 .span_index = request->span_index,
                 .work_dir = request->work_dir,
                 .cores = request->cores,
                 .made = send_spans,
                 .slides = send_slides,
                 .next = next,
                 .progress = send_run_progress,
                 .user_data = run};
  return span_encode(&job, source, error);
}

static bool open_copied(SpanRun *run, GError **error) {
  const Request *request = run->request;
  run->copied = encode_plan_copied_rung(&request->plan);
  if (run->copied == request->plan.rung_count)
    return true;
  run->copied_from = source_open(REQUEST_SOURCE_FD, error);
  return run->copied_from != NULL && source_set_timing(run->copied_from, &request->plan.source.timing, error);
}

/** A span that a viewer waits for comes in its smallest rung first, alone, so that it can be played a moment later:
 * decoding it twice is a small price. A copied rung makes that needless. Of others, those that follow are asked for. */
static bool run_span(Source *source, const Request *request, GError **error) {
  g_auto(SpanRun) run = {.request = request, .progress = {.part = 0.2}};
  if (!open_copied(&run, error) || !copy_rung(&run, request->span_index, error))
    return false;
  size_t rungs = MIN(run.copied, request->plan.rung_count); /* the copied one is the last one */
  size_t alone = request->is_urgent && rungs > 1 && run.copied == request->plan.rung_count ? 1 : 0;
  if (!encode_rungs(source, &run, 0, alone, NULL, error))
    return false;
  run.progress = alone > 0 ? (Progress){.done = 0.2, .part = 0.8} : (Progress){.part = 1.0};
  if (!encode_rungs(source, &run, alone, rungs - alone, request->may_go_on ? ask_for_next : NULL, error))
    return false;
  if (run.error == NULL)
    return true;
  g_propagate_error(error, g_steal_pointer(&run.error));
  return false;
}

/** The share of the lesson's ticks before a span, and in it. */
static Progress progress_of(const SegmentPlan *segments, int64_t span) {
  int64_t first_segment, count, start, end, ticks;
  double all = (double)MAX(segments->frame_count, 1);
  segment_plan_span(segments, span, &first_segment, &count);
  segment_plan_segment(segments, first_segment, &start, &ticks);
  segment_plan_segment(segments, first_segment + count - 1, &end, &ticks);
  return (Progress){.done = (double)start / all, .part = (double)(end + ticks - start) / all};
}

static int64_t go_on(int64_t index, gpointer user_data) {
  SpanRun *run = user_data;
  const SegmentPlan *segments = &run->request->plan.segments;
  if (index + 1 >= segment_plan_span_count(segments))
    return -1;
  run->progress = progress_of(segments, index + 1);
  return index + 1;
}

/** All spans from `first` on out of one pass over the source. */
static bool encode_onwards(Source *source, const Request *request, int64_t first, GError **error) {
  const SegmentPlan *segments = &request->plan.segments;
  if (first >= segment_plan_span_count(segments))
    return true;
  SpanRun run = {.request = request, .progress = progress_of(segments, first)};
  SpanJob job = {.plan = &request->plan,
                 .span_index = first,
                 .work_dir = request->work_dir,
                 .cores = request->cores,
                 .made = send_spans,
                 .slides = send_slides,
                 .next = go_on,
                 .progress = send_run_progress,
                 .user_data = &run};
  return span_encode(&job, source, error);
}

/** A source that cannot be entered in the middle: its start as that of any lesson, the rest in one pass. */
static bool run_video(Source *source, const Request *request, GError **error) {
  size_t rungs = request->plan.rung_count, first_rung = MIN(request->first_rung, rungs);
  SpanRun run = {.request = request};
  if (request->span_index > 0)
    return encode_onwards(source, request, request->span_index, error);
  size_t alone = first_rung == 0 && rungs > 1 ? 1 : 0;
  return encode_rungs(source, &run, 0, alone, NULL, error) &&
         encode_rungs(source, &run, MAX(first_rung, alone), rungs - MAX(first_rung, alone), NULL, error) &&
         encode_onwards(source, request, 1, error);
}

static bool run_audio(Source *source, const Request *request, GError **error) {
  Progress progress = {.part = 1.0};
  AudioTask task = {.source = source,
                    .plan = &request->plan,
                    .sound = request->sound,
                    .first_span = request->span_index,
                    .work_dir = request->work_dir,
                    .on_span = send_sound,
                    .progress = send_progress,
                    .user_data = &progress};
  return audio_encode(&task, error);
}

static bool run_poster(Source *source, const Request *request, GError **error) {
  g_autofree char *path = g_build_filename(request->work_dir, POSTER_FILE, NULL);
  return poster_make(source, &request->plan, path, error) && event_send_poster(event_fd, POSTER_FILE);
}

/** As the container tells it; else, when no other track claims it, what the words look like. */
static const char *language_of(const SourceInfo *source, const SourceText *text, const WebvttDocument *document) {
  const char *guess = g_str_equal(text->language, "und") ? caption_reader_guess_language(document) : NULL;
  for (size_t i = 0; guess != NULL && i < source->text_count; i++) {
    if (caption_is_same_language(source->texts[i].language, guess))
      guess = NULL;
  }
  return guess != NULL ? guess : text->language;
}

static bool write_caption(const Request *request, size_t index, const WebvttDocument *document, GError **error) {
  const SourceText *text = &request->plan.source.texts[index];
  g_autofree char *file = g_strdup_printf("caption-%zu.vtt", index);
  g_autofree char *path = g_build_filename(request->work_dir, file, NULL);
  g_autoptr(GString) out = g_string_new(NULL);
  g_autoptr(GError) cause = NULL;
  webvtt_write(out, document, -1);
  if (!g_file_set_contents_full(path, out->str, (gssize)out->len, G_FILE_SET_CONTENTS_NONE, 0640, &cause)) {
    g_set_error_literal(error, TRANSCODER_ERROR, TRANSCODER_ERROR_STORAGE, cause->message);
    return false;
  }
  const char *language = language_of(&request->plan.source, text, document);
  const char *label = text->label[0] != '\0' ? text->label : caption_label(language);
  return event_send_caption(event_fd, language, label, file);
}

static bool run_text(Source *source, const Request *request, GError **error) {
  Progress progress = {.part = 1.0};
  g_autoptr(GPtrArray) documents = NULL;
  if (!caption_reader_read(source, &request->plan.source, send_progress, &progress, &documents, error))
    return false;
  bool ok = true;
  for (guint i = 0; i < documents->len; i++) {
    g_autoptr(WebvttDocument) document = documents->pdata[i];
    ok = ok && (document == NULL || write_caption(request, i, document, error));
  }
  return ok;
}

static bool run_storyboard(Source *source, const Request *request, GError **error) {
  Progress progress = {.part = 1.0};
  g_auto(CatalogStoryboard) storyboard = {0};
  return storyboard_make(source, &request->plan, request->work_dir, send_progress, &progress, &storyboard, error) &&
         event_send_storyboard(event_fd, &storyboard);
}

static bool (*const job_runs[])(Source *, const Request *, GError **) = {
    [JOB_KIND_PROBE] = run_probe,           [JOB_KIND_AUDIO] = run_audio,   [JOB_KIND_SPAN] = run_span,
    [JOB_KIND_VIDEO] = run_video,           [JOB_KIND_POSTER] = run_poster, [JOB_KIND_TEXT] = run_text,
    [JOB_KIND_STORYBOARD] = run_storyboard,
};

static bool read_request(Request *ret_request, GError **error) {
  g_autofree char *line = NULL;
  size_t size = 0;
  ssize_t length = getline(&line, &size, stdin);
  if (length <= 0) {
    g_set_error_literal(error, TRANSCODER_ERROR, TRANSCODER_ERROR_INTERNAL, "no request on standard input");
    return false;
  }
  return request_from_json(line, ret_request, error);
}

/** All give way to the server, and what nobody waits for gives way to what a viewer waits for. */
static int niceness_of(const Request *request) {
  bool is_rest = request->kind == JOB_KIND_POSTER || request->kind == JOB_KIND_TEXT ||
                 request->kind == JOB_KIND_STORYBOARD || (request->kind == JOB_KIND_AUDIO && request->sound > 0) ||
                 (request->kind == JOB_KIND_SPAN && !request->is_urgent);
  return is_rest ? NICENESS_REST : NICENESS_START;
}

static bool run(GError **error) {
  g_auto(Request) request = {0};
  if (!read_request(&request, error) || !sandbox_enter(request.work_dir, request.worker, error))
    return false;
  sandbox_set_niceness(niceness_of(&request));
  if (request.kind < 0 || (size_t)request.kind >= G_N_ELEMENTS(job_runs) || job_runs[request.kind] == NULL) {
    g_set_error_literal(error, TRANSCODER_ERROR, TRANSCODER_ERROR_INTERNAL, "an unknown kind of job");
    return false;
  }
  g_autoptr(Source) source = source_open(REQUEST_SOURCE_FD, error);
  if (source == NULL)
    return false;
  source_limit_pixels(source, request.limits.max_pixels);
  return source_set_timing(source, &request.plan.source.timing, error) &&
         job_runs[request.kind](source, &request, error);
}

int child_run(void) {
  event_fd = dup(STDOUT_FILENO);
  if (event_fd < 0 || dup2(STDERR_FILENO, STDOUT_FILENO) < 0)
    return 1;
  av_log_set_level(AV_LOG_ERROR);
  g_autoptr(GError) error = NULL;
  bool sent = run(&error) ? event_send_done(event_fd) : event_send_failed(event_fd, error);
  return sent ? 0 : 1;
}
