#include "media/channel_schedule.h"

#include <string.h>

#define SECOND G_TIME_SPAN_SECOND
/** 2026-11-30, a Monday. */
#define MONDAY 20787

static int64_t at(int64_t day, int hour, int minute) {
  return channel_day_begin_us(day) + (hour * 60 + minute) * 60 * SECOND;
}

static const ChannelLesson two[] = {{600 * SECOND, true}, {300 * SECOND, true}};
static const ChannelLesson half[] = {{600 * SECOND, true}, {300 * SECOND, false}, {60 * SECOND, true}};
static const ChannelLesson filler[] = {{7 * SECOND, true}, {100 * SECOND, false}, {20 * SECOND, true}};

/** Plays of a window; every one must touch the next. */
static GArray *plays_of(const ChannelEntry *entries, size_t count, int64_t from_us, int64_t to_us) {
  ChannelSchedule schedule = {entries, count, filler, G_N_ELEMENTS(filler)};
  GArray *plays = channel_schedule_plays(&schedule, from_us, to_us, true);
  for (guint i = 1; i < plays->len; i++)
    g_assert_cmpint(g_array_index(plays, ChannelPlay, i - 1).end_us, ==,
                    g_array_index(plays, ChannelPlay, i).begin_us);
  g_assert_cmpuint(plays->len, >, 0);
  g_assert_cmpint(g_array_index(plays, ChannelPlay, 0).begin_us, <=, from_us);
  g_assert_cmpint(g_array_index(plays, ChannelPlay, plays->len - 1).end_us, >=, to_us);
  return plays;
}

static void expect(const GArray *plays, guint index, ChannelPlayKind kind, int entry, int lesson,
                   int64_t begin_us) {
  const ChannelPlay *play = &g_array_index(plays, ChannelPlay, index);
  g_assert_cmpuint(index, <, plays->len);
  g_assert_cmpint(play->kind, ==, kind);
  g_assert_cmpint(play->entry, ==, entry);
  g_assert_cmpint(play->lesson, ==, lesson);
  g_assert_cmpint(play->begin_us, ==, begin_us);
}

static ChannelEntry weekly(unsigned days, int hour, int minute, int32_t length_s, ChannelOrder order) {
  return (ChannelEntry){.days = days,
                        .first_day = CHANNEL_DAY_MIN,
                        .last_day = CHANNEL_DAY_MAX,
                        .start_s = (hour * 60 + minute) * 60,
                        .length_s = length_s,
                        .order = order,
                        .lessons = two,
                        .lesson_count = G_N_ELEMENTS(two)};
}

static void test_days(void) {
  g_autoptr(GDateTime) time = g_date_time_new_from_iso8601("2026-11-30T00:00:00+08:00", NULL);
  g_assert_cmpint(channel_day_begin_us(MONDAY), ==, g_date_time_to_unix(time) * SECOND);
  g_assert_cmpint(channel_day_weekday(MONDAY), ==, 0);
  g_assert_cmpint(channel_day_weekday(-1), ==, 2);
  g_assert_cmpint(channel_day_at(channel_day_begin_us(MONDAY)), ==, MONDAY);
  g_assert_cmpint(channel_day_at(channel_day_begin_us(MONDAY) - 1), ==, MONDAY - 1);
  g_assert_cmpint(channel_day_at(channel_day_begin_us(-5)), ==, -5);
}

static void test_whole_and_gap(void) {
  ChannelEntry entry = weekly(1, 8, 0, 0, CHANNEL_ORDER_WHOLE);
  g_autoptr(GArray) plays = plays_of(&entry, 1, at(MONDAY, 7, 0), at(MONDAY, 9, 0));
  expect(plays, 0, CHANNEL_PLAY_FILLER, -1, -1, at(MONDAY, 0, 0));
  expect(plays, 1, CHANNEL_PLAY_LESSON, 0, 0, at(MONDAY, 8, 0));
  expect(plays, 2, CHANNEL_PLAY_LESSON, 0, 1, at(MONDAY, 8, 10));
  expect(plays, 3, CHANNEL_PLAY_FILLER, -1, -1, at(MONDAY, 8, 15));
  g_autoptr(GArray) tuesday = plays_of(&entry, 1, at(MONDAY + 1, 7, 0), at(MONDAY + 1, 9, 0));
  g_assert_cmpuint(tuesday->len, ==, 1);
}

static void test_loop_is_cut(void) {
  ChannelEntry entry = weekly(127, 23, 50, 1800, CHANNEL_ORDER_LOOP);
  g_autoptr(GArray) plays = plays_of(&entry, 1, at(MONDAY, 23, 50), at(MONDAY + 1, 0, 30));
  expect(plays, 0, CHANNEL_PLAY_LESSON, 0, 0, at(MONDAY, 23, 50));
  expect(plays, 1, CHANNEL_PLAY_LESSON, 0, 1, at(MONDAY + 1, 0, 0));
  expect(plays, 2, CHANNEL_PLAY_LESSON, 0, 0, at(MONDAY + 1, 0, 5));
  expect(plays, 3, CHANNEL_PLAY_LESSON, 0, 1, at(MONDAY + 1, 0, 15));
  expect(plays, 4, CHANNEL_PLAY_FILLER, -1, -1, at(MONDAY + 1, 0, 20));
}

static void test_serial_goes_on(void) {
  ChannelEntry entry = weekly(1 << 0 | 1 << 2, 8, 0, 0, CHANNEL_ORDER_SERIAL);
  entry.first_day = MONDAY;
  static const int64_t days[] = {MONDAY, MONDAY + 2, MONDAY + 7, MONDAY + 9};
  for (size_t i = 0; i < G_N_ELEMENTS(days); i++) {
    g_autoptr(GArray) plays = plays_of(&entry, 1, at(days[i], 8, 0), at(days[i], 8, 1));
    expect(plays, 0, CHANNEL_PLAY_LESSON, 0, (int)(i % 2), at(days[i], 8, 0));
  }
  g_autoptr(GArray) before = plays_of(&entry, 1, at(MONDAY - 5, 8, 0), at(MONDAY - 5, 8, 1));
  expect(before, 0, CHANNEL_PLAY_FILLER, -1, -1, at(MONDAY - 5, 0, 0));
}

static void test_date_wins(void) {
  ChannelEntry entries[] = {weekly(127, 8, 0, 3600, CHANNEL_ORDER_LOOP), weekly(0, 7, 30, 1800, CHANNEL_ORDER_LOOP),
                            weekly(127, 7, 45, 0, CHANNEL_ORDER_WHOLE)};
  entries[1].first_day = MONDAY;
  g_autoptr(GArray) plays = plays_of(entries, 3, at(MONDAY, 7, 46), at(MONDAY, 8, 1));
  expect(plays, 0, CHANNEL_PLAY_LESSON, 1, 0, at(MONDAY, 7, 45)); /* and not entry 2 */
  expect(plays, 1, CHANNEL_PLAY_LESSON, 1, 1, at(MONDAY, 7, 55));
  expect(plays, 2, CHANNEL_PLAY_LESSON, 0, 0, at(MONDAY, 8, 0));
  g_autoptr(GArray) next = plays_of(entries, 3, at(MONDAY + 1, 7, 46), at(MONDAY + 1, 7, 47));
  expect(next, 0, CHANNEL_PLAY_LESSON, 2, 0, at(MONDAY + 1, 7, 45));
}

static void test_unavailable_is_filled(void) {
  ChannelEntry entry = weekly(127, 8, 0, 0, CHANNEL_ORDER_WHOLE);
  entry.lessons = half;
  entry.lesson_count = G_N_ELEMENTS(half);
  g_autoptr(GArray) plays = plays_of(&entry, 1, at(MONDAY, 8, 0), at(MONDAY, 8, 20));
  expect(plays, 1, CHANNEL_PLAY_FILLER, 0, 1, at(MONDAY, 8, 10));
  expect(plays, 2, CHANNEL_PLAY_LESSON, 0, 2, at(MONDAY, 8, 15));
  ChannelSchedule schedule = {&entry, 1, NULL, 0};
  g_autoptr(GArray) bare = channel_schedule_plays(&schedule, at(MONDAY, 8, 12), at(MONDAY, 8, 13), false);
  expect(bare, 0, CHANNEL_PLAY_NOTHING, 0, 1, at(MONDAY, 8, 10));
}

/* --- random schedules against the rules read out one by one --- */

typedef struct {
  int64_t begin_us, length_us;
  int entry;
  int64_t day;
} Showing;

static bool naive_airs(const ChannelEntry *entry, int64_t day) {
  return entry->days == 0 ? day == entry->first_day
                          : day >= entry->first_day && day <= entry->last_day &&
                                (entry->days & (1u << channel_day_weekday(day))) != 0;
}

static int naive_serial(const ChannelEntry *entry, int64_t day) {
  int count = 0;
  for (int64_t d = entry->first_day == CHANNEL_DAY_MIN ? 4 : entry->first_day; d < day; d++)
    count += entry->days != 0 && naive_airs(entry, d);
  return count % (int)entry->lesson_count;
}

static int64_t naive_length(const ChannelEntry *entry, int64_t day) {
  int64_t limit = (entry->length_s > 0 ? entry->length_s : CHANNEL_DAY_S) * SECOND, content = 0;
  if (entry->order == CHANNEL_ORDER_SERIAL)
    return MIN(limit, entry->lessons[naive_serial(entry, day)].duration_us);
  for (size_t i = 0; i < entry->lesson_count; i++)
    content += entry->lessons[i].duration_us;
  return entry->order == CHANNEL_ORDER_LOOP ? limit : MIN(limit, content);
}

/** The showing that began last by `time_us`, among dates or among all that are kept; later entries and dates first. */
static const Showing *latest(const ChannelEntry *entries, const GArray *showings, int64_t time_us,
                             bool dates_only) {
  const Showing *best = NULL;
  for (guint i = 0; i < showings->len; i++) {
    const Showing *showing = &g_array_index(showings, Showing, i);
    bool is_date = entries[showing->entry].days == 0;
    if (showing->begin_us > time_us || (dates_only && !is_date))
      continue;
    if (!is_date) {
      const Showing *date = latest(entries, showings, showing->begin_us, true);
      if (date != NULL && showing->begin_us < date->begin_us + date->length_us)
        continue;
    }
    if (best == NULL || showing->begin_us > best->begin_us ||
        (showing->begin_us == best->begin_us && is_date >= (entries[best->entry].days == 0)))
      best = showing;
  }
  return best;
}

static void naive_fill(int64_t begin_us, int64_t end_us, int64_t time_us, ChannelPlay *play) {
  int64_t midnight = channel_day_begin_us(channel_day_at(time_us));
  int64_t at_us = MAX(begin_us, midnight);
  end_us = MIN(end_us, midnight + CHANNEL_DAY_S * SECOND);
  play->kind = CHANNEL_PLAY_FILLER;
  for (int i = 0;; i = (i + 1) % (int)G_N_ELEMENTS(filler)) {
    int64_t duration_us = filler[i].is_available ? filler[i].duration_us : 0;
    if (time_us < at_us + duration_us) {
      play->begin_us = at_us;
      play->filler = i;
      play->end_us = MIN(at_us + duration_us, end_us);
      return;
    }
    at_us += duration_us;
  }
}

static ChannelPlay naive_play(const ChannelEntry *entries, const GArray *showings, int64_t time_us) {
  ChannelPlay play = {.entry = -1, .lesson = -1, .filler = -1};
  const Showing *showing = latest(entries, showings, time_us, false);
  if (showing == NULL || time_us >= showing->begin_us + showing->length_us) {
    naive_fill(showing != NULL ? showing->begin_us + showing->length_us : 0, INT64_MAX, time_us, &play);
    return play;
  }
  const ChannelEntry *entry = &entries[showing->entry];
  int lesson = entry->order == CHANNEL_ORDER_SERIAL ? naive_serial(entry, showing->day) : 0;
  int64_t begin_us = showing->begin_us;
  while (time_us >= begin_us + entry->lessons[lesson].duration_us) {
    begin_us += entry->lessons[lesson].duration_us;
    lesson = (lesson + 1) % (int)entry->lesson_count;
  }
  play.entry = showing->entry;
  play.lesson = lesson;
  play.begin_us = begin_us;
  play.end_us = MIN(begin_us + entry->lessons[lesson].duration_us, showing->begin_us + showing->length_us);
  if (!entry->lessons[lesson].is_available)
    naive_fill(begin_us, play.end_us, time_us, &play);
  return play;
}

static ChannelEntry random_entry(GRand *rand, const ChannelLesson *lessons) {
  bool is_date = g_rand_int_range(rand, 0, 4) == 0;
  ChannelEntry entry = {.days = is_date ? 0 : (unsigned)g_rand_int_range(rand, 1, 128),
                        .first_day = MONDAY + g_rand_int_range(rand, -3, 8),
                        .last_day = MONDAY + g_rand_int_range(rand, 0, 12),
                        .start_s = g_rand_int_range(rand, 0, 48) * 1800,
                        .length_s = g_rand_int_range(rand, 0, 3) * 5000,
                        .order = (ChannelOrder)g_rand_int_range(rand, 0, 3),
                        .lessons = lessons,
                        .lesson_count = (size_t)g_rand_int_range(rand, 1, 5)};
  if (!is_date && g_rand_boolean(rand))
    entry.first_day = CHANNEL_DAY_MIN;
  if (entry.order == CHANNEL_ORDER_LOOP && entry.length_s == 0)
    entry.length_s = 7200;
  return entry;
}

static void check_random(GRand *rand) {
  ChannelLesson lessons[5];
  ChannelEntry entries[8];
  for (size_t i = 0; i < G_N_ELEMENTS(lessons); i++)
    lessons[i] = (ChannelLesson){g_rand_int_range(rand, 1, 5000) * SECOND, g_rand_int_range(rand, 0, 4) > 0};
  size_t count = (size_t)g_rand_int_range(rand, 0, 9);
  g_autoptr(GArray) showings = g_array_new(FALSE, FALSE, sizeof(Showing));
  for (size_t i = 0; i < count; i++) {
    entries[i] = random_entry(rand, lessons);
    for (int64_t day = MONDAY - 10; day < MONDAY + 14; day++)
      if (naive_airs(&entries[i], day)) {
        Showing showing = {channel_day_begin_us(day) + entries[i].start_s * SECOND, naive_length(&entries[i], day),
                           (int)i, day};
        g_array_append_val(showings, showing);
      }
  }
  ChannelSchedule schedule = {entries, count, filler, G_N_ELEMENTS(filler)};
  int64_t from_us = channel_day_begin_us(MONDAY) + g_rand_int_range(rand, 0, 7 * CHANNEL_DAY_S) * SECOND;
  int64_t to_us = from_us + g_rand_int_range(rand, 1, 8000) * SECOND;
  g_autoptr(GArray) plays = channel_schedule_plays(&schedule, from_us, to_us, false);
  int64_t time_us = from_us;
  for (guint i = 0; i < plays->len; i++) {
    const ChannelPlay *play = &g_array_index(plays, ChannelPlay, i);
    ChannelPlay naive = naive_play(entries, showings, MAX(time_us, play->begin_us));
    g_assert_cmpint(play->begin_us, <=, time_us);
    g_assert_cmpint(play->begin_us, ==, naive.begin_us);
    g_assert_cmpint(play->kind, ==, naive.kind);
    g_assert_cmpint(play->entry, ==, naive.entry);
    g_assert_cmpint(play->lesson, ==, naive.lesson);
    g_assert_cmpint(play->filler, ==, naive.filler);
    ChannelPlay last = naive_play(entries, showings, play->end_us - 1);
    g_assert_cmpint(last.begin_us, ==, play->begin_us);
    time_us = play->end_us;
  }
  g_assert_cmpint(time_us, >=, to_us);
}

static void test_random(void) {
  g_autoptr(GRand) rand = g_rand_new_with_seed(7);
  for (int i = 0; i < 30; i++)
    check_random(rand);
}

int main(int argc, char **argv) {
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/channel_schedule/days", test_days);
  g_test_add_func("/channel_schedule/whole_and_gap", test_whole_and_gap);
  g_test_add_func("/channel_schedule/loop_is_cut", test_loop_is_cut);
  g_test_add_func("/channel_schedule/serial_goes_on", test_serial_goes_on);
  g_test_add_func("/channel_schedule/date_wins", test_date_wins);
  g_test_add_func("/channel_schedule/unavailable_is_filled", test_unavailable_is_filled);
  g_test_add_func("/channel_schedule/random", test_random);
  return g_test_run();
}
