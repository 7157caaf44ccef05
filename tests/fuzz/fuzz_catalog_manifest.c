/* Lines of a backup's manifest: whatever is read is written again the same, and names no place outside the backup. */
#include "base/blob_store.h"
#include "catalog/backup_manifest.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  g_autofree char *line = g_strndup((const char *)data, size);
  g_autoptr(GError) error = NULL;
  g_auto(BackupEntry) entry = {0};
  bool is_read = backup_manifest_parse_line(line, "20260101T000000Z", &entry, &error);
  g_assert(is_read == !error);
  if (!is_read)
    return 0;
  g_assert(entry.is_catalog ? !entry.key : blob_key_is_valid(entry.key));
  g_autofree char *again = backup_manifest_format_line(entry.key, "20260101T000000Z", entry.checksum);
  g_assert(g_ascii_strncasecmp(again, line, 64) == 0 && strncmp(again + 64, line + 64, strlen(line) - 64) == 0);
  return 0;
}
