/* Fuzz target: the bodies of control requests. */
#include "dlna/soap_check.h"

#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size_bytes);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size_bytes) {
  soap_check((const char *)data, size_bytes, "\"urn:schemas-upnp-org:service:ContentDirectory:1#Browse\"");
  return 0;
}
