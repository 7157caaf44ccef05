/** The built pages, kept in memory with their ETag and a gzip copy.
 *
 * A file is read at its first use and read again when it changed on disk (looked at once a second at most). Files
 * above WEB_FILE_CACHED_BYTES_MAX are not kept but opened each time.
 * Threads: any, at once.
 */
#pragma once

#include "server/http/http_response.h"

#include <glib.h>
#include <stdbool.h>

#define WEB_FILE_CACHED_BYTES_MAX (4 * 1024 * 1024)
#define WEB_FILES_CACHED_MAX 512 /**< files */

typedef struct WebFiles WebFiles;

/** `root` need not exist: files are then not found. */
WebFiles *web_files_new(const char *root);
void web_files_free(WebFiles *files);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(WebFiles, web_files_free)

/** Answer with the file `relative` (outside text): body, type, ETag, Vary and Content-Encoding. False, with `response`
 * untouched, when there is no such regular file. The caller sets Cache-Control. */
bool web_files_answer(WebFiles *files, const char *relative, const HttpRequest *request, HttpResponse *response);

/** The bytes of `relative`: the same GBytes until the file changes. NULL when there is no such regular file or it is larger
 * than what is kept. Caller unrefs. */
GBytes *web_files_load(WebFiles *files, const char *relative);
