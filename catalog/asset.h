/** Assets: the media behind a lesson, its tracks and published segments. */
#pragma once

#include "catalog/catalog.h"
#include "media/rational.h"

typedef enum {
  ASSET_STATE_QUEUED,   /**< nothing to play yet */
  ASSET_STATE_PLAYABLE, /**< at least the start can be played; more is being made */
  ASSET_STATE_READY,    /**< whole */
  ASSET_STATE_FAILED,   /**< will not become (more) playable; error_code says why */
} AssetState;
const char *asset_state_name(AssetState state); /**< "queued", ... as in the API */

typedef struct {
  char *id;
  AssetState state;
  double progress;    /**< 0 to 1, of all its jobs, weighted */
  char *error_code;   /**< NULL, or a stable word: see catalog/failure.h */
  char *error_detail; /**< NULL, or technical detail for the log and the studio, English */
  char *source_key;   /**< blob */
  char *source_name;  /**< file name as uploaded, UTF-8 */
  int64_t source_size_bytes;
  bool has_video, has_audio;                /**< known once probed */
  int64_t duration_us;                      /**< of the lesson; 0 until probed */
  int32_t target_duration_s;                /**< EXT-X-TARGETDURATION; 0 until probed */
  char *poster_key;                         /**< NULL until made */
  int64_t created_us, updated_us, ready_us; /**< ready_us 0 until ready */
  int64_t playable_us;                      /**< when it became playable; 0: not yet, or not known */
  bool is_paused;                           /**< its jobs are passed over until it is resumed */
  char *replaces_id;                        /**< NULL, or the asset whose place it takes once it is ready */
  char *replaced_by;                        /**< NULL, or the asset that took its place */
  int64_t retired_us;                       /**< when it was replaced, or 0 */
} CatalogAsset;
void catalog_asset_free(CatalogAsset *asset);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CatalogAsset, catalog_asset_free)

/** NOT_FOUND when there is none. */
bool catalog_load_asset(Catalog *catalog, const char *asset_id, CatalogAsset **ret_asset, GError **error);

typedef enum { TRACK_KIND_VIDEO, TRACK_KIND_AUDIO } TrackKind;

/** What a sound track is for; video tracks are main. */
typedef enum {
  TRACK_ROLE_MAIN,
  TRACK_ROLE_ALTERNATE,   /**< another language or dialect, a commentary */
  TRACK_ROLE_DESCRIPTION, /**< describes the pictures to those who do not see them */
} TrackRole;
const char *track_role_name(TrackRole role); /**< "main", ... as in the API */

/** A track of the stored encode: one rendition. */
typedef struct {
  int64_t id;    /**< the catalog's own number; 0 in a track that is not stored yet */
  char name[16]; /**< "v360", "a128", "a128-2": URL part, unique in the asset */
  TrackKind kind;
  char codec[16];        /**< RFC 6381; empty until the first publication */
  int64_t bitrate_bps;   /**< planned maximum */
  int32_t width, height; /**< video */
  Rational frame_rate;   /**< video */
  int32_t channels;      /**< audio */
  char language[36];     /**< BCP 47 or empty */
  TrackRole role;        /**< audio */
  char label[64];        /**< audio: as the source names it, UTF-8, or empty */
  int32_t
      sound_index; /**< audio: the number of the sound, which is the span_index of the AUDIO job that makes it */
  int32_t timescale_hz;
  int64_t segment_total; /**< planned segments */
  int64_t segment_count; /**< published without a gap from the first on */
  bool is_complete;      /**< all is published */
} CatalogTrack;

/** Tracks by kind (video first), then bit rate. Array of CatalogTrack. */
bool catalog_load_tracks(Catalog *catalog, const char *asset_id, GArray **ret_tracks, GError **error);

/** One published segment: one moof+mdat. Times in the track's timescale. */
typedef struct {
  int64_t offset, length; /**< bytes in the span file */
  int64_t decode_time;    /**< tfdt baseMediaDecodeTime */
  int64_t duration;
} CatalogSegment;

/** The segments published without a gap from the first on. Array of CatalogSegment. */
bool catalog_load_segments(Catalog *catalog, int64_t track_id, GArray **ret_segments, GError **error);

/** A segment and where it lies. */
typedef struct {
  CatalogSegment segment;
  char *blob_key; /**< shared by the segments of a span (GRefString) */
} CatalogPlacedSegment;

/** The same segments as catalog_load_segments() with their span files. Array of CatalogPlacedSegment that frees what they
 * hold. */
bool catalog_load_placed_segments(Catalog *catalog, int64_t track_id, GArray **ret_segments, GError **error);

/** How many frames each planned segment of the pictures has, in order, whether it is published or not. Array of
 * int32_t, all above 0; empty when that was never told (an audio-only lesson, or one planned by an older Kapok). */
bool catalog_load_segment_frames(Catalog *catalog, const char *asset_id, GArray **ret_frames, GError **error);

/** Where one published segment lies. NOT_FOUND when the asset, the track or the segment is not there.
 * (Also finds segments past a gap.) Caller frees `ret_blob_key`. */
bool catalog_find_segment(Catalog *catalog, const char *asset_id, const char *track_name, int64_t segment_index,
                          char **ret_blob_key, CatalogSegment *ret_segment, GError **error);

/** The track's init segment (ftyp+moov); NOT_FOUND until the first publication. */
bool catalog_load_init(Catalog *catalog, const char *asset_id, const char *track_name, GBytes **ret_init,
                       GError **error);

typedef struct {
  char language[36];
  char *label;
  char *blob_key; /**< a WebVTT file */
} CatalogCaption;
/** An array of CatalogCaption that frees what they hold. */
GArray *catalog_captions_new(void);
/** Array of CatalogCaption with its clear function set. */
bool catalog_load_captions(Catalog *catalog, const char *asset_id, GArray **ret_captions, GError **error);

/** Every blob key that the catalog names below `asset_id` (source, poster, captions, span files): the sweep's list.
 * Set of char *. */
bool catalog_load_blob_keys(Catalog *catalog, const char *asset_id, GHashTable **ret_keys, GError **error);
