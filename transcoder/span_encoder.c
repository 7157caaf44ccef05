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
  GArray *made; /**< EventSpan, not yet handed out; under the engine's mutex */
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
    ok = rung_encoder_finish(rung->encoder, &error);
  if (!ok && error != NULL)
    engine_fail(rung->engine, g_steal_pointer(&error));
  return NULL;
}

/** On the rung's thread. Takes what `span` holds over. */
static void keep_span(EventSpan *span, gpointer user_data) {
  RungThread *rung = user_data;
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&rung->engine->mutex);
  g_array_append_val(rung->made, *span);
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
      .on_span = keep_span,
      .user_data = rung,
  };
  *(is_largest ? &engine->scaler : &rung->scaler) = picture_scaler_new(&scaler);
  rung->engine = engine;
  rung->made = event_spans_new();
  rung->queue = picture_queue_new(QUEUED_PICTURES);
  rung->next = index > 0 ? engine->rungs[index - 1].queue : NULL;
  rung->encoder = rung_encoder_new(&config, error);
  return rung->encoder != NULL;
}

static void engine_free(SpanEngine *engine) {
  for (size_t i = 0; i < engine->count; i++) {
    RungThread *rung = &engine->rungs[i];
    g_clear_pointer(&rung->made, g_array_unref);
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
static bool engine_push(SpanEngine *engine, const AVFrame *frame, Picture picture) {
  g_autoptr(GError) error = NULL;
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

/** The oldest span that all rungs have made and nobody was given: EventSpan, the caller's. NULL when there is none. */
static GArray *engine_take_span(SpanEngine *engine) {
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&engine->mutex);
  for (size_t i = 0; i < engine->count; i++) {
    if (engine->rungs[i].made->len == 0)
      return NULL;
  }
  GArray *spans = event_spans_new();
  for (size_t i = 0; i < engine->count; i++) {
    GArray *made = engine->rungs[i].made;
    g_array_append_val(spans, g_array_index(made, EventSpan, 0));
    g_array_index(made, EventSpan, 0) = (EventSpan){0};
    g_array_remove_index(made, 0);
  }
  return spans;
}

/** What goes over the ticks of the spans. */
typedef struct {
  const SpanJob *job;
  SpanEngine *engine;
  Source *source;
  FramePicker *picker;
  ChangeDetector *detector;
  guint slides_told;              /**< of the detector's */
  int64_t span;                   /**< that is read */
  int64_t first_tick, tick_count; /**< of that span */
  int64_t pushed_tick;            /**< of the last picture that was encoded */
} SpanWalk;

static void span_walk_clear(SpanWalk *walk) {
  g_clear_pointer(&walk->picker, frame_picker_free);
  g_clear_pointer(&walk->detector, change_detector_free);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(SpanWalk, span_walk_clear)

static void hand_out_spans(const SpanWalk *walk) {
  while (true) {
    g_autoptr(GArray) spans = engine_take_span(walk->engine);
    if (spans == NULL)
      return;
    walk->job->made(spans, walk->job->user_data);
  }
}

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
  Picture picture = {
      .tick = tick, .span = walk->span, .is_key = is_first || (is_new && (tick - segment_first) % gop == 0)};
  return engine_push(walk->engine, change_detector_kept(walk->detector), picture);
}

/** False when something has failed; what, engine_finish() tells. */
static bool walk_segment(SpanWalk *walk, int64_t segment) {
  const SpanJob *job = walk->job;
  int64_t first, count;
  segment_plan_segment(&job->plan->segments, segment, &first, &count);
  for (int64_t tick = first; tick < first + count; tick++) {
    if (!walk_tick(walk, tick, first))
      return false;
    if ((tick - first) % PROGRESS_TICKS != 0)
      continue;
    job->progress((double)(tick - walk->first_tick) / (double)walk->tick_count, job->user_data);
    hand_out_spans(walk);
  }
  return true;
}

/** Tell of slides that are known when the pictures have come to `end_tick`. */
static void tell_slides(SpanWalk *walk, int64_t end_tick) {
  Rational rate = walk->job->plan->segments.frame_rate;
  g_autoptr(GArray) ticks = change_detector_slides(walk->detector, end_tick);
  g_autoptr(GArray) times = g_array_new(FALSE, FALSE, sizeof(int64_t));
  for (guint i = walk->slides_told; i < ticks->len; i++) {
    int64_t time_us = rescale_i64(g_array_index(ticks, int64_t, i), (int64_t)rate.den * G_USEC_PER_SEC, rate.num);
    g_array_append_val(times, time_us);
  }
  walk->slides_told = ticks->len;
  if (times->len > 0 && walk->job->slides != NULL)
    walk->job->slides(times, walk->job->user_data);
}

/** Whether a slide that comes up just before the pictures end also stays is seen in what follows. */
static void look_ahead(SpanWalk *walk) {
  int64_t end = walk->first_tick + walk->tick_count, tick = end;
  while (tick < walk->job->plan->segments.frame_count && change_detector_is_undecided(walk->detector, end)) {
    change_detector_is_new(walk->detector, frame_picker_pick(walk->picker, tick), tick);
    tick++;
  }
  tell_slides(walk, tick);
}

/** Read from the span's first tick on. */
static bool begin_reading(SpanWalk *walk, GError **error) {
  const EncodePlan *plan = walk->job->plan;
  span_walk_clear(walk);
  walk->slides_told = 0;
  walk->detector = change_detector_new(plan->segments.frame_rate);
  walk->picker = frame_picker_new(walk->source, &plan->source, plan->segments.frame_rate, walk->first_tick, error);
  return walk->picker != NULL;
}

/** Where the span lies among the ticks. */
static void enter_span(SpanWalk *walk, int64_t span) {
  const SegmentPlan *segments = &walk->job->plan->segments;
  int64_t segment, count, first, ticks;
  walk->span = span;
  segment_plan_span(segments, span, &segment, &count);
  segment_plan_segment(segments, segment, &walk->first_tick, &ticks);
  segment_plan_segment(segments, segment + count - 1, &first, &ticks);
  walk->tick_count = first + ticks - walk->first_tick;
}

static bool walk_span(SpanWalk *walk) {
  int64_t segment, count;
  segment_plan_span(&walk->job->plan->segments, walk->span, &segment, &count);
  for (int64_t i = 0; i < count; i++) {
    if (!walk_segment(walk, segment + i))
      return false;
  }
  return true;
}

/** On to the span that follows. Pictures that lie between the two are passed over by a new reader. False when there is
 * none; then, and before such a gap, a slide's staying is looked for in what comes. */
static bool turn_to_next(SpanWalk *walk, GError **error) {
  const SpanJob *job = walk->job;
  int64_t end = walk->first_tick + walk->tick_count;
  int64_t next = job->next != NULL ? job->next(walk->span, job->user_data) : -1;
  if (next != walk->span + 1)
    look_ahead(walk);
  if (next <= walk->span || next >= segment_plan_span_count(&job->plan->segments))
    return false;
  tell_slides(walk, end);
  enter_span(walk, next);
  return walk->first_tick == end || begin_reading(walk, error);
}

bool span_encode(const SpanJob *job, Source *source, GError **error) {
  g_autoptr(GError) cause = NULL;
  g_auto(SpanWalk) walk = {.job = job, .source = source};
  enter_span(&walk, job->span_index);
  if (!begin_reading(&walk, error))
    return false;
  g_autoptr(SpanEngine) engine = walk.engine = engine_new(job, error);
  if (engine == NULL)
    return false;
  while (walk_span(&walk) && turn_to_next(&walk, &cause))
    ;
  bool ok = engine_finish(engine, error);
  hand_out_spans(&walk);
  if (ok && cause != NULL)
    g_propagate_error(error, g_steal_pointer(&cause));
  return ok && cause == NULL;
}
