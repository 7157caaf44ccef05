/** Whether a body is the SOAP envelope that a control request must have. The library that answers such requests leaks those that
 * are none, so they are kept from it. Parser of outside bytes. Threads: any. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/** `soap_action`: the header, `"urn:schemas-upnp-org:service:ContentDirectory:1#Browse"`; NULL: none came. True for well-formed XML
 * without a document type, whose Envelope has a Body whose first element is called as the action. */
bool soap_check(const char *body, size_t size_bytes, const char *soap_action);
