#include "cli/watch_folder.h"

#include "base/file_checksum.h"
#include "base/log.h"
#include "base/path.h"
#include "catalog/course.h"
#include "catalog/intake.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#define OWNER "watch"
#define DONE "done"
#define FAILED "failed"
#define REASON_END ".原因.txt"
#define HEAD_BYTES 1024
#define SAME_NAMES_MAX 1000

static void clear_folder(gpointer data) {
  WatchFolder *folder = data;
  g_free(folder->path);
  g_free(folder->institution);
}

GArray *watch_folders_parse(const char *text) {
  GArray *folders = g_array_new(FALSE, FALSE, sizeof(WatchFolder));
  g_array_set_clear_func(folders, clear_folder);
  g_auto(GStrv) parts = g_strsplit(text, ":", -1);
  for (char **part = parts; *part; part++) {
    char *equals = strchr(*part, '=');
    if (**part == '\0' || equals == *part)
      continue;
    if (equals)
      *equals = '\0';
    WatchFolder folder = {g_canonicalize_filename(*part, NULL), equals && equals[1] ? g_strdup(equals + 1) : NULL};
    g_array_append_val(folders, folder);
  }
  return folders;
}

bool watch_name_is_source(const char *name) {
  static const char *const ends[] = {".vtt", ".srt", ".tmp", ".part", ".partial", ".crdownload", ".filepart", "~"};
  g_autofree char *lower = g_ascii_strdown(name, -1);
  if (name[0] == '.' || g_str_has_prefix(name, "~$"))
    return false;
  for (size_t i = 0; i < G_N_ELEMENTS(ends); i++)
    if (g_str_has_suffix(lower, ends[i]))
      return false;
  return true;
}

/* A lease for reading is given only while nobody has the file open for writing (fcntl(2)). */
bool watch_file_is_closed(const char *path) {
  int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
  if (fd < 0)
    return true; /* taking it will tell what is wrong */
  bool is_open = fcntl(fd, F_SETLEASE, F_RDLCK) != 0 && errno == EAGAIN;
  close(fd);
  return !is_open;
}

/* --- where it goes --- */

/* A free name in `folder`: "name.mp4", "name-2.mp4", ... NULL when there is none. */
static char *free_path(const char *folder, const char *name) {
  const char *dot = strrchr(name, '.');
  size_t stem = dot && dot != name ? (size_t)(dot - name) : strlen(name);
  for (int i = 1; i <= SAME_NAMES_MAX; i++) {
    g_autofree char *numbered =
        i == 1 ? g_strdup(name) : g_strdup_printf("%.*s-%d%s", (int)stem, name, i, name + stem);
    g_autofree char *path = g_build_filename(folder, numbered, NULL);
    if (!g_file_test(path, G_FILE_TEST_EXISTS))
      return g_steal_pointer(&path);
  }
  return NULL;
}

/* Caption files beside it go with it. */
static void move_captions(const char *path, const char *folder) {
  g_autofree char *from = g_path_get_dirname(path), *name = g_path_get_basename(path);
  char *dot = strrchr(name, '.');
  if (dot && dot != name)
    dot[1] = '\0';
  g_autoptr(GDir) dir = g_dir_open(from, 0, NULL);
  const char *entry;
  while (dot && dir && (entry = g_dir_read_name(dir))) {
    if (!g_str_has_prefix(entry, name) || !(g_str_has_suffix(entry, ".vtt") || g_str_has_suffix(entry, ".srt")))
      continue;
    g_autofree char *old = g_build_filename(from, entry, NULL), *new = free_path(folder, entry);
    if (new)
      g_rename(old, new);
  }
}

/* `*ret_path`: where it is now. */
static bool move_away(const WatchFolder *home, const char *path, const char *where, char **ret_path) {
  g_autofree char *folder = g_build_filename(home->path, where, NULL), *name = g_path_get_basename(path);
  g_autoptr(GError) error = NULL;
  g_autofree char *target = path_make_dirs(folder, &error) ? free_path(folder, name) : NULL;
  if (!target || g_rename(path, target) != 0) {
    log_warning("watch folder: cannot move %s to %s: %s", path, folder, error ? error->message : g_strerror(errno));
    return false;
  }
  if (g_str_equal(where, DONE))
    move_captions(path, folder);
  *ret_path = g_steal_pointer(&target);
  return true;
}

static WatchResult give_up(const WatchFolder *home, const char *path, const char *reason) {
  g_autofree char *target = NULL;
  log_warning("watch folder: %s: %s", path, reason);
  if (!move_away(home, path, FAILED, &target))
    return WATCH_STUCK;
  g_autofree char *note = g_strconcat(target, REASON_END, NULL), *text = g_strconcat(reason, "\n", NULL);
  g_autoptr(GError) error = NULL;
  if (!g_file_set_contents(note, text, -1, &error))
    log_warning("watch folder: %s", error->message);
  return WATCH_TAKEN;
}

/* --- taking it --- */

/* The same file has the same id, so that it is taken once, whatever happens in between. */
static char *id_of(const char *path, const FileMeasure *measure, const struct stat *status) {
  static const char digits[] = "0123456789abcdefghjkmnpqrstvwxyz";
  g_autofree char *checksum = file_checksum_format(measure->checksum);
  g_autofree char *text =
      g_strdup_printf("%s\n%s\n%" PRIu64 "\n%" PRId64 ".%09ld", path, checksum, (uint64_t)status->st_ino,
                      (int64_t)status->st_mtim.tv_sec, status->st_mtim.tv_nsec);
  g_autoptr(GChecksum) sum = g_checksum_new(G_CHECKSUM_SHA256);
  guint8 digest[FILE_CHECKSUM_BYTES];
  gsize size = sizeof digest;
  char id[14] = "";
  g_checksum_update(sum, (const guchar *)text, -1);
  g_checksum_get_digest(sum, digest, &size);
  for (int i = 0; i < 13; i++)
    id[i] = digits[digest[i] & 31];
  return g_strdup(id);
}

/* Remember the file as an upload; `*ret_is_done`: it has become a lesson already, before a crash. */
static bool remember(const WatchIntake *intake, const char *id, int64_t size_bytes, bool *ret_is_done,
                     GError **error) {
  g_autoptr(CatalogUpload) known = NULL;
  CatalogUpload upload = {.id = (char *)id, .owner = (char *)OWNER, .length_bytes = size_bytes};
  *ret_is_done = false;
  if (catalog_load_upload(intake->folder->catalog, id, &known, NULL)) {
    *ret_is_done = known->is_done;
    return true;
  }
  g_autofree char *path = upload_path(intake->upload_folder, id);
  staged_file_remove(path, NULL); /* of a crash before it was recorded */
  return catalog_create_upload(intake->folder->catalog, intake->upload_folder, &upload, error);
}

static bool check_head(const char *path, GError **error) {
  char head[HEAD_BYTES];
  UploadWish lesson = {.purpose = UPLOAD_PURPOSE_LESSON};
  int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
  ssize_t count = fd >= 0 ? read(fd, head, sizeof head) : -1;
  if (fd >= 0)
    close(fd);
  if (count >= 0)
    return upload_check_head(&lesson, head, (size_t)count, error);
  g_set_error(error, CATALOG_ERROR, CATALOG_ERROR_INVALID, "无法读取 · it cannot be read: %s", g_strerror(errno));
  return false;
}

/* The sub-folder's name when it is a category. */
static const CatalogWord *category_of(const WatchFolder *home, const char *path) {
  g_autofree char *folder = g_path_get_dirname(path), *name = g_path_get_basename(folder);
  size_t count = 0;
  const CatalogWord *words = catalog_categories(&count);
  return g_str_equal(folder, home->path) ? NULL : catalog_find_word(words, count, name);
}

static bool take(const WatchIntake *intake, const WatchFolder *home, const char *path, const struct stat *status,
                 char **ret_id, GError **error) {
  FileMeasure measure = {0};
  IntakeResult result = {0};
  bool is_done = false;
  const CatalogWord *category = category_of(home, path);
  if (!check_head(path, error) || !file_checksum_of_path(path, &measure, error))
    return false;
  *ret_id = id_of(path, &measure, status);
  if (!remember(intake, *ret_id, measure.size_bytes, &is_done, error))
    return false;
  if (is_done)
    return true;
  IntakeRequest request = {.path = path,
                           .category = category ? category->slug : NULL,
                           .institution = home->institution,
                           .max_source_bytes = intake->limits.max_source_bytes,
                           .quota = intake->limits.quota,
                           .actor = OWNER,
                           .measure = &measure,
                           .upload_id = *ret_id};
  if (!intake_file(intake->folder->catalog, intake->folder->store, &request, NULL, NULL, &result, NULL, error))
    return false;
  log_info("watch folder: %s is lesson %s, asset %s", path, result.title, result.asset_id);
  intake_result_clear(&result);
  return true;
}

/* What may be otherwise in a while: space, quota, a busy catalog or disk. */
static bool is_passing(const GError *error) {
  return !g_error_matches(error, CATALOG_ERROR, CATALOG_ERROR_INVALID) &&
         !g_error_matches(error, CATALOG_ERROR, CATALOG_ERROR_NOT_FOUND);
}

WatchResult watch_take(const WatchIntake *intake, const WatchFolder *home, const char *path,
                       const struct stat *status) {
  int64_t free_bytes = 0;
  g_autofree char *id = NULL, *target = NULL;
  g_autoptr(GError) error = NULL;
  if (blob_store_free_space(intake->folder->store, &free_bytes, NULL) &&
      free_bytes - status->st_size < intake->min_free_bytes) {
    log_warning("watch folder: there is too little space for %s", path);
    return WATCH_LATER;
  }
  if (take(intake, home, path, status, &id, &error)) {
    g_autofree char *staged = upload_path(intake->upload_folder, id);
    staged_file_remove(staged, NULL);
    return move_away(home, path, DONE, &target) ? WATCH_TAKEN : WATCH_STUCK;
  }
  if (is_passing(error)) {
    log_warning("watch folder: %s: %s", path, error->message);
    return WATCH_LATER;
  }
  if (id)
    catalog_delete_upload(intake->folder->catalog, intake->upload_folder, id, NULL);
  return give_up(home, path, error->message);
}
