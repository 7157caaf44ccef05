/** Who holds a lease: a text that names a process for good, "BOOT/PID/START": the kernel's boot id (first 8
 * characters), the process id and its start time in clock ticks (/proc/PID/stat). */
#pragma once

#include <glib.h>
#include <stdbool.h>

char *owner_of_this_process(void); /**< caller frees */

/** False when `owner` is of this boot and its process is gone; true when it lives or cannot be known (another
 * machine). Fits JobOwnerIsAliveFunc. */
bool owner_is_alive(const char *owner, gpointer unused);
