/** The heads of requests that the front may answer: GET or HEAD in HTTP/1.1, written as RFC 9112 wants it and nothing but it,
 * with no body and no wish that changes how the message or the connection goes on. Whatever else there is, right or wrong,
 * is not told apart here: the library and http_wire.h judge it. Parser of outside bytes; pure. */
#pragma once

#include "server/http/http_wire.h"

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>

#define HTTP_FRONT_HEAD_BYTES_MAX 4096
#define HTTP_FRONT_HEADERS_MAX 40

typedef struct {
  const char *name, *value; /**< NUL-terminated, in the bytes that were parsed */
} HttpFrontHeader;

typedef struct {
  bool is_head;
  bool wants_close; /**< Connection: close */
  const char *target;
  size_t size; /**< of the head with its empty line */
  HttpWireVerdict verdict;
  size_t header_count;
  HttpFrontHeader headers[HTTP_FRONT_HEADERS_MAX];
} HttpFrontHead;

/** Parse the head at the begin of `bytes`, in place. False when it is not whole or not for the front: `bytes` are then of no
 * use any more. `ret_head` borrows them. */
bool http_front_head_parse(char *bytes, size_t size, HttpFrontHead *ret_head);

/** The value of the first header of that name in the HttpFrontHead `head`, or NULL (an HttpHeaderFunc). */
const char *http_front_head_find(gconstpointer head, const char *name);
