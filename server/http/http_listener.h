/** The listening socket, made by us: backlog, TCP_NODELAY, dual stack. */
#pragma once

#include <glib.h>
#include <stdbool.h>

/** Split "HOST:PORT", "[V6]:PORT" or ":PORT" (host is then empty: every address). Callers free both. */
bool http_listener_split(const char *address, char **ret_host, char **ret_port, GError **error);

/** Open, bind and listen. ":PORT" listens on IPv6 and IPv4 alike, where there is IPv6. Port 0 lets the system
 * choose. `send_buffer_bytes` is what the kernel holds for each connection (0: as the system sees fit; what is set bounds
 * the speed to so many bytes per round trip). Returns a non-blocking descriptor that the caller closes, or -1 with HTTP_ERROR_ADDRESS, _ADDRESS_IN_USE or
 * _TRANSPORT. */
int http_listener_open(const char *address, unsigned send_buffer_bytes, GError **error);

/** The address really listened on: "127.0.0.1:43211", "[::]:8080"; caller frees. */
char *http_listener_format_address(int fd);

struct sockaddr;
/** A socket address as text without its port; caller frees. */
char *http_listener_format_host(const struct sockaddr *address);
