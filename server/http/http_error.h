/** The error domain of server/http/. */
#pragma once

#include <glib.h>

#define HTTP_ERROR (http_error_quark())
GQuark http_error_quark(void);

typedef enum {
  HTTP_ERROR_BAD_REQUEST,     /**< what the client sent breaks a rule; the message says which */
  HTTP_ERROR_TARGET_TOO_LONG, /**< the request target is longer than HTTP_TARGET_BYTES_MAX */
  HTTP_ERROR_ADDRESS,         /**< a text is no address */
  HTTP_ERROR_TLS,             /**< a certificate or key cannot be used; the message names the file */
  HTTP_ERROR_ROUTE,           /**< a route without a rule that fits; the message names it */
  HTTP_ERROR_TRANSPORT,       /**< the system or the HTTP library refused to start */
} HttpErrorCode;
