/** Safe paths and small file helpers. */
#pragma once

#include <glib.h>
#include <stdbool.h>

/** Join `relative` (outside text, e.g. from a URL, already percent-decoded) to `root`. Fails (G_FILE_ERROR_INVAL)
 * when it is absolute, empty, or has an empty, "." or ".." part, a backslash or a control character.
 * Returns a new string or NULL. */
char *path_join_safe(const char *root, const char *relative, GError **error);

/** mkdir -p with mode 0750; true when it exists afterwards. */
bool path_make_dirs(const char *path, GError **error);

/** Remove a file or folder with all below it, not following symbolic links. What is not there is no error. */
bool path_remove_tree(const char *path, GError **error);

/** fsync the folder `path`, so that renames in it survive a power cut. */
bool path_sync_dir(const char *path, GError **error);

/** The folder of the running program; caller frees. */
char *path_program_dir(void);
