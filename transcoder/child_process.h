/** A running child, seen from its worker. Threads: one thread. */
#pragma once

#include "transcoder/request.h"

#include <glib.h>
#include <stdbool.h>

typedef struct ChildProcess ChildProcess;

/** Start this program again as a child with `source_fd` as its source (borrowed) and hand it the request. */
ChildProcess *child_process_start(const Request *request, int source_fd, GError **error);
/** The same with the program at `program` as the child: another build, in tests. */
ChildProcess *child_process_start_program(const char *program, const Request *request, int source_fd,
                                          GError **error);

/** Answer to EVENT_READ of a child that was asked with `may_go_on`: the span that follows, negative for none. False when
 * the child does not take it; listening tells why. */
bool child_process_send_next(ChildProcess *child, int64_t span_index);

typedef enum {
  CHILD_SAYS_LINE,    /**< `*ret_line` is set; caller frees */
  CHILD_SAYS_NOTHING, /**< until the time was over, or `wake_fd` became readable */
  CHILD_SAYS_END,     /**< it closed its output: call child_process_wait() */
} ChildSays;

/** Wait for a line of at most CHILD_LINE_MAX bytes (a longer one ends the child), `wake_fd` (-1: none), or the time. */
#define CHILD_LINE_MAX (8 * 1024 * 1024)
ChildSays child_process_listen(ChildProcess *child, int timeout_ms, int wake_fd, char **ret_line);

/** Wait for its end. True when it exited with 0; else CRASHED, with the signal or status and the end of what it wrote
 * to standard error. */
bool child_process_wait(ChildProcess *child, GError **error);

/** SIGKILL and wait, when it still runs; then free. */
void child_process_free(ChildProcess *child);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ChildProcess, child_process_free)
