/** The worker: takes jobs from the catalog until it is told to stop (SIGTERM, SIGINT). Its main thread looks
 * for jobs; they run in slots (transcoder/worker_slots.h). */
#pragma once

#include "base/settings.h"

/** Returns the exit status of the program. */
int worker_run(const Settings *settings);
