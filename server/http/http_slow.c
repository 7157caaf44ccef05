#include "server/http/http_slow.h"

#include <stdatomic.h>
#include <sys/resource.h>
#include <unistd.h>

#define LOWER_PRIORITY 5

struct HttpSlow {
  GThreadPool *threads;
  atomic_int pending;
  atomic_bool is_closed;
};

typedef struct {
  HttpSlowFunc func;
  gpointer data;
} Work;

static void run(gpointer item, gpointer user_data) {
  HttpSlow *slow = user_data;
  g_autofree Work *work = item;
  static _Thread_local bool is_lowered;
  if (!is_lowered)
    setpriority(PRIO_PROCESS, (id_t)gettid(), LOWER_PRIORITY); /* this thread alone, on Linux */
  is_lowered = true;
  work->func(work->data);
  atomic_fetch_sub(&slow->pending, 1);
}

HttpSlow *http_slow_new(void) {
  HttpSlow *slow = g_new0(HttpSlow, 1);
  int threads = (int)MAX(1, g_get_num_processors() / 2);
  slow->threads = g_thread_pool_new(run, slow, threads, true, NULL);
  return slow;
}

bool http_slow_push(HttpSlow *slow, HttpSlowFunc func, gpointer data) {
  if (atomic_fetch_add(&slow->pending, 1) >= HTTP_SLOW_QUEUE_MAX || atomic_load(&slow->is_closed)) {
    atomic_fetch_sub(&slow->pending, 1);
    return false;
  }
  Work *work = g_new(Work, 1);
  *work = (Work){func, data};
  return g_thread_pool_push(slow->threads, work, NULL);
}

void http_slow_drain(HttpSlow *slow) {
  atomic_store(&slow->is_closed, true);
  while (atomic_load(&slow->pending) > 0)
    g_usleep(G_TIME_SPAN_MILLISECOND);
}

void http_slow_free(HttpSlow *slow) {
  if (slow == NULL)
    return;
  g_thread_pool_free(slow->threads, false, true);
  g_free(slow);
}
