/** What `explain` prints. Pure: no I/O, no clock. */
#pragma once

#include "transcoder/encode_plan.h"

#include <glib.h>

typedef struct {
  const char *file_name;
  int64_t file_size_bytes;
  const EncodePlan *plan;
  const GArray *chapters; /**< of CatalogChapter: the source's own */
} Explanation;

/** Lines for people, Chinese or English. */
void explain_text_write(GString *out, const Explanation *explanation, bool is_english);

/** (explain_json.c) One JSON object: "file", "source", "lesson", "video", "audio", "chapters", "jobs" as in docs/operations.md, and "plan", the whole
 * plan as jobs get it, whose members may change with every version. */
void explain_text_write_json(GString *out, const Explanation *explanation);
