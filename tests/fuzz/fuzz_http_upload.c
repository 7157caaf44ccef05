/* Fuzz target: what uploads send in headers and forms. The input is texts ended by NUL for Upload-Offset, Upload-Checksum,
 * Upload-Concat and Upload-Metadata; what follows is a form with the boundary "x", put in pieces whose size the first byte
 * gives. */
#include "catalog/upload_metadata.h"
#include "media/media_signature.h"
#include "server/handlers/upload_headers.h"
#include "server/http/http_multipart.h"

#include <glib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size_bytes);

static bool on_begin(gpointer user_data, const HttpMultipartPart *part) {
  unsigned *depth = user_data;
  if (++*depth != 1 || !g_utf8_validate(part->name, -1, NULL) ||
      (part->filename != NULL && !g_utf8_validate(part->filename, -1, NULL)))
    g_error("a part inside a part, or a name that is no text");
  return true;
}

static bool on_data(gpointer user_data, const void *data, size_t size) {
  if (*(const unsigned *)user_data != 1)
    g_error("bytes outside of a part");
  media_signature_guess(data, size);
  return true;
}

static bool on_end(gpointer user_data) {
  unsigned *depth = user_data;
  if ((*depth)-- != 1)
    g_error("an end without a beginning");
  return true;
}

static void read_form(const uint8_t *data, size_t size, size_t piece) {
  static const HttpMultipartFuncs funcs = {on_begin, on_data, on_end};
  unsigned depth = 0;
  g_autoptr(HttpMultipart) multipart = http_multipart_new("multipart/form-data; boundary=x", &funcs, &depth);
  for (size_t at = 0; at < size; at += piece)
    if (!http_multipart_put(multipart, data + at, MIN(piece, size - at)))
      return;
  if (http_multipart_is_whole(multipart) && depth != 0)
    g_error("the form is whole, and a part is not");
}

static void read_metadata(const char *text) {
  g_auto(UploadWish) wish = {0};
  if (!upload_metadata_is_valid(text))
    return;
  upload_wish_read(text, &wish);
  if ((wish.name != NULL && (strchr(wish.name, '/') != NULL || !g_utf8_validate(wish.name, -1, NULL))) ||
      (wish.title != NULL && !g_utf8_validate(wish.title, -1, NULL)))
    g_error("“%s” gave a bad name or title", text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size_bytes) {
  if (size_bytes < 1)
    return 0;
  size_t piece = (size_t)data[0] + 1;
  const uint8_t *at = data + 1, *end = data + size_bytes;
  for (int i = 0; i < 4; i++) {
    const uint8_t *stop = memchr(at, '\0', (size_t)(end - at));
    size_t length = (size_t)((stop != NULL ? stop : end) - at);
    g_autofree char *text = g_strndup((const char *)at, length);
    g_autofree char *ids = NULL;
    UploadChecksum checksum;
    int64_t number = 0;
    if (i == 0 && upload_headers_parse_number(text, &number) && number < 0)
      g_error("“%s” is below 0", text);
    else if (i == 1)
      upload_headers_parse_checksum(text, &checksum);
    else if (i == 2)
      upload_headers_parse_concat(text, &ids);
    else if (i == 3)
      read_metadata(text);
    at += length + (stop != NULL ? 1 : 0);
  }
  read_form(at, (size_t)(end - at), piece);
  return 0;
}
