/** What keeps the catalog and the store in order while Kapok runs: the reaper every few seconds, the sweep every some
 * minutes and when workers were lost (media of replaced sources go with it once their time is over). Runs on the default main context; the sweep works in a thread of its own. */
#pragma once

#include "base/settings.h"
#include "cli/data_folder.h"

typedef struct Upkeep Upkeep;

/** Reap and sweep once, now; failures are logged as warnings. */
void upkeep_run_once(const DataFolder *folder, const Settings *settings);

/** Start; `folder` is borrowed until upkeep_stop(). */
Upkeep *upkeep_start(const DataFolder *folder, const Settings *settings);
/** Stop and free; waits for a sweep under way. */
void upkeep_stop(Upkeep *upkeep);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Upkeep, upkeep_stop)
