#include "catalog/totp.h"

#include <sodium.h>
#include <string.h>

#define SECRET_BYTES 20
#define SECRET_BYTES_MAX 64

static const char base32[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

char *totp_new_secret(void) {
  guint8 bytes[SECRET_BYTES];
  randombytes_buf(bytes, sizeof bytes);
  GString *text = g_string_new(NULL);
  guint32 bits = 0;
  int count = 0;
  for (size_t i = 0; i < sizeof bytes; i++) {
    bits = bits << 8 | bytes[i];
    for (count += 8; count >= 5; count -= 5)
      g_string_append_c(text, base32[bits >> (count - 5) & 31]);
  }
  return g_string_free(text, FALSE);
}

/** How many bytes; 0 when it is no base 32. */
static size_t decode(const char *text, guint8 ret_bytes[SECRET_BYTES_MAX]) {
  size_t size = 0;
  guint32 bits = 0;
  int count = 0;
  for (; *text; text++) {
    const char *digit = strchr(base32, *text);
    if (!digit || size == SECRET_BYTES_MAX)
      return 0;
    bits = bits << 5 | (guint32)(digit - base32);
    count += 5;
    if (count >= 8) {
      count -= 8;
      ret_bytes[size++] = (guint8)(bits >> count & 0xff);
    }
  }
  return size;
}

void totp_write(const char *secret, int64_t step, char ret_code[TOTP_DIGITS + 1]) {
  guint8 key[SECRET_BYTES_MAX], mac[20], counter[8];
  size_t key_size = decode(secret, key);
  gsize mac_size = sizeof mac;
  ret_code[0] = '\0';
  if (key_size == 0)
    return;
  for (int i = 0; i < 8; i++)
    counter[i] = (guint8)((guint64)step >> (56 - 8 * i) & 0xff);
  GHmac *hmac = g_hmac_new(G_CHECKSUM_SHA1, key, key_size);
  g_hmac_update(hmac, counter, sizeof counter);
  g_hmac_get_digest(hmac, mac, &mac_size);
  g_hmac_unref(hmac);
  size_t at = mac[19] & 15; /* dynamic truncation, RFC 4226 §5.3 */
  guint32 number =
      ((guint32)mac[at] & 0x7f) << 24 | (guint32)mac[at + 1] << 16 | (guint32)mac[at + 2] << 8 | mac[at + 3];
  g_snprintf(ret_code, TOTP_DIGITS + 1, "%06u", number % 1000000);
}

/** The digits of a code; false when it is none. */
static bool read_code(const char *code, char ret_digits[TOTP_DIGITS + 1]) {
  size_t count = 0;
  for (; *code; code++) {
    if (*code == ' ')
      continue;
    if (!g_ascii_isdigit(*code) || count == TOTP_DIGITS)
      return false;
    ret_digits[count++] = *code;
  }
  ret_digits[count] = '\0';
  return count == TOTP_DIGITS;
}

bool totp_find_step(const char *secret, const char *code, int64_t now_s, int64_t *ret_step) {
  char digits[TOTP_DIGITS + 1], expected[TOTP_DIGITS + 1];
  if (!read_code(code, digits))
    return false;
  bool is_found = false;
  for (int64_t step = now_s / TOTP_STEP_S - TOTP_DRIFT_STEPS; step <= now_s / TOTP_STEP_S + TOTP_DRIFT_STEPS;
       step++) {
    totp_write(secret, step, expected);
    if (expected[0] && sodium_memcmp(digits, expected, TOTP_DIGITS) == 0) {
      *ret_step = step;
      is_found = true;
    }
  }
  return is_found;
}

char *totp_format_uri(const char *secret, const char *issuer, const char *login) {
  g_autofree char *safe_issuer = g_uri_escape_string(issuer, NULL, FALSE);
  g_autofree char *safe_login = g_uri_escape_string(login, NULL, FALSE);
  return g_strdup_printf("otpauth://totp/%s:%s?secret=%s&issuer=%s&digits=%d&period=%d", safe_issuer, safe_login,
                         secret, safe_issuer, TOTP_DIGITS, TOTP_STEP_S);
}
