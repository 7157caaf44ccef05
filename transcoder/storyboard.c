#include "transcoder/storyboard.h"

#include "transcoder/error.h"
#include "transcoder/key_frame_reader.h"
#include "transcoder/picture_reader.h"
#include "transcoder/picture_scaler.h"
#include "transcoder/still.h"

#include <string.h>

#define TILE_LONG_SIDE 160
#define TILE_SHORT_SIDE 90
/** Shorter lessons are decoded whole when their key frames are rare: it costs little. */
#define SHORT_US (3 * G_TIME_SPAN_MINUTE)
/** Thumbnails lie this far apart at most for want of key frames. */
#define KEY_INTERVAL_MAX_US (12 * G_TIME_SPAN_SECOND)

static int64_t divide_up(int64_t value, int64_t by) {
  return (value + by - 1) / by;
}

/** By the length alone. */
static int64_t usual_interval_us(int64_t duration_us) {
  static const int64_t intervals_us[] = {2 * G_TIME_SPAN_SECOND, 5 * G_TIME_SPAN_SECOND, 10 * G_TIME_SPAN_SECOND};
  for (size_t i = 0; i < G_N_ELEMENTS(intervals_us); i++) {
    if (divide_up(duration_us, intervals_us[i]) <= STORYBOARD_TILES_MAX)
      return intervals_us[i];
  }
  return divide_up(divide_up(duration_us, STORYBOARD_TILES_MAX), G_TIME_SPAN_SECOND) * G_TIME_SPAN_SECOND;
}

StoryboardTimes storyboard_choose_times(int64_t duration_us, int64_t key_distance_us) {
  StoryboardTimes times = {.interval_us = usual_interval_us(duration_us)};
  int64_t widest_us = MAX(KEY_INTERVAL_MAX_US, times.interval_us * 3 / 2);
  times.is_of_keys = key_distance_us <= times.interval_us * 3 / 2;
  if (!times.is_of_keys && duration_us > SHORT_US && key_distance_us <= widest_us) {
    times.is_of_keys = true;
    times.interval_us = MAX(times.interval_us, divide_up(key_distance_us, G_TIME_SPAN_SECOND) * G_TIME_SPAN_SECOND);
  }
  times.tile_count = MAX(divide_up(duration_us, times.interval_us), 1);
  return times;
}

void storyboard_tile_size(const LadderSource *picture, int32_t *ret_width, int32_t *ret_height) {
  int32_t width, height;
  ladder_display_size(picture, &width, &height);
  width = MAX(width, 1);
  height = MAX(height, 1);
  int32_t wide = width >= height ? TILE_LONG_SIDE : TILE_SHORT_SIDE,
          high = width >= height ? TILE_SHORT_SIDE : TILE_LONG_SIDE;
  if ((int64_t)width * high > (int64_t)height * wide)
    high = (int32_t)((int64_t)wide * height / width);
  else
    wide = (int32_t)((int64_t)high * width / height);
  *ret_width = MAX((wide + 1) & ~1, 2);
  *ret_height = MAX((high + 1) & ~1, 2);
}

/** Sheets in work. */
typedef struct {
  const char *work_dir;
  CatalogStoryboard layout;
  PictureScaler *scaler;
  AVFrame *sheet; /**< NULL: the next tile begins one */
  AVFrame *last;  /**< tile put last, NULL: none yet */
  int64_t placed; /**< tiles */
  StoryboardProgressFunc progress;
  gpointer user_data;
} Sheets;

static void sheets_clear(Sheets *sheets) {
  catalog_storyboard_clear(&sheets->layout);
  picture_scaler_free(sheets->scaler);
  av_frame_free(&sheets->sheet);
  av_frame_free(&sheets->last);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Sheets, sheets_clear)

static void sheets_init(Sheets *sheets, const EncodePlan *plan, const StoryboardTimes *times) {
  CatalogStoryboard *layout = &sheets->layout;
  layout->interval_us = times->interval_us;
  layout->tile_count = times->tile_count;
  layout->columns = (int32_t)MIN(times->tile_count, STORYBOARD_COLUMNS);
  layout->rows = (int32_t)MIN(divide_up(times->tile_count, layout->columns), STORYBOARD_ROWS);
  layout->sheet_keys = g_ptr_array_new_with_free_func(g_free);
  storyboard_tile_size(&plan->source.picture, &layout->tile_width, &layout->tile_height);
  PictureScalerConfig config = {.width = layout->tile_width, .height = layout->tile_height, .is_hd = false};
  sheets->scaler = picture_scaler_new(&config);
}

static int64_t tiles_per_sheet(const Sheets *sheets) {
  return (int64_t)sheets->layout.columns * sheets->layout.rows;
}

/** An empty sheet, with the rows that are still to come. */
static bool begin_sheet(Sheets *sheets, GError **error) {
  const CatalogStoryboard *layout = &sheets->layout;
  int64_t left = MIN(layout->tile_count - sheets->placed, tiles_per_sheet(sheets));
  AVFrame *sheet = av_frame_alloc();
  sheet->width = layout->columns * layout->tile_width;
  sheet->height = (int)divide_up(left, layout->columns) * layout->tile_height;
  sheet->format = AV_PIX_FMT_YUV420P;
  sheet->color_range = AVCOL_RANGE_MPEG;
  sheet->colorspace = AVCOL_SPC_SMPTE170M;
  if (av_frame_get_buffer(sheet, 0) < 0) {
    av_frame_free(&sheet);
    g_set_error_literal(error, TRANSCODER_ERROR, TRANSCODER_ERROR_INTERNAL, "out of memory");
    return false;
  }
  memset(sheet->data[0], 16, (size_t)sheet->linesize[0] * (size_t)sheet->height);
  for (int plane = 1; plane < 3; plane++)
    memset(sheet->data[plane], 128, (size_t)sheet->linesize[plane] * (size_t)sheet->height / 2);
  sheets->sheet = sheet;
  return true;
}

static bool end_sheet(Sheets *sheets, GError **error) {
  g_autofree char *name = g_strdup_printf("sheet-%u.jpg", sheets->layout.sheet_keys->len);
  g_autofree char *path = g_build_filename(sheets->work_dir, name, NULL);
  StillConfig still = {sheets->sheet->width, sheets->sheet->height, STILL_QUANTIZER_THUMBNAIL};
  bool ok = still_write_jpeg(sheets->sheet, &still, path, error);
  av_frame_free(&sheets->sheet);
  if (ok)
    g_ptr_array_add(sheets->layout.sheet_keys, g_steal_pointer(&name));
  return ok;
}

static void copy_tile(const Sheets *sheets, const AVFrame *tile) {
  int64_t place = sheets->placed % tiles_per_sheet(sheets);
  int column = (int)(place % sheets->layout.columns), row = (int)(place / sheets->layout.columns);
  for (int plane = 0; plane < 3; plane++) {
    int shift = plane > 0 ? 1 : 0;
    int width = sheets->layout.tile_width >> shift, height = sheets->layout.tile_height >> shift;
    int stride = sheets->sheet->linesize[plane];
    uint8_t *to = sheets->sheet->data[plane] + (ptrdiff_t)row * height * stride + (ptrdiff_t)column * width;
    for (int y = 0; y < height; y++)
      memcpy(to + (ptrdiff_t)y * stride, tile->data[plane] + (ptrdiff_t)y * tile->linesize[plane], (size_t)width);
  }
}

/** The tile put last once more, where there is no other picture. */
static bool place_last(Sheets *sheets, GError **error) {
  if (sheets->sheet == NULL && !begin_sheet(sheets, error))
    return false;
  copy_tile(sheets, sheets->last);
  sheets->placed++;
  sheets->progress((double)sheets->placed / (double)sheets->layout.tile_count, sheets->user_data);
  bool is_full = sheets->placed % tiles_per_sheet(sheets) == 0 || sheets->placed == sheets->layout.tile_count;
  return !is_full || end_sheet(sheets, error);
}

/** Make the tile that comes next, without putting it. A picture that cannot be scaled leaves the last one. */
static void take_picture(Sheets *sheets, const AVFrame *picture) {
  AVFrame *tile = picture_scaler_scale(sheets->scaler, picture, NULL);
  if (tile == NULL)
    return;
  av_frame_free(&sheets->last);
  sheets->last = tile;
}

/** Put tiles until `count` are there; before the first picture there is nothing to put. */
static bool place_until(Sheets *sheets, int64_t count, GError **error) {
  while (sheets->last != NULL && sheets->placed < count) {
    if (!place_last(sheets, error))
      return false;
  }
  return true;
}

static bool make_of_keys(Sheets *sheets, KeyFrameReader *reader, GError **error) {
  for (int64_t i = 0; i < sheets->layout.tile_count; i++) {
    int64_t time_us;
    const AVFrame *picture = key_frame_reader_read(reader, i * sheets->layout.interval_us, &time_us);
    if (picture != NULL)
      take_picture(sheets, picture);
    if (!place_until(sheets, i + 1, error))
      return false;
  }
  return true;
}

/** Each tile shows the last picture at or before its time. */
static bool make_of_all(Sheets *sheets, Source *source, const SourceInfo *info, GError **error) {
  g_autoptr(PictureReader) reader = picture_reader_new(source, info, error);
  if (reader == NULL)
    return false;
  picture_reader_want(reader, FRAMES_CHANGED);
  if (!picture_reader_seek(reader, 0, error))
    return false;
  AVFrame *held = NULL;
  const AVFrame *picture;
  int64_t time_us;
  bool ok = true;
  while (ok && sheets->placed < sheets->layout.tile_count &&
         (picture = picture_reader_next(reader, &time_us)) != NULL) {
    if (held != NULL && time_us > sheets->placed * sheets->layout.interval_us) {
      int64_t due = (time_us - 1) / sheets->layout.interval_us + 1;
      take_picture(sheets, held);
      ok = place_until(sheets, MIN(due, sheets->layout.tile_count), error);
    }
    av_frame_free(&held);
    held = av_frame_clone(picture);
  }
  if (held != NULL)
    take_picture(sheets, held);
  av_frame_free(&held);
  return ok;
}

static bool make_sheets(Sheets *sheets, Source *source, const SourceInfo *info, KeyFrameReader *keys,
                        GError **error) {
  bool ok = keys != NULL ? make_of_keys(sheets, keys, error) : make_of_all(sheets, source, info, error);
  if (!ok || !place_until(sheets, sheets->layout.tile_count, error))
    return false;
  if (sheets->last == NULL)
    g_set_error_literal(error, TRANSCODER_ERROR, TRANSCODER_ERROR_DAMAGED, "no picture for a storyboard");
  return sheets->last != NULL;
}

bool storyboard_make(Source *source, const EncodePlan *plan, const char *work_dir, StoryboardProgressFunc progress,
                     gpointer user_data, CatalogStoryboard *ret_storyboard, GError **error) {
  const SourceInfo *info = &plan->source;
  g_autoptr(KeyFrameReader) keys = key_frame_reader_new(source, info, NULL);
  int64_t distance_us = keys != NULL ? key_frame_reader_distance_us(keys, info->video_duration_us) : INT64_MAX;
  StoryboardTimes times = storyboard_choose_times(info->video_duration_us, distance_us);
  g_auto(Sheets) sheets = {.work_dir = work_dir, .progress = progress, .user_data = user_data};
  sheets_init(&sheets, plan, &times);
  if (!make_sheets(&sheets, source, info, times.is_of_keys ? keys : NULL, error))
    return false;
  *ret_storyboard = sheets.layout;
  sheets.layout.sheet_keys = NULL;
  return true;
}
