#include "media/channel_playlist.h"

#include "media/channel_schedule.h"

int64_t channel_slot_at(int64_t time_us) {
  return time_us / CHANNEL_SLOT_US;
}

/** "2026-11-30T08:00:00.250+08:00" (§4.3.2.6). */
static void append_moment(GString *out, int64_t time_us) {
  int64_t local_s = time_us / G_TIME_SPAN_SECOND + CHANNEL_UTC_OFFSET_S;
  g_autoptr(GDateTime) local = g_date_time_new_from_unix_utc(local_s);
  g_autofree char *text = g_date_time_format(local, "%Y-%m-%dT%H:%M:%S");
  g_string_append_printf(out, "#EXT-X-PROGRAM-DATE-TIME:%s.%03d+08:00\n", text,
                         (int)(time_us % G_TIME_SPAN_SECOND / G_TIME_SPAN_MILLISECOND));
}

static void append_duration(GString *out, int64_t duration_us) {
  g_string_append_printf(out, "#EXTINF:%" G_GINT64_FORMAT ".%06d,\n", duration_us / G_TIME_SPAN_SECOND,
                         (int)(duration_us % G_TIME_SPAN_SECOND));
}

void channel_playlist_write(GString *out, int64_t first_slot, const int64_t *starts_us, size_t count,
                            int64_t ahead) {
  g_string_append_printf(
      out,
      "#EXTM3U\n#EXT-X-VERSION:3\n#EXT-X-TARGETDURATION:%d\n#EXT-X-MEDIA-SEQUENCE:%" G_GINT64_FORMAT
      "\n#EXT-X-START:TIME-OFFSET=-%" G_GINT64_FORMAT "\n",
      CHANNEL_TARGET_DURATION_S, first_slot, ahead * (CHANNEL_SLOT_US / G_TIME_SPAN_SECOND));
  for (size_t i = 0; i < count; i++) {
    append_moment(out, starts_us[i]);
    append_duration(out, starts_us[i + 1] - starts_us[i]);
    g_string_append_printf(out, "%" G_GINT64_FORMAT ".ts\n", first_slot + (int64_t)i);
  }
}
