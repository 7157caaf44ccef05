/** One-time passwords by time (RFC 6238): HMAC-SHA-1, steps of 30 s, six digits, as authenticator apps make them. Pure, but
 * for totp_new_secret(). Parser of outside bytes: codes. */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#define TOTP_STEP_S 30
#define TOTP_DIGITS 6
/** Steps before and after the present one whose codes are taken, for clocks that are not quite right. */
#define TOTP_DRIFT_STEPS 1

/** 160 random bits in base 32 (RFC 4648 §6), without padding; caller frees. */
char *totp_new_secret(void);

/** The code of a step. `secret` must be one of totp_new_secret(), or base 32 without padding; "" when it is not. */
void totp_write(const char *secret, int64_t step, char ret_code[TOTP_DIGITS + 1]);

/** Whether `code` (blanks in it are passed over) is that of a step near `now_s`; told in `ret_step`. */
bool totp_find_step(const char *secret, const char *code, int64_t now_s, int64_t *ret_step);

/** The otpauth: address that apps read from a QR code; caller frees. */
char *totp_format_uri(const char *secret, const char *issuer, const char *login);
