/** Media types by file name extension. */
#pragma once

#include <stdbool.h>

/** The Content-Type of `name`, "application/octet-stream" when the extension is not known. Static string. */
const char *http_mime_of_name(const char *name);

/** Whether answers of this type shrink when compressed: text, scripts, JSON, SVG, fonts that are not yet packed. */
bool http_mime_is_compressible(const char *mime);
