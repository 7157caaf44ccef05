/** `kapok-transcoder explain FORMAT FILE [SETTINGS]`: what would be made of a file, without making it. The file is
 * looked at in a sandboxed child, as a probe job does it. */
#pragma once

/** `argv` from FORMAT ("zh", "en" or "json") on, NULL-terminated. Prints on standard output; what went wrong, on
 * standard error. Returns the exit status: 1 when the file would be refused, 2 for wrong usage. */
int explain_run(char **argv);
