/** The other programs of Kapok, which lie in the folder of this one. */
#pragma once

#include "cli/options.h"

/** Path of the program `name`; caller frees. */
char *sibling_path(const char *name);
bool sibling_is_there(const char *name);

/** An argument vector that starts `name` with `mode` (may be NULL) as its first argument and the settings of
 * `options`. NULL-terminated; g_strfreev(). */
char **sibling_argv(const char *name, const char *mode, const CliOptions *options);

#define SIBLING_SERVER "kapok-server"
#define SIBLING_TRANSCODER "kapok-transcoder"
#define SIBLING_DLNA "kapok-dlna"
