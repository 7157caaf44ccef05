/** From the body of a request into the staged file of an upload, and from there to what it becomes: what tus, PUT and forms
 * share. */
#pragma once

#include "server/handlers/handler.h"
#include "server/handlers/upload_headers.h"
#include "server/http/http_body.h"
#include "server/upload_desk.h"

/** An upload that somebody works on. */
typedef struct {
  const ServerContext *server;
  CatalogUpload *upload;
  StagedFile *file;
  UploadHash *hash;   /**< of all bytes up to the file's offset; NULL: not known */
  int64_t length_max; /**< its length, or what it may have at most */
  bool is_entered;
} UploadWork;

/** Begin to work on `upload` (borrowed): lock and open it. False with the problem set: 423, 429 or 404. */
bool upload_work_begin(const ServerContext *server, const HttpRequest *request, HttpResponse *response,
                       CatalogUpload *upload, UploadWork *ret_work);
void upload_work_end(UploadWork *work);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(UploadWork, upload_work_end)

/** Whether `added_bytes` more leave the free space that is to stay; false with 507. */
bool upload_space_check(const ServerContext *server, const HttpRequest *request, HttpResponse *response,
                        int64_t added_bytes);

/** Take one piece: its type is looked at when it is the first; it must not go beyond length_max. False with the problem
 * set: 413, 422 or 507. */
bool upload_work_put(UploadWork *work, const HttpRequest *request, HttpResponse *response, const void *data,
                     size_t size);

/** Take the body of the request to its end and make it safe. With a checksum (or NULL) it is kept only when it matches.
 * False with the problem set; what came until then is safe, without a checksum. A cut line is such a problem, too. */
bool upload_work_receive(UploadWork *work, const HttpRequest *request, HttpResponse *response,
                         const UploadChecksum *checksum);

/** Whether all of its bytes are here. */
bool upload_work_is_whole(const UploadWork *work);

/** Let it become what it is to become; work->upload is then as the catalog has it. False with the problem set. */
bool upload_work_finish(UploadWork *work, const HttpRequest *request, HttpResponse *response);

/** Answer with what a refusal of catalog/upload.h means: 422, 409, 507, or as handler_set_error(). */
void upload_set_error(HttpResponse *response, const HttpRequest *request, const GError *error);
