/** What a channel plays when: a pure function of its schedule and the wall clock. No clock of its own, no state: asked
 * for any window of time, on any machine, it gives the same plays.
 *
 * An entry airs on days of the week or on one date, in the time of China (UTC+8, no summer time). Where airings meet:
 * - an airing ends at the latest when the next one begins;
 * - an airing on a date comes before those of the week: a weekly one that would begin within it does not air;
 * - of two that begin at the same moment the later entry of the list airs.
 * What no airing covers is a gap. A gap, and the place of a lesson that cannot be shown, is filled with the filler's
 * lessons, over and over, from the gap's begin and again from each midnight; where there is no filler, nothing plays.
 *
 * Times are microseconds since 1970, UTC. */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#define CHANNEL_UTC_OFFSET_S (8 * 3600)
#define CHANNEL_DAY_S (24 * 3600)
/** No day at all: an entry without a first or a last one. */
#define CHANNEL_DAY_MIN (-1000000)
#define CHANNEL_DAY_MAX 1000000
/** Shorter lessons are passed over. */
#define CHANNEL_LESSON_MIN_US G_TIME_SPAN_SECOND

typedef struct {
  int64_t duration_us;
  bool is_available; /**< else filler plays as long as it would have */
} ChannelLesson;

typedef enum {
  CHANNEL_ORDER_WHOLE,  /**< all lessons, one after another */
  CHANNEL_ORDER_LOOP,   /**< the same, over and over until the end */
  CHANNEL_ORDER_SERIAL, /**< one lesson in each airing, the next one in the next */
} ChannelOrder;

/** Borrows its lessons. */
typedef struct {
  unsigned days;               /**< bit 0: Mondays, to bit 6; 0: on `first_day` alone, a date */
  int64_t first_day, last_day; /**< since 1970-01-01, both included */
  int32_t start_s;             /**< after midnight, below CHANNEL_DAY_S */
  int32_t length_s;            /**< at most CHANNEL_DAY_S; 0: as long as its lessons */
  ChannelOrder order;
  const ChannelLesson *lessons;
  size_t lesson_count;
} ChannelEntry;

/** Borrows its entries and filler. */
typedef struct {
  const ChannelEntry *entries;
  size_t entry_count;
  const ChannelLesson *filler;
  size_t filler_count;
} ChannelSchedule;

typedef enum {
  CHANNEL_PLAY_LESSON,
  CHANNEL_PLAY_FILLER,
  CHANNEL_PLAY_NOTHING, /**< there is no filler to play */
} ChannelPlayKind;

/** One lesson on the air. Plays follow each other without a gap. */
typedef struct {
  int64_t begin_us, end_us; /**< its first frame is shown at `begin_us`; it may be cut at `end_us` */
  ChannelPlayKind kind;
  int32_t entry;  /**< in the schedule; -1: in a gap */
  int32_t lesson; /**< in the entry or the filler; of a lesson that filler replaces its own; -1: none */
  int32_t filler; /**< in the filler; -1: none */
} ChannelPlay;

/** The plays that overlap [from_us, to_us), whole, in order. Array of ChannelPlay. With `is_coarse` each stretch of filler
 * is one play, with `filler` -1. */
GArray *channel_schedule_plays(const ChannelSchedule *schedule, int64_t from_us, int64_t to_us, bool is_coarse);

/** The day of China that `time_us` lies in, and when a day begins. */
int64_t channel_day_at(int64_t time_us);
int64_t channel_day_begin_us(int64_t day);
/** 0: Monday. */
int channel_day_weekday(int64_t day);
