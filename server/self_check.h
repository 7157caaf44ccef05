/** What the settings hold that only the server can judge, for `kapok doctor`: nothing is served and nothing is changed. */
#pragma once

/** `kapok-server --check SETTINGS`: prints a line for each finding, `certificate-days N` (N below 0: it has ended) or `wrong MESSAGE`.
 * `argv` are settings. Returns the exit status: 1 when something is wrong. */
int self_check_run(char **argv);
