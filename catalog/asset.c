#include "catalog/asset.h"

#include "catalog/asset_row.h"
#include "catalog/transaction.h"

#include <string.h>

static const char *const state_names[] = {
    [ASSET_STATE_QUEUED] = "queued",
    [ASSET_STATE_PLAYABLE] = "playable",
    [ASSET_STATE_READY] = "ready",
    [ASSET_STATE_FAILED] = "failed",
};

const char *asset_state_name(AssetState state) {
  return state_names[state];
}

AssetState asset_row_state(const char *name) {
  for (size_t i = 0; i < G_N_ELEMENTS(state_names); i++)
    if (g_str_equal(state_names[i], name))
      return (AssetState)i;
  return ASSET_STATE_QUEUED;
}

const char *track_kind_name(TrackKind kind) {
  return kind == TRACK_KIND_VIDEO ? "video" : "audio";
}

static const char *const role_names[] = {
    [TRACK_ROLE_MAIN] = "main",
    [TRACK_ROLE_ALTERNATE] = "alternate",
    [TRACK_ROLE_DESCRIPTION] = "description",
};

const char *track_role_name(TrackRole role) {
  return role_names[role];
}

static TrackRole parse_role(const char *name) {
  for (size_t i = 0; i < G_N_ELEMENTS(role_names); i++)
    if (g_str_equal(role_names[i], name))
      return (TrackRole)i;
  return TRACK_ROLE_MAIN; /* the schema lets no other name in */
}

void catalog_asset_free(CatalogAsset *asset) {
  if (!asset)
    return;
  g_free(asset->id);
  g_free(asset->error_code);
  g_free(asset->error_detail);
  g_free(asset->source_key);
  g_free(asset->source_name);
  g_free(asset->poster_key);
  g_free(asset->replaces_id);
  g_free(asset->replaced_by);
  g_free(asset);
}

static CatalogAsset *read_asset(Statement *statement) {
  CatalogAsset *asset = g_new0(CatalogAsset, 1);
  asset->id = statement_dup_text(statement, 0);
  asset->state = asset_row_state(statement_text(statement, 1));
  asset->progress = statement_real(statement, 2);
  asset->error_code = statement_dup_text(statement, 3);
  asset->error_detail = statement_dup_text(statement, 4);
  asset->source_key = statement_dup_text(statement, 5);
  asset->source_name = statement_dup_text(statement, 6);
  asset->source_size_bytes = statement_int(statement, 7);
  asset->has_video = statement_bool(statement, 8);
  asset->has_audio = statement_bool(statement, 9);
  asset->duration_us = statement_int(statement, 10);
  asset->target_duration_s = statement_int32(statement, 11);
  asset->poster_key = statement_dup_text(statement, 12);
  asset->created_us = statement_int(statement, 13);
  asset->updated_us = statement_int(statement, 14);
  asset->ready_us = statement_int(statement, 15);
  asset->playable_us = statement_int(statement, 16);
  asset->is_paused = statement_bool(statement, 17);
  asset->replaces_id = statement_dup_text(statement, 18);
  asset->replaced_by = statement_dup_text(statement, 19);
  asset->retired_us = statement_int(statement, 20);
  return asset;
}

bool catalog_load_asset(Catalog *catalog, const char *asset_id, CatalogAsset **ret_asset, GError **error) {
  g_auto(Transaction) transaction = {0};
  if (!transaction_begin_read(&transaction, catalog, error))
    return false;
  g_auto(Statement) statement = statement_use(transaction.connection, STATEMENT_LOAD_ASSET);
  statement_bind(&statement, argument_text(asset_id));
  if (!statement_load_row(&statement, error, "no asset %s", asset_id))
    return false;
  *ret_asset = read_asset(&statement);
  return true;
}

CatalogTrack asset_row_track(Statement *statement) {
  CatalogTrack track = {0};
  track.id = statement_int(statement, 0);
  statement_copy_text(statement, 1, track.name, sizeof track.name);
  track.kind = g_str_equal(statement_text(statement, 2), "video") ? TRACK_KIND_VIDEO : TRACK_KIND_AUDIO;
  statement_copy_text(statement, 3, track.codec, sizeof track.codec);
  track.bitrate_bps = statement_int(statement, 4);
  track.width = statement_int32(statement, 5);
  track.height = statement_int32(statement, 6);
  track.frame_rate = (Rational){statement_int32(statement, 7), statement_int32(statement, 8)};
  track.channels = statement_int32(statement, 9);
  statement_copy_text(statement, 10, track.language, sizeof track.language);
  track.timescale_hz = statement_int32(statement, 11);
  track.segment_total = statement_int(statement, 12);
  track.segment_count = statement_int(statement, 13);
  track.is_complete = statement_bool(statement, 14);
  track.role = parse_role(statement_text(statement, 15));
  statement_copy_text(statement, 16, track.label, sizeof track.label);
  track.sound_index = statement_int32(statement, 17);
  return track;
}

/* Adds what the current row holds to `rows`. */
typedef void (*ReadRowFunc)(Statement *statement, gpointer rows);

static bool load_rows(Catalog *catalog, StatementId id, Argument key, ReadRowFunc read_row, gpointer rows,
                      GError **error) {
  g_auto(Transaction) transaction = {0};
  if (!transaction_begin_read(&transaction, catalog, error))
    return false;
  g_auto(Statement) statement = statement_use(transaction.connection, id);
  statement_bind(&statement, key);
  while (statement_next_row(&statement))
    read_row(&statement, rows);
  return statement_check(&statement, error);
}

static void add_track(Statement *statement, gpointer rows) {
  CatalogTrack track = asset_row_track(statement);
  g_array_append_val((GArray *)rows, track);
}

bool catalog_load_tracks(Catalog *catalog, const char *asset_id, GArray **ret_tracks, GError **error) {
  g_autoptr(GArray) tracks = g_array_new(FALSE, FALSE, sizeof(CatalogTrack));
  if (!load_rows(catalog, STATEMENT_LIST_TRACKS, argument_text(asset_id), add_track, tracks, error))
    return false;
  *ret_tracks = g_steal_pointer(&tracks);
  return true;
}

static CatalogSegment read_segment(Statement *statement, int column) {
  return (CatalogSegment){
      .offset = statement_int(statement, column),
      .length = statement_int(statement, column + 1),
      .decode_time = statement_int(statement, column + 2),
      .duration = statement_int(statement, column + 3),
  };
}

static void add_segment(Statement *statement, gpointer rows) {
  CatalogSegment segment = read_segment(statement, 0);
  g_array_append_val((GArray *)rows, segment);
}

bool catalog_load_segments(Catalog *catalog, int64_t track_id, GArray **ret_segments, GError **error) {
  g_autoptr(GArray) segments = g_array_new(FALSE, FALSE, sizeof(CatalogSegment));
  if (!load_rows(catalog, STATEMENT_LIST_SEGMENTS, argument_int(track_id), add_segment, segments, error))
    return false;
  *ret_segments = g_steal_pointer(&segments);
  return true;
}

static void clear_placed_segment(gpointer segment) {
  g_ref_string_release(((CatalogPlacedSegment *)segment)->blob_key);
}

static void add_placed_segment(Statement *statement, gpointer rows) {
  GArray *segments = rows;
  const char *key = statement_text(statement, 0);
  char *last = segments->len > 0 ? g_array_index(segments, CatalogPlacedSegment, segments->len - 1).blob_key : NULL;
  CatalogPlacedSegment placed = {.segment = read_segment(statement, 1),
                                 .blob_key = g_strcmp0(key, last) == 0 ? g_ref_string_acquire(last)
                                                                       : g_ref_string_new(key)};
  g_array_append_val(segments, placed);
}

bool catalog_load_placed_segments(Catalog *catalog, int64_t track_id, GArray **ret_segments, GError **error) {
  g_autoptr(GArray) segments = g_array_new(FALSE, FALSE, sizeof(CatalogPlacedSegment));
  g_array_set_clear_func(segments, clear_placed_segment);
  if (!load_rows(catalog, STATEMENT_LIST_PLACED_SEGMENTS, argument_int(track_id), add_placed_segment, segments,
                 error))
    return false;
  *ret_segments = g_steal_pointer(&segments);
  return true;
}

/* What does not make sense gives an empty array: nobody depends on it but a view that is then not offered. */
static GArray *unpack_segment_frames(GBytes *packed) {
  gsize size = 0;
  const guint8 *data = g_bytes_get_data(packed, &size);
  GArray *frames = g_array_sized_new(FALSE, FALSE, sizeof(int32_t), (guint)(size / sizeof(int32_t)));
  for (gsize at = 0; at + sizeof(int32_t) <= size; at += sizeof(int32_t)) {
    int32_t count = 0;
    memcpy(&count, data + at, sizeof count);
    count = GINT32_FROM_LE(count);
    if (count <= 0)
      return g_array_set_size(frames, 0);
    g_array_append_val(frames, count);
  }
  return frames;
}

bool catalog_load_segment_frames(Catalog *catalog, const char *asset_id, GArray **ret_frames, GError **error) {
  g_auto(Transaction) transaction = {0};
  if (!transaction_begin_read(&transaction, catalog, error))
    return false;
  g_auto(Statement) statement = statement_use(transaction.connection, STATEMENT_LOAD_SEGMENT_FRAMES);
  statement_bind(&statement, argument_text(asset_id));
  if (!statement_load_row(&statement, error, "no asset %s", asset_id))
    return false;
  g_autoptr(GBytes) packed =
      statement_is_null(&statement, 0) ? g_bytes_new(NULL, 0) : statement_dup_bytes(&statement, 0);
  *ret_frames = unpack_segment_frames(packed);
  return true;
}

bool catalog_find_segment(Catalog *catalog, const char *asset_id, const char *track_name, int64_t segment_index,
                          char **ret_blob_key, CatalogSegment *ret_segment, GError **error) {
  g_auto(Transaction) transaction = {0};
  if (!transaction_begin_read(&transaction, catalog, error))
    return false;
  g_auto(Statement) statement = statement_use(transaction.connection, STATEMENT_FIND_SEGMENT);
  statement_bind(&statement, argument_text(asset_id), argument_text(track_name), argument_int(segment_index));
  if (!statement_load_row(&statement, error, "no segment %" G_GINT64_FORMAT " in %s/%s", segment_index, asset_id,
                          track_name))
    return false;
  *ret_blob_key = statement_dup_text(&statement, 0);
  *ret_segment = read_segment(&statement, 1);
  return true;
}

bool catalog_load_init(Catalog *catalog, const char *asset_id, const char *track_name, GBytes **ret_init,
                       GError **error) {
  g_auto(Transaction) transaction = {0};
  if (!transaction_begin_read(&transaction, catalog, error))
    return false;
  g_auto(Statement) statement = statement_use(transaction.connection, STATEMENT_LOAD_INIT);
  statement_bind(&statement, argument_text(asset_id), argument_text(track_name));
  if (!statement_load_row(&statement, error, "no init segment of %s/%s", asset_id, track_name))
    return false;
  *ret_init = statement_dup_bytes(&statement, 0);
  return true;
}

static void clear_caption(gpointer data) {
  CatalogCaption *caption = data;
  g_free(caption->label);
  g_free(caption->blob_key);
}

GArray *catalog_captions_new(void) {
  GArray *captions = g_array_new(FALSE, TRUE, sizeof(CatalogCaption));
  g_array_set_clear_func(captions, clear_caption);
  return captions;
}

static void add_caption(Statement *statement, gpointer rows) {
  CatalogCaption caption = {.label = statement_dup_text(statement, 1),
                            .blob_key = statement_dup_text(statement, 2)};
  statement_copy_text(statement, 0, caption.language, sizeof caption.language);
  g_array_append_val((GArray *)rows, caption);
}

bool catalog_load_captions(Catalog *catalog, const char *asset_id, GArray **ret_captions, GError **error) {
  g_autoptr(GArray) captions = catalog_captions_new();
  if (!load_rows(catalog, STATEMENT_LIST_CAPTIONS, argument_text(asset_id), add_caption, captions, error))
    return false;
  *ret_captions = g_steal_pointer(&captions);
  return true;
}

static void add_key(Statement *statement, gpointer rows) {
  g_hash_table_add(rows, statement_dup_text(statement, 0));
}

bool catalog_load_blob_keys(Catalog *catalog, const char *asset_id, GHashTable **ret_keys, GError **error) {
  g_autoptr(GHashTable) keys = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
  if (!load_rows(catalog, STATEMENT_LIST_BLOB_KEYS, argument_text(asset_id), add_key, keys, error))
    return false;
  *ret_keys = g_steal_pointer(&keys);
  return true;
}
