#include "server/http/http_error.h"

G_DEFINE_QUARK(kapok - http - error, http_error)
