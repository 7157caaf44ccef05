/** Whether somebody who is to ask now and then asks too often (RFC 8628 §3.5, "slow_down").
 *
 * It is kept in memory: POLL_PACE_KEYS_MAX keys, those that did not ask for POLL_PACE_FORGET_US go first; a restart forgets.
 * Threads: any. */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#define POLL_PACE_INTERVAL_US (5 * G_TIME_SPAN_SECOND)
#define POLL_PACE_KEYS_MAX 2000
#define POLL_PACE_FORGET_US (60 * G_TIME_SPAN_SECOND)

typedef struct PollPace PollPace;

PollPace *poll_pace_new(void);
/** NULL is accepted. */
void poll_pace_free(PollPace *pace);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(PollPace, poll_pace_free)

/** `key` asks at `now_us` (monotonic): true when that is sooner after the last time than its interval, less a second that lines
 * may take off. Each such time the interval becomes POLL_PACE_INTERVAL_US longer, as the one who asks is to make it. False for a
 * key that there is no room for. */
bool poll_pace_is_hasty(PollPace *pace, const char *key, int64_t now_us);
