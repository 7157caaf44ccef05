/** How often something secret is guessed at: after a few failures a key has to wait, each time twice as long. A key names who
 * guesses and at what (an address and an account), so that nobody can shut others out by guessing wrong for them.
 *
 * It is kept in memory: ATTEMPT_KEYS_MAX keys, the longest unused goes first; a restart forgets. Threads: any. */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#define ATTEMPT_KEYS_MAX 20000
#define ATTEMPT_DELAY_MAX_US (15 * 60 * G_TIME_SPAN_SECOND)
#define ATTEMPT_FORGET_US (60 * 60 * G_TIME_SPAN_SECOND)

typedef struct AttemptGuard AttemptGuard;

AttemptGuard *attempt_guard_new(void);
void attempt_guard_free(AttemptGuard *guard);

/** How long `key` has to wait still; 0: not at all. Times are monotonic. */
int64_t attempt_guard_wait_us(AttemptGuard *guard, const char *key, int64_t now_us);
/** It failed; `free_failures` of them cost nothing. */
void attempt_guard_fail(AttemptGuard *guard, const char *key, unsigned free_failures, int64_t now_us);
/** It succeeded: forget its failures. */
void attempt_guard_clear(AttemptGuard *guard, const char *key);

/** The part of a client's address that one client cannot change at will: all of IPv4, the first 64 bits of IPv6. Caller
 * frees. */
char *attempt_guard_network(const char *address);
