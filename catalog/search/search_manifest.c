#include "catalog/search/search_manifest.h"

#include "base/path.h"
#include "catalog/catalog.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#define MANIFEST_NAME "manifest"
#define MANIFEST_HEAD "kapok-search 1"
#define MANIFEST_SIZE_MAX (1 << 20)

static uint32_t crc_of(const char *data, size_t size) {
  return (uint32_t)crc32_z(crc32(0, NULL, 0), (const Bytef *)data, size);
}

static bool damage(GError **error, const char *what) {
  g_set_error(error, CATALOG_ERROR, CATALOG_ERROR_DAMAGED, "search index: %s", what);
  return false;
}

/* Names of ours: digits and '-', then the ending. */
static bool is_name(const char *name, const char *ending) {
  size_t length = strspn(name, "0123456789-");
  return length > 0 && length < 64 && g_str_equal(name + length, ending);
}

static bool load_deleted(const char *folder, SearchPart *part, const char *name, GError **error) {
  g_autofree char *path = g_build_filename(folder, name, NULL), *data = NULL;
  size_t size = 0, bits_size = search_bits_size(part->segment->count);
  if (!is_name(name, ".deleted") || !g_file_get_contents(path, &data, &size, NULL))
    return damage(error, "a bitmap is missing");
  uint32_t crc = 0;
  if (size != bits_size + sizeof crc)
    return damage(error, "a bitmap has a wrong size");
  memcpy(&crc, data + bits_size, sizeof crc);
  if (crc != crc_of(data, bits_size))
    return damage(error, "a bitmap is damaged");
  part->deleted = g_bytes_new(data, bits_size);
  part->deleted_name = g_strdup(name);
  return true;
}

static bool load_part(const char *folder, const char *line, SearchPart *part, GError **error) {
  char name[65], deleted_name[65];
  unsigned deleted_count = 0;
  if (sscanf(line, "segment %64s %u %64s", name, &deleted_count, deleted_name) != 3 || !is_name(name, ".segment"))
    return damage(error, "the manifest has a line of another kind");
  g_autofree char *path = g_build_filename(folder, name, NULL);
  part->segment = segment_open(path, error);
  part->deleted_count = deleted_count;
  if (!part->segment || deleted_count > part->segment->count)
    return part->segment ? damage(error, "the manifest counts wrong") : false;
  return deleted_count == 0 || load_deleted(folder, part, deleted_name, error);
}

static bool read_lines(const char *folder, char **lines, SearchSnapshot *snapshot, GError **error) {
  if (!lines[0] || !g_str_equal(lines[0], MANIFEST_HEAD) || !lines[1] ||
      sscanf(lines[1], "change %" G_GINT64_FORMAT, &snapshot->change_seq) != 1)
    return damage(error, "the manifest is of another version");
  for (char **line = lines + 2; *line && **line; line++) {
    if (snapshot->part_count == SEARCH_PARTS_MAX)
      return damage(error, "the manifest is too long");
    if (!load_part(folder, *line, &snapshot->parts[snapshot->part_count++], error))
      return false;
  }
  return true;
}

static bool check_crc(char *text, GError **error) {
  char *last = g_strrstr(text, "crc ");
  unsigned crc = 0;
  if (!last || sscanf(last, "crc %x", &crc) != 1 || crc != crc_of(text, (size_t)(last - text)))
    return damage(error, "the manifest is damaged");
  *last = '\0';
  return true;
}

static bool names_file(const SearchSnapshot *snapshot, const char *name) {
  for (uint32_t i = 0; i < snapshot->part_count; i++) {
    const SearchPart *part = &snapshot->parts[i];
    const char *file = strrchr(part->segment->path, '/') + 1;
    if (g_str_equal(file, name) || g_strcmp0(part->deleted_name, name) == 0)
      return true;
  }
  return false;
}

/* Removes what is ours and not named; returns a number above all that stay. */
static uint64_t clean_folder(const char *folder, const SearchSnapshot *snapshot) {
  g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
  uint64_t next = 1;
  for (const char *name; dir && (name = g_dir_read_name(dir));) {
    bool is_ours = is_name(name, ".segment") || is_name(name, ".deleted") || g_str_has_suffix(name, ".new");
    if (is_ours && (!snapshot || !names_file(snapshot, name))) {
      g_autofree char *path = g_build_filename(folder, name, NULL);
      g_unlink(path);
    } else if (is_ours) {
      next = MAX(next, g_ascii_strtoull(name, NULL, 10) + 1);
    }
  }
  return next;
}

SearchSnapshot *search_manifest_load(const char *folder, uint64_t *ret_next_number, GError **error) {
  g_autofree char *path = g_build_filename(folder, MANIFEST_NAME, NULL), *text = NULL;
  size_t size = 0;
  g_autoptr(SearchSnapshot) snapshot = search_snapshot_new(SEARCH_PARTS_MAX);
  snapshot->part_count = 0;
  bool is_loaded = true;
  if (g_file_get_contents(path, &text, &size, NULL)) {
    is_loaded = size <= MANIFEST_SIZE_MAX && strlen(text) == size ? check_crc(text, error)
                                                                  : damage(error, "the manifest is no text");
    g_auto(GStrv) lines = is_loaded ? g_strsplit(text, "\n", -1) : NULL;
    is_loaded = is_loaded && read_lines(folder, lines, snapshot, error);
  }
  *ret_next_number = clean_folder(folder, is_loaded ? snapshot : NULL);
  return is_loaded ? g_steal_pointer(&snapshot) : NULL;
}

/* Aside, synced, renamed. */
static bool write_file(const char *folder, const char *name, const char *data, size_t size, GError **error) {
  g_autofree char *path = g_build_filename(folder, name, NULL);
  g_autoptr(GError) reason = NULL;
  if (g_file_set_contents_full(path, data, (gssize)size,
                               G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE, 0640, &reason))
    return true;
  g_set_error(error, CATALOG_ERROR, CATALOG_ERROR_IO, "cannot write the search index: %s", reason->message);
  return false;
}

static bool save_deleted(const char *folder, SearchPart *part, GError **error) {
  if (!part->deleted || part->deleted_name)
    return true;
  uint64_t number = g_ascii_strtoull(strrchr(part->segment->path, '/') + 1, NULL, 10);
  g_autofree char *name = g_strdup_printf("%08" G_GUINT64_FORMAT "-%u.deleted", number, part->deleted_count);
  size_t size = 0;
  const char *bits = g_bytes_get_data(part->deleted, &size);
  uint32_t crc = crc_of(bits, size);
  g_autofree char *data = g_malloc(size + sizeof crc);
  memcpy(data, bits, size);
  memcpy(data + size, &crc, sizeof crc);
  if (!write_file(folder, name, data, size + sizeof crc, error))
    return false;
  part->deleted_name = g_steal_pointer(&name);
  return true;
}

bool search_manifest_save(const char *folder, SearchSnapshot *snapshot, GError **error) {
  g_autoptr(GString) text = g_string_new(MANIFEST_HEAD "\n");
  g_string_append_printf(text, "change %" G_GINT64_FORMAT "\n", snapshot->change_seq);
  for (uint32_t i = 0; i < snapshot->part_count; i++) {
    SearchPart *part = &snapshot->parts[i];
    if (!save_deleted(folder, part, error))
      return false;
    g_string_append_printf(text, "segment %s %u %s\n", strrchr(part->segment->path, '/') + 1, part->deleted_count,
                           part->deleted_name ? part->deleted_name : "-");
  }
  g_string_append_printf(text, "crc %08x\n", crc_of(text->str, text->len));
  return write_file(folder, MANIFEST_NAME, text->str, text->len, error) && path_sync_dir(folder, error);
}

static void remove_file(const char *folder, const char *name) {
  g_autofree char *path = g_build_filename(folder, name, NULL);
  g_unlink(path);
}

void search_manifest_sweep(const char *folder, const SearchSnapshot *before, const SearchSnapshot *now) {
  for (uint32_t i = 0; i < before->part_count; i++) {
    const SearchPart *part = &before->parts[i];
    const char *file = strrchr(part->segment->path, '/') + 1;
    if (!names_file(now, file))
      remove_file(folder, file);
    if (part->deleted_name && !names_file(now, part->deleted_name))
      remove_file(folder, part->deleted_name);
  }
}
