/** What a child says to its worker: the child has read outside bytes and may have been taken over by them. */

#include "transcoder/encode_plan.h"
#include "transcoder/event.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  g_autofree char *line = g_strndup((const char *)data, size);
  Event event;
  if (!event_parse(line, &event, NULL))
    return 0;
  EncodePlan plan;
  if (event.type == EVENT_PROBED)
    encode_plan_from_json(event.text, &plan, NULL);
  event_clear(&event);
  return 0;
}
