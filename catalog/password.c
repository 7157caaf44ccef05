#include "catalog/password.h"

#include "catalog/catalog.h"
#include "catalog/person.h"

#include <sodium.h>
#include <string.h>

#define COST crypto_pwhash_OPSLIMIT_INTERACTIVE
G_STATIC_ASSERT(PASSWORD_MEMORY_BYTES == crypto_pwhash_MEMLIMIT_INTERACTIVE);

static bool refuse(GError **error, const char *text) {
  g_set_error_literal(error, CATALOG_ERROR, CATALOG_ERROR_INVALID, text);
  return false;
}

bool password_check(const char *password, const char *login, GError **error) {
  if (!g_utf8_validate(password, -1, NULL) || g_utf8_strlen(password, -1) < PASSWORD_CHARACTERS_MIN)
    return refuse(error, "密码至少要 8 个字符 · a password has at least 8 characters");
  if (strlen(password) > PASSWORD_BYTES_MAX)
    return refuse(error, "密码太长 · the password is too long");
  g_autofree char *folded = g_utf8_casefold(password, -1);
  bool is_monotone = true;
  for (const char *at = password; *at; at = g_utf8_next_char(at))
    is_monotone = is_monotone && g_utf8_get_char(at) == g_utf8_get_char(password);
  if (is_monotone || strcmp(folded, login) == 0)
    return refuse(error, "密码太容易猜到 · the password is too easy to guess");
  return true;
}

char *password_hash(const char *password, GError **error) {
  char hash[crypto_pwhash_STRBYTES];
  if (sodium_init() < 0 || crypto_pwhash_str_alg(hash, password, strlen(password), COST, PASSWORD_MEMORY_BYTES,
                                                 crypto_pwhash_ALG_ARGON2ID13) != 0) {
    g_set_error_literal(error, CATALOG_ERROR, CATALOG_ERROR_IO, "no memory to hash a password");
    return NULL;
  }
  return g_strdup(hash);
}

/** The hash of a random password, for those who have none. */
static const char *nobodys_hash(void) {
  static gsize is_made;
  static char *hash;
  if (g_once_init_enter(&is_made)) {
    char secret[32];
    randombytes_buf(secret, sizeof secret);
    secret[sizeof secret - 1] = '\0';
    hash = password_hash(secret, NULL);
    g_once_init_leave(&is_made, 1);
  }
  return hash;
}

bool password_is(const char *password, const char *hash) {
  if (sodium_init() < 0 || strlen(password) > PASSWORD_BYTES_MAX)
    return false;
  const char *compared = hash ? hash : nobodys_hash();
  bool is_same = compared && crypto_pwhash_str_verify(compared, password, strlen(password)) == 0;
  return is_same && hash;
}
