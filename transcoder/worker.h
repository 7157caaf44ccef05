/** The worker: takes jobs from the catalog until it is told to stop (SIGTERM, SIGINT): one at a time on its main
 * thread, and sound jobs on a few threads beside it. */
#pragma once

#include "base/settings.h"

/** Returns the exit status of the program. */
int worker_run(const Settings *settings);
