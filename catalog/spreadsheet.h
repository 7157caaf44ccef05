/** Spreadsheets (XLSX) as tables, by the program xlsx2csv, which runs behind limits: memory, processor time, time by the
 * clock, no files written, nothing of our environment. Threads: any. */
#pragma once

#include <glib.h>
#include <stdbool.h>

/** By the clock, for one file. */
#define SPREADSHEET_SECONDS_MAX 120

/** Asked several times a second: true to give up (G_IO_ERROR_CANCELLED). */
typedef bool (*SpreadsheetStopFunc)(gpointer user_data);

/** The first sheet as CSV, at most `size_max` bytes. `should_stop` may be NULL. NULL with G_IO_ERROR when the program is not installed, cannot read
 * the file, or comes to one of its limits; the message is in Chinese and English, between which " · " stands. */
GBytes *spreadsheet_load(const char *path, gsize size_max, SpreadsheetStopFunc should_stop, gpointer user_data,
                         GError **error);
