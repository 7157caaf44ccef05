/** The commands of `kapok`: one const table. */
#pragma once

#include "cli/options.h"
#include "cli/texts.h"

#include <stddef.h>

/** Exit statuses. A supervised program that cannot start ends with SUPERVISOR_EXIT_FATAL (base/supervisor.h). */
enum {
  CLI_EXIT_OK = 0,
  CLI_EXIT_FAILURE = 1,
  CLI_EXIT_USAGE = 2,
  CLI_EXIT_INTERRUPTED = 130,
};

typedef struct {
  const char *name;
  Text summary;                               /**< one line */
  Text usage;                                 /**< what `kapok NAME --help` prints */
  const char *const *own_options;             /**< NULL-terminated names (cli/options.c), or NULL */
  int argument_count_min, argument_count_max; /**< of positional arguments; max -1: any number */
  /** `arguments` are positional and NULL-terminated. Returns the exit status. */
  int (*run)(const CliOptions *options, char *const *arguments);
} CliCommand;

const CliCommand *cli_command_table(size_t *ret_count);
/** May miss: NULL. */
const CliCommand *cli_command_find(const char *name);
/** The command whose name is nearest to `name`, or NULL when none is near; for "did you mean". */
const CliCommand *cli_command_nearest(const char *name);

/** What main() does. `arguments` without the program's name, NULL-terminated. Returns the exit status. */
int cli_run(char *const *arguments);

int cli_serve_run(const CliOptions *options, char *const *arguments);
int cli_transcode_run(const CliOptions *options, char *const *arguments);
int cli_ingest_run(const CliOptions *options, char *const *arguments);
int cli_replace_run(const CliOptions *options, char *const *arguments);
int cli_pause_run(const CliOptions *options, char *const *arguments);
int cli_resume_run(const CliOptions *options, char *const *arguments);
int cli_cancel_run(const CliOptions *options, char *const *arguments);
int cli_retry_run(const CliOptions *options, char *const *arguments);
int cli_status_run(const CliOptions *options, char *const *arguments);
int cli_backup_run(const CliOptions *options, char *const *arguments);
int cli_restore_run(const CliOptions *options, char *const *arguments);
int cli_gc_run(const CliOptions *options, char *const *arguments);
int cli_quota_run(const CliOptions *options, char *const *arguments);
int cli_channel_run(const CliOptions *options, char *const *arguments);
int cli_demo_run(const CliOptions *options, char *const *arguments);
int cli_check_run(const CliOptions *options, char *const *arguments);
int cli_attach_run(const CliOptions *options, char *const *arguments);
int cli_import_run(const CliOptions *options, char *const *arguments);
int cli_export_run(const CliOptions *options, char *const *arguments);
int cli_person_run(const CliOptions *options, char *const *arguments);
int cli_division_run(const CliOptions *options, char *const *arguments);
int cli_reload_run(const CliOptions *options, char *const *arguments);
int cli_doctor_run(const CliOptions *options, char *const *arguments);
