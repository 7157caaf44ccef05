/** Waiting until lessons are whole, with progress on standard error (`kapok ingest --wait`).
 * Runs on the default main context. */
#pragma once

#include "cli/data_folder.h"
#include "cli/options.h"

typedef struct {
  const char *asset_id, *title; /**< borrowed */
} WaitTarget;

/** Wait for all of `targets`. When no worker lives on the data folder, workers are started for as long as it takes.
 * Returns an exit status (cli/command.h): failure when a lesson failed, interrupted after SIGINT or SIGTERM (the jobs
 * stay). */
int wait_for_lessons(const DataFolder *folder, const CliOptions *options, const WaitTarget *targets, size_t count);
