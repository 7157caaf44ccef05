/** Public ids: random, URL- and key-safe. */
#pragma once

#include <stdbool.h>

#define ID_LENGTH 13 /**< characters; 65 random bits */

/** A new random id of ID_LENGTH characters of lower-case Crockford base 32 (0-9 a-z without i l o u), from the
 * kernel's random source; caller frees. */
char *id_new(void);
bool id_is_valid(const char *text);
