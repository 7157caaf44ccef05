#include "server/channel_air.h"

#include "base/log.h"
#include "media/aac_silence.h"
#include "media/h264_black.h"
#include "media/ts_segment.h"
#include "server/channel_unit.h"
#include "server/stored_segment.h"

#include <string.h>

/** Indexes kept, of an hour's lesson 200 KB each; all go when there are more. */
#define ASSETS_MAX 64
/** Lessons looked at for what variants there are. */
#define VARIANT_LESSONS_MAX 200
/** Of black: one in a second. */
#define BLACK_PICTURE_TICKS TS_CLOCK_HZ
#define BLACK_BITRATE_BPS 100000
#define SILENCE_TICKS (TS_CLOCK_HZ / 100 * AAC_SILENCE_FRAME_SAMPLES / (AAC_SILENCE_RATE_HZ / 100))
/** What the transport stream adds, of 100. */
#define OVERHEAD_PERCENT 12

static const int32_t heights[] = {360, 540, 720, 1080};

struct ChannelAir {
  Catalog *catalog;
  const BlobStore *store;
  GMutex lock;        /**< guards assets */
  GHashTable *assets; /**< id -> ChannelAsset */
};

ChannelAir *channel_air_new(Catalog *catalog, const BlobStore *store) {
  ChannelAir *air = g_new0(ChannelAir, 1);
  air->catalog = catalog;
  air->store = store;
  g_mutex_init(&air->lock);
  air->assets = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify)channel_asset_unref);
  return air;
}

void channel_air_free(ChannelAir *air) {
  if (air == NULL)
    return;
  g_hash_table_unref(air->assets);
  g_mutex_clear(&air->lock);
  g_free(air);
}

static bool load_asset(ChannelAir *air, const char *id, ChannelAsset **ret_asset, GError **error) {
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&air->lock);
  ChannelAsset *asset = g_hash_table_lookup(air->assets, id);
  if (asset == NULL) {
    if (!channel_asset_load(air->catalog, id, &asset, error))
      return false;
    if (g_hash_table_size(air->assets) >= ASSETS_MAX)
      g_hash_table_remove_all(air->assets);
    g_hash_table_insert(air->assets, g_strdup(id), asset);
  }
  *ret_asset = channel_asset_ref(asset);
  return true;
}

/** The assets that units borrow, held while they are used. */
typedef struct {
  ChannelAir *air;
  GPtrArray *held; /**< ChannelAsset */
} Holder;

static const ChannelAsset *find_asset(gpointer user_data, const char *id) {
  Holder *holder = user_data;
  ChannelAsset *asset = NULL;
  g_autoptr(GError) error = NULL;
  for (guint i = 0; i < holder->held->len; i++)
    if (strcmp(((const ChannelAsset *)holder->held->pdata[i])->id, id) == 0)
      return holder->held->pdata[i];
  if (load_asset(holder->air, id, &asset, &error))
    g_ptr_array_add(holder->held, asset);
  else
    log_warning("channels: black is shown in place of asset %s: %s", id, error->message);
  return asset;
}

/** The units of slots with what they borrow. */
typedef struct {
  Holder holder;
  GArray *units;
} Units;

static void units_clear(Units *units) {
  g_array_unref(units->units);
  g_ptr_array_unref(units->holder.held);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Units, units_clear)

static Units units_of(ChannelAir *air, const CatalogChannel *channel, int64_t first_slot, size_t count) {
  Units units = {.holder = {air, g_ptr_array_new_with_free_func((GDestroyNotify)channel_asset_unref)}};
  units.units = channel_units_list(channel, first_slot * CHANNEL_SLOT_US,
                                   (first_slot + (int64_t)count) * CHANNEL_SLOT_US, find_asset, &units.holder);
  return units;
}

static const ChannelUnit *unit_at(const Units *units, guint index) {
  return &g_array_index(units->units, ChannelUnit, index);
}

bool channel_air_list_starts(ChannelAir *air, const CatalogChannel *channel, int64_t first_slot, size_t count,
                             GArray **ret_starts_us, GError **error) {
  g_auto(Units) units = units_of(air, channel, first_slot, count + 1);
  g_autoptr(GArray) starts = g_array_new(FALSE, FALSE, sizeof(int64_t));
  for (guint i = 0; i < units.units->len; i++) {
    const ChannelUnit *unit = unit_at(&units, i);
    int64_t slot = first_slot + starts->len;
    if (channel_slot_at(unit->begin_us) == slot)
      g_array_append_val(starts, unit->begin_us);
  }
  if (starts->len != count + 1) {
    g_set_error(error, CATALOG_ERROR, CATALOG_ERROR_INVALID, "channel %s has a slot in which nothing begins",
                channel->record->id);
    return false;
  }
  *ret_starts_us = g_steal_pointer(&starts);
  return true;
}

/* --- what a segment is made of --- */

static const CatalogPlacedSegment *place_of(const ChannelTrack *track, guint index) {
  return track != NULL && index < track->places->len ? &g_array_index(track->places, CatalogPlacedSegment, index)
                                                     : NULL;
}

static void append_place(GString *text, const CatalogPlacedSegment *place) {
  if (place != NULL)
    g_string_append_printf(text, ":%s+%" G_GINT64_FORMAT, place->blob_key, place->segment.offset);
}

char *channel_air_identify(ChannelAir *air, const CatalogChannel *channel, int64_t slot, int32_t height,
                           GError **error) {
  g_auto(Units) units = units_of(air, channel, slot, 1);
  g_autoptr(GString) text = g_string_new(NULL);
  if (units.units->len == 0) {
    g_set_error(error, CATALOG_ERROR, CATALOG_ERROR_INVALID, "channel %s: nothing begins in slot %" G_GINT64_FORMAT,
                channel->record->id, slot);
    return NULL;
  }
  g_string_append_printf(text, "%" G_GINT64_FORMAT ":%d", slot, height);
  for (guint i = 0; i < units.units->len; i++) {
    const ChannelUnit *unit = unit_at(&units, i);
    g_string_append_printf(text, "|%" G_GINT64_FORMAT ":%" G_GINT64_FORMAT ":%" G_GINT64_FORMAT ":%d",
                           unit->origin_us, unit->begin_us, unit->end_us, unit->is_cut);
    if (unit->asset == NULL)
      continue;
    append_place(text, place_of(channel_asset_pick(unit->asset, height), unit->index));
    append_place(text, place_of(unit->asset->audio, unit->index));
  }
  g_autofree char *hash = g_compute_checksum_for_string(G_CHECKSUM_SHA256, text->str, (gssize)text->len);
  return g_strconcat("channel1:", hash, NULL);
}

/* --- the bytes --- */

/** What a segment is put together from, kept until it is written. */
typedef struct {
  GArray *parts;       /**< TsPart */
  GPtrArray *tracks;   /**< TsTrack */
  GPtrArray *inits;    /**< Mp4Init, of black and silence */
  GPtrArray *arrays;   /**< GArray of Mp4Sample, of black and silence */
  GPtrArray *segments; /**< StoredSegment */
  H264Black black;     /**< when there is any */
  GBytes *black_data;  /**< both samples, one behind another */
  int32_t height;
} Assembly;

static void segment_free(gpointer data) {
  stored_segment_clear(data);
  g_free(data);
}

static void assembly_init(Assembly *assembly, int32_t height) {
  *assembly = (Assembly){.parts = g_array_new(FALSE, FALSE, sizeof(TsPart)),
                         .tracks = g_ptr_array_new_with_free_func(g_free),
                         .inits = g_ptr_array_new_with_free_func(g_free),
                         .arrays = g_ptr_array_new_with_free_func((GDestroyNotify)g_array_unref),
                         .segments = g_ptr_array_new_with_free_func(segment_free),
                         .height = height};
}

static void assembly_clear(Assembly *assembly) {
  g_array_unref(assembly->parts);
  g_ptr_array_unref(assembly->tracks);
  g_ptr_array_unref(assembly->inits);
  g_ptr_array_unref(assembly->arrays);
  g_ptr_array_unref(assembly->segments);
  h264_black_clear(&assembly->black);
  g_clear_pointer(&assembly->black_data, g_bytes_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Assembly, assembly_clear)

static int64_t ticks_of(int64_t time_us) {
  return time_us * 9 / 100;
}

static TsTrack *add_track(Assembly *assembly, const TsTrack *track) {
  TsTrack *kept = g_memdup2(track, sizeof *track);
  g_ptr_array_add(assembly->tracks, kept);
  return kept;
}

static void add_part(Assembly *assembly, const TsTrack *video, const TsTrack *audio, int64_t offset) {
  TsPart part = {video, audio, offset};
  if (video != NULL || audio != NULL)
    g_array_append_val(assembly->parts, part);
}

/** A track that is made here: `samples` count from `offset` of the part, in TS_CLOCK_HZ. Takes `samples`. */
static TsTrack *add_made(Assembly *assembly, const uint8_t *config, size_t config_bytes, const uint8_t *data,
                         size_t size_bytes, GArray *samples) {
  Mp4Init *init = g_new0(Mp4Init, 1);
  init->timescale_hz = TS_CLOCK_HZ;
  init->config = config;
  init->config_bytes = config_bytes;
  g_ptr_array_add(assembly->inits, init);
  g_ptr_array_add(assembly->arrays, samples);
  TsTrack track = {init, data, size_bytes, (const Mp4Sample *)(const void *)samples->data, samples->len};
  return samples->len > 0 ? add_track(assembly, &track) : NULL;
}

/** Frames of silence that begin in [from, to), counted from the unit's origin so that they follow each other from unit to unit.
 * NULL for none. */
static TsTrack *add_silence(Assembly *assembly, int64_t from, int64_t to, bool is_cut) {
  GArray *samples = g_array_new(FALSE, FALSE, sizeof(Mp4Sample));
  int64_t at = (from + SILENCE_TICKS - 1) / SILENCE_TICKS * SILENCE_TICKS;
  for (; at + (is_cut ? SILENCE_TICKS : 1) <= to; at += SILENCE_TICKS) {
    Mp4Sample sample = {
        .decode_time = at, .duration = SILENCE_TICKS, .size_bytes = sizeof aac_silence_frame, .is_sync = true};
    g_array_append_val(samples, sample);
  }
  return add_made(assembly, aac_silence_config, sizeof aac_silence_config, aac_silence_frame,
                  sizeof aac_silence_frame, samples);
}

static void make_black(Assembly *assembly) {
  if (assembly->black_data != NULL)
    return;
  h264_black_init(&assembly->black, assembly->height * 16 / 9 & ~1, assembly->height);
  GByteArray *data = g_byte_array_new();
  for (int i = 0; i < 2; i++)
    g_byte_array_append(data, g_bytes_get_data(assembly->black.samples[i], NULL),
                        (guint)g_bytes_get_size(assembly->black.samples[i]));
  assembly->black_data = g_byte_array_free_to_bytes(data);
}

/** Black pictures from `from` to `to`, about a second each: an even number, so that the two kinds alternate from unit to unit. */
static TsTrack *add_black(Assembly *assembly, int64_t from, int64_t to) {
  make_black(assembly);
  GArray *samples = g_array_new(FALSE, FALSE, sizeof(Mp4Sample));
  size_t first_bytes = g_bytes_get_size(assembly->black.samples[0]);
  int64_t count = ((to - from) / BLACK_PICTURE_TICKS + 2) / 2 * 2;
  for (int64_t i = 0; i < count; i++) {
    int64_t at = from + (to - from) * i / count, next = from + (to - from) * (i + 1) / count;
    Mp4Sample sample = {.decode_time = at,
                        .duration = (uint32_t)(next - at),
                        .offset = i % 2 != 0 ? (uint32_t)first_bytes : 0,
                        .size_bytes = (uint32_t)g_bytes_get_size(assembly->black.samples[i % 2]),
                        .is_sync = true};
    g_array_append_val(samples, sample);
  }
  gsize config_bytes = 0, size_bytes = 0;
  const uint8_t *config = g_bytes_get_data(assembly->black.config, &config_bytes);
  const uint8_t *data = g_bytes_get_data(assembly->black_data, &size_bytes);
  return add_made(assembly, config, config_bytes, data, size_bytes, samples);
}

/** The samples from the front that are over by `limit`: pictures in the order they are decoded, so that none that stays needs one
 * that goes. */
static size_t count_within(const StoredSegment *segment, int64_t limit) {
  const Mp4Sample *samples = (const Mp4Sample *)(const void *)segment->samples->data;
  int32_t timescale_hz = segment->init.timescale_hz;
  size_t count = 0;
  while (count < segment->samples->len) {
    int64_t begin = samples[count].decode_time + samples[count].composition_offset;
    int64_t reach = segment->init.is_video ? ts_segment_time(begin, timescale_hz) + 1
                                           : ts_segment_time(begin + samples[count].duration, timescale_hz);
    if (reach > limit + TS_CLOCK_HZ / 10000)
      break;
    count++;
  }
  return count;
}

/** A stored segment; of one that is cut what is over by `limit`, in TS_CLOCK_HZ from the lesson's start. NULL in `*ret_track` when
 * there is none. */
static bool add_stored(const ChannelAir *air, Assembly *assembly, const ChannelAsset *asset,
                       const ChannelTrack *track, const ChannelUnit *unit, int64_t limit, TsTrack **ret_track,
                       GError **error) {
  const CatalogPlacedSegment *place = place_of(track, unit->index);
  if (place == NULL)
    return true;
  StoredSegment *segment = g_new0(StoredSegment, 1);
  g_ptr_array_add(assembly->segments, segment);
  if (!stored_segment_load(air->catalog, air->store, asset->id, track->track.name, place->blob_key, &place->segment,
                           segment, error))
    return false;
  gsize size = 0;
  const uint8_t *data = g_bytes_get_data(segment->bytes, &size);
  size_t count = unit->is_cut ? count_within(segment, limit) : segment->samples->len;
  TsTrack loaded = {&segment->init, data, size, (const Mp4Sample *)(const void *)segment->samples->data, count};
  *ret_track = count > 0 ? add_track(assembly, &loaded) : NULL;
  return true;
}

/** Where a track's sound ends, in TS_CLOCK_HZ. */
static int64_t end_of(const TsTrack *track) {
  const Mp4Sample *last = &track->samples[track->sample_count - 1];
  return ts_segment_time(last->decode_time + last->duration, track->init->timescale_hz);
}

static bool add_unit(const ChannelAir *air, Assembly *assembly, const ChannelUnit *unit, GError **error) {
  TsTrack *video = NULL, *audio = NULL;
  int64_t offset = ticks_of(unit->origin_us);
  int64_t from = ticks_of(unit->begin_us) - offset, to = ticks_of(unit->end_us) - offset;
  if (unit->asset != NULL &&
      (!add_stored(air, assembly, unit->asset, channel_asset_pick(unit->asset, assembly->height), unit, to, &video,
                   error) ||
       !add_stored(air, assembly, unit->asset, unit->asset->audio, unit, to, &audio, error)))
    return false;
  if (video == NULL)
    video = add_black(assembly, from, to);
  add_part(assembly, video, audio, offset);
  add_part(assembly, NULL, add_silence(assembly, audio != NULL ? end_of(audio) : from, to, unit->is_cut), offset);
  return true;
}

GBytes *channel_air_write(ChannelAir *air, const CatalogChannel *channel, int64_t slot, int32_t height,
                          GError **error) {
  g_auto(Units) units = units_of(air, channel, slot, 1);
  g_auto(Assembly) assembly;
  assembly_init(&assembly, height);
  for (guint i = 0; i < units.units->len; i++)
    if (!add_unit(air, &assembly, unit_at(&units, i), error))
      return NULL;
  if (assembly.parts->len == 0) {
    g_set_error(error, CATALOG_ERROR, CATALOG_ERROR_INVALID, "channel %s: nothing begins in slot %" G_GINT64_FORMAT,
                channel->record->id, slot);
    return NULL;
  }
  return ts_segment_write_parts((const TsPart *)(const void *)assembly.parts->data, assembly.parts->len,
                                (uint32_t)slot, error);
}

/* --- variants --- */

bool channel_air_has_height(int32_t height) {
  for (size_t i = 0; i < G_N_ELEMENTS(heights); i++)
    if (heights[i] == height)
      return true;
  return false;
}

/** Take the lesson's rung into the variant. */
static void widen(ChannelVariant *variant, const ChannelAsset *asset) {
  const ChannelTrack *video = channel_asset_pick(asset, variant->height);
  int64_t bitrate_bps = (video != NULL ? video->track.bitrate_bps : BLACK_BITRATE_BPS) +
                        (asset->audio != NULL ? asset->audio->track.bitrate_bps : 0);
  variant->bitrate_bps = MAX(variant->bitrate_bps, bitrate_bps * (100 + OVERHEAD_PERCENT) / 100);
  if (video != NULL && strcmp(video->track.codec, variant->codecs) > 0)
    g_strlcpy(variant->codecs, video->track.codec, sizeof variant->codecs);
}

/** The largest short side of any rung. */
static int32_t best_side(const ChannelAsset *asset) {
  const ChannelTrack *best = channel_asset_pick(asset, G_MAXINT32);
  return best != NULL ? MIN(best->track.width, best->track.height) : 0;
}

/** The assets of a channel's lessons and filler, each once. */
static void hold_assets(Holder *holder, const GArray *lessons) {
  for (guint i = 0; i < lessons->len && holder->held->len < VARIANT_LESSONS_MAX; i++) {
    const CatalogChannelLesson *lesson = &g_array_index(lessons, CatalogChannelLesson, i);
    if (lesson->state == CHANNEL_LESSON_FIT)
      find_asset(holder, lesson->asset_id);
  }
}

static ChannelVariant make_variant(int32_t height, const GPtrArray *assets) {
  ChannelVariant variant = {
      .width = (height * 16 / 9 + 1) & ~1, .height = height, .bitrate_bps = BLACK_BITRATE_BPS};
  g_strlcpy(variant.codecs, "avc1.640028", sizeof variant.codecs);
  for (guint i = 0; i < assets->len; i++)
    widen(&variant, assets->pdata[i]);
  g_strlcat(variant.codecs, ",mp4a.40.2", sizeof variant.codecs);
  return variant;
}

GArray *channel_air_list_variants(ChannelAir *air, const CatalogChannel *channel) {
  g_autoptr(GPtrArray) held = g_ptr_array_new_with_free_func((GDestroyNotify)channel_asset_unref);
  Holder holder = {air, held};
  int32_t side = heights[0];
  for (guint i = 0; i < channel->revisions->len; i++) {
    const ChannelRevision *revision = channel->revisions->pdata[i];
    for (guint j = 0; j < revision->lessons->len; j++)
      hold_assets(&holder, revision->lessons->pdata[j]);
    hold_assets(&holder, revision->filler);
  }
  for (guint i = 0; i < held->len; i++)
    side = MAX(side, best_side(held->pdata[i]));
  GArray *variants = g_array_new(FALSE, FALSE, sizeof(ChannelVariant));
  for (size_t i = 0; i < G_N_ELEMENTS(heights) && heights[i] <= side; i++) {
    ChannelVariant variant = make_variant(heights[i], held);
    g_array_append_val(variants, variant);
  }
  return variants;
}
