/** Listening sockets: backlog, TCP_NODELAY, dual stack; addresses as text.
 * Threads: any. */
#pragma once

#include <glib.h>
#include <stdbool.h>

#define LISTENER_ERROR (listener_error_quark())
GQuark listener_error_quark(void);

typedef enum {
  LISTENER_ERROR_ADDRESS, /**< the address cannot be read or found */
  LISTENER_ERROR_IN_USE,  /**< another process listens there */
  LISTENER_ERROR_SYSTEM,  /**< the system refused */
} ListenerError;

/** Split "HOST:PORT", "[V6]:PORT" or ":PORT" (host is then empty: every address). Callers free both. */
bool listener_split(const char *address, char **ret_host, char **ret_port, GError **error);

/** Open, bind and listen. ":PORT" listens on IPv6 and IPv4 alike, where there is IPv6. Port 0 lets the system choose.
 * Returns a non-blocking descriptor that the caller closes, or -1 with LISTENER_ERROR. */
int listener_open(const char *address, GError **error);

/** What the kernel holds for each connection that `fd` accepts from now on; it bounds the speed to so many bytes per round
 * trip. 0: as it is. */
void listener_set_send_buffer(int fd, unsigned bytes);

/** The address really listened on: "127.0.0.1:43211", "[::]:8080"; caller frees. */
char *listener_format_address(int fd);

struct sockaddr;
/** A socket address as text without its port; caller frees. */
char *listener_format_host(const struct sockaddr *address);
