#include "server/http/front/http_front.h"

#include "server/http/front/http_front_answer.h"
#include "server/http/front/http_front_head.h"
#include "server/http/http_error.h"

#include <errno.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#define EVENTS_MAX 128
/** How often the threads look for idle connections. */
#define LOOK_MS 1000

typedef union {
  struct sockaddr any;
  struct sockaddr_in v4;
  struct sockaddr_in6 v6;
} PeerAddress;

typedef struct {
  HttpConnection *connection;
  HttpFrontAnswer answer; /**< under way */
  bool is_answering;      /**< epoll waits for room to send */
  bool closes;            /**< after the answer */
  HttpFrontHead *head;    /**< of the request under way, once it outlives its turn */
  char *head_bytes;       /**< what `head` borrows */
  int64_t moved_us;       /**< when something last did */
  GList link;             /**< in FrontThread.clients */
  socklen_t peer_size;
  PeerAddress peer;
} Client;

typedef struct {
  HttpFront *front;
  GThread *thread;
  int epoll_fd;
  GQueue clients;
  atomic_uint_fast64_t answers, handed_over;
  int64_t looked_us;
} FrontThread;

struct HttpFront {
  HttpTransport *transport;
  HttpFrontHandOver hand_over;
  GMutex accept_lock;
  int listen_fd; /**< under accept_lock; -1: no more */
  int wake_fd;   /**< readable once the threads are to end */
  unsigned thread_count;
  FrontThread threads[];
};

static void forget_head(Client *client) {
  g_clear_pointer(&client->head, g_free);
  g_clear_pointer(&client->head_bytes, g_free);
}

/** Forget a client, whose connection is closed or somebody else's. */
static void client_free(FrontThread *thread, Client *client) {
  g_queue_unlink(&thread->clients, &client->link);
  forget_head(client);
  g_free(client);
}

static void close_client(FrontThread *thread, Client *client) {
  int fd = client->connection->guarded.fd;
  if (client->connection->is_started)
    http_exchange_end(client->connection, false);
  http_connection_free(client->connection); /* before the descriptor may be another's */
  close(fd);
  client_free(thread, client);
}

/** Wait for `events` of the client from now on. */
static void await(const FrontThread *thread, Client *client, uint32_t events, int operation) {
  struct epoll_event event = {.events = events, .data.ptr = client};
  epoll_ctl(thread->epoll_fd, operation, client->connection->guarded.fd, &event);
}

static void hand_over(FrontThread *thread, Client *client) {
  HttpFront *front = thread->front;
  epoll_ctl(thread->epoll_fd, EPOLL_CTL_DEL, client->connection->guarded.fd, NULL);
  atomic_fetch_add_explicit(&thread->handed_over, 1, memory_order_relaxed);
  front->hand_over(front->transport, client->connection, &client->peer.any, client->peer_size);
  client_free(thread, client);
}

/** Keep the head of a request whose answer takes longer than this turn: the log will ask for it. */
static void keep_head(Client *client, const char *bytes, const HttpFrontHead *head) {
  client->head_bytes = g_memdup2(bytes, head->size);
  client->head = g_memdup2(head, sizeof *head);
  for (size_t i = 0; i < head->header_count; i++) {
    client->head->headers[i].name = client->head_bytes + (head->headers[i].name - bytes);
    client->head->headers[i].value = client->head_bytes + (head->headers[i].value - bytes);
  }
  client->connection->header_source = client->head;
}

/** Go on with the answer. False when the client is gone. */
static bool go_on(FrontThread *thread, Client *client, const char *bytes, const HttpFrontHead *head) {
  switch (http_front_answer_send(&client->answer, client->connection->guarded.fd)) {
  case HTTP_FRONT_SENT:
    atomic_fetch_add_explicit(&thread->answers, 1, memory_order_relaxed);
    http_exchange_end(client->connection, true);
    forget_head(client);
    if (client->closes) {
      close_client(thread, client);
      return false;
    }
    if (client->is_answering)
      await(thread, client, EPOLLIN, EPOLL_CTL_MOD);
    client->is_answering = false;
    return true;
  case HTTP_FRONT_WAITS:
    if (head != NULL)
      keep_head(client, bytes, head);
    if (!client->is_answering)
      await(thread, client, EPOLLOUT, EPOLL_CTL_MOD);
    client->is_answering = true;
    return true;
  case HTTP_FRONT_FAILED:
    break;
  }
  close_client(thread, client);
  return false;
}

/** A request is there, or the end. */
static void take_request(FrontThread *thread, Client *client) {
  char bytes[HTTP_FRONT_HEAD_BYTES_MAX];
  HttpFrontHead head;
  HttpConnection *connection = client->connection;
  int fd = connection->guarded.fd;
  ssize_t count = recv(fd, bytes, sizeof bytes, MSG_PEEK | MSG_DONTWAIT);
  if (count < 0 && (errno == EAGAIN || errno == EINTR))
    return;
  if (count <= 0) {
    close_client(thread, client);
    return;
  }
  if (connection->guarded.admission != HTTP_ADMISSION_GRANTED ||
      !http_front_head_parse(bytes, (size_t)count, &head)) {
    hand_over(thread, client);
    return;
  }
  connection->find_header = http_front_head_find;
  connection->header_source = &head;
  connection->is_head = head.is_head;
  http_exchange_take_target(connection, head.target);
  if (!http_exchange_find_ready(connection, &head.verdict)) {
    hand_over(thread, client);
    return;
  }
  if (recv(fd, NULL, head.size, MSG_TRUNC | MSG_DONTWAIT) != (ssize_t)head.size) {
    close_client(thread, client);
    return;
  }
  client->closes = head.wants_close;
  http_front_answer_begin(&client->answer, connection, client->closes);
  go_on(thread, client, bytes, &head);
}

static void take_event(FrontThread *thread, Client *client, int64_t now_us) {
  client->moved_us = now_us;
  if (client->is_answering)
    go_on(thread, client, NULL, NULL);
  else
    take_request(thread, client);
}

static void accept_client(FrontThread *thread, int64_t now_us) {
  HttpFront *front = thread->front;
  PeerAddress peer;
  socklen_t peer_size = sizeof peer;
  g_mutex_lock(&front->accept_lock);
  int fd =
      front->listen_fd >= 0 ? accept4(front->listen_fd, &peer.any, &peer_size, SOCK_NONBLOCK | SOCK_CLOEXEC) : -1;
  g_mutex_unlock(&front->accept_lock);
  if (fd < 0)
    return;
  Client *client = g_new0(Client, 1);
  client->peer = peer;
  client->peer_size = peer_size;
  client->moved_us = now_us;
  client->connection = http_connection_new(front->transport, fd, &client->peer.any, false);
  client->link.data = client;
  g_queue_push_tail_link(&thread->clients, &client->link);
  await(thread, client, EPOLLIN, EPOLL_CTL_ADD);
}

/** Close what has been idle for too long. */
static void look_for_idle(FrontThread *thread, int64_t now_us) {
  int64_t limit_us = (int64_t)thread->front->transport->config.idle_timeout_s * G_TIME_SPAN_SECOND;
  thread->looked_us = now_us;
  for (GList *link = thread->clients.head, *next = NULL; limit_us > 0 && link != NULL; link = next) {
    Client *client = link->data;
    next = link->next;
    if (now_us - client->moved_us > limit_us)
      close_client(thread, client);
  }
}

/** False when the thread is to end. */
static bool serve_once(FrontThread *thread) {
  const HttpFront *front = thread->front;
  struct epoll_event events[EVENTS_MAX];
  int count = epoll_wait(thread->epoll_fd, events, EVENTS_MAX, LOOK_MS);
  int64_t now_us = g_get_monotonic_time();
  for (int i = 0; i < count; i++) {
    if (events[i].data.ptr == &front->wake_fd)
      return false;
    if (events[i].data.ptr == &front->listen_fd)
      accept_client(thread, now_us);
    else
      take_event(thread, events[i].data.ptr, now_us);
  }
  if (now_us - thread->looked_us >= LOOK_MS * G_TIME_SPAN_MILLISECOND)
    look_for_idle(thread, now_us);
  return true;
}

/** A client that has gone is an error of the call that sends, also of sendfile(), which has no MSG_NOSIGNAL. */
static void block_sigpipe(void) {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGPIPE);
  pthread_sigmask(SIG_BLOCK, &set, NULL);
}

static gpointer serve(gpointer data) {
  FrontThread *thread = data;
  block_sigpipe();
  while (serve_once(thread))
    ;
  while (thread->clients.head != NULL)
    close_client(thread, thread->clients.head->data);
  return NULL;
}

static bool watch(int epoll_fd, int fd, uint32_t events, void *mark) {
  struct epoll_event event = {.events = events, .data.ptr = mark};
  return epoll_ctl(epoll_fd, EPOLL_CTL_ADD, fd, &event) == 0;
}

static void free_parts(HttpFront *front) {
  for (unsigned i = 0; i < front->thread_count; i++)
    if (front->threads[i].epoll_fd >= 0)
      close(front->threads[i].epoll_fd);
  if (front->wake_fd >= 0)
    close(front->wake_fd);
  g_mutex_clear(&front->accept_lock);
  g_free(front);
}

HttpFront *http_front_new(HttpTransport *transport, int fd, unsigned threads, HttpFrontHandOver hand_over_func,
                          GError **error) {
  HttpFront *front = g_malloc0(sizeof *front + threads * sizeof front->threads[0]);
  *front = (HttpFront){.transport = transport,
                       .hand_over = hand_over_func,
                       .listen_fd = fd,
                       .wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK),
                       .thread_count = threads};
  g_mutex_init(&front->accept_lock);
  bool is_ready = front->wake_fd >= 0;
  for (unsigned i = 0; i < threads; i++) {
    FrontThread *thread = &front->threads[i];
    *thread = (FrontThread){.front = front, .epoll_fd = epoll_create1(EPOLL_CLOEXEC)};
    is_ready = is_ready && thread->epoll_fd >= 0 &&
               watch(thread->epoll_fd, front->wake_fd, EPOLLIN, &front->wake_fd) &&
               watch(thread->epoll_fd, fd, EPOLLIN | EPOLLEXCLUSIVE, &front->listen_fd);
  }
  if (is_ready)
    return front;
  g_set_error(error, HTTP_ERROR, HTTP_ERROR_TRANSPORT, "cannot wait for connections: %s", g_strerror(errno));
  free_parts(front);
  return NULL;
}

void http_front_run(HttpFront *front) {
  for (unsigned i = 0; i < front->thread_count; i++)
    front->threads[i].thread = g_thread_new("front", serve, &front->threads[i]);
}

void http_front_quiesce(HttpFront *front) {
  g_mutex_lock(&front->accept_lock);
  int fd = front->listen_fd;
  front->listen_fd = -1;
  for (unsigned i = 0; fd >= 0 && i < front->thread_count; i++)
    epoll_ctl(front->threads[i].epoll_fd, EPOLL_CTL_DEL, fd, NULL);
  if (fd >= 0)
    close(fd);
  g_mutex_unlock(&front->accept_lock);
}

void http_front_get_figures(const HttpFront *front, HttpFrontFigures *ret_figures) {
  HttpFrontFigures figures = {0};
  for (unsigned i = 0; front != NULL && i < front->thread_count; i++) {
    figures.answers += atomic_load_explicit(&front->threads[i].answers, memory_order_relaxed);
    figures.handed_over += atomic_load_explicit(&front->threads[i].handed_over, memory_order_relaxed);
  }
  *ret_figures = figures;
}

void http_front_free(HttpFront *front) {
  if (front == NULL)
    return;
  http_front_quiesce(front);
  uint64_t one = 1;
  if (write(front->wake_fd, &one, sizeof one) != sizeof one)
    g_warn_if_reached();
  for (unsigned i = 0; i < front->thread_count; i++)
    if (front->threads[i].thread != NULL)
      g_thread_join(front->threads[i].thread);
  free_parts(front);
}
