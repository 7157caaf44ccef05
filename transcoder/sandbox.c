#include "transcoder/sandbox.h"

#include "transcoder/error.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <linux/sched.h>
#include <seccomp.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define MEMORY_MAX (8ULL << 30)
#define FILE_MAX (16ULL << 30)
#define DESCRIPTORS_MAX 256

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define IS_SANITIZED true /* sanitizers reserve terabytes of addresses, and trace the process to find leaks */
#else
#define IS_SANITIZED false
#endif

#define READ_RIGHTS (LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR)
#define WORK_RIGHTS                                                                                                \
  (READ_RIGHTS | LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_REMOVE_FILE | LANDLOCK_ACCESS_FS_MAKE_REG)
/** All that the first version of Landlock knows, so that the wall is the same on every kernel. */
#define ALL_RIGHTS ((LANDLOCK_ACCESS_FS_MAKE_SYM << 1) - 1)

/** What libraries read while they work. What is not there is passed over. */
static const char *const readable[] = {
    "/usr",          "/lib",          "/lib64",    "/etc/ld.so.cache", "/etc/fonts", "/sys/devices/system/cpu",
    "/proc/cpuinfo", "/proc/meminfo", "/proc/self"};

static bool fail(GError **error, const char *what) {
  g_set_error(error, TRANSCODER_ERROR, TRANSCODER_ERROR_INTERNAL, "%s: %s", what, g_strerror(errno));
  return false;
}

static bool limit(int resource, rlim_t value, GError **error) {
  struct rlimit now;
  if (getrlimit((__rlimit_resource_t)resource, &now) == 0 && now.rlim_max != RLIM_INFINITY && now.rlim_max < value)
    value = now.rlim_max;
  struct rlimit wanted = {value, value};
  return setrlimit((__rlimit_resource_t)resource, &wanted) == 0 || fail(error, "setrlimit");
}

static bool enter_limits(GError **error) {
  return limit(RLIMIT_CORE, 0, error) && limit(RLIMIT_FSIZE, FILE_MAX, error) &&
         limit(RLIMIT_NOFILE, DESCRIPTORS_MAX, error) && (IS_SANITIZED || limit(RLIMIT_AS, MEMORY_MAX, error));
}

static bool die_with(pid_t worker, GError **error) {
  if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0 || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
    return fail(error, "prctl");
  if (getppid() == worker)
    return true;
  g_set_error_literal(error, TRANSCODER_ERROR, TRANSCODER_ERROR_STOPPED, "the worker is gone");
  return false;
}

bool sandbox_has_file_wall(void) {
  return syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION) >= 1;
}

static bool allow_below(int ruleset, const char *path, uint64_t rights, GError **error) {
  int fd = open(path, O_PATH | O_CLOEXEC);
  if (fd < 0)
    return errno == ENOENT || fail(error, path);
  struct stat status;
  if (fstat(fd, &status) == 0 && !S_ISDIR(status.st_mode))
    rights &= LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_WRITE_FILE;
  struct landlock_path_beneath_attr rule = {.allowed_access = rights, .parent_fd = fd};
  long result = syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0);
  close(fd);
  return result == 0 || fail(error, "landlock_add_rule");
}

static bool allow_files(int ruleset, const char *work_dir, GError **error) {
  for (size_t i = 0; i < G_N_ELEMENTS(readable); i++) {
    if (!allow_below(ruleset, readable[i], READ_RIGHTS, error))
      return false;
  }
  return allow_below(ruleset, work_dir, WORK_RIGHTS, error);
}

static bool enter_file_wall(const char *work_dir, GError **error) {
  if (!sandbox_has_file_wall())
    return true;
  struct landlock_ruleset_attr handled = {.handled_access_fs = ALL_RIGHTS};
  int ruleset = (int)syscall(SYS_landlock_create_ruleset, &handled, sizeof handled, 0);
  if (ruleset < 0)
    return fail(error, "landlock_create_ruleset");
  bool ok = allow_files(ruleset, work_dir, error);
  if (ok && syscall(SYS_landlock_restrict_self, ruleset, 0) < 0)
    ok = fail(error, "landlock_restrict_self");
  close(ruleset);
  return ok;
}

/** Calls that no decoder or encoder makes. */
static const int denied_calls[] = {
    SCMP_SYS(socket),
    SCMP_SYS(connect),
    SCMP_SYS(bind),
    SCMP_SYS(listen),
    SCMP_SYS(accept),
    SCMP_SYS(accept4),
    SCMP_SYS(execve),
    SCMP_SYS(execveat),
    SCMP_SYS(mount),
    SCMP_SYS(umount2),
    SCMP_SYS(setns),
    SCMP_SYS(unshare),
    SCMP_SYS(chroot),
    SCMP_SYS(pivot_root),
    SCMP_SYS(bpf),
    SCMP_SYS(kill),
    SCMP_SYS(io_uring_setup),
    SCMP_SYS(userfaultfd),
    SCMP_SYS(perf_event_open),
    SCMP_SYS(keyctl),
    SCMP_SYS(add_key),
    SCMP_SYS(request_key),
    SCMP_SYS(process_vm_readv),
    SCMP_SYS(process_vm_writev),
    SCMP_SYS(pidfd_getfd),
    SCMP_SYS(fork),
    SCMP_SYS(vfork),
};

/** No new process, only threads. clone3 hides its flags from filters: C libraries fall back to clone. */
static int deny_processes(scmp_filter_ctx filter) {
  int result = seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(clone), 1,
                                SCMP_A0(SCMP_CMP_MASKED_EQ, CLONE_THREAD, 0));
  if (result == 0)
    result = seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0);
  if (result == 0)
    result = seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(ptrace), 0);
  return result;
}

static bool enter_call_wall(GError **error) {
  scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
  int result = filter != NULL ? 0 : -ENOMEM;
  for (size_t i = 0; result == 0 && i < G_N_ELEMENTS(denied_calls); i++)
    result = seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), denied_calls[i], 0);
  if (result == 0 && !IS_SANITIZED)
    result = deny_processes(filter);
  if (result == 0)
    result = seccomp_load(filter);
  seccomp_release(filter);
  errno = -result;
  return result == 0 || fail(error, "seccomp");
}

bool sandbox_enter(const char *work_dir, pid_t worker, GError **error) {
  g_setenv("TMPDIR", work_dir, TRUE);
  return die_with(worker, error) && enter_limits(error) && enter_file_wall(work_dir, error) &&
         enter_call_wall(error);
}

void sandbox_set_niceness(int niceness) {
  setpriority(PRIO_PROCESS, 0, niceness);
}
