/** Passwords: hashed with argon2id (libsodium). Hashing takes PASSWORD_MEMORY_BYTES and about a tenth of a second of a
 * core; callers limit how many run at once. Threads: any. */
#pragma once

#include <glib.h>
#include <stdbool.h>

#define PASSWORD_CHARACTERS_MIN 8
#define PASSWORD_BYTES_MAX 256
#define PASSWORD_MEMORY_BYTES (64 * 1024 * 1024)

/** False with CATALOG_ERROR_INVALID, in Chinese and English, when nobody should have this password: too short, too long, the
 * login itself, or the same character again and again. */
bool password_check(const char *password, const char *login, GError **error);

/** The text to store, with its salt and cost; NULL (CATALOG_ERROR_IO) when there is no memory. Caller frees. */
char *password_hash(const char *password, GError **error);

/** Whether it is the password of `hash`. `hash` NULL: it is not, found out in the same time. */
bool password_is(const char *password, const char *hash);
