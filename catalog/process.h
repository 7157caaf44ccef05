/** What /proc says of processes of this machine. Internal to catalog/. */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

/** When the process started, in clock ticks since boot. False when there is none, or it has ended and only waits to be
 * collected. */
bool process_find_start(int64_t pid, int64_t *ret_start_ticks);

/** Is it this process, or does it run one of Kapok's programs? True also when its program cannot be read (it belongs
 * to another user). */
bool process_is_ours(int64_t pid);

/** When a process with these start ticks started, by the wall clock. */
int64_t process_start_us(int64_t start_ticks);

/** Names the boot of the kernel and the process id name space: ids are comparable where it is equal. */
char *process_realm(void);
