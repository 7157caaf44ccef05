/** A disk that refuses and a clock that jumps, for tests: loaded into the real programs by LD_PRELOAD.
 *
 * KAPOK_FAULT_FILE names a file of FAULT_BYTES that the test changes while the programs run: a line with an errno that every
 * write below KAPOK_FAULT_DIR is to fail with (0: none), and a line with seconds that are added to the wall clock. The monotonic
 * clock goes on as it does. Blanks fill the lines, since the file is mapped and keeps its size.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#define FAULT_BYTES 32
#define LINE_BYTES 16
#define PATH_BYTES 4096

static const char *page;
static const char *folder;

__attribute__((constructor)) static void fault_shim_open(void) {
  const char *path = getenv("KAPOK_FAULT_FILE");
  int fd = path ? (int)syscall(SYS_openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC) : -1;
  void *mapped = fd >= 0 ? mmap(NULL, FAULT_BYTES, PROT_READ, MAP_SHARED, fd, 0) : MAP_FAILED;
  if (fd >= 0)
    close(fd);
  folder = getenv("KAPOK_FAULT_DIR");
  page = mapped != MAP_FAILED && folder ? mapped : NULL;
}

/** The number in that line of the file. */
static long number_in(int line) {
  char text[LINE_BYTES] = "0";
  if (page)
    memcpy(text, page + line * LINE_BYTES, LINE_BYTES - 1);
  return strtol(text, NULL, 10);
}

static bool is_inside(const char *path) {
  return strncmp(path, folder, strlen(folder)) == 0;
}

/** The errno for a change of the file open as `fd`; 0: let it be. */
static int refusal_of_fd(int fd) {
  char link[64], path[PATH_BYTES];
  int code = (int)number_in(0);
  if (code == 0)
    return 0;
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  long length = syscall(SYS_readlinkat, AT_FDCWD, link, path, sizeof path - 1);
  if (length <= 0)
    return 0;
  path[length] = '\0';
  return is_inside(path) ? code : 0;
}

/** The same for a path below the folder open as `dir`. */
static int refusal_of_path(int dir, const char *path) {
  if (path[0] != '/' && dir != AT_FDCWD)
    return refusal_of_fd(dir);
  return path[0] == '/' && is_inside(path) ? (int)number_in(0) : 0;
}

static long answer(int refusal, long result) {
  if (refusal == 0)
    return result;
  errno = refusal;
  return -1;
}

/** A full disk has room for names, a read-only one takes none and opens nothing for writing. */
static int refusal_to_open(int dir, const char *path, int flags) {
  int code = refusal_of_path(dir, path);
  bool is_change = code == EROFS ? (flags & (O_CREAT | O_TRUNC | O_WRONLY | O_RDWR)) != 0 : (flags & O_CREAT) != 0;
  return is_change ? code : 0;
}

static int open_at(int dir, const char *path, int flags, mode_t mode) {
  int code = refusal_to_open(dir, path, flags);
  return (int)answer(code, code ? -1 : syscall(SYS_openat, dir, path, flags, mode));
}

#define OPEN(name)                                                                                                 \
  int name(const char *path, int flags, ...) {                                                                     \
    va_list arguments;                                                                                             \
    va_start(arguments, flags);                                                                                    \
    mode_t mode = (flags & (O_CREAT | O_TMPFILE)) ? va_arg(arguments, mode_t) : 0;                                 \
    va_end(arguments);                                                                                             \
    return open_at(AT_FDCWD, path, flags, mode);                                                                   \
  }
#define OPENAT(name)                                                                                               \
  int name(int dir, const char *path, int flags, ...) {                                                            \
    va_list arguments;                                                                                             \
    va_start(arguments, flags);                                                                                    \
    mode_t mode = (flags & (O_CREAT | O_TMPFILE)) ? va_arg(arguments, mode_t) : 0;                                 \
    va_end(arguments);                                                                                             \
    return open_at(dir, path, flags, mode);                                                                        \
  }
OPEN(open)
OPEN(open64)
OPENAT(openat)
OPENAT(openat64)

/** A call on a descriptor that may be refused. */
#define ON_FD(type, name, number, fd, parameters, ...)                                                             \
  type name parameters {                                                                                           \
    int code = refusal_of_fd(fd);                                                                                  \
    return (type)answer(code, code ? -1 : syscall(number, fd, __VA_ARGS__));                                       \
  }
ON_FD(ssize_t, write, SYS_write, fd, (int fd, const void *data, size_t size), data, size)
ON_FD(ssize_t, pwrite, SYS_pwrite64, fd, (int fd, const void *data, size_t size, off_t at), data, size, at)
ON_FD(ssize_t, pwrite64, SYS_pwrite64, fd, (int fd, const void *data, size_t size, off64_t at), data, size, at)
ON_FD(ssize_t, writev, SYS_writev, fd, (int fd, const struct iovec *parts, int count), parts, count)
ON_FD(int, ftruncate, SYS_ftruncate, fd, (int fd, off_t size), size)
ON_FD(int, ftruncate64, SYS_ftruncate, fd, (int fd, off64_t size), size)
ON_FD(int, fallocate, SYS_fallocate, fd, (int fd, int mode, off_t at, off_t size), mode, at, size)

ssize_t copy_file_range(int from, off64_t *from_at, int to, off64_t *to_at, size_t size, unsigned flags) {
  int code = refusal_of_fd(to);
  return answer(code, code ? -1 : syscall(SYS_copy_file_range, from, from_at, to, to_at, size, flags));
}

int mkdirat(int dir, const char *path, mode_t mode) {
  int code = refusal_of_path(dir, path);
  return (int)answer(code, code ? -1 : syscall(SYS_mkdirat, dir, path, mode));
}

int mkdir(const char *path, mode_t mode) {
  return mkdirat(AT_FDCWD, path, mode);
}

int linkat(int from_dir, const char *from, int to_dir, const char *to, int flags) {
  int code = refusal_of_path(to_dir, to);
  return (int)answer(code, code ? -1 : syscall(SYS_linkat, from_dir, from, to_dir, to, flags));
}

int rename(const char *from, const char *to) {
  int code = refusal_of_path(AT_FDCWD, to);
  return (int)answer(code, code ? -1 : syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, 0));
}

int unlinkat(int dir, const char *path, int flags) {
  int code = number_in(0) == EROFS ? refusal_of_path(dir, path) : 0;
  return (int)answer(code, code ? -1 : syscall(SYS_unlinkat, dir, path, flags));
}

int unlink(const char *path) {
  return unlinkat(AT_FDCWD, path, 0);
}

int clock_gettime(clockid_t clock, struct timespec *now) {
  long result = syscall(SYS_clock_gettime, clock, now);
  if (result == 0 && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE))
    now->tv_sec += number_in(1);
  return (int)result;
}

int gettimeofday(struct timeval *restrict now, void *restrict zone) {
  struct timespec precise;
  (void)zone;
  int result = clock_gettime(CLOCK_REALTIME, &precise);
  *now = (struct timeval){precise.tv_sec, precise.tv_nsec / 1000};
  return result;
}

time_t time(time_t *ret_now) {
  struct timespec precise;
  clock_gettime(CLOCK_REALTIME, &precise);
  if (ret_now)
    *ret_now = precise.tv_sec;
  return precise.tv_sec;
}
