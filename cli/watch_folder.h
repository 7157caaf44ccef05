/** What watch folders do with one file; see cli/watch.h. */
#pragma once

#include "catalog/upload.h"
#include "cli/data_folder.h"

#include <sys/stat.h>

typedef struct {
  char *path;        /**< of the folder */
  char *institution; /**< of what is put there; NULL: none */
} WatchFolder;

/** The folders of the setting: paths between ':', each with "=INSTITUTION" behind it or not. Array of WatchFolder that frees
 * what it holds. */
GArray *watch_folders_parse(const char *text);

typedef struct {
  const DataFolder *folder;
  UploadLimits limits;
  char *upload_folder;
  int64_t min_free_bytes;
} WatchIntake;

typedef enum {
  WATCH_TAKEN, /**< it has moved, to `done` or `failed` */
  WATCH_LATER, /**< not now: no space, the catalog is busy; the reason is logged */
  WATCH_STUCK, /**< it was taken, or refused, and cannot be moved away; the reason is logged */
} WatchResult;

/** Whether the name is one that is taken: no hidden or half-written file, no caption file. */
bool watch_name_is_source(const char *name);
/** Whether nobody has it open for writing, as far as that can be told. */
bool watch_file_is_closed(const char *path);

/** Take `path`, which lies in `home` or in a sub-folder of it; a sub-folder named as a category gives that. */
WatchResult watch_take(const WatchIntake *intake, const WatchFolder *home, const char *path,
                       const struct stat *status);
