#include "server/channel_unit.h"

#include "media/channel_playlist.h"
#include "media/rational.h"

/** A shorter hole is left to the picture before it. */
#define BLACK_MIN_US (50 * G_TIME_SPAN_MILLISECOND)

/** Units under construction, with the window that they must begin in. */
typedef struct {
  int64_t from_us, to_us;
  GArray *units;
} List;

static void add(List *list, const ChannelUnit *unit) {
  if (unit->begin_us >= list->from_us && unit->begin_us < list->to_us)
    g_array_append_val(list->units, *unit);
}

/** Black in [begin_us, end_us), cut at the slots' begins. `is_cut`: another play follows. */
static void add_black(List *list, int64_t begin_us, int64_t end_us, bool is_cut) {
  if (end_us - begin_us < BLACK_MIN_US)
    return;
  int64_t at_us = MAX(begin_us, list->from_us - CHANNEL_SLOT_US);
  at_us = at_us > begin_us ? at_us / CHANNEL_SLOT_US * CHANNEL_SLOT_US : at_us;
  at_us = MAX(at_us, begin_us);
  while (at_us < MIN(end_us, list->to_us)) {
    int64_t next_us = MIN(end_us, (at_us / CHANNEL_SLOT_US + 1) * CHANNEL_SLOT_US);
    ChannelUnit unit = {at_us, next_us, begin_us, NULL, 0, is_cut && next_us == end_us};
    add(list, &unit);
    at_us = next_us;
  }
}

static int64_t time_of(const ChannelTrack *track, int64_t origin_us, int64_t time) {
  return origin_us + rescale_i64(time, G_TIME_SPAN_SECOND, track->track.timescale_hz);
}

static const CatalogSegment *segment_at(const ChannelTrack *track, guint index) {
  return &g_array_index(track->places, CatalogPlacedSegment, index).segment;
}

/** When segment `index` begins, or, behind the last, where the track ends. */
static int64_t begin_of(const ChannelTrack *track, int64_t origin_us, guint index) {
  if (index < track->places->len)
    return time_of(track, origin_us, segment_at(track, index)->decode_time);
  const CatalogSegment *last = segment_at(track, track->places->len - 1);
  return time_of(track, origin_us, last->decode_time + last->duration);
}

/** Whether a segment begins in every slot. */
static bool is_fit(const ChannelTrack *track) {
  for (guint i = 0; i < track->places->len; i++)
    if (begin_of(track, 0, i + 1) - begin_of(track, 0, i) > CHANNEL_SLOT_US)
      return false;
  return true;
}

static void add_lesson(List *list, const CatalogChannelPlay *play, const ChannelAsset *asset) {
  const ChannelTrack *track = channel_asset_reference(asset);
  guint count = track->places->len, index = 0;
  while (index < count && begin_of(track, play->media_us, index) < play->begin_us)
    index++;
  int64_t head_us = MIN(begin_of(track, play->media_us, index), play->end_us);
  add_black(list, play->begin_us, head_us, index == count || head_us == play->end_us);
  for (; index < count && begin_of(track, play->media_us, index) < play->end_us; index++) {
    int64_t next_us = begin_of(track, play->media_us, index + 1);
    bool is_cut = next_us >= play->end_us || index + 1 == count;
    ChannelUnit unit = {
        begin_of(track, play->media_us, index), MIN(next_us, play->end_us), play->media_us, asset, index, is_cut};
    add(list, &unit);
  }
  if (index == count)
    add_black(list, MAX(begin_of(track, play->media_us, count), play->begin_us), play->end_us, true);
}

GArray *channel_units_list(const CatalogChannel *channel, int64_t from_us, int64_t to_us, ChannelUnitFindFunc find,
                           gpointer user_data) {
  List list = {from_us, to_us, g_array_new(FALSE, FALSE, sizeof(ChannelUnit))};
  g_autoptr(GArray) plays = catalog_channel_plays(channel, from_us, to_us, false);
  for (guint i = 0; i < plays->len; i++) {
    const CatalogChannelPlay *play = &g_array_index(plays, CatalogChannelPlay, i);
    const ChannelAsset *asset = play->lesson != NULL ? find(user_data, play->lesson->asset_id) : NULL;
    const ChannelTrack *track = asset != NULL ? channel_asset_reference(asset) : NULL;
    if (track != NULL && is_fit(track))
      add_lesson(&list, play, asset);
    else
      add_black(&list, play->begin_us, play->end_us, true);
  }
  if (plays->len == 0) /* no schedule at all */
    add_black(&list, from_us, to_us, true);
  return list.units;
}
