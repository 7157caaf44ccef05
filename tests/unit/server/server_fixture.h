/** A real server on a loopback port with a catalog of its own, and a small HTTP client on raw sockets.
 * Every function is inline: each test program is one source file. */
#pragma once

#include "base/blob_store.h"
#include "base/path.h"
#include "base/settings.h"
#include "catalog/catalog.h"
#include "catalog/intake.h"
#include "catalog/job.h"
#include "catalog/keys.h"
#include "server/server.h"

#include <arpa/inet.h>
#include <errno.h>
#include <glib.h>
#include <glib/gstdio.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

/** Settings that a test wants otherwise than usual; may be NULL. */
typedef void (*FixtureAdjust)(Settings *settings);

typedef struct {
  char *root, *data_dir, *web_dir;
  BlobStore *store;
  Catalog *catalog;
  Server *server;
  uint16_t port;
  FixtureAdjust adjust;
} Fixture;

static inline void fixture_write_file(const char *root, const char *name, const char *text) {
  g_autofree char *path = g_build_filename(root, name, NULL);
  g_autofree char *dir = g_path_get_dirname(path);
  g_autoptr(GError) error = NULL;
  g_assert_true(path_make_dirs(dir, &error));
  g_file_set_contents(path, text, -1, &error);
  g_assert_no_error(error);
}

static inline void fixture_start_server(Fixture *fixture) {
  g_autoptr(GError) error = NULL;
  g_autoptr(Settings) settings = settings_new();
  g_free(settings->data_dir);
  g_free(settings->listen);
  g_free(settings->web_dir);
  settings->data_dir = g_strdup(fixture->data_dir);
  settings->listen = g_strdup("127.0.0.1:0");
  settings->web_dir = g_strdup(fixture->web_dir);
  settings->http_threads = 2;
  settings->http_front = true;
  if (fixture->adjust != NULL)
    fixture->adjust(settings);
  fixture->server = server_start(settings, NULL, &error);
  g_assert_no_error(error);
  const char *address = server_address(fixture->server);
  fixture->port = (uint16_t)atoi(strrchr(address, ':') + 1);
}

static inline void fixture_open_adjusted(Fixture *fixture, FixtureAdjust adjust) {
  g_autoptr(GError) error = NULL;
  *fixture = (Fixture){.root = g_dir_make_tmp("kapok-server-XXXXXX", &error), .adjust = adjust};
  g_assert_no_error(error);
  fixture->data_dir = g_build_filename(fixture->root, "data", NULL);
  fixture->web_dir = g_build_filename(fixture->root, "web", NULL);
  fixture->store = blob_store_open_files(fixture->data_dir, &error);
  g_assert_no_error(error);
  g_autofree char *path = g_build_filename(fixture->data_dir, "catalog.sqlite3", NULL);
  fixture->catalog = catalog_open(path, &error);
  g_assert_no_error(error);
  fixture_start_server(fixture);
}

static inline void fixture_open(Fixture *fixture) {
  fixture_open_adjusted(fixture, NULL);
}

static inline void fixture_close(Fixture *fixture) {
  server_stop(fixture->server);
  catalog_close(fixture->catalog);
  blob_store_free(fixture->store);
  path_remove_tree(fixture->root, NULL);
  g_free(fixture->root);
  g_free(fixture->data_dir);
  g_free(fixture->web_dir);
}

/* ---- client ---- */

typedef struct {
  int status;
  char *head; /**< status line and headers */
  GByteArray *body;
} Reply;

static inline void reply_clear(Reply *reply) {
  g_free(reply->head);
  g_clear_pointer(&reply->body, g_byte_array_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Reply, reply_clear)

static inline int client_connect(const Fixture *fixture) {
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(fixture->port)};
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  struct timeval limit = {.tv_sec = 20};
  g_assert_cmpint(setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit), ==, 0);
  g_assert_cmpint(connect(fd, (struct sockaddr *)&address, sizeof address), ==, 0);
  return fd;
}

/** False when the other side has closed. */
static inline bool client_send(int fd, const void *data, size_t size) {
  for (size_t done = 0; done < size;) {
    ssize_t sent = send(fd, (const char *)data + done, size - done, MSG_NOSIGNAL);
    if (sent <= 0)
      return false;
    done += (size_t)sent;
  }
  return true;
}

/** The value of a header of `reply`, or NULL; caller frees. */
static inline char *reply_header(const Reply *reply, const char *name) {
  g_auto(GStrv) lines = g_strsplit(reply->head, "\r\n", -1);
  size_t length = strlen(name);
  for (char **line = lines; *line != NULL; line++)
    if (g_ascii_strncasecmp(*line, name, length) == 0 && (*line)[length] == ':')
      return g_strdup(g_strstrip(*line + length + 1));
  return NULL;
}

#define assert_header(reply, name, value)                                                                          \
  do {                                                                                                             \
    g_autofree char *found_header = reply_header(reply, name);                                                     \
    g_assert_cmpstr(found_header, ==, value);                                                                      \
  } while (0)

/** Read one answer off the connection; `has_body` false for HEAD. */
static inline void client_read(int fd, bool has_body, Reply *ret_reply) {
  g_autoptr(GString) head = g_string_new(NULL);
  char c;
  while (!g_str_has_suffix(head->str, "\r\n\r\n")) {
    g_assert_cmpint(recv(fd, &c, 1, 0), ==, 1);
    g_string_append_c(head, c);
    g_assert_cmpuint(head->len, <, 16384);
  }
  *ret_reply = (Reply){.body = g_byte_array_new()};
  g_assert_true(g_str_has_prefix(head->str, "HTTP/1.1 "));
  ret_reply->status = atoi(head->str + strlen("HTTP/1.1 "));
  ret_reply->head = g_strdup(head->str);
  g_autofree char *length_text = reply_header(ret_reply, "Content-Length");
  size_t left = has_body && length_text != NULL ? strtoul(length_text, NULL, 10) : 0;
  while (left > 0) {
    guint8 buffer[65536];
    ssize_t got = recv(fd, buffer, MIN(left, sizeof buffer), 0);
    g_assert_cmpint(got, >, 0);
    g_byte_array_append(ret_reply->body, buffer, (guint)got);
    left -= (size_t)got;
  }
}

/** One request on an open connection. `headers`: further lines, each ended by CRLF. */
static inline void client_ask(int fd, const char *method, const char *target, const char *headers,
                              Reply *ret_reply) {
  g_autofree char *text = g_strdup_printf("%s %s HTTP/1.1\r\nHost: localhost\r\n%s\r\n", method, target, headers);
  g_assert_true(client_send(fd, text, strlen(text)));
  client_read(fd, strcmp(method, "HEAD") != 0, ret_reply);
}

/** One request on a connection of its own. */
static inline void fixture_ask(const Fixture *fixture, const char *method, const char *target, const char *headers,
                               Reply *ret_reply) {
  int fd = client_connect(fixture);
  client_ask(fd, method, target, headers, ret_reply);
  close(fd);
}

static inline const char *reply_text(Reply *reply) {
  g_byte_array_append(reply->body, (const guint8 *)"", 1);
  reply->body->len--;
  return (const char *)reply->body->data;
}

/* ---- lessons ---- */

#define LESSON_SEGMENTS 3
#define LESSON_OWNER "test/1/1"
#define LESSON_SMALL_BYTES 5000
#define LESSON_LARGE_BYTES (6 * 1024 * 1024) /**< the last video segment */

typedef struct {
  char *asset_id, *course_id;
} Lesson;

static inline void lesson_clear(Lesson *lesson) {
  g_free(lesson->asset_id);
  g_free(lesson->course_id);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Lesson, lesson_clear)

static inline size_t lesson_segment_size(const char *track, size_t index) {
  return track[0] == 'v' && index == LESSON_SEGMENTS - 1 ? LESSON_LARGE_BYTES : LESSON_SMALL_BYTES + index;
}

static inline guint8 lesson_byte(const char *track, size_t index, size_t at) {
  return (guint8)((at * 31 + at / 251 + index * 7 + (guint8)track[1]) & 0xff);
}

static inline GBytes *lesson_segment(const char *track, size_t index) {
  size_t size = lesson_segment_size(track, index);
  guint8 *data = g_malloc(size);
  for (size_t i = 0; i < size; i++)
    data[i] = lesson_byte(track, index, i);
  return g_bytes_new_take(data, size);
}

/** Take a course in: its asset is then queued. `caption`: WebVTT text or NULL. */
static inline Lesson lesson_add(Fixture *fixture, const char *title, const char *caption) {
  g_autofree char *name = g_strdup_printf("in/%s.mp4", title);
  g_autofree char *path = g_build_filename(fixture->root, name, NULL);
  fixture_write_file(fixture->root, name, "a source");
  if (caption != NULL) {
    g_autofree char *caption_name = g_strdup_printf("in/%s.zh-CN.vtt", title);
    fixture_write_file(fixture->root, caption_name, caption);
  }
  g_autoptr(GError) error = NULL;
  IntakeRequest request = {.path = path, .title = title, .category = "health", .summary = "简介 & \"more\""};
  IntakeResult result = {0};
  intake_file(fixture->catalog, fixture->store, &request, NULL, NULL, &result, NULL, &error);
  g_assert_no_error(error);
  Lesson lesson = {.asset_id = g_strdup(result.asset_id), .course_id = g_strdup(result.course_id)};
  intake_result_clear(&result);
  return lesson;
}

static inline CatalogJob *lesson_claim(Fixture *fixture, JobKind kind) {
  g_autoptr(GError) error = NULL;
  CatalogJob *job = NULL;
  catalog_claim_job(fixture->catalog, LESSON_OWNER, g_get_real_time(), 60 * G_TIME_SPAN_SECOND, &job, &error);
  g_assert_no_error(error);
  g_assert_nonnull(job);
  g_assert_cmpint(job->kind, ==, kind);
  return job;
}

/** The probe's result: v360 and v720 in two spans (1 and 2 segments of 6 s), a128. */
static inline void lesson_plan(Fixture *fixture) {
  static const CatalogTrack tracks[] = {
      {.name = "v360",
       .kind = TRACK_KIND_VIDEO,
       .bitrate_bps = 800000,
       .width = 640,
       .height = 360,
       .frame_rate = {25, 1},
       .timescale_hz = 1000,
       .segment_total = LESSON_SEGMENTS},
      {.name = "v720",
       .kind = TRACK_KIND_VIDEO,
       .bitrate_bps = 2500000,
       .width = 1280,
       .height = 720,
       .frame_rate = {25, 1},
       .timescale_hz = 1000,
       .segment_total = LESSON_SEGMENTS},
      {.name = "a128",
       .kind = TRACK_KIND_AUDIO,
       .bitrate_bps = 128000,
       .channels = 2,
       .language = "zh",
       .timescale_hz = 48000,
       .segment_total = LESSON_SEGMENTS},
  };
  static const CatalogJobPlan jobs[] = {
      {.kind = JOB_KIND_AUDIO, .priority = 100, .weight = 1},
      {.kind = JOB_KIND_SPAN, .span_index = 0, .priority = 90, .weight = 1, .segment_count = 1},
      {.kind = JOB_KIND_POSTER, .priority = 80, .weight = 1},
      {.kind = JOB_KIND_SPAN,
       .span_index = 1,
       .priority = 70,
       .weight = 2,
       .first_segment = 1,
       .segment_count = LESSON_SEGMENTS - 1},
  };
  static const int32_t segment_frames[] = {150, 150, 150};
  CatalogAssetPlan plan = {.has_video = true,
                           .has_audio = true,
                           .duration_us = 18 * G_TIME_SPAN_SECOND,
                           .target_duration_s = 6,
                           .plan_json = "{}",
                           .tracks = tracks,
                           .track_count = G_N_ELEMENTS(tracks),
                           .jobs = jobs,
                           .job_count = G_N_ELEMENTS(jobs),
                           .segment_frames = segment_frames,
                           .segment_frame_count = G_N_ELEMENTS(segment_frames)};
  g_autoptr(GError) error = NULL;
  g_autoptr(CatalogJob) job = lesson_claim(fixture, JOB_KIND_PROBE);
  catalog_plan_asset(fixture->catalog, job, LESSON_OWNER, &plan, &error);
  g_assert_no_error(error);
}

/** Store the span file of segments first to first + count - 1 and describe it; `segments` is filled. */
static inline CatalogPublication lesson_span(Fixture *fixture, const CatalogJob *job, const char *track,
                                             size_t first, size_t count, CatalogSegment *segments, GBytes *init) {
  g_autoptr(GByteArray) file = g_byte_array_new();
  int64_t duration = track[0] == 'v' ? 6000 : 6 * 48000;
  for (size_t i = 0; i < count; i++) {
    g_autoptr(GBytes) bytes = lesson_segment(track, first + i);
    segments[i] = (CatalogSegment){.offset = file->len,
                                   .length = (int64_t)g_bytes_get_size(bytes),
                                   .decode_time = (int64_t)(first + i) * duration,
                                   .duration = duration};
    g_byte_array_append(file, g_bytes_get_data(bytes, NULL), (guint)g_bytes_get_size(bytes));
  }
  char *key = key_of_span(job->asset_id, track, job->span_index, job->attempt);
  g_autoptr(GError) error = NULL;
  blob_store_put_bytes(fixture->store, key, file->data, file->len, &error);
  g_assert_no_error(error);
  return (CatalogPublication){.track_name = track,
                              .blob_key = key,
                              .span_index = job->span_index,
                              .first_segment = (int64_t)first,
                              .segments = segments,
                              .segment_count = count,
                              .codec = track[0] == 'v' ? "avc1.64001e" : "mp4a.40.2",
                              .init = init,
                              .is_last = track[0] == 'a'};
}

static inline void lesson_publish(Fixture *fixture, JobKind kind, const char *const *tracks, size_t first,
                                  size_t count) {
  g_autoptr(GBytes) init = g_bytes_new_static("init segment", 12);
  g_autoptr(CatalogJob) job = lesson_claim(fixture, kind);
  CatalogPublication publications[4];
  CatalogSegment segments[4][LESSON_SEGMENTS];
  size_t track_count = 0;
  for (; tracks[track_count] != NULL; track_count++)
    publications[track_count] =
        lesson_span(fixture, job, tracks[track_count], first, count, segments[track_count], init);
  g_autoptr(GError) error = NULL;
  catalog_publish(fixture->catalog, job, LESSON_OWNER, publications, track_count, true, &error);
  g_assert_no_error(error);
  for (size_t i = 0; i < track_count; i++)
    g_free((char *)publications[i].blob_key);
}

static inline void lesson_publish_audio(Fixture *fixture) {
  lesson_publish(fixture, JOB_KIND_AUDIO, (const char *const[]){"a128", NULL}, 0, LESSON_SEGMENTS);
}

static inline void lesson_publish_first_span(Fixture *fixture) {
  lesson_publish(fixture, JOB_KIND_SPAN, (const char *const[]){"v360", "v720", NULL}, 0, 1);
}

static inline void lesson_publish_second_span(Fixture *fixture) {
  lesson_publish(fixture, JOB_KIND_SPAN, (const char *const[]){"v360", "v720", NULL}, 1, LESSON_SEGMENTS - 1);
}

static inline void lesson_publish_poster(Fixture *fixture) {
  g_autoptr(CatalogJob) job = lesson_claim(fixture, JOB_KIND_POSTER);
  g_autofree char *key = key_of_poster(job->asset_id, job->attempt);
  g_autoptr(GError) error = NULL;
  blob_store_put_bytes(fixture->store, key, "a picture", 9, &error);
  g_assert_no_error(error);
  catalog_publish_poster(fixture->catalog, job, LESSON_OWNER, key, &error);
  g_assert_no_error(error);
}

static inline void lesson_fail(Fixture *fixture, JobKind kind, const char *code) {
  g_autoptr(CatalogJob) job = lesson_claim(fixture, kind);
  g_autoptr(GError) error = NULL;
  catalog_fail_job(fixture->catalog, job, LESSON_OWNER, code, "detail", false, &error);
  g_assert_no_error(error);
}

/** A whole lesson. */
static inline Lesson lesson_make(Fixture *fixture, const char *title, const char *caption) {
  Lesson lesson = lesson_add(fixture, title, caption);
  lesson_plan(fixture);
  lesson_publish_audio(fixture);
  lesson_publish_first_span(fixture);
  lesson_publish_poster(fixture);
  lesson_publish_second_span(fixture);
  return lesson;
}
