#include "catalog/owner.h"

#include "catalog/process.h"

#include <unistd.h>

char *owner_of_this_process(void) {
  int64_t start_ticks = 0;
  process_find_start(getpid(), &start_ticks);
  g_autofree char *realm = process_realm();
  return g_strdup_printf("%s/%d/%" G_GINT64_FORMAT, realm, (int)getpid(), start_ticks);
}

bool owner_is_alive(const char *owner, gpointer unused) {
  (void)unused;
  g_auto(GStrv) parts = g_strsplit(owner, "/", -1);
  gint64 pid = 0, expected_ticks = 0;
  if (g_strv_length(parts) != 3 || !g_ascii_string_to_signed(parts[1], 10, 1, G_MAXINT, &pid, NULL) ||
      !g_ascii_string_to_signed(parts[2], 10, 0, G_MAXINT64, &expected_ticks, NULL))
    return true;
  g_autofree char *realm = process_realm();
  if (!g_str_equal(parts[0], realm))
    return true;
  int64_t start_ticks = 0;
  return process_find_start(pid, &start_ticks) && start_ticks == expected_ticks;
}
