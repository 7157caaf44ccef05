#include "base/id.h"

#include <errno.h>
#include <glib.h>
#include <string.h>
#include <sys/random.h>

static const char alphabet[] = "0123456789abcdefghjkmnpqrstvwxyz"; /* Crockford base 32 */
G_STATIC_ASSERT(sizeof alphabet == 33);

char *id_new(void) {
  unsigned char random[ID_LENGTH];
  ssize_t got;
  do {
    got = getrandom(random, sizeof random, 0); /* whole for up to 256 bytes */
  } while (got < 0 && errno == EINTR);
  if (got != (ssize_t)sizeof random)
    g_error("the kernel gives no random bytes: %s", g_strerror(errno));

  char *id = g_malloc(ID_LENGTH + 1);
  for (size_t i = 0; i < ID_LENGTH; i++)
    id[i] = alphabet[random[i] & 31];
  id[ID_LENGTH] = '\0';
  return id;
}

bool id_is_valid(const char *text) {
  return text && strlen(text) == ID_LENGTH && strspn(text, alphabet) == ID_LENGTH;
}
