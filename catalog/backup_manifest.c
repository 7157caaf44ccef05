#include "catalog/backup_manifest.h"

#include "base/blob_store.h"

#include <errno.h>
#include <string.h>

#define OBJECTS "objects/"
#define CATALOG_FORMAT "snapshots/%s/catalog.sqlite3"
#define PATH_OFFSET (FILE_CHECKSUM_HEX_LENGTH + 2)
#define LINE_BYTES_MAX 1024

struct BackupManifest {
  FILE *file;
  char *path, *snapshot;
  int64_t line_number;
  bool has_catalog;
};

bool backup_snapshot_name_is_valid(const char *name) {
  size_t length = strnlen(name, BACKUP_SNAPSHOT_NAME_MAX + 1);
  if (length == 0 || length > BACKUP_SNAPSHOT_NAME_MAX)
    return false;
  for (const char *at = name; *at; at++)
    if (!g_ascii_isalnum(*at) && *at != '-')
      return false;
  return true;
}

void backup_entry_clear(BackupEntry *entry) {
  g_free(entry->key);
  *entry = (BackupEntry){0};
}

static bool refuse(const char *reason, GError **error) {
  g_set_error_literal(error, G_FILE_ERROR, G_FILE_ERROR_INVAL, reason);
  return false;
}

bool backup_manifest_parse_line(const char *line, const char *snapshot, BackupEntry *ret_entry, GError **error) {
  BackupEntry entry = {0};
  if (strnlen(line, PATH_OFFSET) < PATH_OFFSET || !file_checksum_parse(line, entry.checksum) ||
      strncmp(line + FILE_CHECKSUM_HEX_LENGTH, "  ", 2) != 0)
    return refuse("it does not begin with a SHA-256 and two spaces", error);
  const char *path = line + PATH_OFFSET;
  g_autofree char *catalog = g_strdup_printf(CATALOG_FORMAT, snapshot);
  entry.is_catalog = strcmp(path, catalog) == 0;
  if (!entry.is_catalog) {
    if (!g_str_has_prefix(path, OBJECTS) || !blob_key_is_valid(path + strlen(OBJECTS)))
      return refuse("it names neither a stored file nor the catalog", error);
    entry.key = g_strdup(path + strlen(OBJECTS));
  }
  *ret_entry = entry;
  return true;
}

char *backup_manifest_format_line(const char *key, const char *snapshot,
                                  const uint8_t checksum[FILE_CHECKSUM_BYTES]) {
  g_autofree char *hex = file_checksum_format(checksum);
  g_autofree char *path = key ? g_strconcat(OBJECTS, key, NULL) : g_strdup_printf(CATALOG_FORMAT, snapshot);
  return g_strdup_printf("%s  %s\n", hex, path);
}

BackupManifest *backup_manifest_open(const char *path, const char *snapshot, GError **error) {
  FILE *file = fopen(path, "re");
  if (!file) {
    int code = errno;
    g_set_error(error, G_FILE_ERROR, (gint)g_file_error_from_errno(code), "cannot read %s: %s", path,
                g_strerror(code));
    return NULL;
  }
  BackupManifest *manifest = g_new0(BackupManifest, 1);
  manifest->file = file;
  manifest->path = g_strdup(path);
  manifest->snapshot = g_strdup(snapshot);
  return manifest;
}

void backup_manifest_close(BackupManifest *manifest) {
  if (!manifest)
    return;
  fclose(manifest->file);
  g_free(manifest->path);
  g_free(manifest->snapshot);
  g_free(manifest);
}

static bool end_manifest(const BackupManifest *manifest, bool *ret_end, GError **error) {
  if (ferror(manifest->file) || !manifest->has_catalog) {
    g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_INVAL, "%s is cut off after line %" G_GINT64_FORMAT,
                manifest->path, (gint64)manifest->line_number);
    return false;
  }
  *ret_end = true;
  return true;
}

bool backup_manifest_next(BackupManifest *manifest, BackupEntry *ret_entry, bool *ret_end, GError **error) {
  char line[LINE_BYTES_MAX];
  backup_entry_clear(ret_entry);
  *ret_end = false;
  if (!fgets(line, sizeof line, manifest->file))
    return end_manifest(manifest, ret_end, error);
  manifest->line_number++;
  size_t length = strlen(line);
  g_autoptr(GError) cause = NULL;
  bool is_whole = length > 0 && line[length - 1] == '\n';
  if (is_whole)
    line[length - 1] = '\0';
  bool is_read = is_whole && !manifest->has_catalog
                     ? backup_manifest_parse_line(line, manifest->snapshot, ret_entry, &cause)
                     : refuse(is_whole ? "it comes after the catalog" : "it is cut off or too long", &cause);
  if (!is_read) {
    g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_INVAL, "%s:%" G_GINT64_FORMAT ": %s", manifest->path,
                (gint64)manifest->line_number, cause->message);
    return false;
  }
  manifest->has_catalog = ret_entry->is_catalog;
  return true;
}
