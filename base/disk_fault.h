/** Whether a failed system call means that the disk takes nothing more. Threads: any. */
#pragma once

#include <stdbool.h>

/** True for an errno of a disk that is full, over a quota or a limit on file sizes, or read-only: nothing is wrong with what was
 * to be written, and it may be tried again when somebody has seen to the disk. */
bool disk_fault_is_refusal(int code);
