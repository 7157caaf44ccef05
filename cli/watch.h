/** Watch folders: files that people or other programs put there become lessons. A file is taken when it has not grown for
 * a while and nobody has it open for writing; then it moves to the sub-folder `done`, or to `failed` with a text beside it
 * that says why. Exactly once, also when the power goes in between.
 *
 * Threads: one of its own; start and stop are called by one other. */
#pragma once

#include "base/settings.h"
#include "cli/data_folder.h"

typedef struct Watch Watch;

/** NULL when no folder is set. `folder` is borrowed. A folder that is not there is waited for. */
Watch *watch_start(const DataFolder *folder, const Settings *settings);
/** Waits until the file under way is taken. NULL is fine. */
void watch_stop(Watch *watch);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Watch, watch_stop)
