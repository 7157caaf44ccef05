#include "transcoder/span_encoder.h"

#include "transcoder/change_detector.h"
#include "transcoder/error.h"
#include "transcoder/picture_queue.h"
#include "transcoder/picture_scaler.h"
#include "transcoder/rung_encoder.h"

#define QUEUED_PICTURES 3
#define PROGRESS_TICKS 8
/** Of x264 in one rung: more cost memory and bits and gain little. */
#define X264_THREADS_MAX 3

typedef struct SpanEngine SpanEngine;

/** One rung: its thread takes pictures out of the queue, scales them when they are of the next larger rung, hands them
 * on to the next smaller rung and encodes them. All but the queue belongs to that thread until it has been joined. */
typedef struct {
  SpanEngine *engine;
  PictureQueue *queue;
  PictureScaler *scaler; /**< NULL in the largest rung: the engine scales for it */
  PictureQueue *next;    /**< of the next smaller rung, or NULL */
  RungEncoder *encoder;
  EventSpan span; /**< set by a thread that ended well */
  GThread *thread;
} RungThread;

struct SpanEngine {
  RungThread rungs[LADDER_RUNGS_MAX]; /**< smallest first, as in the plan */
  size_t count;
  PictureScaler *scaler; /**< from the source to the largest rung; the engine's caller's thread */
  GMutex mutex;
  GError *error; /**< the first of any thread, under the mutex */
};

/** As players guess it when nothing is said: by the size. One choice for all spans and rungs of a lesson: it is in the
 * encoder's headers, which must be equal whatever the source says of its frames here and there. */
static bool is_hd(const LadderSource *picture) {
  int32_t width, height;
  ladder_display_size(picture, &width, &height);
  return MIN(width, height) >= 720;
}

/** Keep the first error and let go everyone who waits. Takes `error` over. */
static void engine_fail(SpanEngine *engine, GError *error) {
  g_mutex_lock(&engine->mutex);
  if (engine->error == NULL)
    engine->error = g_steal_pointer(&error);
  g_mutex_unlock(&engine->mutex);
  g_clear_error(&error);
  for (size_t i = 0; i < engine->count; i++)
    picture_queue_stop(engine->rungs[i].queue);
}

static bool hand_on(RungThread *rung, const Picture *picture, GError **error) {
  Picture copy = *picture;
  copy.frame = av_frame_clone(picture->frame);
  if (copy.frame != NULL)
    return picture_queue_push(rung->next, &copy);
  g_set_error_literal(error, TRANSCODER_ERROR, TRANSCODER_ERROR_INTERNAL, "out of memory");
  return false;
}

/** False when something failed; `error` is not set when it failed elsewhere. */
static bool encode_picture(RungThread *rung, Picture *picture, GError **error) {
  if (rung->scaler != NULL) {
    AVFrame *scaled = picture_scaler_scale(rung->scaler, picture->frame, error);
    if (scaled == NULL)
      return false;
    av_frame_free(&picture->frame);
    picture->frame = scaled;
  }
  return (rung->next == NULL || hand_on(rung, picture, error)) && rung_encoder_add(rung->encoder, picture, error);
}

static bool encode_pictures(RungThread *rung, GError **error) {
  while (true) {
    g_auto(Picture) picture = {0};
    if (!picture_queue_pop(rung->queue, &picture))
      return true;
    if (!encode_picture(rung, &picture, error))
      return false;
  }
}

static gpointer run_rung(gpointer data) {
  RungThread *rung = data;
  g_autoptr(GError) error = NULL;
  bool ok = encode_pictures(rung, &error);
  if (rung->next != NULL)
    picture_queue_end(rung->next);
  if (ok)
    ok = rung_encoder_finish(rung->encoder, &rung->span, &error);
  if (!ok && error != NULL)
    engine_fail(rung->engine, g_steal_pointer(&error));
  return NULL;
}

/** Cores beyond one per rung go to the rungs with the most work, the largest. */
static int x264_threads(const SpanJob *job, size_t index) {
  bool is_largest = index + 1 == job->plan->rung_count;
  return is_largest ? CLAMP(job->cores, 1, X264_THREADS_MAX) : 1;
}

static bool open_rung(SpanEngine *engine, const SpanJob *job, size_t index, GError **error) {
  RungThread *rung = &engine->rungs[index];
  const EncodePlan *plan = job->plan;
  bool is_largest = index + 1 == plan->rung_count;
  PictureScalerConfig scaler = {
      .width = plan->rungs[index].width,
      .height = plan->rungs[index].height,
      .is_hd = is_hd(&plan->source.picture),
  };
  RungEncoderConfig config = {
      .plan = plan,
      .rung_index = index,
      .span_index = job->span_index,
      .work_dir = job->work_dir,
      .is_hd = scaler.is_hd,
      .threads = x264_threads(job, index),
  };
  *(is_largest ? &engine->scaler : &rung->scaler) = picture_scaler_new(&scaler);
  rung->engine = engine;
  rung->queue = picture_queue_new(QUEUED_PICTURES);
  rung->next = index > 0 ? engine->rungs[index - 1].queue : NULL;
  rung->encoder = rung_encoder_new(&config, error);
  return rung->encoder != NULL;
}

static void engine_free(SpanEngine *engine) {
  for (size_t i = 0; i < engine->count; i++) {
    RungThread *rung = &engine->rungs[i];
    event_span_clear(&rung->span);
    rung_encoder_free(rung->encoder);
    picture_scaler_free(rung->scaler);
    picture_queue_free(rung->queue);
  }
  picture_scaler_free(engine->scaler);
  g_clear_error(&engine->error);
  g_mutex_clear(&engine->mutex);
  g_free(engine);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SpanEngine, engine_free)

static SpanEngine *engine_new(const SpanJob *job, GError **error) {
  g_autoptr(SpanEngine) engine = g_new0(SpanEngine, 1);
  g_mutex_init(&engine->mutex);
  for (size_t i = 0; i < job->plan->rung_count; i++) {
    engine->count = i + 1;
    if (!open_rung(engine, job, i, error))
      return NULL;
  }
  for (size_t i = 0; i < engine->count; i++)
    engine->rungs[i].thread = g_thread_new("rung", run_rung, &engine->rungs[i]);
  return g_steal_pointer(&engine);
}

/** Hand a picture to the largest rung. False when something has failed, on whatever thread. */
static bool engine_push(SpanEngine *engine, const AVFrame *frame, int64_t tick, bool is_key) {
  g_autoptr(GError) error = NULL;
  Picture picture = {.tick = tick, .is_key = is_key};
  picture.frame = picture_scaler_scale(engine->scaler, frame, &error);
  if (picture.frame != NULL)
    return picture_queue_push(engine->rungs[engine->count - 1].queue, &picture);
  engine_fail(engine, g_steal_pointer(&error));
  return false;
}

/** No more pictures: wait for all rungs. */
static bool engine_finish(SpanEngine *engine, GError **error) {
  picture_queue_end(engine->rungs[engine->count - 1].queue);
  for (size_t i = 0; i < engine->count; i++)
    g_thread_join(engine->rungs[i].thread);
  if (engine->error == NULL)
    return true;
  g_propagate_error(error, g_steal_pointer(&engine->error));
  return false;
}

/** What goes over the ticks of a span. */
typedef struct {
  const SpanJob *job;
  SpanEngine *engine;
  FramePicker *picker;
  ChangeDetector *detector;
  int64_t first_tick, tick_count; /**< of the span */
  int64_t pushed_tick;            /**< of the last picture that was encoded */
  bool may_look_ahead;            /**< the picker may go past the span */
} SpanWalk;

/** One tick. A picture that shows nothing new is left out: the one before lasts longer. But a segment begins with a key
 * picture whatever it shows, and no picture lasts longer than a group of pictures: players wait for the next one.
 * False when something has failed. */
static bool walk_tick(SpanWalk *walk, int64_t tick, int64_t segment_first) {
  int64_t gop = walk->job->plan->segments.gop_frames;
  bool is_new = change_detector_is_new(walk->detector, frame_picker_pick(walk->picker, tick), tick);
  bool is_first = tick == segment_first;
  if (!is_new && !is_first && tick - walk->pushed_tick < gop)
    return true;
  walk->pushed_tick = tick;
  return engine_push(walk->engine, change_detector_kept(walk->detector), tick,
                     is_first || (is_new && (tick - segment_first) % gop == 0));
}

/** False when something has failed; what, engine_finish() tells. */
static bool walk_segment(SpanWalk *walk, int64_t segment) {
  const SpanJob *job = walk->job;
  int64_t first, count;
  segment_plan_segment(&job->plan->segments, segment, &first, &count);
  for (int64_t tick = first; tick < first + count; tick++) {
    if (!walk_tick(walk, tick, first))
      return false;
    if ((tick - first) % PROGRESS_TICKS == 0)
      job->progress((double)(tick - walk->first_tick) / (double)walk->tick_count, job->user_data);
  }
  return true;
}

/** Whether a slide that comes up just before the span ends also stays is seen in what follows. Returns up to where it was
 * looked. */
static int64_t look_ahead(SpanWalk *walk) {
  int64_t end = walk->first_tick + walk->tick_count, tick = end;
  while (walk->may_look_ahead && tick < walk->job->plan->segments.frame_count &&
         change_detector_is_undecided(walk->detector, end)) {
    change_detector_is_new(walk->detector, frame_picker_pick(walk->picker, tick), tick);
    tick++;
  }
  return tick;
}

static void report_slides(SpanWalk *walk) {
  Rational rate = walk->job->plan->segments.frame_rate;
  g_autoptr(GArray) ticks = change_detector_slides(walk->detector, look_ahead(walk));
  for (guint i = 0; walk->job->slides != NULL && i < ticks->len; i++) {
    int64_t time_us = rescale_i64(g_array_index(ticks, int64_t, i), (int64_t)rate.den * G_USEC_PER_SEC, rate.num);
    g_array_append_val(walk->job->slides, time_us);
  }
}

static GArray *take_spans(SpanEngine *engine) {
  GArray *spans = event_spans_new();
  for (size_t i = 0; i < engine->count; i++) {
    g_array_append_val(spans, engine->rungs[i].span);
    engine->rungs[i].span = (EventSpan){0};
  }
  return spans;
}

/** First tick of the span, and how many it has. */
static void count_ticks(const SpanJob *job, int64_t ret_ticks[2]) {
  int64_t segment, segments, first, count;
  segment_plan_span(&job->plan->segments, job->span_index, &segment, &segments);
  segment_plan_segment(&job->plan->segments, segment, &ret_ticks[0], &count);
  segment_plan_segment(&job->plan->segments, segment + segments - 1, &first, &count);
  ret_ticks[1] = first + count - ret_ticks[0];
}

static bool encode_span(const SpanJob *job, FramePicker *picker, bool may_look_ahead, GArray **ret_spans,
                        GError **error) {
  int64_t segment, segments, ticks[2];
  g_autoptr(SpanEngine) engine = engine_new(job, error);
  if (engine == NULL)
    return false;
  g_autoptr(ChangeDetector) detector = change_detector_new(job->plan->segments.frame_rate);
  segment_plan_span(&job->plan->segments, job->span_index, &segment, &segments);
  count_ticks(job, ticks);
  SpanWalk walk = {.job = job,
                   .engine = engine,
                   .picker = picker,
                   .detector = detector,
                   .first_tick = ticks[0],
                   .tick_count = ticks[1],
                   .may_look_ahead = may_look_ahead};
  for (int64_t i = 0; i < segments && walk_segment(&walk, segment + i); i++)
    ;
  if (!engine_finish(engine, error))
    return false;
  report_slides(&walk);
  *ret_spans = take_spans(engine);
  return true;
}

bool span_encode_picked(const SpanJob *job, FramePicker *picker, GArray **ret_spans, GError **error) {
  return encode_span(job, picker, false, ret_spans, error);
}

bool span_encode(const SpanJob *job, Source *source, GArray **ret_spans, GError **error) {
  const EncodePlan *plan = job->plan;
  int64_t ticks[2];
  count_ticks(job, ticks);
  g_autoptr(FramePicker) picker =
      frame_picker_new(source, &plan->source, plan->segments.frame_rate, ticks[0], error);
  return picker != NULL && encode_span(job, picker, true, ret_spans, error);
}
