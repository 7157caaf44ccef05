/** Keeps the library's HTTP server from harm: bodies are capped and must be
 * envelopes (soap_check.h), idle connections are closed, and only addresses of the
 * interface's own network are answered. The library itself answers on that interface's address only, takes no Host but that
 * address, and sends events to that network alone.
 * Threads: one. */
#pragma once

#include <libgupnp/gupnp.h>

#define REQUEST_GUARD_BODY_MAX (64 * 1024)
#define REQUEST_GUARD_IDLE_S 30
/** Subscriptions that may begin in REQUEST_GUARD_WINDOW_US on one interface; they last five minutes each. */
#define REQUEST_GUARD_SUBSCRIPTIONS_MAX 64
#define REQUEST_GUARD_WINDOW_US (5 * G_TIME_SPAN_MINUTE)

/** For as long as the context lives. */
void request_guard_attach(GUPnPContext *context);
