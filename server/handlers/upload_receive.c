#include "server/handlers/upload_receive.h"

#include "base/log.h"

#include <string.h>

#define TEXTS_SEPARATOR " · "

/** Without an end of a step a mark is set after so long, so that slow lines lose little to a crash. */
#define KEEP_US (2 * G_TIME_SPAN_SECOND)

void upload_set_error(HttpResponse *response, const HttpRequest *request, const GError *error) {
  HttpProblem problem = HTTP_PROBLEM_REFUSED;
  if (g_error_matches(error, CATALOG_ERROR, CATALOG_ERROR_QUOTA)) {
    problem = HTTP_PROBLEM_QUOTA;
  } else if (g_error_matches(error, CATALOG_ERROR, CATALOG_ERROR_CONFLICT)) {
    problem = HTTP_PROBLEM_CONFLICT;
  } else if (g_error_matches(error, G_FILE_ERROR, G_FILE_ERROR_NOSPC)) {
    problem = HTTP_PROBLEM_NO_SPACE;
  } else if (!g_error_matches(error, CATALOG_ERROR, CATALOG_ERROR_INVALID) &&
             !g_error_matches(error, CATALOG_ERROR, CATALOG_ERROR_NOT_FOUND)) {
    handler_set_error(response, request, error);
    return;
  }
  const char *separator = strstr(error->message, TEXTS_SEPARATOR);
  if (separator == NULL) {
    http_problem_set(response, request, problem, NULL);
    return;
  }
  g_autofree char *zh = g_strndup(error->message, (gsize)(separator - error->message));
  http_problem_set_texts(response, request, problem, zh, separator + strlen(TEXTS_SEPARATOR));
}

/* --- one line's work --- */

static bool refuse_entry(const HttpRequest *request, HttpResponse *response, UploadDeskResult result) {
  http_problem_set(response, request, result == UPLOAD_DESK_FULL ? HTTP_PROBLEM_UPLOADS : HTTP_PROBLEM_LOCKED,
                   NULL);
  return false;
}

static bool open_file(UploadWork *work, const HttpRequest *request, HttpResponse *response) {
  g_autofree char *path = upload_path(upload_desk_folder(work->server->uploads), work->upload->id);
  g_autoptr(GError) error = NULL;
  work->file = staged_file_open(path, &error);
  if (work->file != NULL)
    return true;
  if (g_error_matches(error, G_FILE_ERROR, G_FILE_ERROR_AGAIN))
    http_problem_set(response, request, HTTP_PROBLEM_LOCKED, NULL);
  else if (g_error_matches(error, G_FILE_ERROR, G_FILE_ERROR_NOENT))
    http_problem_set(response, request, HTTP_PROBLEM_NOT_FOUND, NULL);
  else
    handler_set_error(response, request, error);
  return false;
}

bool upload_work_begin(const ServerContext *server, const HttpRequest *request, HttpResponse *response,
                       CatalogUpload *upload, UploadWork *ret_work) {
  UploadDeskResult result = upload_desk_enter(server->uploads, upload->owner, upload->id, request->stream);
  if (result != UPLOAD_DESK_ENTERED)
    return refuse_entry(request, response, result);
  *ret_work = (UploadWork){.server = server, .upload = upload, .is_entered = true};
  if (!open_file(ret_work, request, response)) {
    upload_work_end(ret_work);
    return false;
  }
  int64_t max = upload_desk_max_bytes(server->uploads);
  ret_work->length_max = upload->length_bytes >= 0 ? upload->length_bytes : max > 0 ? max : G_MAXINT64;
  ret_work->hash = upload_desk_take_hash(server->uploads, upload->id, staged_file_offset(ret_work->file));
  return true;
}

void upload_work_end(UploadWork *work) {
  if (!work->is_entered)
    return;
  bool is_kept = work->hash != NULL && work->file != NULL &&
                 upload_hash_size(work->hash) == staged_file_safe_offset(work->file) && !work->upload->is_done;
  upload_desk_keep_hash(work->server->uploads, work->upload->id, is_kept ? g_steal_pointer(&work->hash) : NULL);
  g_clear_pointer(&work->hash, upload_hash_free);
  g_clear_pointer(&work->file, staged_file_close);
  upload_desk_leave(work->server->uploads, work->upload->id);
  work->is_entered = false;
}

bool upload_space_check(const ServerContext *server, const HttpRequest *request, HttpResponse *response,
                        int64_t added_bytes) {
  int64_t free_bytes = 0, min = upload_desk_min_free_bytes(server->uploads);
  if (!blob_store_free_space(server->store, &free_bytes, NULL) || free_bytes - added_bytes >= min)
    return true;
  http_problem_set(response, request, HTTP_PROBLEM_NO_SPACE, NULL);
  return false;
}

static bool check_piece(const UploadWork *work, const HttpRequest *request, HttpResponse *response,
                        const void *data, size_t size) {
  int64_t offset = staged_file_offset(work->file);
  if ((int64_t)size > work->length_max - offset) {
    http_problem_set_texts(response, request, HTTP_PROBLEM_TOO_LARGE, "发送的内容超过了所说的长度或允许的上限。",
                           "More was sent than was announced, or than is taken.");
    return false;
  }
  if (offset % STAGED_FILE_STEP_BYTES + (int64_t)size >= STAGED_FILE_STEP_BYTES &&
      !upload_space_check(work->server, request, response, (int64_t)size))
    return false;
  if (offset > 0 || work->upload->kind == UPLOAD_KIND_PARTIAL)
    return true;
  g_auto(UploadWish) wish = {0};
  g_autoptr(GError) error = NULL;
  upload_wish_read(work->upload->metadata, &wish);
  if (upload_check_head(&wish, data, size, &error))
    return true;
  upload_set_error(response, request, error);
  return false;
}

bool upload_work_put(UploadWork *work, const HttpRequest *request, HttpResponse *response, const void *data,
                     size_t size) {
  g_autoptr(GError) error = NULL;
  if (!check_piece(work, request, response, data, size))
    return false;
  if (!staged_file_append(work->file, data, size, &error)) {
    log_warning("upload %s: %s", work->upload->id, error->message);
    g_clear_pointer(&work->hash, upload_hash_free);
    upload_set_error(response, request, error);
    return false;
  }
  if (work->hash != NULL)
    upload_hash_update(work->hash, data, size);
  return true;
}

static bool keep(UploadWork *work, const HttpRequest *request, HttpResponse *response) {
  g_autoptr(GError) error = NULL;
  if (staged_file_keep(work->file, &error))
    return true;
  log_warning("upload %s: %s", work->upload->id, error->message);
  upload_set_error(response, request, error);
  return false;
}

static bool refuse_cut(const HttpRequest *request, HttpResponse *response) {
  http_problem_set_texts(response, request, HTTP_PROBLEM_BUSY, "连接中断了，已收到的内容仍然保留，请继续上传。",
                         "The line was cut; what came is kept, go on with the upload.");
  return false;
}

/** All pieces, until the end or a problem. */
static bool take_pieces(UploadWork *work, const HttpRequest *request, HttpResponse *response, bool is_held,
                        UploadHash *piece_hash) {
  int64_t kept_us = g_get_monotonic_time();
  for (;;) {
    const void *data = NULL;
    size_t size = 0;
    HttpBodyResult result = http_body_peek(request->stream, &data, &size);
    if (result == HTTP_BODY_END)
      return true;
    if (result == HTTP_BODY_CUT)
      return refuse_cut(request, response);
    if (result == HTTP_BODY_DATA) {
      if (!upload_work_put(work, request, response, data, size))
        return false;
      if (piece_hash != NULL)
        upload_hash_update(piece_hash, data, size);
      http_body_take(request->stream, size);
    }
    int64_t now_us = g_get_monotonic_time();
    if (is_held || (result == HTTP_BODY_DATA && now_us - kept_us < KEEP_US))
      continue;
    if (!keep(work, request, response))
      return false;
    kept_us = now_us;
  }
}

static bool drop_piece(UploadWork *work) {
  g_autoptr(GError) error = NULL;
  if (!staged_file_rewind(work->file, &error))
    log_warning("upload %s: %s", work->upload->id, error->message);
  return false;
}

/** What came counts only when its checksum is right. */
static bool receive_checked(UploadWork *work, const HttpRequest *request, HttpResponse *response,
                            const UploadChecksum *checksum) {
  g_autoptr(UploadHash) piece = upload_hash_new(checksum->algorithm), before = NULL;
  uint8_t digest[UPLOAD_DIGEST_BYTES_MAX];
  if (work->hash != NULL)
    before = upload_hash_copy(work->hash);
  staged_file_hold(work->file);
  bool is_whole = take_pieces(work, request, response, true, piece);
  if (is_whole && upload_hash_digest(piece, digest) == checksum->digest_size &&
      memcmp(digest, checksum->digest, checksum->digest_size) == 0)
    return keep(work, request, response);
  if (is_whole)
    http_problem_set(response, request, HTTP_PROBLEM_CHECKSUM, NULL);
  upload_hash_free(work->hash);
  work->hash = g_steal_pointer(&before);
  return drop_piece(work);
}

bool upload_work_receive(UploadWork *work, const HttpRequest *request, HttpResponse *response,
                         const UploadChecksum *checksum) {
  int64_t before = staged_file_safe_offset(work->file);
  bool is_good = checksum != NULL ? receive_checked(work, request, response, checksum)
                                  : take_pieces(work, request, response, false, NULL);
  if (checksum == NULL && is_good)
    is_good = keep(work, request, response);
  else if (checksum == NULL)
    staged_file_keep(work->file, NULL); /* the answer tells of the first problem */
  upload_desk_count(work->server->uploads, staged_file_safe_offset(work->file) - before, false);
  return is_good;
}

bool upload_work_is_whole(const UploadWork *work) {
  return work->upload->length_bytes >= 0 && staged_file_safe_offset(work->file) == work->upload->length_bytes;
}

/** The checksum of the whole file; what was not taken while it came is read. */
static bool measure(UploadWork *work, FileMeasure *ret_measure) {
  int64_t size = staged_file_safe_offset(work->file);
  if (work->hash == NULL)
    work->hash = upload_hash_new("sha256");
  if (work->hash == NULL ||
      !upload_hash_update_file(work->hash, staged_file_descriptor(work->file), upload_hash_size(work->hash), size))
    return false;
  ret_measure->size_bytes = size;
  return upload_hash_digest(work->hash, ret_measure->checksum) == FILE_CHECKSUM_BYTES;
}

bool upload_work_finish(UploadWork *work, const HttpRequest *request, HttpResponse *response) {
  UploadDesk *desk = work->server->uploads;
  FileMeasure whole = {0};
  g_autoptr(GError) error = NULL;
  bool is_measured = measure(work, &whole);
  CatalogUpload *done = NULL;
  if (!upload_finish(work->server->catalog, work->server->store, upload_desk_folder(desk), upload_desk_limits(desk),
                     work->upload->id, work->file, is_measured ? &whole : NULL, &error) ||
      !catalog_load_upload(work->server->catalog, work->upload->id, &done, &error)) {
    upload_set_error(response, request, error);
    return false;
  }
  CatalogUpload before = *work->upload; /* the caller's object takes the new content */
  *work->upload = *done;
  *done = before;
  catalog_upload_free(done);
  upload_desk_count(desk, 0, true);
  return true;
}
