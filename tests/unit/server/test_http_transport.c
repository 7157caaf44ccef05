/** Requests with bodies, on a transport with routes of its own. */
#include "base/log.h"
#include "server/http/http_response.h"
#include "server/http/http_transport.h"
#include "tests/unit/server/server_fixture.h"

static void echo(gpointer context, const HttpRequest *request, HttpResponse *response) {
  (void)context;
  g_autoptr(GBytes) none = g_bytes_new_static("no body", 7);
  http_response_set_bytes(response, "application/octet-stream", request->body != NULL ? request->body : none);
}

static const HttpRoute routes[] = {
    {HTTP_METHOD_POST, HTTP_ROUTE_BODY, "/echo", echo, "echo", NULL},
    {HTTP_METHOD_POST, 0, "/bare", echo, "bare", NULL},
};

typedef struct {
  const char *target, *head;
  size_t body_size;
  int status;
} BodyCase;

static void send_body(int fd, const BodyCase *one, const char *body) {
  g_autofree char *head = g_strdup_printf("POST %s HTTP/1.1\r\nHost: x\r\n%s\r\n", one->target, one->head);
  client_send(fd, head, strlen(head));
  client_send(fd, body, one->body_size);
}

static void test_http_transport_bodies(void) {
  static const BodyCase cases[] = {
      {"/echo", "", 0, 200},
      {"/echo", "Content-Length: 0\r\n", 0, 200},
      {"/echo", "Content-Length: 5\r\n", 5, 200},
      {"/echo", "Content-Length: 1048576\r\n", 1048576, 200},
      {"/echo", "Content-Length: 1048577\r\n", 1048577, 413},
      {"/echo", "Content-Length: 99999999999999\r\n", 0, 413},
      {"/bare", "Content-Length: 5\r\n", 5, 400},
      {"/bare", "", 0, 200},
      {"/nowhere", "Content-Length: 5\r\n", 5, 404},
  };
  HttpTransportConfig config = {.routes = routes,
                                .route_count = G_N_ELEMENTS(routes),
                                .listen = "127.0.0.1:0",
                                .threads = 1,
                                .connection_limit = 100,
                                .cache_bytes = 1 << 20};
  g_autoptr(GError) error = NULL;
  HttpTransport *transport = http_transport_start(&config, &error);
  g_assert_no_error(error);
  Fixture fixture = {.port = (uint16_t)atoi(strrchr(http_transport_address(transport), ':') + 1)};
  g_autofree char *body = g_strnfill(2 << 20, 'b');
  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_auto(Reply) reply = {0};
    int fd = client_connect(&fixture);
    g_test_message("%s %s", cases[i].target, cases[i].head);
    send_body(fd, &cases[i], body);
    client_read(fd, true, &reply);
    g_assert_cmpint(reply.status, ==, cases[i].status);
    if (reply.status == 200 && cases[i].body_size > 0)
      g_assert_cmpmem(reply.body->data, reply.body->len, body, (guint)cases[i].body_size);
    close(fd);
  }
  /* chunked: whole, and past the limit */
  for (int chunks = 1; chunks <= 33; chunks += 32) {
    g_auto(Reply) reply = {0};
    int fd = client_connect(&fixture);
    static const char head[] = "POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n";
    client_send(fd, head, strlen(head));
    for (int i = 0; i < chunks; i++) {
      client_send(fd, "8000\r\n", 6);
      client_send(fd, body, 0x8000);
      client_send(fd, "\r\n", 2);
    }
    client_send(fd, "0\r\n\r\n", 5);
    client_read(fd, true, &reply);
    g_assert_cmpint(reply.status, ==, chunks == 1 ? 200 : 413);
    close(fd);
  }
  http_transport_stop(transport, 0);
}

int main(int argc, char **argv) {
  g_test_init(&argc, &argv, NULL);
  log_init("test", LOG_LEVEL_ERROR, LOG_FORMAT_TEXT);
  g_test_add_func("/http_transport/bodies", test_http_transport_bodies);
  return g_test_run();
}
