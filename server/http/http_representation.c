#include "server/http/http_representation.h"

#include "server/http/http_conditional.h"
#include "server/http/http_date.h"
#include "server/http/http_problem.h"
#include "server/http/http_range.h"

static void write_validators(HttpResponse *response) {
  if (response->etag[0] != '\0')
    http_response_set_header(response, "ETag", response->etag);
  if (response->last_modified_s > 0) {
    char date[HTTP_DATE_SIZE];
    http_date_write(response->last_modified_s, date);
    http_response_set_header(response, "Last-Modified", date);
  }
  if (response->takes_ranges)
    http_response_set_header(response, "Accept-Ranges", "bytes");
}

static void apply_range(HttpResponse *response, const HttpRequest *request) {
  const char *range = http_request_find_header(request, "Range");
  int64_t first = 0;
  int64_t last = 0;
  if (request->method != HTTP_METHOD_GET || range == NULL ||
      !http_range_if_range_holds(http_request_find_header(request, "If-Range"),
                                 response->etag[0] != '\0' ? response->etag : NULL, response->last_modified_s))
    return;
  HttpRangeKind kind = http_range_parse(range, response->length, &first, &last);
  if (kind == HTTP_RANGE_WHOLE)
    return;
  int64_t whole = response->length;
  g_autofree char *content_range =
      kind == HTTP_RANGE_PART
          ? g_strdup_printf("bytes %" G_GINT64_FORMAT "-%" G_GINT64_FORMAT "/%" G_GINT64_FORMAT, first, last, whole)
          : g_strdup_printf("bytes */%" G_GINT64_FORMAT, whole);
  http_response_set_header(response, "Content-Range", content_range);
  if (kind == HTTP_RANGE_UNSATISFIABLE) {
    http_problem_set(response, request, HTTP_PROBLEM_RANGE, NULL);
    return;
  }
  response->status = 206;
  response->offset += first;
  response->length = last - first + 1;
  if (response->bytes != NULL) {
    GBytes *part = g_bytes_new_from_bytes(response->bytes, (gsize)first, (gsize)response->length);
    g_bytes_unref(response->bytes);
    response->bytes = part;
  }
}

void http_representation_finish(HttpResponse *response, const HttpRequest *request) {
  if (response->status != 200 || !(request->method & (HTTP_METHOD_GET | HTTP_METHOD_HEAD)))
    return;
  write_validators(response);
  HttpPreconditions sent = {
      .if_match = http_request_find_header(request, "If-Match"),
      .if_none_match = http_request_find_header(request, "If-None-Match"),
      .if_modified_since = http_request_find_header(request, "If-Modified-Since"),
      .if_unmodified_since = http_request_find_header(request, "If-Unmodified-Since"),
  };
  const char *etag = response->etag[0] != '\0' ? response->etag : NULL;
  switch (http_conditional_evaluate(&sent, etag, response->last_modified_s)) {
  case HTTP_CONDITIONAL_NOT_MODIFIED:
    http_response_drop_body(response);
    response->status = 304;
    return;
  case HTTP_CONDITIONAL_FAILED:
    http_problem_set(response, request, HTTP_PROBLEM_PRECONDITION, NULL);
    return;
  case HTTP_CONDITIONAL_PASS:
    break;
  }
  if (response->takes_ranges)
    apply_range(response, request);
}
