#include "server/web_files.h"

#include "base/path.h"
#include "server/http/http_encoding.h"
#include "server/http/http_mime.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/** Smaller bodies gain nothing from gzip. */
#define GZIP_BYTES_MIN 512
#define GZIP_LEVEL 6
#define RECHECK_US G_TIME_SPAN_SECOND

/** Immutable once made, apart from `checked_us`, which WebFiles.lock guards. */
typedef struct {
  gatomicrefcount references;
  GBytes *plain, *gzip, *brotli; /**< packed forms NULL when they do not pay or are not there */
  char etag[HTTP_ETAG_SIZE], gzip_etag[HTTP_ETAG_SIZE], brotli_etag[HTTP_ETAG_SIZE];
  struct timespec modified;
  off_t size;
  ino_t inode;
  int64_t checked_us; /**< monotonic */
} CachedFile;

struct WebFiles {
  char *root;
  GMutex lock;
  GHashTable *cached; /**< char * -> CachedFile *; guarded by lock */
};

static void cached_file_unref(gpointer data) {
  CachedFile *file = data;
  if (file == NULL || !g_atomic_ref_count_dec(&file->references))
    return;
  g_bytes_unref(file->plain);
  g_clear_pointer(&file->gzip, g_bytes_unref);
  g_clear_pointer(&file->brotli, g_bytes_unref);
  g_free(file);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CachedFile, cached_file_unref)

static CachedFile *cached_file_ref(CachedFile *file) {
  g_atomic_ref_count_inc(&file->references);
  return file;
}

WebFiles *web_files_new(const char *root) {
  WebFiles *files = g_new0(WebFiles, 1);
  files->root = g_strdup(root);
  g_mutex_init(&files->lock);
  files->cached = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, cached_file_unref);
  return files;
}

void web_files_free(WebFiles *files) {
  if (files == NULL)
    return;
  g_hash_table_unref(files->cached);
  g_mutex_clear(&files->lock);
  g_free(files->root);
  g_free(files);
}

/** A packed form, or NULL when it is not at least a tenth smaller than `plain`. */
static GBytes *keep_if_smaller(GBytes *packed, GBytes *plain) {
  gsize size = g_bytes_get_size(plain);
  if (packed != NULL && g_bytes_get_size(packed) < size - size / 10)
    return packed;
  g_clear_pointer(&packed, g_bytes_unref);
  return NULL;
}

/** All of an open file of `size` bytes, or NULL. */
static GBytes *read_whole(int fd, size_t size) {
  g_autofree char *data = g_malloc(size + 1);
  size_t done = 0;
  while (done < size) {
    ssize_t got = pread(fd, data + done, size - done, (off_t)done);
    if (got < 0 && errno == EINTR)
      continue;
    if (got <= 0)
      return NULL;
    done += (size_t)got;
  }
  return g_bytes_new_take(g_steal_pointer(&data), size);
}

/** The form that the build left beside the file (scripts/pack.mjs of player-web), unless it is older; or NULL. */
static GBytes *read_packed_beside(const char *path, const char *extension, const struct stat *plain_status) {
  g_autofree char *packed_path = g_strconcat(path, extension, NULL);
  struct stat status;
  int fd = open(packed_path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (fd < 0)
    return NULL;
  GBytes *packed = NULL;
  if (fstat(fd, &status) == 0 && S_ISREG(status.st_mode) && status.st_size <= WEB_FILE_CACHED_BYTES_MAX &&
      status.st_mtim.tv_sec >= plain_status->st_mtim.tv_sec)
    packed = read_whole(fd, (size_t)status.st_size);
  close(fd);
  return packed;
}

static void pack(CachedFile *file, const char *path, const struct stat *status) {
  GBytes *gzip = read_packed_beside(path, ".gz", status);
  if (gzip == NULL)
    gzip = http_encoding_gzip(file->plain, GZIP_LEVEL);
  file->gzip = keep_if_smaller(gzip, file->plain);
  file->brotli = keep_if_smaller(read_packed_beside(path, ".br", status), file->plain);
  if (file->gzip != NULL)
    http_etag_write(file->gzip, file->gzip_etag);
  if (file->brotli != NULL)
    http_etag_write(file->brotli, file->brotli_etag);
}

static CachedFile *cached_file_read(int fd, const char *path, const struct stat *status, const char *mime) {
  GBytes *plain = read_whole(fd, (size_t)status->st_size);
  if (plain == NULL)
    return NULL;
  CachedFile *file = g_new0(CachedFile, 1);
  g_atomic_ref_count_init(&file->references);
  file->plain = plain;
  file->modified = status->st_mtim;
  file->size = status->st_size;
  file->inode = status->st_ino;
  file->checked_us = g_get_monotonic_time();
  http_etag_write(plain, file->etag);
  if (g_bytes_get_size(plain) >= GZIP_BYTES_MIN && http_mime_is_compressible(mime))
    pack(file, path, status);
  return file;
}

static bool is_same(const CachedFile *file, const struct stat *status) {
  return file->size == status->st_size && file->inode == status->st_ino &&
         file->modified.tv_sec == status->st_mtim.tv_sec && file->modified.tv_nsec == status->st_mtim.tv_nsec;
}

/** The cached file when it is still what lies at `path`, or NULL. */
static CachedFile *find_cached(WebFiles *files, const char *path) {
  g_autoptr(GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new(&files->lock);
  CachedFile *file = g_hash_table_lookup(files->cached, path);
  if (file == NULL)
    return NULL;
  int64_t now_us = g_get_monotonic_time();
  struct stat status;
  if (now_us - file->checked_us >= RECHECK_US) {
    if (stat(path, &status) != 0 || !is_same(file, &status)) {
      g_hash_table_remove(files->cached, path);
      return NULL;
    }
    file->checked_us = now_us;
  }
  return cached_file_ref(file);
}

static void keep(WebFiles *files, const char *path, CachedFile *file) {
  g_autoptr(GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new(&files->lock);
  if (g_hash_table_size(files->cached) >= WEB_FILES_CACHED_MAX)
    g_hash_table_remove_all(files->cached);
  g_hash_table_replace(files->cached, g_strdup(path), cached_file_ref(file));
}

static void set_form(HttpResponse *response, const char *mime, GBytes *bytes, const char *etag,
                     const char *encoding) {
  http_response_set_bytes(response, mime, bytes);
  g_strlcpy(response->etag, etag, sizeof response->etag);
  if (encoding != NULL)
    http_response_set_header(response, "Content-Encoding", encoding);
  response->takes_ranges = encoding == NULL;
}

static void answer_cached(const CachedFile *file, const char *mime, const HttpRequest *request,
                          HttpResponse *response) {
  unsigned encodings = http_encoding_parse(http_request_find_header(request, "Accept-Encoding"));
  if (file->brotli != NULL && encodings & HTTP_ENCODING_BROTLI)
    set_form(response, mime, file->brotli, file->brotli_etag, "br");
  else if (file->gzip != NULL && encodings & HTTP_ENCODING_GZIP)
    set_form(response, mime, file->gzip, file->gzip_etag, "gzip");
  else
    set_form(response, mime, file->plain, file->etag, NULL);
  if (http_mime_is_compressible(mime))
    http_response_set_header(response, "Vary", "Accept-Encoding");
  response->sharing = HTTP_SHARING_FOR_A_SECOND;
}

/** Open and answer; small files are kept. */
static bool answer_from_disk(WebFiles *files, const char *path, const char *mime, const HttpRequest *request,
                             HttpResponse *response) {
  struct stat status;
  int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (fd < 0)
    return false;
  if (fstat(fd, &status) != 0 || !S_ISREG(status.st_mode)) {
    close(fd);
    return false;
  }
  if (status.st_size > WEB_FILE_CACHED_BYTES_MAX) {
    http_response_take_file(response, mime, fd, 0, status.st_size);
    response->last_modified_s = status.st_mtim.tv_sec;
    response->takes_ranges = true;
    return true;
  }
  g_autoptr(CachedFile) file = cached_file_read(fd, path, &status, mime);
  close(fd);
  if (file == NULL)
    return false;
  keep(files, path, file);
  answer_cached(file, mime, request, response);
  return true;
}

GBytes *web_files_load(WebFiles *files, const char *relative) {
  g_autofree char *path = path_join_safe(files->root, relative, NULL);
  g_autoptr(CachedFile) file = path != NULL ? find_cached(files, path) : NULL;
  if (file != NULL)
    return g_bytes_ref(file->plain);
  struct stat status;
  int fd = path != NULL ? open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK) : -1;
  if (fd < 0)
    return NULL;
  if (fstat(fd, &status) == 0 && S_ISREG(status.st_mode) && status.st_size <= WEB_FILE_CACHED_BYTES_MAX)
    file = cached_file_read(fd, path, &status, http_mime_of_name(path));
  close(fd);
  if (file == NULL)
    return NULL;
  keep(files, path, file);
  return g_bytes_ref(file->plain);
}

bool web_files_answer(WebFiles *files, const char *relative, const HttpRequest *request, HttpResponse *response) {
  g_autofree char *path = path_join_safe(files->root, relative, NULL);
  if (path == NULL)
    return false;
  const char *mime = http_mime_of_name(path);
  g_autoptr(CachedFile) file = find_cached(files, path);
  if (file == NULL)
    return answer_from_disk(files, path, mime, request, response);
  answer_cached(file, mime, request, response);
  return true;
}
