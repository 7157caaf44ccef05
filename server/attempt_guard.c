#include "server/attempt_guard.h"

#include <arpa/inet.h>
#include <string.h>

typedef struct {
  char *key;
  unsigned failures;
  int64_t until_us, last_us;
  GList link; /**< in AttemptGuard.used */
} Attempts;

struct AttemptGuard {
  GMutex lock;
  GHashTable *keys; /**< char * -> Attempts *, under lock */
  GQueue used;      /**< least recently first, under lock */
};

static void attempts_free(gpointer data) {
  Attempts *attempts = data;
  g_free(attempts->key);
  g_free(attempts);
}

AttemptGuard *attempt_guard_new(void) {
  AttemptGuard *guard = g_new0(AttemptGuard, 1);
  g_mutex_init(&guard->lock);
  guard->keys = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, attempts_free);
  g_queue_init(&guard->used);
  return guard;
}

void attempt_guard_free(AttemptGuard *guard) {
  if (guard == NULL)
    return;
  g_hash_table_unref(guard->keys);
  g_mutex_clear(&guard->lock);
  g_free(guard);
}

static void forget_locked(AttemptGuard *guard, Attempts *attempts) {
  g_queue_unlink(&guard->used, &attempts->link);
  g_hash_table_remove(guard->keys, attempts->key);
}

static Attempts *find_locked(AttemptGuard *guard, const char *key, int64_t now_us) {
  Attempts *attempts = g_hash_table_lookup(guard->keys, key);
  if (attempts == NULL || now_us - attempts->last_us < ATTEMPT_FORGET_US)
    return attempts;
  forget_locked(guard, attempts);
  return NULL;
}

int64_t attempt_guard_wait_us(AttemptGuard *guard, const char *key, int64_t now_us) {
  g_mutex_lock(&guard->lock);
  const Attempts *attempts = find_locked(guard, key, now_us);
  int64_t wait_us = attempts != NULL ? MAX(0, attempts->until_us - now_us) : 0;
  g_mutex_unlock(&guard->lock);
  return wait_us;
}

static Attempts *add_locked(AttemptGuard *guard, const char *key) {
  if (g_hash_table_size(guard->keys) >= ATTEMPT_KEYS_MAX)
    forget_locked(guard, g_queue_peek_head(&guard->used));
  Attempts *attempts = g_new0(Attempts, 1);
  attempts->key = g_strdup(key);
  attempts->link.data = attempts;
  g_hash_table_insert(guard->keys, attempts->key, attempts);
  g_queue_push_tail_link(&guard->used, &attempts->link);
  return attempts;
}

void attempt_guard_fail(AttemptGuard *guard, const char *key, unsigned free_failures, int64_t now_us) {
  g_mutex_lock(&guard->lock);
  Attempts *attempts = find_locked(guard, key, now_us);
  if (attempts == NULL)
    attempts = add_locked(guard, key);
  g_queue_unlink(&guard->used, &attempts->link);
  g_queue_push_tail_link(&guard->used, &attempts->link);
  attempts->failures++;
  attempts->last_us = now_us;
  if (attempts->failures > free_failures) {
    unsigned doublings = MIN(attempts->failures - free_failures - 1, 20);
    attempts->until_us = now_us + MIN(ATTEMPT_DELAY_MAX_US, (int64_t)G_TIME_SPAN_SECOND << doublings);
  }
  g_mutex_unlock(&guard->lock);
}

void attempt_guard_clear(AttemptGuard *guard, const char *key) {
  g_mutex_lock(&guard->lock);
  Attempts *attempts = g_hash_table_lookup(guard->keys, key);
  if (attempts != NULL)
    forget_locked(guard, attempts);
  g_mutex_unlock(&guard->lock);
}

char *attempt_guard_network(const char *address) {
  struct in6_addr v6;
  char text[INET6_ADDRSTRLEN];
  if (inet_pton(AF_INET6, address, &v6) != 1 || IN6_IS_ADDR_V4MAPPED(&v6))
    return g_strdup(address);
  memset(v6.s6_addr + 8, 0, 8);
  inet_ntop(AF_INET6, &v6, text, sizeof text);
  return g_strdup(text);
}
