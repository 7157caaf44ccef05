#include "server/http/front/http_front_answer.h"

#include "server/http/http_date.h"

#include <errno.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/uio.h>

/** Bodies from here on go out of their file, when they have one: copying costs more than the second system call. */
#define SENDFILE_BYTES_MIN ((size_t)32 * 1024)

/** The Date header of this second. */
static const char *date_now(void) {
  static _Thread_local int64_t last_s = -1;
  static _Thread_local char text[HTTP_DATE_SIZE];
  int64_t now_s = g_get_real_time() / G_TIME_SPAN_SECOND;
  if (now_s != last_s)
    http_date_write(now_s, text);
  last_s = now_s;
  return text;
}

static char *append(char *at, const char *text) {
  return g_stpcpy(at, text);
}

void http_front_answer_begin(HttpFrontAnswer *answer, const HttpConnection *connection, bool closes) {
  const HttpSharedAnswer *shared = connection->shared;
  bool is_known = connection->shared_status == 304;
  *answer = (HttpFrontAnswer){.shared = shared, .head = is_known ? shared->not_modified_head : shared->head};
  answer->body_size = is_known || connection->is_head ? 0 : (size_t)shared->length;
  char *end =
      append(answer->prefix, is_known ? "HTTP/1.1 304 Not Modified\r\nDate: " : "HTTP/1.1 200 OK\r\nDate: ");
  end = append(append(end, date_now()), "\r\n");
  if (closes)
    end = append(end, "Connection: close\r\n");
  answer->prefix_size = (size_t)(end - answer->prefix);
}

static HttpFrontProgress judge_error(void) {
  return errno == EAGAIN || errno == EINTR ? HTTP_FRONT_WAITS : HTTP_FRONT_FAILED;
}

/** Send from memory what is left of the head and, unless a file has it, of the body. */
static HttpFrontProgress send_memory(HttpFrontAnswer *answer, int fd, size_t head_size, bool has_more) {
  gsize size = 0, body_size = 0;
  const char *head = g_bytes_get_data(answer->head, &size);
  const char *body = g_bytes_get_data(answer->shared->body, &body_size);
  struct iovec parts[] = {{answer->prefix, answer->prefix_size},
                          {(void *)head, size},
                          {(void *)body, has_more ? 0 : answer->body_size}};
  size_t skipped = answer->sent;
  for (size_t i = 0; i < G_N_ELEMENTS(parts); i++) {
    size_t cut = MIN(skipped, parts[i].iov_len);
    parts[i].iov_base = (char *)parts[i].iov_base + cut;
    parts[i].iov_len -= cut;
    skipped -= cut;
  }
  struct msghdr message = {.msg_iov = parts, .msg_iovlen = G_N_ELEMENTS(parts)};
  ssize_t count = sendmsg(fd, &message, MSG_NOSIGNAL | MSG_DONTWAIT | (has_more ? MSG_MORE : 0));
  if (count < 0)
    return judge_error();
  answer->sent += (size_t)count;
  size_t wanted = head_size + (has_more ? 0 : answer->body_size);
  return answer->sent < wanted ? HTTP_FRONT_WAITS : HTTP_FRONT_SENT;
}

static HttpFrontProgress send_file(HttpFrontAnswer *answer, int fd, size_t head_size) {
  size_t done = answer->sent - head_size;
  off_t offset = (off_t)(answer->shared->offset + (int64_t)done);
  ssize_t count = sendfile(fd, answer->shared->fd, &offset, answer->body_size - done);
  if (count < 0)
    return judge_error();
  answer->sent += (size_t)count;
  if (count == 0)
    return HTTP_FRONT_FAILED;
  return answer->sent < head_size + answer->body_size ? HTTP_FRONT_WAITS : HTTP_FRONT_SENT;
}

HttpFrontProgress http_front_answer_send(HttpFrontAnswer *answer, int fd) {
  size_t head_size = answer->prefix_size + g_bytes_get_size(answer->head);
  bool is_from_file = answer->shared->fd >= 0 && answer->body_size >= SENDFILE_BYTES_MIN;
  if (answer->sent < head_size || !is_from_file) {
    HttpFrontProgress progress = send_memory(answer, fd, head_size, is_from_file);
    if (progress != HTTP_FRONT_SENT || !is_from_file)
      return progress;
  }
  return send_file(answer, fd, head_size);
}
