#include "server/http/http_encoding.h"
#include "server/http/http_mime.h"
#include "server/http/http_problem.h"
#include "server/http/http_representation.h"
#include "server/http/http_response.h"

#include <glib.h>
#include <string.h>

/** Headers of a request: name, value, name, value, ..., NULL. */
static const char *find_header(gconstpointer source, const char *name) {
  for (const char *const *pair = source; pair != NULL && *pair != NULL; pair += 2)
    if (g_ascii_strcasecmp(pair[0], name) == 0)
      return pair[1];
  return NULL;
}

static HttpRequest make_request(HttpMethod method, const char *const *headers) {
  HttpRequest request = {.method = method, .find_header = find_header, .header_source = headers, .id = "abcd1234"};
  request.language = http_language_choose(http_request_find_header(&request, "Accept-Language"));
  return request;
}

static void fill(HttpResponse *response) {
  g_autoptr(GBytes) bytes = g_bytes_new_static("0123456789", 10);
  http_response_init(response);
  http_response_set_bytes(response, "text/plain", bytes);
  g_strlcpy(response->etag, "\"abc\"", sizeof response->etag);
  response->takes_ranges = true;
}

static void assert_body(const HttpResponse *response, const char *text) {
  g_assert_nonnull(response->bytes);
  gsize size = 0;
  const char *data = g_bytes_get_data(response->bytes, &size);
  g_autofree char *body = g_strndup(data, size);
  g_assert_cmpstr(body, ==, text);
  g_assert_cmpint(response->length, ==, (int64_t)strlen(text));
}

static void test_http_representation_finish_whole(void) {
  HttpRequest request = make_request(HTTP_METHOD_GET, NULL);
  g_auto(HttpResponse) response;
  fill(&response);
  http_representation_finish(&response, &request);
  g_assert_cmpuint(response.status, ==, 200);
  g_assert_cmpstr(http_response_find_header(&response, "etag"), ==, "\"abc\"");
  g_assert_cmpstr(http_response_find_header(&response, "Accept-Ranges"), ==, "bytes");
  assert_body(&response, "0123456789");
}

static void test_http_representation_finish_part(void) {
  const char *const headers[] = {"Range", "bytes=2-4", "If-Range", "\"abc\"", NULL};
  HttpRequest request = make_request(HTTP_METHOD_GET, headers);
  g_auto(HttpResponse) response;
  fill(&response);
  http_representation_finish(&response, &request);
  g_assert_cmpuint(response.status, ==, 206);
  g_assert_cmpstr(http_response_find_header(&response, "Content-Range"), ==, "bytes 2-4/10");
  assert_body(&response, "234");
}

static void test_http_representation_finish_part_ignored(void) {
  const char *const other[] = {"Range", "bytes=2-4", "If-Range", "\"other\"", NULL};
  const char *const several[] = {"Range", "bytes=0-1,3-4", NULL};
  HttpRequest requests[] = {make_request(HTTP_METHOD_GET, other), make_request(HTTP_METHOD_GET, several),
                            make_request(HTTP_METHOD_HEAD, other)};
  for (size_t i = 0; i < G_N_ELEMENTS(requests); i++) {
    g_auto(HttpResponse) response;
    fill(&response);
    http_representation_finish(&response, &requests[i]);
    g_assert_cmpuint(response.status, ==, 200);
    g_assert_null(http_response_find_header(&response, "Content-Range"));
    assert_body(&response, "0123456789");
  }
}

static void test_http_representation_finish_unsatisfiable(void) {
  const char *const headers[] = {"Range", "bytes=10-", NULL};
  HttpRequest request = make_request(HTTP_METHOD_GET, headers);
  g_auto(HttpResponse) response;
  fill(&response);
  http_representation_finish(&response, &request);
  g_assert_cmpuint(response.status, ==, 416);
  g_assert_cmpstr(http_response_find_header(&response, "Content-Range"), ==, "bytes */10");
  g_assert_cmpstr(http_response_find_header(&response, "Content-Type"), ==, "application/problem+json");
}

static void test_http_representation_finish_not_modified(void) {
  const char *const headers[] = {"If-None-Match", "\"abc\"", "Range", "bytes=0-1", NULL};
  HttpRequest request = make_request(HTTP_METHOD_HEAD, headers);
  g_auto(HttpResponse) response;
  fill(&response);
  http_response_set_header(&response, "Cache-Control", HTTP_CACHE_IMMUTABLE);
  http_representation_finish(&response, &request);
  g_assert_cmpuint(response.status, ==, 304);
  g_assert_null(response.bytes);
  g_assert_cmpstr(http_response_find_header(&response, "ETag"), ==, "\"abc\"");
  g_assert_cmpstr(http_response_find_header(&response, "Cache-Control"), ==, HTTP_CACHE_IMMUTABLE);
  g_assert_null(http_response_find_header(&response, "Content-Type"));
}

static void test_http_response_headers(void) {
  g_auto(HttpResponse) response;
  http_response_init(&response);
  http_response_set_header(&response, "X-Test", "a\r\nSet-Cookie: b");
  g_assert_cmpstr(http_response_find_header(&response, "x-test"), ==, "a  Set-Cookie: b");
  http_response_set_header(&response, "x-test", "c");
  g_assert_cmpuint(response.header_count, ==, 1);
  g_assert_cmpstr(response.headers[0].value, ==, "c");
}

static void test_http_response_etag(void) {
  g_auto(HttpResponse) response;
  http_response_init(&response);
  http_response_set_etag_of(&response, "asset/a/v360/000000-1.m4s", 10, 20);
  g_autofree char *first = g_strdup(response.etag);
  g_assert_true(first[0] == '"' && first[strlen(first) - 1] == '"');
  http_response_set_etag_of(&response, "asset/a/v360/000000-1.m4s", 10, 21);
  g_assert_cmpstr(first, !=, response.etag);
  http_response_set_etag_of(&response, "asset/a/v360/000000-2.m4s", 10, 20);
  g_assert_cmpstr(first, !=, response.etag);
  http_response_set_etag_of(&response, "asset/a/v360/000000-1.m4s", 10, 20);
  g_assert_cmpstr(first, ==, response.etag);
}

static char *problem_body(const char *const *headers, HttpProblem problem, const char *detail,
                          HttpResponse *response) {
  HttpRequest request = make_request(HTTP_METHOD_GET, headers);
  http_response_init(response);
  http_problem_set(response, &request, problem, detail);
  gsize size = 0;
  const char *data = g_bytes_get_data(response->bytes, &size);
  return g_strndup(data, size);
}

static void test_http_problem_json(void) {
  g_auto(HttpResponse) response;
  g_autofree char *body = problem_body(NULL, HTTP_PROBLEM_NOT_READY, NULL, &response);
  g_assert_cmpuint(response.status, ==, 404);
  g_assert_cmpstr(http_response_find_header(&response, "Content-Type"), ==, "application/problem+json");
  g_assert_cmpstr(http_response_find_header(&response, "Retry-After"), ==, "2");
  g_assert_cmpstr(http_response_find_header(&response, "Content-Language"), ==, "zh-CN");
  g_assert_cmpstr(body, ==,
                  "{\"type\":\"urn:kapok:problem:not_ready\",\"title\":\"正在准备\",\"status\":404,"
                  "\"detail\":\"这节课正在转码，马上就能播放，请稍候。\",\"code\":\"not_ready\","
                  "\"request_id\":\"abcd1234\"}");
}

static void test_http_problem_english(void) {
  const char *const headers[] = {"Accept-Language", "en-GB,en;q=0.8,zh;q=0.1", NULL};
  g_auto(HttpResponse) response;
  g_autofree char *body = problem_body(headers, HTTP_PROBLEM_FAILED, "a \"quoted\" reason", &response);
  g_assert_cmpstr(http_response_find_header(&response, "Content-Language"), ==, "en");
  g_assert_nonnull(strstr(body, "\"title\":\"Cannot be played\""));
  g_assert_nonnull(strstr(body, "\"detail\":\"a \\\"quoted\\\" reason\""));
}

static void test_http_problem_page(void) {
  const char *const headers[] = {"Accept", "text/html,*/*;q=0.8", NULL};
  g_auto(HttpResponse) response;
  g_autofree char *body = problem_body(headers, HTTP_PROBLEM_NOT_FOUND, "<script>", &response);
  g_assert_cmpstr(http_response_find_header(&response, "Content-Type"), ==, "text/html; charset=utf-8");
  g_assert_nonnull(strstr(body, "<html lang=\"zh-CN\">"));
  g_assert_nonnull(strstr(body, "没有找到"));
  g_assert_nonnull(strstr(body, "&lt;script&gt;"));
  g_assert_null(strstr(body, "<script>"));
}

static void test_http_problem_table(void) {
  for (int problem = HTTP_PROBLEM_BAD_REQUEST; problem <= HTTP_PROBLEM_VERSION; problem++) {
    g_assert_cmpuint(http_problem_status((HttpProblem)problem), >=, 400);
    g_assert_nonnull(http_problem_code((HttpProblem)problem));
  }
}

static void test_http_language_choose(void) {
  static const struct {
    const char *text;
    HttpLanguage language;
  } cases[] = {
      {NULL, HTTP_LANGUAGE_ZH},
      {"", HTTP_LANGUAGE_ZH},
      {"zh-CN,zh;q=0.9,en;q=0.8", HTTP_LANGUAGE_ZH},
      {"en", HTTP_LANGUAGE_EN},
      {"EN-us", HTTP_LANGUAGE_EN},
      {"en-US,en;q=0.9,zh-CN;q=0.8", HTTP_LANGUAGE_EN},
      {"en;q=0.5, zh;q=0.7", HTTP_LANGUAGE_ZH},
      {"en,zh", HTTP_LANGUAGE_EN},
      {"zh,en", HTTP_LANGUAGE_ZH},
      {"en;q=0", HTTP_LANGUAGE_ZH},
      {"fr,de", HTTP_LANGUAGE_ZH},
      {"fr, en;q=0.3", HTTP_LANGUAGE_EN},
      {"*", HTTP_LANGUAGE_ZH},
      {"english", HTTP_LANGUAGE_ZH},
      {"en;q=abc", HTTP_LANGUAGE_ZH},
      {"en;q=0.001", HTTP_LANGUAGE_EN},
      {",;q=,;;,en;", HTTP_LANGUAGE_EN},
  };
  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_test_message("%s", cases[i].text != NULL ? cases[i].text : "none");
    g_assert_cmpint(http_language_choose(cases[i].text), ==, cases[i].language);
  }
}

static void test_http_encoding_parse(void) {
  static const struct {
    const char *text;
    unsigned encodings;
  } cases[] = {{NULL, 0},
               {"", 0},
               {"gzip", HTTP_ENCODING_GZIP},
               {"br, gzip;q=0.5", HTTP_ENCODING_GZIP | HTTP_ENCODING_BROTLI},
               {"gzip;q=0", 0},
               {"gzip;q=0.0, br", HTTP_ENCODING_BROTLI},
               {"gzip; q=1", HTTP_ENCODING_GZIP},
               {"xgzip, brx", 0},
               {"deflate,GZIP", HTTP_ENCODING_GZIP},
               {"identity", 0},
               {",,;q=;,br;q=", 0}};
  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_test_message("%s", cases[i].text != NULL ? cases[i].text : "none");
    g_assert_cmpuint(http_encoding_parse(cases[i].text), ==, cases[i].encodings);
  }
}

static void test_http_encoding_packs(void) {
  static const struct {
    const char *type, *accept;
    size_t size;
    bool is_packed;
  } cases[] = {{"application/json", "gzip", 5000, true}, {"application/json", NULL, 5000, false},
               {"application/json", "gzip", 100, false}, {"image/jpeg", "gzip", 5000, false},
               {"application/json", "br", 5000, false},  {"text/html; charset=utf-8", "gzip, br", 5000, true}};
  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    const char *const headers[] = {"Accept-Encoding", cases[i].accept, NULL};
    HttpRequest request = make_request(HTTP_METHOD_GET, cases[i].accept != NULL ? headers : NULL);
    g_auto(HttpResponse) response;
    http_response_init(&response);
    GString *text = g_string_new(NULL);
    for (size_t n = 0; n < cases[i].size; n++)
      g_string_append_c(text, 'a');
    http_response_take_string(&response, cases[i].type, text);
    http_response_set_etag_of_body(&response);
    g_autofree char *plain_etag = g_strdup(response.etag);
    http_encoding_choose(&response, &request);
    http_representation_finish(&response, &request);
    http_encoding_apply(&response);
    const char *encoding = http_response_find_header(&response, "Content-Encoding");
    g_assert_cmpstr(encoding, ==, cases[i].is_packed ? "gzip" : NULL);
    g_assert_cmpint(response.length < (int64_t)cases[i].size, ==, cases[i].is_packed);
    g_assert_cmpint(strcmp(response.etag, plain_etag) != 0, ==, cases[i].is_packed);
  }
}

static void test_http_mime(void) {
  g_assert_cmpstr(http_mime_of_name("index.html"), ==, "text/html; charset=utf-8");
  g_assert_cmpstr(http_mime_of_name("a/b.JS"), ==, "text/javascript; charset=utf-8");
  g_assert_cmpstr(http_mime_of_name("x.m3u8"), ==, "application/vnd.apple.mpegurl");
  g_assert_cmpstr(http_mime_of_name("x.woff2"), ==, "font/woff2");
  g_assert_cmpstr(http_mime_of_name("a.b/c"), ==, "application/octet-stream");
  g_assert_cmpstr(http_mime_of_name("noextension"), ==, "application/octet-stream");
  g_assert_cmpstr(http_mime_of_name("x."), ==, "application/octet-stream");
  g_assert_true(http_mime_is_compressible("text/css; charset=utf-8"));
  g_assert_true(http_mime_is_compressible("image/svg+xml"));
  g_assert_false(http_mime_is_compressible("image/png"));
  g_assert_false(http_mime_is_compressible("font/woff2"));
}

int main(int argc, char **argv) {
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/http_representation/finish/whole", test_http_representation_finish_whole);
  g_test_add_func("/http_representation/finish/part", test_http_representation_finish_part);
  g_test_add_func("/http_representation/finish/part_ignored", test_http_representation_finish_part_ignored);
  g_test_add_func("/http_representation/finish/unsatisfiable", test_http_representation_finish_unsatisfiable);
  g_test_add_func("/http_representation/finish/not_modified", test_http_representation_finish_not_modified);
  g_test_add_func("/http_response/headers", test_http_response_headers);
  g_test_add_func("/http_response/etag", test_http_response_etag);
  g_test_add_func("/http_problem/json", test_http_problem_json);
  g_test_add_func("/http_problem/english", test_http_problem_english);
  g_test_add_func("/http_problem/page", test_http_problem_page);
  g_test_add_func("/http_problem/table", test_http_problem_table);
  g_test_add_func("/http_language/choose", test_http_language_choose);
  g_test_add_func("/http_encoding/parse", test_http_encoding_parse);
  g_test_add_func("/http_encoding/packs", test_http_encoding_packs);
  g_test_add_func("/http_mime", test_http_mime);
  return g_test_run();
}
