/** What a worker asks of its child: one JSON line on the child's standard input. The source is descriptor
 * REQUEST_SOURCE_FD. */
#pragma once

#include "catalog/job.h"
#include "transcoder/encode_plan.h"

#include <glib.h>
#include <stdbool.h>
#include <sys/types.h>

#define REQUEST_SOURCE_FD 3

typedef struct {
  JobKind kind;
  int64_t span_index; /**< SPAN: which; AUDIO, VIDEO: the first span to write */
  size_t sound;       /**< AUDIO: which of the plan's sounds */
  size_t first_rung;  /**< VIDEO: rungs of its first span that are there already, smallest first */
  bool is_urgent;     /**< SPAN: a viewer waits for it, so its smallest rung comes first, alone */
  bool may_go_on;     /**< SPAN: when it has been read (EVENT_READ), the number of the span that follows comes on
                           standard input, a line, or the end of it */
  char *work_dir;     /**< where results are written */
  pid_t worker;       /**< who asks: the child ends with it */
  int32_t cores;      /**< that it may keep busy */
  ProbeLimits limits; /**< PROBE */
  EncodePlan plan;    /**< all others */
} Request;
void request_clear(Request *request);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Request, request_clear)

char *request_to_json(const Request *request); /**< with the newline; caller frees */
bool request_from_json(const char *json, Request *ret_request, GError **error);
