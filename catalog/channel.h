/** Channels: linear television made of lessons. A channel is a record (RECORD_CHANNEL) with a schedule; what plays when is
 * media/channel_schedule.h over the lessons that its entries name.
 *
 * An edit of the schedule is in force from CHANNEL_EDIT_LEAD_US on at the earliest, so that nothing changes that players were
 * told of; the schedule before stays for CHANNEL_KEPT_US. The first one is in force for all times.
 *
 * Threads: any; a CatalogChannel does not change. */
#pragma once

#include "catalog/channel_document.h"
#include "catalog/record_store.h"

#define CHANNEL_EDIT_LEAD_US (2 * G_TIME_SPAN_MINUTE)
#define CHANNEL_KEPT_US (2 * G_TIME_SPAN_DAY)
/** Schedules in force from a whole multiple of this on. */
#define CHANNEL_EDIT_STEP_US (10 * G_TIME_SPAN_SECOND)
/** Edits kept; the oldest go first. */
#define CHANNEL_SCHEDULES_MAX 100
/** Lessons with longer segments cannot be shown: each slot of a channel needs one that begins in it. */
#define CHANNEL_SEGMENT_S_MAX 10

typedef enum {
  CHANNEL_LESSON_FIT,
  CHANNEL_LESSON_NOT_READY,     /**< it is still being made */
  CHANNEL_LESSON_FAILED,        /**< its media are broken or were removed */
  CHANNEL_LESSON_NOT_PUBLISHED, /**< its course is not */
  CHANNEL_LESSON_HIDDEN,        /**< not everybody who sees the channel may see its course */
  CHANNEL_LESSON_SEGMENTS,      /**< CHANNEL_SEGMENT_S_MAX */
  CHANNEL_LESSON_NONE,          /**< the course has no lesson, or course or lesson are gone */
} ChannelLessonState;
const char *channel_lesson_state_name(ChannelLessonState state); /**< "fit", ... as in the API */
const char *channel_lesson_state_zh(ChannelLessonState state);
const char *channel_lesson_state_en(ChannelLessonState state);

typedef struct {
  char *id, *title, *course_id, *course_title, *category, *summary, *asset_id;
  int64_t duration_us;
  bool has_poster;
  ChannelLessonState state;
} CatalogChannelLesson;

/** A schedule in force from `from_us` on, with its lessons. */
typedef struct {
  int64_t from_us;
  ChannelDocument *document;
  GPtrArray *lessons;       /**< of each entry: GArray of CatalogChannelLesson */
  GArray *filler;           /**< CatalogChannelLesson */
  GPtrArray *rules;         /**< what `schedule` borrows */
  GArray *entries;          /**< ChannelEntry */
  ChannelSchedule schedule; /**< as media/channel_schedule.h wants it */
} ChannelRevision;

typedef struct {
  CatalogRecord *record;
  GPtrArray *revisions; /**< ChannelRevision, by from_us */
} CatalogChannel;
void catalog_channel_free(CatalogChannel *channel);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CatalogChannel, catalog_channel_free)

/** NOT_FOUND when there is none. */
bool catalog_load_channel(Catalog *catalog, const char *id, CatalogChannel **ret_channel, GError **error);

/** The newest schedule's text, also when it is not in force yet; an empty one when there is none. Caller frees. */
char *catalog_channel_write_schedule(const CatalogChannel *channel);

/** Give the channel another schedule. INVALID with `ret_fault` (see channel_document_parse()), also when it names a course or
 * lesson that is not there; STALE. What changes nothing is no edit. `ret_from_us` (may be NULL): in force from then on. */
bool catalog_set_channel_schedule(Catalog *catalog, const char *actor, const char *id, int64_t expected_version,
                                  const char *text, size_t size, int64_t now_us, int64_t *ret_from_us,
                                  RecordFault *ret_fault, GError **error);

/** One lesson on the air, borrowed from the channel. */
typedef struct {
  int64_t media_us;         /**< when its first frame is, or would have been, shown */
  int64_t begin_us, end_us; /**< what of it is on the air */
  ChannelPlayKind kind;
  const CatalogChannelLesson *lesson;  /**< on the air; NULL: nothing, or coarse filler */
  const CatalogChannelLesson *planned; /**< what filler takes the place of; else the same; NULL in a gap */
} CatalogChannelPlay;

/** What plays in [from_us, to_us), under the schedules in force: plays that overlap it, touching each other. Array of
 * CatalogChannelPlay. `is_coarse` as channel_schedule_plays(). */
GArray *catalog_channel_plays(const CatalogChannel *channel, int64_t from_us, int64_t to_us, bool is_coarse);

/** What of the newest schedule cannot be shown, for operators. */
typedef struct {
  int32_t entry; /**< -1: filler */
  ChannelLessonState state;
  const CatalogChannelLesson *lesson; /**< NULL: CHANNEL_LESSON_NONE */
  const ChannelItem *item;
} ChannelProblem;
/** Array of ChannelProblem, borrowed from the channel. */
GArray *catalog_channel_problems(const CatalogChannel *channel);
