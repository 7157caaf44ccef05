#include "media/channel_schedule.h"

/** One showing of an entry. */
typedef struct {
  int64_t begin_us, end_us;
  int64_t day;
  int32_t entry;
  bool is_date;
} Airing;

static int64_t floor_divide(int64_t a, int64_t b) {
  return a / b - (a % b < 0 ? 1 : 0);
}

int64_t channel_day_at(int64_t time_us) {
  int64_t local_us = time_us + CHANNEL_UTC_OFFSET_S * G_TIME_SPAN_SECOND;
  return floor_divide(local_us, CHANNEL_DAY_S * G_TIME_SPAN_SECOND);
}

int64_t channel_day_begin_us(int64_t day) {
  return (day * CHANNEL_DAY_S - CHANNEL_UTC_OFFSET_S) * G_TIME_SPAN_SECOND;
}

int channel_day_weekday(int64_t day) {
  int64_t shifted = day + 3; /* 1970-01-01 was a Thursday */
  return (int)(shifted - 7 * floor_divide(shifted, 7));
}

static bool airs_on(const ChannelEntry *entry, int64_t day) {
  if (entry->days == 0)
    return day == entry->first_day;
  return day >= entry->first_day && day <= entry->last_day && (entry->days >> channel_day_weekday(day) & 1);
}

/** How often the entry aired before `day`: since its first day, or since a Monday long ago. */
static int64_t count_before(const ChannelEntry *entry, int64_t day) {
  enum { MONDAY = 4 }; /* 1970-01-05 */
  if (entry->days == 0)
    return 0;
  int64_t first = entry->first_day == CHANNEL_DAY_MIN ? MONDAY : entry->first_day;
  int64_t weeks = floor_divide(day - first, 7), count = 0;
  for (int bit = 0; bit < 7; bit++)
    count += weeks * (int64_t)(entry->days >> bit & 1);
  for (int64_t at = first + weeks * 7; at < day; at++)
    count += entry->days >> channel_day_weekday(at) & 1;
  return count;
}

static int64_t duration_of(const ChannelLesson *lesson) {
  return lesson->duration_us >= CHANNEL_LESSON_MIN_US ? lesson->duration_us : 0;
}

static int64_t sum_durations(const ChannelLesson *lessons, size_t count) {
  const int64_t max = (int64_t)CHANNEL_DAY_S * G_TIME_SPAN_SECOND;
  int64_t sum = 0;
  for (size_t i = 0; i < count; i++)
    sum += MIN(duration_of(&lessons[i]), max);
  return sum;
}

/** Which lesson a serial shows on `day`. */
static size_t serial_lesson(const ChannelEntry *entry, int64_t day) {
  int64_t count = (int64_t)entry->lesson_count, number = count_before(entry, day);
  return (size_t)(number - count * floor_divide(number, count));
}

/** How long the entry plays when it airs on `day`; 0: it has nothing to show. */
static int64_t airing_length_us(const ChannelEntry *entry, int64_t day) {
  int64_t length_us = (entry->length_s > 0 ? entry->length_s : CHANNEL_DAY_S) * G_TIME_SPAN_SECOND;
  if (entry->lesson_count == 0)
    return 0;
  int64_t content_us = entry->order == CHANNEL_ORDER_SERIAL
                           ? duration_of(&entry->lessons[serial_lesson(entry, day)])
                           : sum_durations(entry->lessons, entry->lesson_count);
  if (entry->order == CHANNEL_ORDER_LOOP && content_us > 0)
    return length_us;
  return MIN(length_us, content_us);
}

static int compare_airings(gconstpointer a, gconstpointer b) {
  const Airing *left = a, *right = b;
  if (left->begin_us != right->begin_us)
    return left->begin_us < right->begin_us ? -1 : 1;
  if (left->is_date != right->is_date)
    return left->is_date ? 1 : -1;
  return left->entry < right->entry ? -1 : left->entry > right->entry;
}

static GArray *collect(const ChannelSchedule *schedule, int64_t first_day, int64_t last_day, bool is_date) {
  GArray *airings = g_array_new(FALSE, FALSE, sizeof(Airing));
  for (int64_t day = first_day; day <= last_day; day++)
    for (size_t i = 0; i < schedule->entry_count; i++) {
      const ChannelEntry *entry = &schedule->entries[i];
      if ((entry->days == 0) != is_date || !airs_on(entry, day))
        continue;
      int64_t begin_us = channel_day_begin_us(day) + entry->start_s * G_TIME_SPAN_SECOND;
      Airing airing = {begin_us, begin_us + airing_length_us(entry, day), day, (int32_t)i, is_date};
      if (airing.end_us > begin_us)
        g_array_append_val(airings, airing);
    }
  g_array_sort(airings, compare_airings);
  return airings;
}

/** End each airing when the next begins; those that come to nothing go. */
static void cut_at_next(GArray *airings) {
  guint kept = 0;
  for (guint i = 0; i < airings->len; i++) {
    Airing airing = g_array_index(airings, Airing, i);
    if (i + 1 < airings->len)
      airing.end_us = MIN(airing.end_us, g_array_index(airings, Airing, i + 1).begin_us);
    if (airing.end_us > airing.begin_us)
      g_array_index(airings, Airing, kept++) = airing;
  }
  g_array_set_size(airings, kept);
}

/** Whether a date's airing is on at `time_us`. */
static bool is_taken(const GArray *dates, int64_t time_us) {
  for (guint i = 0; i < dates->len; i++) {
    const Airing *airing = &g_array_index(dates, Airing, i);
    if (airing->begin_us <= time_us && time_us < airing->end_us)
      return true;
  }
  return false;
}

/** Airings of all days that can reach into the window, cut, in order. An airing is at most a day long, and whether it airs is
 * decided by those of at most a day before. */
static GArray *list_airings(const ChannelSchedule *schedule, int64_t from_us, int64_t to_us) {
  int64_t first_day = channel_day_at(from_us) - 2, last_day = channel_day_at(to_us) + 1;
  GArray *airings = collect(schedule, first_day, last_day, false);
  g_autoptr(GArray) dates = collect(schedule, first_day, last_day, true);
  cut_at_next(dates);
  guint kept = 0;
  for (guint i = 0; i < airings->len; i++) {
    Airing airing = g_array_index(airings, Airing, i);
    if (!is_taken(dates, airing.begin_us))
      g_array_index(airings, Airing, kept++) = airing;
  }
  g_array_set_size(airings, kept);
  g_array_append_vals(airings, dates->data, dates->len);
  g_array_sort(airings, compare_airings);
  cut_at_next(airings);
  return airings;
}

/** The plays under construction, with the window that they must overlap. */
typedef struct {
  const ChannelSchedule *schedule;
  int64_t from_us, to_us;
  bool is_coarse;
  GArray *plays;
} Plan;

static void add_play(Plan *plan, const ChannelPlay *play) {
  if (play->end_us > play->begin_us && play->end_us > plan->from_us && play->begin_us < plan->to_us)
    g_array_append_val(plan->plays, *play);
}

static int64_t filler_cycle_us(const ChannelSchedule *schedule) {
  int64_t cycle_us = 0;
  for (size_t i = 0; i < schedule->filler_count; i++)
    cycle_us += schedule->filler[i].is_available ? duration_of(&schedule->filler[i]) : 0;
  return cycle_us;
}

/** Where a cycle that began at `begin_us` stands before the window: no need to go through what was before. */
static int64_t skip_cycles(const Plan *plan, int64_t begin_us, int64_t cycle_us) {
  int64_t past_us = plan->from_us - begin_us;
  return past_us > cycle_us ? begin_us + past_us / cycle_us * cycle_us : begin_us;
}

/** Filler in [begin_us, end_us) of one day. `like`: whose place it takes. */
static void fill_day(Plan *plan, int64_t begin_us, int64_t end_us, const ChannelPlay *like) {
  ChannelPlay play = *like;
  int64_t cycle_us = filler_cycle_us(plan->schedule);
  play.kind = cycle_us > 0 ? CHANNEL_PLAY_FILLER : CHANNEL_PLAY_NOTHING;
  if (cycle_us == 0 || plan->is_coarse) {
    play.begin_us = begin_us;
    play.end_us = end_us;
    add_play(plan, &play);
    return;
  }
  int64_t at_us = skip_cycles(plan, begin_us, cycle_us), stop_us = MIN(end_us, plan->to_us);
  for (size_t i = 0; at_us < stop_us; i = (i + 1) % plan->schedule->filler_count) {
    const ChannelLesson *lesson = &plan->schedule->filler[i];
    int64_t duration_us = lesson->is_available ? duration_of(lesson) : 0;
    play.begin_us = at_us;
    play.end_us = MIN(at_us + duration_us, end_us);
    play.filler = (int32_t)i;
    add_play(plan, &play);
    at_us += duration_us;
  }
}

static void fill(Plan *plan, int64_t begin_us, int64_t end_us, const ChannelPlay *like) {
  int64_t at_us = MAX(begin_us, channel_day_begin_us(channel_day_at(plan->from_us)));
  int64_t stop_us = MIN(end_us, channel_day_begin_us(channel_day_at(plan->to_us) + 1));
  while (at_us < stop_us) {
    int64_t midnight_us = channel_day_begin_us(channel_day_at(at_us) + 1);
    fill_day(plan, at_us, MIN(end_us, midnight_us), like);
    at_us = midnight_us;
  }
}

static void play_gap(Plan *plan, int64_t begin_us, int64_t end_us) {
  const ChannelPlay like = {.entry = -1, .lesson = -1, .filler = -1};
  if (begin_us < end_us && end_us > plan->from_us && begin_us < plan->to_us)
    fill(plan, begin_us, end_us, &like);
}

static void play_lesson(Plan *plan, const Airing *airing, size_t lesson, int64_t begin_us) {
  const ChannelEntry *entry = &plan->schedule->entries[airing->entry];
  ChannelPlay play = {.begin_us = begin_us,
                      .end_us = MIN(begin_us + duration_of(&entry->lessons[lesson]), airing->end_us),
                      .entry = airing->entry,
                      .lesson = (int32_t)lesson,
                      .filler = -1};
  if (entry->lessons[lesson].is_available)
    add_play(plan, &play);
  else if (play.end_us > plan->from_us && play.begin_us < plan->to_us)
    fill(plan, play.begin_us, play.end_us, &play);
}

static void play_airing(Plan *plan, const Airing *airing) {
  const ChannelEntry *entry = &plan->schedule->entries[airing->entry];
  if (entry->order == CHANNEL_ORDER_SERIAL) {
    play_lesson(plan, airing, serial_lesson(entry, airing->day), airing->begin_us);
    return;
  }
  int64_t at_us = airing->begin_us, stop_us = MIN(airing->end_us, plan->to_us);
  if (entry->order == CHANNEL_ORDER_LOOP)
    at_us = skip_cycles(plan, at_us, sum_durations(entry->lessons, entry->lesson_count));
  for (size_t i = 0; at_us < stop_us; i = (i + 1) % entry->lesson_count) {
    play_lesson(plan, airing, i, at_us);
    at_us += duration_of(&entry->lessons[i]);
  }
}

GArray *channel_schedule_plays(const ChannelSchedule *schedule, int64_t from_us, int64_t to_us, bool is_coarse) {
  Plan plan = {schedule, from_us, to_us, is_coarse, g_array_new(FALSE, FALSE, sizeof(ChannelPlay))};
  g_autoptr(GArray) airings = list_airings(schedule, from_us, to_us);
  int64_t at_us = channel_day_begin_us(channel_day_at(from_us) - 2);
  for (guint i = 0; i < airings->len; i++) {
    const Airing *airing = &g_array_index(airings, Airing, i);
    play_gap(&plan, at_us, airing->begin_us);
    if (airing->end_us > from_us && airing->begin_us < to_us)
      play_airing(&plan, airing);
    at_us = airing->end_us;
  }
  play_gap(&plan, at_us, channel_day_begin_us(channel_day_at(to_us) + 2));
  return plan.plays;
}
