/** Who holds a lease: a text that names a process for good, "REALM/PID/START". REALM is the kernel's boot id (first 8
 * characters) and the number of the process id name space (containers on one kernel have ids of their own), START the
 * process's start time in clock ticks (/proc/PID/stat). */
#pragma once

#include <glib.h>
#include <stdbool.h>

char *owner_of_this_process(void); /**< caller frees */

/** False when `owner` is of this realm and its process is gone; true when it lives or cannot be known (another
 * machine or container). An owner of an earlier boot cannot be known either: its lease runs out.
 * Fits JobOwnerIsAliveFunc. */
bool owner_is_alive(const char *owner, gpointer unused);
