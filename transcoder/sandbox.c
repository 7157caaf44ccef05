#include "transcoder/sandbox.h"

#include "transcoder/error.h"

#include <errno.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#define MEMORY_MAX (8ULL << 30)
#define FILE_MAX (16ULL << 30)
#define DESCRIPTORS_MAX 256

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define LIMIT_MEMORY false /* sanitizers reserve terabytes of addresses */
#else
#define LIMIT_MEMORY true
#endif

static bool limit(int resource, rlim_t value, GError **error) {
  struct rlimit now;
  if (getrlimit((__rlimit_resource_t)resource, &now) == 0 && now.rlim_max != RLIM_INFINITY && now.rlim_max < value)
    value = now.rlim_max;
  struct rlimit wanted = {value, value};
  if (setrlimit((__rlimit_resource_t)resource, &wanted) == 0)
    return true;
  g_set_error(error, TRANSCODER_ERROR, TRANSCODER_ERROR_INTERNAL, "setrlimit: %s", g_strerror(errno));
  return false;
}

bool sandbox_enter(GError **error) {
  if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0 || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0) {
    g_set_error(error, TRANSCODER_ERROR, TRANSCODER_ERROR_INTERNAL, "prctl: %s", g_strerror(errno));
    return false;
  }
  if (getppid() == 1) {
    g_set_error_literal(error, TRANSCODER_ERROR, TRANSCODER_ERROR_STOPPED, "the worker is gone");
    return false;
  }
  return limit(RLIMIT_CORE, 0, error) && limit(RLIMIT_FSIZE, FILE_MAX, error) &&
         limit(RLIMIT_NOFILE, DESCRIPTORS_MAX, error) && (!LIMIT_MEMORY || limit(RLIMIT_AS, MEMORY_MAX, error));
}

void sandbox_set_niceness(int niceness) {
  setpriority(PRIO_PROCESS, 0, niceness);
}
