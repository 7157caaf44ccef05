/** Requests that nobody sends in good faith, over raw sockets: none may succeed, leak or take the server down. */
#include "tests/unit/server/server_fixture.h"

#define HOST "Host: localhost\r\n"
#define GET_HEALTH "GET /healthz HTTP/1.1\r\n"

typedef struct {
  const char *name;
  const char *bytes;
  size_t size;
} HostileCase;

/** A string literal with NULs in it. */
#define BYTES(text) text, sizeof(text) - 1

static const HostileCase cases[] = {
    /* request smuggling, RFC 9112 §11.2 */
    {"length and coding",
     BYTES(GET_HEALTH HOST "Content-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nG")},
    {"coding and length",
     BYTES("POST /healthz HTTP/1.1\r\n" HOST
           "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n" GET_HEALTH HOST "\r\n")},
    {"two lengths", BYTES("POST /healthz HTTP/1.1\r\n" HOST
                          "Content-Length: 0\r\nContent-Length: 44\r\n\r\n" GET_HEALTH HOST "\r\n")},
    {"two equal lengths", BYTES(GET_HEALTH HOST "Content-Length: 0\r\nContent-Length: 0\r\n\r\n")},
    {"list of lengths", BYTES(GET_HEALTH HOST "Content-Length: 0, 0\r\n\r\n")},
    {"signed length", BYTES(GET_HEALTH HOST "Content-Length: +0\r\n\r\n")},
    {"negative length", BYTES(GET_HEALTH HOST "Content-Length: -1\r\n\r\n")},
    {"hexadecimal length", BYTES(GET_HEALTH HOST "Content-Length: 0x0\r\n\r\n")},
    {"huge length", BYTES(GET_HEALTH HOST "Content-Length: 99999999999999999999999\r\n\r\n")},
    {"empty length", BYTES(GET_HEALTH HOST "Content-Length:\r\n\r\n")},
    {"unknown coding", BYTES(GET_HEALTH HOST "Transfer-Encoding: xchunked\r\n\r\n")},
    {"identity coding", BYTES(GET_HEALTH HOST "Transfer-Encoding: identity\r\n\r\n")},
    {"two codings",
     BYTES(GET_HEALTH HOST "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n")},
    {"coding in 1.0", BYTES("GET /healthz HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n")},
    {"body on GET", BYTES(GET_HEALTH HOST "Content-Length: 5\r\n\r\nhello")},
    {"chunked body on GET", BYTES(GET_HEALTH HOST "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n")},
    {"space before colon", BYTES(GET_HEALTH HOST "Content-Length : 5\r\n\r\nhello")},
    {"space before colon of host", BYTES(GET_HEALTH "Host : localhost\r\n\r\n")},
    /* Host */
    {"no host", BYTES(GET_HEALTH "\r\n")},
    {"two hosts", BYTES(GET_HEALTH "Host: a\r\nHost: b\r\n\r\n")},
    {"two equal hosts", BYTES(GET_HEALTH HOST HOST "\r\n")},
    {"host with path", BYTES(GET_HEALTH "Host: a/b\r\n\r\n")},
    {"host with user", BYTES(GET_HEALTH "Host: u@b\r\n\r\n")},
    {"host with space", BYTES(GET_HEALTH "Host: a b\r\n\r\n")},
    /* line ends */
    {"bare LF", BYTES("GET /healthz HTTP/1.1\nHost: localhost\n\n")},
    {"bare LF after the request line", BYTES("GET /healthz HTTP/1.1\n" HOST "\r\n")},
    {"bare LF after a header", BYTES(GET_HEALTH "Host: localhost\nA: b\r\n\r\n")},
    {"bare LF after the last header", BYTES(GET_HEALTH "Host: localhost\n\r\n")},
    {"bare LF at the end", BYTES(GET_HEALTH HOST "\n")},
    {"bare CR after the request line", BYTES("GET /healthz HTTP/1.1\r" HOST "\r\n")},
    {"bare CR in a header", BYTES(GET_HEALTH "Host: localhost\rA: b\r\n\r\n")},
    {"CR CR LF", BYTES(GET_HEALTH "Host: localhost\r\r\n\r\n")},
    {"folded header", BYTES(GET_HEALTH HOST "A: b\r\n c\r\n\r\n")},
    {"folded first header", BYTES(GET_HEALTH " " HOST HOST "\r\n")},
    /* NUL and control characters */
    {"NUL in host", BYTES(GET_HEALTH "Host: local\0host\r\n\r\n")},
    {"NUL in a header name", BYTES(GET_HEALTH HOST "A\0B: c\r\n\r\n")},
    {"NUL after a header", BYTES(GET_HEALTH HOST "A: c\0\r\n\r\n")},
    {"NUL in the path", BYTES("GET /healthz\0.jpg HTTP/1.1\r\n" HOST "\r\n")},
    {"NUL in the query", BYTES("GET /healthz?a\0b HTTP/1.1\r\n" HOST "\r\n")},
    {"NUL after the method", BYTES("GET\0 /healthz HTTP/1.1\r\n" HOST "\r\n")},
    {"NUL after the version", BYTES("GET /healthz HTTP/1.1\0\r\n" HOST "\r\n")},
    {"encoded NUL", BYTES("GET /healthz%00 HTTP/1.1\r\n" HOST "\r\n")},
    {"encoded NUL before an extension", BYTES("GET /favicon.svg%00.jpg HTTP/1.1\r\n" HOST "\r\n")},
    {"control character in a header", BYTES(GET_HEALTH HOST "A: b\001c\r\n\r\n")},
    {"encoded CRLF", BYTES("GET /healthz%0d%0aA:b HTTP/1.1\r\n" HOST "\r\n")},
    {"header without colon", BYTES(GET_HEALTH HOST "AAAA\r\n\r\n")},
    {"header without name", BYTES(GET_HEALTH HOST ": b\r\n\r\n")},
    {"header name that is no token", BYTES(GET_HEALTH HOST "A(b): c\r\n\r\n")},
    /* leaving the web folder */
    {"dot segments", BYTES("GET /assets/../index.html HTTP/1.1\r\n" HOST "\r\n")},
    {"dot segments past the root", BYTES("GET /../../../etc/passwd HTTP/1.1\r\n" HOST "\r\n")},
    {"encoded dots", BYTES("GET /assets/%2e%2e/index.html HTTP/1.1\r\n" HOST "\r\n")},
    {"half encoded dots", BYTES("GET /assets/.%2E/index.html HTTP/1.1\r\n" HOST "\r\n")},
    {"encoded slash", BYTES("GET /assets/..%2findex.html HTTP/1.1\r\n" HOST "\r\n")},
    {"encoded backslash", BYTES("GET /assets/..%5cindex.html HTTP/1.1\r\n" HOST "\r\n")},
    {"backslash", BYTES("GET /assets/..\\index.html HTTP/1.1\r\n" HOST "\r\n")},
    {"twice encoded dots", BYTES("GET /assets/%252e%252e/index.html HTTP/1.1\r\n" HOST "\r\n")},
    {"overlong UTF-8 dots", BYTES("GET /assets/%c0%ae%c0%ae/index.html HTTP/1.1\r\n" HOST "\r\n")},
    {"absolute path", BYTES("GET /assets//etc/passwd HTTP/1.1\r\n" HOST "\r\n")},
    {"folder", BYTES("GET /assets/ HTTP/1.1\r\n" HOST "\r\n")},
    {"absolute form with dots", BYTES("GET http://localhost/assets/../index.html HTTP/1.1\r\n" HOST "\r\n")},
    {"absolute form with user", BYTES("GET http://a@localhost/healthz HTTP/1.1\r\n" HOST "\r\n")},
    /* request lines */
    {"space in the target", BYTES("GET /healthz x HTTP/1.1\r\n" HOST "\r\n")},
    {"two spaces", BYTES("GET  /healthz HTTP/1.1\r\n" HOST "\r\n")},
    {"tab", BYTES("GET\t/healthz HTTP/1.1\r\n" HOST "\r\n")},
    {"space after the version", BYTES("GET /healthz HTTP/1.1 \r\n" HOST "\r\n")},
    {"no version", BYTES("GET /healthz\r\n" HOST "\r\n")},
    {"version 2.0", BYTES("GET /healthz HTTP/2.0\r\n" HOST "\r\n")},
    {"version 1.11", BYTES("GET /healthz HTTP/1.11\r\n" HOST "\r\n")},
    {"version in lower case", BYTES("GET /healthz http/1.1\r\n" HOST "\r\n")},
    {"method in lower case", BYTES("get /healthz HTTP/1.1\r\n" HOST "\r\n")},
    {"CONNECT", BYTES("CONNECT localhost:80 HTTP/1.1\r\n" HOST "\r\n")},
    {"TRACE", BYTES("TRACE /healthz HTTP/1.1\r\n" HOST "\r\n")},
    {"HTTP/2 preface", BYTES("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")},
    {"TLS", BYTES("\026\003\001\002\000\001\000\001\374\003\003\r\n\r\n")},
    {"nothing but NUL", BYTES("\0\0\0\0\0\0\0\0\r\n\r\n\r\n\r\n")},
};

/** All that comes back until the other side closes or is silent for a moment. */
static GByteArray *exchange_raw(const Fixture *fixture, const void *data, size_t size) {
  int fd = client_connect(fixture);
  struct timeval limit = {.tv_usec = 80000};
  g_assert_cmpint(setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit), ==, 0);
  GByteArray *all = g_byte_array_new();
  client_send(fd, data, size);
  guint8 buffer[4096];
  for (ssize_t got; (got = recv(fd, buffer, sizeof buffer, 0)) > 0;)
    g_byte_array_append(all, buffer, (guint)got);
  g_byte_array_append(all, (const guint8 *)"", 1);
  close(fd);
  return all;
}

static void assert_alive(const Fixture *fixture) {
  g_auto(Reply) reply = {0};
  fixture_ask(fixture, "GET", "/healthz", "", &reply);
  g_assert_cmpint(reply.status, ==, 200);
}

static void fixture_open_with_pages(Fixture *fixture) {
  fixture_open(fixture);
  fixture_write_file(fixture->web_dir, "home.html", "home");
  fixture_write_file(fixture->web_dir, "favicon.svg", "<svg/>");
  fixture_write_file(fixture->web_dir, "assets/a.js", "a");
}

static void test_server_hostile_corpus(void) {
  Fixture fixture;
  fixture_open_with_pages(&fixture);
  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_autoptr(GByteArray) reply = exchange_raw(&fixture, cases[i].bytes, cases[i].size);
    if (strstr((const char *)reply->data, "HTTP/1.1 2") != NULL)
      g_error("“%s” was answered:\n%s", cases[i].name, reply->data);
  }
  assert_alive(&fixture);
  fixture_close(&fixture);
}

/** Head too long in each of its parts: 4xx or a closed connection, and memory given back (LeakSanitizer). */
static void test_server_hostile_too_long(void) {
  Fixture fixture;
  fixture_open_with_pages(&fixture);
  g_autofree char *filler = g_strnfill(60000, 'a');
  g_autoptr(GString) many = g_string_new(NULL);
  for (int i = 0; i < 3000; i++)
    g_string_append(many, "a&");
  char *texts[] = {
      g_strdup_printf("GET /%.5000s HTTP/1.1\r\n" HOST "\r\n", filler),
      g_strdup_printf("GET /%s HTTP/1.1\r\n" HOST "\r\n", filler),
      g_strdup_printf("GET /healthz?%s HTTP/1.1\r\n" HOST "\r\n", many->str),
      g_strdup_printf(GET_HEALTH HOST "A: %s\r\n\r\n", filler),
      g_strdup_printf(GET_HEALTH HOST "%s: a\r\n\r\n", filler),
      g_strdup_printf("%s /healthz HTTP/1.1\r\n" HOST "\r\n", filler),
      g_strdup_printf("%s", filler),
  };
  for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
    g_autoptr(GByteArray) reply = exchange_raw(&fixture, texts[i], strlen(texts[i]));
    g_assert_null(strstr((const char *)reply->data, "HTTP/1.1 2"));
  }
  for (size_t i = 0; i < G_N_ELEMENTS(texts); i++)
    g_free(texts[i]);
  assert_alive(&fixture);
  fixture_close(&fixture);
}

/** Lawful heads that a strict check could refuse by mistake, whole and byte by byte. */
static void test_server_hostile_lawful(void) {
  static const char *const lawful[] = {
      GET_HEALTH HOST "\r\n",
      "\r\n" GET_HEALTH HOST "\r\n",
      GET_HEALTH "Host:localhost\r\n\r\n",
      GET_HEALTH "Host: \t localhost \t \r\nA: b  \r\n\r\n",
      GET_HEALTH "Host:\r\n\r\n",
      GET_HEALTH "host: [::1]:8080\r\n\r\n",
      GET_HEALTH HOST "A:\r\nB: \r\nC: \xe5\xa4\xaa\r\n\r\n",
      GET_HEALTH HOST "Content-Length: 0\r\n\r\n",
      GET_HEALTH HOST "Cookie: a=b; c=\"d\"; e\r\nCookie: f\r\n\r\n",
      "GET /healthz?a=b&c=%E5%A4%AA&d HTTP/1.1\r\n" HOST "\r\n",
      "GET http://localhost/healthz HTTP/1.1\r\n" HOST "\r\n",
      "GET /healthz HTTP/1.0\r\n\r\n",
      "GET /healthz HTTP/1.0\r\nConnection: keep-alive\r\nHost: x\r\n\r\n",
      "HEAD /healthz HTTP/1.1\r\n" HOST "\r\n",
  };
  Fixture fixture;
  fixture_open(&fixture);
  for (size_t i = 0; i < G_N_ELEMENTS(lawful); i++)
    for (int slowly = 0; slowly < 2; slowly++) {
      g_auto(Reply) reply = {0};
      int fd = client_connect(&fixture);
      g_test_message("%s", lawful[i]);
      for (size_t at = 0, size = strlen(lawful[i]), step = slowly ? 1 : size; at < size; at += step) {
        g_assert_true(client_send(fd, lawful[i] + at, step));
        if (slowly)
          g_usleep(200);
      }
      client_read(fd, !g_str_has_prefix(lawful[i], "HEAD"), &reply);
      g_assert_cmpint(reply.status, ==, 200);
      close(fd);
    }
  fixture_close(&fixture);
}

/** Heads of every size up to the limit, cut at odd places, pipelined: the layout check must hold while the library
 * grows and moves its buffers. */
static void check_lawful_sizes(FixtureAdjust adjust, int largest) {
  Fixture fixture;
  fixture_open_adjusted(&fixture, adjust);
  g_autofree char *filler = g_strnfill(9000, 'a');
  int fd = client_connect(&fixture);
  for (int size = 0; size < largest; size += 379) {
    g_autofree char *text =
        g_strdup_printf("GET /healthz?%.*s HTTP/1.1\r\nHost: x\r\nCookie: a=%.*s; b=c\r\nB: %.*s\r\n\r\n",
                        size % 1000, filler, size / 2, filler, size / 3, filler);
    g_autofree char *twice = g_strconcat(text, text, NULL);
    size_t length = strlen(twice);
    size_t cut = length * (size_t)(size % 97) / 97;
    g_assert_true(client_send(fd, twice, cut));
    g_usleep(3000);
    g_assert_true(client_send(fd, twice + cut, length - cut));
    for (int i = 0; i < 2; i++) {
      g_auto(Reply) reply = {0};
      client_read(fd, true, &reply);
      g_assert_cmpint(reply.status, ==, 200);
    }
  }
  close(fd);
  fixture_close(&fixture);
}

static void give_large_heads(Settings *settings) {
  settings->request_head_bytes = 16 * 1024;
}

static void test_server_hostile_lawful_sizes(void) {
  check_lawful_sizes(NULL, 4500);
  check_lawful_sizes(give_large_heads, 9000);
}

/** Random damage to a lawful request, from a fixed seed. */
static void test_server_hostile_mutations(void) {
  Fixture fixture;
  fixture_open_with_pages(&fixture);
  static const char base[] = "GET /assets/a.js?x=%41 HTTP/1.1\r\nHost: localhost\r\nRange: bytes=0-0\r\n"
                             "Content-Length: 0\r\nIf-None-Match: \"a\"\r\n\r\n";
  static const char spice[] = "\0\r\n\t :%/.,;\"\\+-0aG\177\200\377";
  g_autoptr(GRand) random = g_rand_new_with_seed(20261123);
  for (int round = 0; round < 100; round++) {
    char text[sizeof base - 1];
    memcpy(text, base, sizeof text);
    for (int i = g_rand_int_range(random, 1, 6); i > 0; i--)
      text[g_rand_int_range(random, 0, sizeof text)] = spice[g_rand_int_range(random, 0, sizeof spice - 1)];
    size_t size = (size_t)g_rand_int_range(random, 1, sizeof text + 1);
    g_autoptr(GByteArray) reply = exchange_raw(&fixture, text, size);
    const char *answer = (const char *)reply->data;
    if (answer[0] != '\0' && !g_str_has_prefix(answer, "HTTP/1."))
      g_error("no HTTP answer: %s", answer);
  }
  assert_alive(&fixture);
  fixture_close(&fixture);
}

int main(int argc, char **argv) {
  g_test_init(&argc, &argv, NULL);
  log_init("test", LOG_LEVEL_ERROR, LOG_FORMAT_TEXT);
  g_test_add_func("/server_hostile/corpus", test_server_hostile_corpus);
  g_test_add_func("/server_hostile/too_long", test_server_hostile_too_long);
  g_test_add_func("/server_hostile/lawful", test_server_hostile_lawful);
  g_test_add_func("/server_hostile/lawful_sizes", test_server_hostile_lawful_sizes);
  g_test_add_func("/server_hostile/mutations", test_server_hostile_mutations);
  return g_test_run();
}
