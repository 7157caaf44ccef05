/** Taking one file into the store from the command line, with progress on the terminal while it is copied. */
#pragma once

#include "catalog/intake.h"
#include "cli/data_folder.h"

/** SIGINT and SIGTERM stop the copying from here on (true), or end the program as usual (false). */
void take_file_catch_interrupts(bool catch_them);
bool take_file_is_interrupted(void);

/** Take in `request`; warnings are printed. Errors that a person can do something about are in the chosen language. */
bool take_file(const DataFolder *folder, const IntakeRequest *request, IntakeResult *ret_result, GError **error);
