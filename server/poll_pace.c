#include "server/poll_pace.h"

#define LENIENCY_US G_TIME_SPAN_SECOND
#define INTERVAL_MAX_US (60 * G_TIME_SPAN_SECOND)

typedef struct {
  int64_t last_us, interval_us;
} Pace;

struct PollPace {
  GMutex lock;
  GHashTable *paces; /**< char * -> Pace *, under lock */
};

PollPace *poll_pace_new(void) {
  PollPace *pace = g_new0(PollPace, 1);
  g_mutex_init(&pace->lock);
  pace->paces = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
  return pace;
}

void poll_pace_free(PollPace *pace) {
  if (pace == NULL)
    return;
  g_hash_table_unref(pace->paces);
  g_mutex_clear(&pace->lock);
  g_free(pace);
}

static gboolean is_forgotten(gpointer key, gpointer value, gpointer data) {
  (void)key;
  const Pace *pace = value;
  const int64_t *now_us = data;
  return *now_us - pace->last_us > POLL_PACE_FORGET_US;
}

/** NULL when there is no room. */
static Pace *add_locked(PollPace *pace, const char *key, int64_t now_us) {
  if (g_hash_table_size(pace->paces) >= POLL_PACE_KEYS_MAX)
    g_hash_table_foreach_remove(pace->paces, is_forgotten, &now_us);
  if (g_hash_table_size(pace->paces) >= POLL_PACE_KEYS_MAX)
    return NULL;
  Pace *added = g_new0(Pace, 1);
  g_hash_table_insert(pace->paces, g_strdup(key), added);
  return added;
}

bool poll_pace_is_hasty(PollPace *pace, const char *key, int64_t now_us) {
  g_mutex_lock(&pace->lock);
  Pace *own = g_hash_table_lookup(pace->paces, key);
  bool is_hasty = own != NULL && now_us - own->last_us < own->interval_us - LENIENCY_US;
  if (own == NULL) {
    own = add_locked(pace, key, now_us);
    if (own != NULL)
      own->interval_us = POLL_PACE_INTERVAL_US;
  } else if (is_hasty) {
    own->interval_us = MIN(own->interval_us + POLL_PACE_INTERVAL_US, INTERVAL_MAX_US);
  }
  if (own != NULL)
    own->last_us = now_us;
  g_mutex_unlock(&pace->lock);
  return is_hasty;
}
