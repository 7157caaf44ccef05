/** The address of `--listen`: whether it is free, and how a browser names it. */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

typedef struct {
  char *host; /**< without brackets; empty: every address */
  uint16_t port;
} ListenAddress;
void listen_address_clear(ListenAddress *address);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(ListenAddress, listen_address_clear)

/** Parse HOST:PORT, [V6]:PORT or :PORT (G_IO_ERROR_INVALID_ARGUMENT). */
bool listen_address_parse(const char *text, ListenAddress *ret_address, GError **error);

/** Bind and let go again: fails with what the system says when the port is in use or the host is not ours. */
bool listen_address_probe(const ListenAddress *address, GError **error);

/** True when something accepts connections there; looks for at most a quarter of a second. */
bool listen_address_answers(const ListenAddress *address);

/** The URL for a browser on this machine; caller frees. */
char *listen_address_url(const ListenAddress *address);
