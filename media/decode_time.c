#include "media/decode_time.h"

#include <glib.h>

static bool is_closed_run(const int64_t *pts, size_t count) {
  g_autoptr(GHashTable) seen = g_hash_table_new(g_int64_hash, g_int64_equal);
  for (size_t i = 0; i < count; i++) {
    if (pts[i] < pts[0] || !g_hash_table_add(seen, (gpointer)&pts[i]))
      return false;
  }
  return true;
}

bool decode_time_assign(const int64_t *pts, size_t count, int64_t frame_duration, int64_t *ret_dts) {
  if (!is_closed_run(pts, count))
    return false;

  int64_t least = INT64_MAX;
  for (size_t i = count; i-- > 0;) {
    least = MIN(least, pts[i]);
    ret_dts[i] = least;
  }
  /* Spread each group of equal times over the frame before it; its last member keeps the time. */
  for (size_t first = 1, end; first < count; first = end) {
    int64_t group = ret_dts[first], room = MIN(group - ret_dts[first - 1], frame_duration);
    for (end = first + 1; end < count && ret_dts[end] == group; end++)
      ;
    int64_t members = (int64_t)(end - first);
    for (size_t i = first; i < end; i++)
      ret_dts[i] = group - room * (int64_t)(end - 1 - i) / members;
  }
  return true;
}
