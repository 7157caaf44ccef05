#include "dlna/size_book.h"

#include "base/log.h"

#include <libsoup/soup.h>
#include <string.h>

/** What an answer said. */
typedef struct {
  int64_t size_bytes; /**< -1: not known */
  int64_t retry_us;   /**< monotonic: not to be asked again before */
} Entry;

/** Somebody who waits for `left` files. */
typedef struct {
  SizeBook *book;
  guint left, timer;
  SizeBookFunc done;
  gpointer data;
} Wish;

typedef struct {
  SizeBook *book;
  char *path, *url;
  GPtrArray *wishes;    /**< borrowed */
  SoupMessage *message; /**< NULL: not begun */
} Request;

struct SizeBook {
  SoupSession *session;
  GCancellable *cancellable;
  GHashTable *entries;  /**< path -> Entry */
  GHashTable *requests; /**< path -> Request, those that run or wait */
  GQueue waiting;       /**< of Request, borrowed */
  GPtrArray *wishes;
  guint running;
};

static void wish_free(gpointer data) {
  Wish *wish = data;
  g_clear_handle_id(&wish->timer, g_source_remove);
  g_free(wish);
}

static void request_free(gpointer data) {
  Request *request = data;
  g_free(request->path);
  g_free(request->url);
  g_ptr_array_unref(request->wishes);
  g_clear_object(&request->message);
  g_free(request);
}

SizeBook *size_book_new(void) {
  SizeBook *book = g_new0(SizeBook, 1);
  book->session = soup_session_new_with_options("timeout", SIZE_BOOK_REQUEST_S, "idle-timeout", 5,
                                                "max-conns-per-host", SIZE_BOOK_REQUESTS_MAX, NULL);
  book->cancellable = g_cancellable_new();
  book->entries = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
  book->requests = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, request_free);
  book->wishes = g_ptr_array_new_with_free_func(wish_free);
  g_queue_init(&book->waiting);
  return book;
}

int64_t size_book_find(const SizeBook *book, const char *path) {
  const Entry *entry = g_hash_table_lookup(book->entries, path);
  return entry != NULL ? entry->size_bytes : -1;
}

/** The wish is fulfilled, as far as it will be. */
static void end_wish(Wish *wish) {
  SizeBook *book = wish->book;
  SizeBookFunc done = wish->done;
  gpointer data = wish->data;
  GHashTableIter iter;
  gpointer request;
  g_hash_table_iter_init(&iter, book->requests);
  while (g_hash_table_iter_next(&iter, NULL, &request))
    g_ptr_array_remove(((Request *)request)->wishes, wish);
  g_ptr_array_remove(book->wishes, wish);
  done(data);
}

static gboolean on_patience_end(gpointer data) {
  Wish *wish = data;
  wish->timer = 0;
  end_wish(wish);
  return G_SOURCE_REMOVE;
}

static void note(SizeBook *book, const char *path, int64_t size_bytes) {
  if (g_hash_table_size(book->entries) >= SIZE_BOOK_MAX)
    g_hash_table_remove_all(book->entries);
  Entry *entry = g_new(Entry, 1);
  *entry = (Entry){.size_bytes = size_bytes, .retry_us = g_get_monotonic_time() + SIZE_BOOK_RETRY_US};
  g_hash_table_insert(book->entries, g_strdup(path), entry);
}

static void start_more(SizeBook *book);

static void finish(Request *request, int64_t size_bytes) {
  SizeBook *book = request->book;
  g_autoptr(GPtrArray) wishes = g_ptr_array_ref(request->wishes);
  note(book, request->path, size_bytes);
  g_hash_table_remove(book->requests, request->path);
  g_autoptr(GPtrArray) over = g_ptr_array_new();
  for (guint i = 0; i < wishes->len; i++) {
    Wish *wish = g_ptr_array_index(wishes, i);
    if (--wish->left == 0)
      g_ptr_array_add(over, wish);
  }
  for (guint i = 0; i < over->len; i++)
    end_wish(g_ptr_array_index(over, i));
}

static void on_answer(GObject *source, GAsyncResult *result, gpointer data) {
  Request *request = data;
  SizeBook *book = request->book;
  g_autoptr(GError) error = NULL;
  g_autoptr(GInputStream) body = soup_session_send_finish(SOUP_SESSION(source), result, &error);
  if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED)) { /* the book is being freed */
    book->running--;
    request_free(request);
    return;
  }
  SoupMessageHeaders *headers = soup_message_get_response_headers(request->message);
  bool is_good = error == NULL && soup_message_get_status(request->message) == SOUP_STATUS_OK &&
                 soup_message_headers_get_encoding(headers) == SOUP_ENCODING_CONTENT_LENGTH;
  if (!is_good)
    log_debug("the size of %s: %s", request->path,
              error != NULL ? error->message : soup_status_get_phrase(soup_message_get_status(request->message)));
  book->running--;
  finish(request, is_good ? (int64_t)soup_message_headers_get_content_length(headers) : -1);
  start_more(book);
}

static void start_more(SizeBook *book) {
  while (book->running < SIZE_BOOK_REQUESTS_MAX && !g_queue_is_empty(&book->waiting)) {
    Request *request = g_queue_pop_head(&book->waiting);
    request->message = soup_message_new(SOUP_METHOD_HEAD, request->url);
    soup_message_add_flags(request->message, SOUP_MESSAGE_NO_REDIRECT);
    book->running++;
    soup_session_send_async(book->session, request->message, G_PRIORITY_DEFAULT_IDLE, book->cancellable, on_answer,
                            request);
  }
}

static bool is_to_be_asked(const SizeBook *book, const char *path) {
  const Entry *entry = g_hash_table_lookup(book->entries, path);
  return entry == NULL || (entry->size_bytes < 0 && g_get_monotonic_time() >= entry->retry_us);
}

static Request *need_request(SizeBook *book, const char *base_url, const char *path) {
  Request *request = g_hash_table_lookup(book->requests, path);
  if (request != NULL)
    return request;
  request = g_new0(Request, 1);
  request->book = book;
  request->path = g_strdup(path);
  request->url = g_strconcat(base_url, path, NULL);
  request->wishes = g_ptr_array_new();
  g_hash_table_insert(book->requests, request->path, request);
  g_queue_push_tail(&book->waiting, request);
  return request;
}

bool size_book_ask(SizeBook *book, const char *base_url, const GPtrArray *paths, int64_t patience_us,
                   SizeBookFunc done, gpointer data) {
  Wish *wish = g_new0(Wish, 1);
  *wish = (Wish){.book = book, .done = done, .data = data};
  for (guint i = 0; i < paths->len; i++) {
    const char *path = g_ptr_array_index(paths, i);
    if (!is_to_be_asked(book, path))
      continue;
    Request *request = need_request(book, base_url, path);
    if (g_ptr_array_find(request->wishes, wish, NULL)) /* the path stands there twice */
      continue;
    g_ptr_array_add(request->wishes, wish);
    wish->left++;
  }
  if (wish->left == 0) {
    g_free(wish);
    return false;
  }
  g_ptr_array_add(book->wishes, wish);
  wish->timer = g_timeout_add((guint)(patience_us / 1000), on_patience_end, wish);
  start_more(book);
  return true;
}

/** Requests that run are freed when they hear that they are cancelled. */
static gboolean is_waiting(gpointer path, gpointer request, gpointer data) {
  (void)path, (void)data;
  return ((Request *)request)->message == NULL;
}

void size_book_free(SizeBook *book) {
  if (book == NULL)
    return;
  while (book->wishes->len > 0)
    end_wish(g_ptr_array_index(book->wishes, 0));
  g_queue_clear(&book->waiting);
  g_hash_table_foreach_remove(book->requests, is_waiting, NULL);
  g_hash_table_steal_all(book->requests);
  g_cancellable_cancel(book->cancellable);
  while (book->running > 0)
    g_main_context_iteration(NULL, TRUE);
  g_object_unref(book->session);
  g_object_unref(book->cancellable);
  g_hash_table_unref(book->requests);
  g_hash_table_unref(book->entries);
  g_ptr_array_unref(book->wishes);
  g_free(book);
}
