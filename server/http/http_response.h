/** A response as handlers fill it: status, headers, and a body in memory or in a file. */
#pragma once

#include "server/http/http_request.h"

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#define HTTP_RESPONSE_HEADERS_MAX 24
#define HTTP_ETAG_SIZE 72

#define HTTP_CACHE_IMMUTABLE "public, max-age=31536000, immutable"
#define HTTP_CACHE_REVALIDATE "no-cache"
#define HTTP_CACHE_NEVER "no-store"

/** Whether an answer that a handler made for one request may go to all that ask for the same target with the same content
 * coding, and no conditions or ranges. It must then depend on nothing else of the request: not on language, cookies or
 * address. */
typedef enum {
  HTTP_SHARING_NONE,
  HTTP_SHARING_UNTIL_CHANGE, /**< until the content's version changes (HttpTransportConfig.content_version) */
  HTTP_SHARING_STORED, /**< the same, and HTTP_SHARING_STORED_US at least: bytes that never change, but may go */
  HTTP_SHARING_FOR_A_SECOND, /**< whatever the version: it comes from elsewhere, such as files of pages */
} HttpSharing;
#define HTTP_SHARING_STORED_US (2 * G_TIME_SPAN_SECOND)
#define HTTP_SHARING_SECOND_US G_TIME_SPAN_SECOND

typedef struct {
  const char *name; /**< static */
  char *value;
} HttpHeader;

/** A body that is read as it goes out. */
typedef struct {
  /** Read up to `size_bytes` from `position` of the whole body on; how many, more than 0, or -1 when that failed: the
   * answer is then cut off. 0 at the end of a body of unknown length, which is read in order. Called on one thread at a
   * time. */
  int64_t (*read)(gpointer source, int64_t position, void *to, size_t size_bytes);
  void (*free)(gpointer source);
  gpointer source; /**< NULL: none */
} HttpBodyReader;

struct HttpResponse {
  unsigned status;
  HttpHeader headers[HTTP_RESPONSE_HEADERS_MAX];
  size_t header_count;
  GBytes *bytes;         /**< body in memory, or NULL */
  int fd;                /**< body in a file, or -1; owned */
  HttpBodyReader reader; /**< body from elsewhere; owned */
  int64_t offset;        /**< of the body in the file (also a mapped one), or in what the reader reads */
  int64_t length;        /**< of the body, whichever it is; HTTP_LENGTH_UNKNOWN of some readers */
  HttpSharing sharing;
  int mapped_fd; /**< the bytes are a view of this file from `offset` on: they cost no memory of ours. Borrowed,
                                open as long as the bytes are there; -1: they are not */
  bool is_to_be_packed;      /**< see http_encoding.h */
  bool takes_ranges;         /**< http_representation_finish() honours Range */
  char etag[HTTP_ETAG_SIZE]; /**< quoted; empty: none */
  int64_t last_modified_s;   /**< seconds since 1970; 0: none */
};

void http_response_init(HttpResponse *response); /**< 200, no body */
void http_response_clear(HttpResponse *response);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(HttpResponse, http_response_clear)

/** Set or replace a header. `name` must be static; `value` is copied, control characters in it become spaces. */
void http_response_set_header(HttpResponse *response, const char *name, const char *value);
/** The same, beside others of that name: Set-Cookie. */
void http_response_add_header(HttpResponse *response, const char *name, const char *value);
const char *http_response_find_header(const HttpResponse *response, const char *name);

/** Bodies: each replaces the one before and sets Content-Type. */
void http_response_set_bytes(HttpResponse *response, const char *content_type, GBytes *bytes);
void http_response_take_string(HttpResponse *response, const char *content_type, GString *text);
/** `fd` is closed with the response. */
void http_response_take_file(HttpResponse *response, const char *content_type, int fd, int64_t offset,
                             int64_t length);
/** `reader` goes with the response, which frees its source. `length` HTTP_LENGTH_UNKNOWN: sent in chunks until the reader says
 * that it is the end; neither ranges nor conditions. */
#define HTTP_LENGTH_UNKNOWN INT64_C(-1)
void http_response_take_reader(HttpResponse *response, const char *content_type, const HttpBodyReader *reader,
                               int64_t length);
/** Drop body, validators and Content-Type; for error answers. */
void http_response_drop_body(HttpResponse *response);

/** A strong ETag (RFC 9110 §8.8.3) from what identifies the bytes. `text` is hashed. */
void http_response_set_etag_of(HttpResponse *response, const char *text, int64_t offset, int64_t length);
/** A strong ETag from the body in memory. */
void http_response_set_etag_of_body(HttpResponse *response);
/** The same for bytes kept elsewhere. */
void http_etag_write(GBytes *bytes, char ret_etag[HTTP_ETAG_SIZE]);
