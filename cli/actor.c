#include "cli/actor.h"

#include <glib.h>

char *cli_actor(void) {
  g_autofree char *name = g_utf8_make_valid(g_get_user_name(), -1);
  return g_strconcat("cli:", name, NULL);
}
