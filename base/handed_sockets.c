#include "base/handed_sockets.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FIRST_FD 3 /* SD_LISTEN_FDS_START */

static int ready_fd = -1; /* from handed_sockets_take() to handed_sockets_tell_ready() */

static void handed_socket_clear(gpointer data) {
  g_free(((HandedSocket *)data)->name);
}

GArray *handed_sockets_new(void) {
  GArray *sockets = g_array_new(FALSE, FALSE, sizeof(HandedSocket));
  g_array_set_clear_func(sockets, handed_socket_clear);
  return sockets;
}

void handed_sockets_add(GArray *sockets, const char *name, int fd) {
  HandedSocket socket = {.name = g_strdup(name), .fd = fd};
  g_array_append_val(sockets, socket);
}

int handed_sockets_find(const GArray *sockets, const char *name) {
  for (guint i = 0; i < sockets->len; i++) {
    const HandedSocket *socket = &g_array_index(sockets, HandedSocket, i);
    if (strcmp(socket->name, name) == 0)
      return socket->fd;
  }
  return -1;
}

/* A number of the environment; 0 when it is not there or is none. */
static guint64 read_number(const char *name, guint64 max) {
  const char *text = g_getenv(name);
  guint64 number = 0;
  return text && g_ascii_string_to_unsigned(text, 10, 0, max, &number, NULL) ? number : 0;
}

GArray *handed_sockets_take(void) {
  GArray *sockets = handed_sockets_new();
  bool is_ours = read_number("LISTEN_PID", G_MAXINT32) == (guint64)getpid();
  guint count = is_ours ? (guint)read_number("LISTEN_FDS", HANDED_SOCKETS_MAX) : 0;
  g_auto(GStrv) names = g_strsplit(g_getenv("LISTEN_FDNAMES") ? g_getenv("LISTEN_FDNAMES") : "", ":", -1);
  guint name_count = g_strv_length(names);
  for (guint i = 0; i < count; i++) {
    int fd = FIRST_FD + (int)i;
    int status = fcntl(fd, F_GETFL);
    if (status < 0)
      continue;
    fcntl(fd, F_SETFL, status | O_NONBLOCK); /* several processes may accept from it */
    fcntl(fd, F_SETFD, FD_CLOEXEC);
    handed_sockets_add(sockets, i < name_count ? names[i] : "", fd);
  }
  ready_fd = (int)read_number(HANDED_SOCKETS_READY_VARIABLE, G_MAXINT32);
  if (ready_fd >= FIRST_FD)
    fcntl(ready_fd, F_SETFD, FD_CLOEXEC);
  g_unsetenv(HANDED_SOCKETS_READY_VARIABLE);
  g_unsetenv("LISTEN_PID");
  g_unsetenv("LISTEN_FDS");
  g_unsetenv("LISTEN_FDNAMES");
  return sockets;
}

void handed_sockets_tell_ready(void) {
  if (ready_fd < FIRST_FD)
    return;
  ssize_t written = write(ready_fd, "1", 1);
  (void)written; /* whoever asked may be gone */
  close(ready_fd);
  ready_fd = -1;
}
