/** Limits for a child that parses outside bytes. */
#pragma once

#include <glib.h>
#include <stdbool.h>

/** For the calling process, for good: dies with its parent, gains no privileges, no core files, bounded memory, file
 * size and descriptors. Error: INTERNAL. */
bool sandbox_enter(GError **error);

/** Give way to others by `niceness` (0 to 19). */
void sandbox_set_niceness(int niceness);
