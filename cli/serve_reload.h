/** Reload of a running `kapok serve`: the command line and the config file are read anew, a server with the new settings takes
 * over from the old one without a connection being refused or cut, or all stays as it was.
 *
 * SIGUSR1, and SIGHUP unless `kapok serve` has a terminal: reload. SIGUSR2: the same, and workers are started anew.
 * Threads: that of the supervisor. */
#pragma once

#include "base/supervisor.h"
#include "cli/options.h"
#include "cli/serve_sockets.h"

typedef struct {
  Supervisor *supervisor;
  unsigned server;                     /**< its number in the supervisor */
  unsigned first_worker, worker_count; /**< likewise */
  int lock;                            /**< of the data folder: the outcome is noted there */
  const CliOptions *options;           /**< at the start; outlive the reloader */
  ServeSockets *sockets; /**< those of the running server; owned by the caller, replaced by a reload */
} ServeState;

typedef struct ServeReloader ServeReloader;

/** Listen to the signals. `state` is borrowed. */
ServeReloader *serve_reloader_new(ServeState *state);
/** NULL is accepted. */
void serve_reloader_free(ServeReloader *reloader);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ServeReloader, serve_reloader_free)
