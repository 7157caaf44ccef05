/** Listening sockets that a program gets from the one that starts it, in the way of systemd's socket activation
 * (sd_listen_fds(3)): LISTEN_PID, LISTEN_FDS and LISTEN_FDNAMES in the environment, descriptors from 3 on. `kapok serve`
 * takes them from systemd, and hands its own on to kapok-server, so that a socket stays open while servers come and go.
 *
 * Threads: at the start, before there are others: the environment is read and changed.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

#define HANDED_SOCKETS_MAX 16
/** The descriptor that is to be told of readiness, in the environment. */
#define HANDED_SOCKETS_READY_VARIABLE "KAPOK_READY_FD"

typedef struct {
  char *name; /**< as it was given: "http", "https"; "" when it has none */
  int fd;
} HandedSocket;

/** Take what was handed to this process: array of HandedSocket, empty when nothing was, with the variables taken out of the
 * environment. The caller closes the descriptors and unrefs the array (which frees the names). */
GArray *handed_sockets_take(void);

/** Make an array as handed_sockets_take() gives it, to be filled with handed_sockets_add(). */
GArray *handed_sockets_new(void);
/** `name` is copied, `fd` kept as it is. */
void handed_sockets_add(GArray *sockets, const char *name, int fd);

/** The descriptor of that name, or -1. */
int handed_sockets_find(const GArray *sockets, const char *name);

/** Tell whoever started this process that it serves; after handed_sockets_take(), once, later calls do nothing. */
void handed_sockets_tell_ready(void);
