#include "cli/doctor.h"
#include "cli/texts.h"

#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/timex.h>
#include <unistd.h>

/** Descriptors of the server beside those of connections. */
#define SPARE_DESCRIPTORS 256
/** For the system and `kapok serve` itself. */
#define BASE_MEMORY_BYTES (INT64_C(512) << 20)
#define WATCHES_MIN 8192
/** The programs are younger than a clock that says less. */
#define CLOCK_MIN_S INT64_C(1735689600) /* 2025-01-01 */

static int64_t read_number(const char *path) {
  g_autofree char *text = NULL;
  return g_file_get_contents(path, &text, NULL, NULL) ? g_ascii_strtoll(text, NULL, 10) : -1;
}

static void check_descriptors(Doctor *doctor) {
  struct rlimit limit = {0};
  int64_t connections = doctor->options->settings.connection_limit, wanted = connections * 2 + SPARE_DESCRIPTORS;
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
    return;
  bool is_enough = limit.rlim_max == RLIM_INFINITY || (int64_t)limit.rlim_max >= wanted;
  g_autofree char *limit_text =
      limit.rlim_max == RLIM_INFINITY ? g_strdup("∞") : g_strdup_printf("%llu", (unsigned long long)limit.rlim_max);
  doctor_report(
      doctor, is_enough ? FINDING_OK : FINDING_WARN,
      is_enough ? text_pick("可打开文件数上限 %s，足够 %lld 个连接",
                            "limit of open files %s, enough for %lld connections")
                : text_pick("可打开文件数上限只有 %s，%lld 个连接需要更多（LimitNOFILE 或 ulimit -Hn）",
                            "the limit of open files is %s, %lld connections want more (LimitNOFILE, ulimit -Hn)"),
      limit_text, (long long)connections);
}

/** Bytes of a line of /proc/meminfo; -1 when it is not there. */
static int64_t read_memory(const char *name) {
  g_autofree char *text = NULL;
  const char *line = g_file_get_contents("/proc/meminfo", &text, NULL, NULL) ? strstr(text, name) : NULL;
  return line ? g_ascii_strtoll(line + strlen(name), NULL, 10) * 1024 : -1;
}

static void check_memory(Doctor *doctor) {
  const Settings *settings = &doctor->options->settings;
  unsigned workers = settings_worker_count(settings);
  int64_t total = read_memory("MemTotal:"), group = read_number("/sys/fs/cgroup/memory.max");
  int64_t wanted = BASE_MEMORY_BYTES + settings->cache_bytes + (int64_t)workers * WORKER_MEMORY_BYTES;
  if (group > 0 && group < total)
    total = group;
  if (total < 0)
    return;
  bool is_enough = total >= wanted;
  doctor_report(doctor, is_enough ? FINDING_OK : FINDING_WARN,
                is_enough ? text_pick("内存 %.1f GiB，%u 个转码进程", "memory %.1f GiB for %u workers")
                          : text_pick("内存只有 %.1f GiB，对 %u 个转码进程偏少：减少 workers",
                                      "memory is %.1f GiB, little for %u workers: set fewer"),
                (double)total / (double)(INT64_C(1) << 30), workers);
}

static void check_clock(Doctor *doctor) {
  struct timex clock = {0};
  if (g_get_real_time() / G_TIME_SPAN_SECOND < CLOCK_MIN_S)
    doctor_report(doctor, FINDING_FAIL,
                  text_pick("系统时钟走错了：日期早于本程序",
                            "the clock is wrong: it says a date before this program was made"));
  else if (adjtimex(&clock) == TIME_ERROR || clock.status & STA_UNSYNC)
    doctor_report(doctor, FINDING_WARN,
                  text_pick("系统时钟没有与时间服务器同步（例如 systemd-timesyncd、chrony）",
                            "the clock is not kept right by a time server (systemd-timesyncd, chrony)"));
  else
    doctor_report(doctor, FINDING_OK, text_pick("系统时钟已同步", "the clock is kept right"));
}

static void check_watches(Doctor *doctor) {
  int64_t watches = read_number("/proc/sys/fs/inotify/max_user_watches");
  if (watches >= 0 && watches < WATCHES_MIN)
    doctor_report(doctor, FINDING_WARN,
                  text_pick("inotify 监视数上限只有 %lld：fs.inotify.max_user_watches",
                            "only %lld inotify watches: fs.inotify.max_user_watches"),
                  (long long)watches);
}

static void check_spreadsheets(Doctor *doctor) {
  g_autofree char *program = g_find_program_in_path("xlsx2csv");
  if (!program)
    doctor_report(doctor, FINDING_WARN,
                  text_pick("没有 xlsx2csv，kapok import 读不了 XLSX 表格",
                            "xlsx2csv is missing: kapok import reads no XLSX"));
}

void doctor_check_system(Doctor *doctor) {
  check_descriptors(doctor);
  check_memory(doctor);
  check_clock(doctor);
  check_watches(doctor);
  check_spreadsheets(doctor);
}
