/** The command line of one command: every setting (base/settings.h) and the options of its own, read in one go with
 * the config file below them. */
#pragma once

#include "base/settings.h"

#include <stdbool.h>

/** Options of single commands, beside the settings. */
typedef struct {
  Settings settings; /**< first: the settings' table names offsets in this struct too */
  char *config;      /**< --config FILE */
  char **given;      /**< the whole command line after the command, to be read anew */
  char *title, *summary, *category, *institution;
  char *kind; /**< --kind: of records */
  bool wait;
  bool all;      /**< every lesson, instead of those named */
  char *explain; /**< --explain FILE */
  bool json;
  bool deep;             /**< read every file */
  int64_t keep;          /**< backups to keep */
  bool copy;             /**< copy, do not link */
  bool verify;           /**< read what was backed up again */
  bool list;             /**< list backups */
  char *snapshot;        /**< which backup */
  char *media, *courses; /**< of a demonstration */
  bool dry_run;          /**< change nothing */
  bool restart;          /**< start anew too */
  int64_t grace_us;
  char *role, *division; /**< of a person */
  bool remove;           /**< take a role away */
  char *size, *lessons;  /**< limits of a quota, as they were written */
} CliOptions;

/** Read `arguments` (NULL-terminated): defaults, then the config file, then the command line. `own` names the options
 * of the command's own (NULL-terminated; "config" is always taken). Returns new options, and in `ret_positional` what
 * is left (NULL-terminated, g_strfreev()); NULL with `error` set otherwise. */
CliOptions *cli_options_parse(char *const *arguments, const char *const *own, char ***ret_positional,
                              GError **error);
void cli_options_free(CliOptions *options);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CliOptions, cli_options_free)

/** Append `--name=value` for every setting that differs from its default, for a program that takes settings. */
void cli_options_append_settings(const CliOptions *options, GPtrArray *argv);

/** NULL for an option that was not given or is empty. */
const char *cli_option_text(const char *value);
