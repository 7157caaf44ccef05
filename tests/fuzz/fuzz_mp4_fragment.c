/* Fuzz target: an init segment and a segment behind it, read and put into a transport stream. The first two bytes say how
 * long the init segment is; the rest is tried as pictures or as sound, whatever the init segment says. */
#include "media/ts_segment.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size_bytes);

static void check_samples(const GArray *samples, size_t segment_bytes) {
  for (guint i = 0; i < samples->len; i++) {
    const Mp4Sample *sample = &g_array_index(samples, Mp4Sample, i);
    if (sample->size_bytes == 0 || (uint64_t)sample->offset + sample->size_bytes > segment_bytes)
      g_error("a sample outside its segment");
  }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size_bytes) {
  Mp4Init init;
  if (size_bytes < 2 || size_bytes > UINT16_MAX * 4)
    return 0;
  size_t init_bytes = MIN((size_t)data[0] << 8 | data[1], size_bytes - 2);
  if (!mp4_init_parse(data + 2, init_bytes, &init, NULL))
    return 0;
  const uint8_t *segment = data + 2 + init_bytes;
  size_t segment_bytes = size_bytes - 2 - init_bytes;
  g_autoptr(GArray) samples = g_array_new(FALSE, FALSE, sizeof(Mp4Sample));
  if (!mp4_fragment_parse(segment, segment_bytes, (int64_t)segment_bytes, &init, samples, NULL))
    return 0;
  check_samples(samples, segment_bytes);
  TsTrack track = {.init = &init,
                   .data = segment,
                   .size_bytes = segment_bytes,
                   .samples = (const Mp4Sample *)(const void *)samples->data,
                   .sample_count = samples->len};
  TsSegment ts = {.offset = TS_VIEW_OFFSET, .number = 7};
  if (init.is_video)
    ts.video = &track;
  else
    ts.audio = &track;
  g_autoptr(GBytes) bytes = ts_segment_write(&ts, NULL);
  if (bytes != NULL && g_bytes_get_size(bytes) % TS_PACKET_BYTES != 0)
    g_error("no whole packets");
  return 0;
}
