/** Spreadsheets (XLSX) as tables, by the program xlsx2csv. */
#pragma once

#include <glib.h>

/** The first sheet as CSV. The program runs with limits on memory and processor time, and its answer is cut off past
 * `size_max` bytes (G_IO_ERROR). NULL with `error` when it is not installed or cannot read the file. */
GBytes *spreadsheet_load(const char *path, gsize size_max, GError **error);
