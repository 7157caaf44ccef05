/** multipart/form-data (RFC 7578) as it comes: fields and files one after the other, nothing of a file is kept.
 * Threads: one at a time. */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>

#define HTTP_MULTIPART_PARTS_MAX 100
#define HTTP_MULTIPART_HEAD_BYTES_MAX 8192 /**< of the headers of one part */

typedef struct HttpMultipart HttpMultipart;

typedef struct {
  const char *name;     /**< of the field; "" when it has none */
  const char *filename; /**< NULL: no file */
  const char *type;     /**< media type, or NULL */
} HttpMultipartPart;

/** Any of them returns false to stop. Texts are valid UTF-8 and valid during the call. */
typedef struct {
  bool (*begin)(gpointer user_data, const HttpMultipartPart *part);
  bool (*data)(gpointer user_data, const void *data, size_t size);
  bool (*end)(gpointer user_data);
} HttpMultipartFuncs;

/** `content_type`: of the request. NULL when it is not multipart/form-data with a boundary of 1 to 70 characters. `funcs` is
 * borrowed. */
HttpMultipart *http_multipart_new(const char *content_type, const HttpMultipartFuncs *funcs, gpointer user_data);
void http_multipart_free(HttpMultipart *multipart);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(HttpMultipart, http_multipart_free)

/** Read on. False when the form breaks the rules or a function stopped it. */
bool http_multipart_put(HttpMultipart *multipart, const void *data, size_t size);

/** Whether the closing delimiter was there. */
bool http_multipart_is_whole(const HttpMultipart *multipart);
