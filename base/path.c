#include "base/path.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define TREE_DEPTH_MAX 256 /* each level holds a descriptor */

static bool fail_errno(GError **error, int code, const char *what, const char *path) {
  g_set_error(error, G_FILE_ERROR, (gint)g_file_error_from_errno(code), "cannot %s \"%s\": %s", what, path,
              g_strerror(code));
  return false;
}

static bool is_safe_part(const char *part, size_t length) {
  if (length == 0 || (length == 1 && part[0] == '.') || (length == 2 && part[0] == '.' && part[1] == '.'))
    return false;
  for (size_t i = 0; i < length; i++) {
    if (part[i] == '\\' || (unsigned char)part[i] < 0x20 || part[i] == 0x7f)
      return false;
  }
  return true;
}

char *path_join_safe(const char *root, const char *relative, GError **error) {
  const char *part = relative;
  for (;;) {
    const char *slash = strchrnul(part, '/');
    if (!is_safe_part(part, (size_t)(slash - part))) {
      g_autofree char *shown = g_strescape(relative, NULL);
      g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_INVAL, "\"%s\" is not a safe relative path", shown);
      return NULL;
    }
    if (!*slash)
      return g_build_filename(root, relative, NULL);
    part = slash + 1;
  }
}

bool path_make_dirs(const char *path, GError **error) {
  if (g_mkdir_with_parents(path, 0750) == 0)
    return true;
  return fail_errno(error, errno, "make the folder", path);
}

static int remove_entry(int dir_fd, const char *name, int depth);

/* Takes `fd`. Returns 0 or an errno. */
static int remove_entries(int fd, int depth) {
  DIR *dir = fdopendir(fd);
  if (!dir) {
    int code = errno;
    close(fd);
    return code;
  }
  int result = 0;
  const struct dirent *entry;
  while (result == 0 && (errno = 0, entry = readdir(dir)) != NULL) {
    if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
      result = remove_entry(fd, entry->d_name, depth + 1);
  }
  if (result == 0)
    result = errno;
  closedir(dir);
  return result;
}

/* Returns 0 or an errno. */
static int remove_entry(int dir_fd, const char *name, int depth) {
  if (depth > TREE_DEPTH_MAX)
    return ELOOP;
  if (unlinkat(dir_fd, name, 0) == 0 || errno == ENOENT)
    return 0;
  if (errno != EISDIR && errno != EPERM)
    return errno;
  int unlink_errno = errno;
  int fd = openat(dir_fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  if (fd < 0)
    return errno == ENOENT ? 0 : errno == ENOTDIR ? unlink_errno : errno;
  int result = remove_entries(fd, depth);
  if (result == 0 && unlinkat(dir_fd, name, AT_REMOVEDIR) != 0 && errno != ENOENT)
    result = errno;
  return result;
}

bool path_remove_tree(const char *path, GError **error) {
  int code = remove_entry(AT_FDCWD, path, 0);
  return code == 0 || fail_errno(error, code, "remove", path);
}

bool path_sync_dir(const char *path, GError **error) {
  int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0)
    return fail_errno(error, errno, "open the folder", path);
  int code = fsync(fd) == 0 ? 0 : errno;
  close(fd);
  return code == 0 || fail_errno(error, code, "sync the folder", path);
}

char *path_program_dir(void) {
  g_autofree char *program = g_file_read_link("/proc/self/exe", NULL);
  if (!program)
    return g_get_current_dir();
  return g_path_get_dirname(program);
}
