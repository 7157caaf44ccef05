/** Checks of a request as it came over the wire, which libmicrohttpd's lax parser lets through: request smuggling
 * (RFC 9112 §11.2), bare LF and CR, NUL, folded headers, space before a colon, doubtful Host.
 *
 * libmicrohttpd 0.9 parses in place: method, target, version and headers point into one buffer, with line ends and
 * colons overwritten by NUL. So the distances between them show what stood between, without a byte of the wire being
 * read again. Should another version copy them elsewhere the distances make no sense, so the layout is judged only
 * for the versions it was tested with (http_wire_knows_layout()); the other checks always are.
 */
#pragma once

#include <microhttpd.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** What libmicrohttpd handed us of one request. `target` is its own pointer, not a copy. */
typedef struct {
  const char *method, *target, *version;
  size_t target_length; /**< bytes of the target as sent, with the query */
} HttpWire;

typedef struct {
  const char *refusal; /**< NULL: in order; else a static English sentence for the log */
  bool has_body;       /**< it announces a body (Content-Length above 0 or Transfer-Encoding) */
  int64_t body_bytes;  /**< the announced length; -1 for a chunked one */
  bool has_conditions; /**< Range, or a condition other than If-None-Match */
  const char *if_none_match, *accept_encoding; /**< NULL: not there; owned by the library */
} HttpWireVerdict;

/** Call at the handler's first call for a request: headers read, body not. */
HttpWireVerdict http_wire_judge(struct MHD_Connection *connection, const HttpWire *wire);

/** Whether the running libmicrohttpd is one whose buffer layout is known. */
bool http_wire_knows_layout(void);
