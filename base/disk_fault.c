#include "base/disk_fault.h"

#include <errno.h>

bool disk_fault_is_refusal(int code) {
  return code == ENOSPC || code == EDQUOT || code == EFBIG || code == EROFS;
}
