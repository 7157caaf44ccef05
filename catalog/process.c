#include "catalog/process.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define BOOT_ID_LENGTH 8
/* Of the fields of /proc/PID/stat (proc(5)) after the command's closing parenthesis: field 3 comes first. */
#define STAT_FIELD_STATE 0
#define STAT_FIELD_START 19

bool process_find_start(int64_t pid, int64_t *ret_start_ticks) {
  g_autofree char *path = g_strdup_printf("/proc/%" G_GINT64_FORMAT "/stat", pid);
  g_autofree char *text = NULL;
  if (!g_file_get_contents(path, &text, NULL, NULL))
    return false;
  const char *end = strrchr(text, ')');
  if (!end || end[1] != ' ')
    return false;
  g_auto(GStrv) fields = g_strsplit(end + 2, " ", -1);
  if (g_strv_length(fields) <= STAT_FIELD_START || strchr("ZX", fields[STAT_FIELD_STATE][0]))
    return false;
  *ret_start_ticks = g_ascii_strtoll(fields[STAT_FIELD_START], NULL, 10);
  return true;
}

bool process_is_ours(int64_t pid) {
  if (pid == getpid())
    return true;
  g_autofree char *path = g_strdup_printf("/proc/%" G_GINT64_FORMAT "/exe", pid);
  g_autofree char *program = g_file_read_link(path, NULL);
  if (!program)
    return true;
  g_autofree char *name = g_path_get_basename(program);
  return g_str_has_prefix(name, "kapok");
}

static int64_t clock_us(clockid_t clock) {
  struct timespec now = {0};
  clock_gettime(clock, &now);
  return (int64_t)now.tv_sec * G_USEC_PER_SEC + now.tv_nsec / 1000;
}

int64_t process_start_us(int64_t start_ticks) {
  int64_t start_since_boot_us = start_ticks * G_USEC_PER_SEC / sysconf(_SC_CLK_TCK);
  return clock_us(CLOCK_REALTIME) - clock_us(CLOCK_BOOTTIME) + start_since_boot_us;
}

char *process_realm(void) {
  g_autofree char *boot_id = NULL;
  if (!g_file_get_contents("/proc/sys/kernel/random/boot_id", &boot_id, NULL, NULL))
    boot_id = g_strdup("unknown0");
  g_autofree char *name_space = g_file_read_link("/proc/self/ns/pid", NULL); /* "pid:[4026531836]" */
  const char *number = name_space ? strchr(name_space, '[') : NULL;
  return g_strdup_printf("%.*s-%" G_GINT64_FORMAT, BOOT_ID_LENGTH, boot_id,
                         number ? g_ascii_strtoll(number + 1, NULL, 10) : 0);
}
