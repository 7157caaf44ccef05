#include "server/handlers/client_quirks.h"

#include <string.h>

typedef struct {
  const char *system, *version; /**< both must be in it; NULL: any */
} ClientSign;

/** Parts of a User-Agent that tell a receiver without fMP4 in HLS. Of Android it is the system's own player: HLS 3 of MPEG-TS is all
 * that version 4 has. */
static const ClientSign ts_clients[] = {
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
    {"Kodi/", NULL},  /* its libavformat plays fMP4 with sound apart, but a seek ends it */
    {"Kodi_", NULL},  /* Debian's */
};

/** What reads live HLS with libavformat: three segments before the end, whatever EXT-X-START says. */
static const ClientSign counting_clients[] = {{"Lavf/", NULL}, {"libmpv", NULL}, {"Kodi/", NULL}, {"Kodi_", NULL}};

static bool is_among(const ClientSign *signs, size_t count, const char *user_agent) {
  for (size_t i = 0; user_agent != NULL && i < count; i++)
    if (strstr(user_agent, signs[i].system) != NULL &&
        (signs[i].version == NULL || strstr(user_agent, signs[i].version) != NULL))
      return true;
  return false;
}

bool client_quirks_needs_ts(const char *user_agent) {
  return is_among(ts_clients, G_N_ELEMENTS(ts_clients), user_agent);
}

bool client_quirks_counts_segments(const char *user_agent) {
  return is_among(counting_clients, G_N_ELEMENTS(counting_clients), user_agent);
}

bool client_quirks_set_apart(const char *target, HttpHeaderFunc find_header, gconstpointer header_source) {
  bool is_channel = g_str_has_prefix(target, "/channels/") || g_str_has_prefix(target, "/iptv/");
  if (!g_str_has_suffix(target, "/master.m3u8") && !(is_channel && g_str_has_suffix(target, "/live.m3u8")))
    return false;
  const char *user_agent = find_header(header_source, "User-Agent");
  return is_channel ? client_quirks_counts_segments(user_agent) : client_quirks_needs_ts(user_agent);
}
