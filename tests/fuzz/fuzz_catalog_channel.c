/** Schedules of channels: what is parsed is written in one form, and plays without an end of the world. */
#include "catalog/channel_document.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void play(const ChannelDocument *document) {
  static const ChannelLesson lessons[] = {{90 * G_TIME_SPAN_SECOND, true}, {7 * G_TIME_SPAN_SECOND, false}};
  g_autoptr(GArray) entries = g_array_new(FALSE, FALSE, sizeof(ChannelEntry));
  for (guint i = 0; i < document->entries->len; i++) {
    ChannelEntry entry = g_array_index(document->entries, ChannelDocumentEntry, i).rule;
    entry.lessons = lessons;
    entry.lesson_count = G_N_ELEMENTS(lessons);
    g_array_append_val(entries, entry);
  }
  ChannelSchedule schedule = {(const ChannelEntry *)(const void *)entries->data, entries->len, lessons, 1};
  const int64_t from_us = INT64_C(1795996800) * G_TIME_SPAN_SECOND, to_us = from_us + G_TIME_SPAN_HOUR;
  g_autoptr(GArray) plays = channel_schedule_plays(&schedule, from_us, to_us, false);
  int64_t at_us = from_us;
  for (guint i = 0; i < plays->len; i++) {
    const ChannelPlay *one = &g_array_index(plays, ChannelPlay, i);
    g_assert_true(i == 0 ? one->begin_us <= at_us : one->begin_us == at_us);
    at_us = one->end_us;
  }
  g_assert_cmpint(at_us, >=, to_us);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  RecordFault fault = {0};
  g_autoptr(ChannelDocument) document = channel_document_parse((const char *)data, size, &fault, NULL);
  if (document == NULL)
    return 0;
  g_autofree char *text = channel_document_write(document);
  g_autoptr(ChannelDocument) again = channel_document_parse(text, strlen(text), &fault, NULL);
  g_assert_nonnull(again);
  g_autofree char *twice = channel_document_write(again);
  g_assert_cmpstr(text, ==, twice);
  play(document);
  return 0;
}
