/** Whether everything that the transcoder needs is installed; for `kapok doctor`. */
#pragma once

/** Prints one line per need ("ok ..." or "missing ..." with the Debian package). Returns 0 when nothing is missing. */
int self_check_run(void);
