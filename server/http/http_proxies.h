/** Proxies that may say for whom they ask (X-Forwarded-For). Parser of outside bytes. */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <sys/socket.h>

/** X-Forwarded-For is read no further back than this many addresses. */
#define HTTP_PROXIES_HOPS_MAX 16

/** Immutable once made; any threads. */
typedef struct HttpProxies HttpProxies;

/** `text`: addresses and networks between commas or spaces, "127.0.0.1, 10.0.0.0/8, fd00::/8"; empty: none. `setting`: whose
 * value it is, for the message.
 * NULL with HTTP_ERROR_ADDRESS naming the wrong one. */
HttpProxies *http_proxies_parse(const char *setting, const char *text, GError **error);
void http_proxies_free(HttpProxies *proxies);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(HttpProxies, http_proxies_free)

/** Whether `address` is one of them. `proxies` NULL: none is. */
bool http_proxies_trust(const HttpProxies *proxies, const struct sockaddr *address);

/** The same for an address as text; false for what is no address. */
bool http_proxies_hold(const HttpProxies *proxies, const char *address);

/** The client's address without port: the other end of the connection, or, when that is a trusted proxy, the last address in
 * `forwarded_for` (NULL: no such header) that is not one itself. What is no address ends the search. Caller frees. */
char *http_proxies_find_client(const HttpProxies *proxies, const struct sockaddr *peer, const char *forwarded_for);
