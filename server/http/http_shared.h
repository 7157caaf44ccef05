/** Answers that many clients get alike, ready to be queued: playlists, segments, pages and their files.
 *
 * An answer is found by its target as sent, with the content coding that the client takes. It is good while the
 * version of the content (HttpTransportConfig.content_version) is the one it was made at, or until its time is over,
 * whichever is longer. What nobody asked for in HTTP_SHARED_IDLE_US goes, and what was used least recently goes when
 * the budget is spent.
 *
 * Threads: any, at once. Answers do not change once they are put in.
 */
#pragma once

#include "server/http/http_response.h"

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

struct MHD_Response;

#define HTTP_SHARED_KEY_BYTES_MAX 255
#define HTTP_SHARED_IDLE_US (60 * G_TIME_SPAN_SECOND)

typedef struct HttpSharedCache HttpSharedCache;

typedef struct {
  const HttpRoute *route;
  unsigned status; /**< of `whole` */
  int64_t length;  /**< of its body */
  char etag[HTTP_ETAG_SIZE];
  struct MHD_Response *whole;
  struct MHD_Response *not_modified; /**< NULL without an ETag */
  /** The same for who writes it out without the library; NULL without a front. The heads are what follows the status
   * line, with the empty line at the end. */
  GBytes *head, *not_modified_head, *body;
  int fd; /**< holds the body too, from `offset` on, as long as `body` is there; -1: none does */
  int64_t offset;
} HttpSharedAnswer;

/** `budget_bytes`: of bodies and heads held in memory. */
HttpSharedCache *http_shared_cache_new(int64_t budget_bytes);
/** No answer may be held any more. NULL is accepted. */
void http_shared_cache_free(HttpSharedCache *cache);

/** The good answer for `key` (any bytes), to be given back with http_shared_release(); NULL when there is none. */
const HttpSharedAnswer *http_shared_find(HttpSharedCache *cache, const void *key, size_t key_size,
                                         uint64_t content_version, int64_t now_us);
void http_shared_release(const HttpSharedAnswer *answer);

/** Keep `answer`, whose responses and bytes are taken over, in place of one with the same key. `body_bytes`: what it holds
 * in memory of its own. `content_version`: as it was before the answer was made; `good_us`: how long the answer is good
 * whatever the version. Returns it as http_shared_find() does. */
const HttpSharedAnswer *http_shared_keep(HttpSharedCache *cache, const void *key, size_t key_size,
                                         const HttpSharedAnswer *answer, int64_t body_bytes,
                                         uint64_t content_version, bool tracks_version, int64_t good_us);

/** Let go of everything; answers that are being sent stay until they are. */
void http_shared_forget(HttpSharedCache *cache);

/** Let go of what has not been used for long; to be called now and then. */
void http_shared_expire(HttpSharedCache *cache, int64_t now_us);

typedef struct {
  uint64_t hits, misses, evictions;
  int64_t bytes, answers;
} HttpSharedFigures;
void http_shared_get_figures(HttpSharedCache *cache, HttpSharedFigures *ret_figures);
