/** A ready answer on its way out. Internal to server/http/front/.
 * Threads: one at a time. */
#pragma once

#include "server/http/http_connection.h"

#include <stdbool.h>
#include <stddef.h>

#define HTTP_FRONT_PREFIX_BYTES 96

typedef enum {
  HTTP_FRONT_SENT,
  HTTP_FRONT_WAITS,  /**< until the other side takes more */
  HTTP_FRONT_FAILED, /**< the line is cut, or the file is shorter than it was */
} HttpFrontProgress;

typedef struct {
  const HttpSharedAnswer *shared; /**< the connection's */
  GBytes *head;                   /**< the shared answer's */
  size_t body_size, sent;         /**< `sent`: of prefix, head and body together */
  size_t prefix_size;
  char prefix[HTTP_FRONT_PREFIX_BYTES]; /**< status line and Date */
} HttpFrontAnswer;

/** Begin the answer that `connection` has found. `closes`: the connection ends after it. */
void http_front_answer_begin(HttpFrontAnswer *answer, const HttpConnection *connection, bool closes);

/** Send what the kernel takes. */
HttpFrontProgress http_front_answer_send(HttpFrontAnswer *answer, int fd);
