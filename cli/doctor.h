/** Parts of `kapok doctor`: each looks at one thing and prints a line for what it finds. */
#pragma once

#include "cli/options.h"

#include <glib.h>
#include <stdbool.h>

typedef enum { FINDING_OK, FINDING_WARN, FINDING_FAIL } FindingLevel;

typedef struct {
  const CliOptions *options;
  const char *data_dir;
  bool has_failed;
} Doctor;

void doctor_report(Doctor *doctor, FindingLevel level, const char *format, ...) G_GNUC_PRINTF(3, 4);

/** The machine: descriptors, memory, clock, watches. */
void doctor_check_system(Doctor *doctor);
/** The data folder: kind of file system, rights and owners, inodes. The folder is there. */
void doctor_check_folder(Doctor *doctor);
/** What the server would say of the settings: certificate, proxies, token, access log; and what of them is unwise. */
void doctor_check_server(Doctor *doctor);
