#include "server/handlers/client_quirks.h"

#include <string.h>

/** Parts of a User-Agent that tell a receiver without fMP4 in HLS. Of Android it is the system's own player: HLS 3 of MPEG-TS is all
 * that version 4 has. */
static const struct {
  const char *system, *version; /**< both must be in it; NULL: any */
} ts_clients[] = {
    {"Android 2.", NULL},
    {"Android 3.", NULL},
    {"Android 4.", NULL},
    {"Web0S", "Chrome/38."},       /* webOS 3.0 to 3.5 */
    {"Web0S", "AppleWebKit/538."}, /* webOS 2 */
    {"Web0S", "AppleWebKit/537.41"},
    {"NetCast", NULL}, /* before webOS */
    {"Tizen 2.", NULL},
    {"Tizen 3.", NULL},
    {"Tizen 4.", NULL},
    {"Maple", NULL},  /* before Tizen */
    {"stbapp", NULL}, /* Infomir MAG boxes */
};

bool client_quirks_needs_ts(const char *user_agent) {
  for (size_t i = 0; user_agent != NULL && i < G_N_ELEMENTS(ts_clients); i++)
    if (strstr(user_agent, ts_clients[i].system) != NULL &&
        (ts_clients[i].version == NULL || strstr(user_agent, ts_clients[i].version) != NULL))
      return true;
  return false;
}

bool client_quirks_set_apart(const char *target, HttpHeaderFunc find_header, gconstpointer header_source) {
  return g_str_has_suffix(target, "/master.m3u8") &&
         client_quirks_needs_ts(find_header(header_source, "User-Agent"));
}
