/** Signed addresses of media that are not public: `/media/~SIGNATURE/ASSET/...` stands for `/media/ASSET/...` until it
 * expires. The signature is in the path before what playlists name relative to themselves, so every segment, caption and
 * picture that a player finds from a signed playlist is signed too, whatever the player.
 *
 * SIGNATURE is 8 hexadecimal digits of expiry (seconds since 1970), the letter of the key, and 128 bits of HMAC-SHA-256 over
 * expiry and asset in base64url. Keys are in `media.key` of the data folder (mode 0600), a new one every
 * MEDIA_KEY_AGE_S; older ones are good as long as something signed with them is. Without the file all signatures end.
 *
 * Threads: any; tend() on one thread. Parser of outside bytes. */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MEDIA_SIGNATURE_LENGTH 31
#define MEDIA_KEY_AGE_S (30 * 24 * 3600)
#define MEDIA_KEYS_MAX 8
/** Signatures of an hour expire together, so that addresses stay the same for so long. */
#define MEDIA_SIGNATURE_STEP_S 3600

typedef struct MediaSignature MediaSignature;

/** Reads the keys of the data folder, or makes them. `lifetime_us`: of signatures, at least. G_FILE_ERROR. */
MediaSignature *media_signature_open(const char *data_dir, int64_t lifetime_us, int64_t now_s, GError **error);
void media_signature_free(MediaSignature *signature);

/** A new key when the newest is old; to be called now and then. */
bool media_signature_tend(MediaSignature *signature, int64_t now_s, GError **error);

/** "/media/~SIGNATURE/ASSET", good for the lifetime and up to MEDIA_SIGNATURE_STEP_S more. Caller frees. */
char *media_signature_write(const MediaSignature *signature, const char *asset_id, int64_t now_s);

/** Whether `target` (as sent) begins with a good signature for the asset that follows it; `*ret_begin` and `*ret_end` are then
 * the bytes to leave out. */
bool media_signature_check(const MediaSignature *signature, const char *target, size_t length, int64_t now_s,
                           size_t *ret_begin, size_t *ret_end);
