/** The worker: takes jobs from the catalog, one at a time, until it is told to stop (SIGTERM, SIGINT). */
#pragma once

#include "base/settings.h"

/** Returns the exit status of the program. */
int worker_run(const Settings *settings);
