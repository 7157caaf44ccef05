/** The child: does one job on one source and tells its worker by events (transcoder/event.h) on standard output. */
#pragma once

/** Returns the exit status: 0 when the last event was "done" or "failed". */
int child_run(void);
