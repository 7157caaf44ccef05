#include "server/channel_unit.h"

#include "media/channel_playlist.h"

#include <string.h>

#define SECOND G_TIME_SPAN_SECOND
/** 2026-11-30 00:00 in China. */
#define MONDAY_US (INT64_C(1795968000) * SECOND)
#define ASSETS 4

/** A channel made by hand, and the indexes of its lessons. */
typedef struct {
  CatalogChannel channel;
  ChannelRevision revision;
  ChannelAsset assets[ASSETS];
  GArray *lessons[ASSETS];
  ChannelLesson rules[ASSETS];
  ChannelEntry entries[ASSETS];
} World;

static void clear_track(gpointer data) {
  g_array_unref(((ChannelTrack *)data)->places);
}

/** Segments of 2 to 10 s on a timescale that microseconds do not divide. */
static void make_asset(World *world, GRand *rand, int index) {
  ChannelAsset *asset = &world->assets[index];
  ChannelTrack track = {.track = {.timescale_hz = 30000},
                        .places = g_array_new(FALSE, TRUE, sizeof(CatalogPlacedSegment))};
  int64_t time = 0;
  for (int i = g_rand_int_range(rand, 1, 40); i > 0; i--) {
    CatalogPlacedSegment place = {
        .segment = {.decode_time = time, .duration = g_rand_int_range(rand, 60000, 300001)}};
    g_array_append_val(track.places, place);
    time += place.segment.duration;
  }
  asset->id = g_strdup_printf("%d", index);
  asset->videos = g_array_new(FALSE, TRUE, sizeof(ChannelTrack));
  g_array_set_clear_func(asset->videos, clear_track);
  g_array_append_val(asset->videos, track);
  world->rules[index] = (ChannelLesson){time * SECOND / 30000 + g_rand_int_range(rand, -1, 2) * SECOND, true};
  CatalogChannelLesson lesson = {.id = asset->id, .asset_id = asset->id};
  world->lessons[index] = g_array_new(FALSE, TRUE, sizeof(CatalogChannelLesson));
  g_array_append_val(world->lessons[index], lesson);
}

static void world_open(World *world, GRand *rand) {
  *world = (World){0};
  world->channel.revisions = g_ptr_array_new();
  g_ptr_array_add(world->channel.revisions, &world->revision);
  world->revision.lessons = g_ptr_array_new();
  for (int i = 0; i < ASSETS; i++) {
    make_asset(world, rand, i);
    world->entries[i] = (ChannelEntry){.days = 127,
                                       .first_day = CHANNEL_DAY_MIN,
                                       .last_day = CHANNEL_DAY_MAX,
                                       .start_s = g_rand_int_range(rand, 0, 600),
                                       .length_s = g_rand_int_range(rand, 1, 500),
                                       .order = CHANNEL_ORDER_LOOP,
                                       .lessons = &world->rules[i],
                                       .lesson_count = 1};
    g_ptr_array_add(world->revision.lessons, world->lessons[i]);
  }
  world->revision.filler = g_array_ref(world->lessons[0]);
  world->revision.schedule = (ChannelSchedule){world->entries, ASSETS, world->rules, g_rand_boolean(rand) ? 1 : 0};
}

static void world_close(World *world) {
  g_ptr_array_unref(world->channel.revisions);
  g_ptr_array_unref(world->revision.lessons);
  g_array_unref(world->revision.filler);
  for (int i = 0; i < ASSETS; i++) {
    g_array_unref(world->lessons[i]);
    g_array_unref(world->assets[i].videos);
    g_free(world->assets[i].id);
  }
}

/** One of the four cannot be had. */
static const ChannelAsset *find(gpointer user_data, const char *id) {
  World *world = user_data;
  int index = id[0] - '0';
  return index == 3 ? NULL : &world->assets[index];
}

static const ChannelUnit *unit_at(const GArray *units, guint index) {
  return &g_array_index(units, ChannelUnit, index);
}

static void check_units(const GArray *units, int64_t from_us, int64_t to_us) {
  int64_t slot = from_us / CHANNEL_SLOT_US;
  for (guint i = 0; i < units->len; i++) {
    const ChannelUnit *unit = unit_at(units, i);
    g_assert_cmpint(unit->end_us, >, unit->begin_us);
    g_assert_cmpint(unit->end_us - unit->begin_us, <=, CHANNEL_SLOT_US);
    g_assert_cmpint(unit->begin_us, >=, unit->origin_us);
    if (channel_slot_at(unit->begin_us) == slot)
      slot++;
    g_assert_cmpint(channel_slot_at(unit->begin_us), <, slot); /* no slot was left out */
    if (i + 1 == units->len)
      continue;
    const ChannelUnit *next = unit_at(units, i + 1);
    g_assert_cmpint(next->begin_us, >=, unit->end_us);
    g_assert_cmpint(next->begin_us - unit->end_us, <, 50 * G_TIME_SPAN_MILLISECOND);
    if (next->origin_us != unit->origin_us || next->asset != unit->asset)
      g_assert_true(unit->is_cut);
  }
  g_assert_cmpint(slot, ==, to_us / CHANNEL_SLOT_US);
}

/** Whatever window is asked for, the same units are in it, and every slot has one. */
static void test_random(void) {
  g_autoptr(GRand) rand = g_rand_new_with_seed(11);
  for (int i = 0; i < 60; i++) {
    World world;
    world_open(&world, rand);
    int64_t to_us = MONDAY_US + 100 * CHANNEL_SLOT_US;
    g_autoptr(GArray) all = channel_units_list(&world.channel, MONDAY_US, to_us, find, &world);
    check_units(all, MONDAY_US, to_us);
    guint seen = 0;
    for (int64_t at_us = MONDAY_US; at_us < to_us; at_us += CHANNEL_SLOT_US) {
      g_autoptr(GArray) slot = channel_units_list(&world.channel, at_us, at_us + CHANNEL_SLOT_US, find, &world);
      for (guint j = 0; j < slot->len; j++, seen++)
        g_assert_cmpint(memcmp(unit_at(slot, j), unit_at(all, seen), sizeof(ChannelUnit)), ==, 0);
    }
    g_assert_cmpuint(seen, ==, all->len);
    world_close(&world);
  }
}

static void test_no_schedule(void) {
  CatalogChannel channel = {.revisions = g_ptr_array_new()};
  g_autoptr(GArray) units = channel_units_list(&channel, MONDAY_US, MONDAY_US + 3 * CHANNEL_SLOT_US, find, NULL);
  g_assert_cmpuint(units->len, ==, 3);
  check_units(units, MONDAY_US, MONDAY_US + 3 * CHANNEL_SLOT_US);
  g_ptr_array_unref(channel.revisions);
}

int main(int argc, char **argv) {
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/channel_unit/random", test_random);
  g_test_add_func("/channel_unit/no_schedule", test_no_schedule);
  return g_test_run();
}
