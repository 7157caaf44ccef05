#include "server/media_signature.h"

#include "base/id.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PREFIX "/media/"
#define PREFIX_LENGTH 7
#define EXPIRY_DIGITS 8
#define MAC_BYTES 16
#define MAC_CHARACTERS 22
#define FILE_BYTES_MAX 4096
#define LETTERS "abcdefghijklmnopqrstuvwxyz"
G_STATIC_ASSERT(MEDIA_SIGNATURE_LENGTH == EXPIRY_DIGITS + 1 + MAC_CHARACTERS);

typedef struct {
  char letter;
  int64_t made_s;
  guint8 bytes[crypto_auth_hmacsha256_KEYBYTES];
  crypto_auth_hmacsha256_state begun; /**< with the key in it */
} Key;

/** Immutable once it is shown. */
typedef struct KeySet {
  size_t count;
  Key keys[MEDIA_KEYS_MAX]; /**< newest first */
  struct KeySet *older;     /**< what was shown before, for threads that still look at it */
} KeySet;

struct MediaSignature {
  char *path;
  int64_t lifetime_s;
  _Atomic(KeySet *) keys;
};

static void begin_key(Key *key) {
  crypto_auth_hmacsha256_init(&key->begun, key->bytes, sizeof key->bytes);
}

/* --- the file: one key a line, "LETTER MADE HEX" --- */

static bool read_key(const char *line, Key *ret_key) {
  g_auto(GStrv) words = g_strsplit(line, " ", 4);
  size_t size = 0;
  gint64 made_s = 0;
  if (g_strv_length(words) != 3 || strlen(words[0]) != 1 || strchr(LETTERS, words[0][0]) == NULL ||
      !g_ascii_string_to_signed(words[1], 10, 0, G_MAXINT64, &made_s, NULL) ||
      sodium_hex2bin(ret_key->bytes, sizeof ret_key->bytes, words[2], strlen(words[2]), NULL, &size, NULL) != 0 ||
      size != sizeof ret_key->bytes)
    return false;
  ret_key->letter = words[0][0];
  ret_key->made_s = made_s;
  begin_key(ret_key);
  return true;
}

static bool load(const char *path, KeySet *keys, GError **error) {
  g_autofree char *text = NULL;
  gsize size = 0;
  g_autoptr(GError) failure = NULL;
  if (!g_file_get_contents(path, &text, &size, &failure)) {
    if (g_error_matches(failure, G_FILE_ERROR, G_FILE_ERROR_NOENT))
      return true; /* none yet */
    g_propagate_error(error, g_steal_pointer(&failure));
    return false;
  }
  g_auto(GStrv) lines = g_strsplit(g_strchomp(text), "\n", MEDIA_KEYS_MAX + 1);
  for (char **line = lines; *line != NULL; line++)
    if (size > FILE_BYTES_MAX || keys->count == MEDIA_KEYS_MAX || !read_key(*line, &keys->keys[keys->count++])) {
      g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_INVAL, "%s holds no keys of media addresses", path);
      return false;
    }
  return true;
}

static bool save(const char *path, const KeySet *keys, GError **error) {
  g_autoptr(GString) text = g_string_new(NULL);
  char hex[2 * crypto_auth_hmacsha256_KEYBYTES + 1];
  for (size_t i = 0; i < keys->count; i++) {
    sodium_bin2hex(hex, sizeof hex, keys->keys[i].bytes, sizeof keys->keys[i].bytes);
    g_string_append_printf(text, "%c %" G_GINT64_FORMAT " %s\n", keys->keys[i].letter, keys->keys[i].made_s, hex);
  }
  return g_file_set_contents_full(path, text->str, (gssize)text->len,
                                  G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE, 0600, error);
}

/** Those of `keys` that something may still be signed with, with a new one before them. */
static KeySet *renew(const KeySet *keys, int64_t lifetime_s, int64_t now_s) {
  KeySet *renewed = g_new0(KeySet, 1);
  size_t letter = keys->count > 0 ? (size_t)(strchr(LETTERS, keys->keys[0].letter) - LETTERS) + 1 : 0;
  Key *key = &renewed->keys[renewed->count++];
  *key = (Key){.letter = LETTERS[letter % strlen(LETTERS)], .made_s = now_s};
  randombytes_buf(key->bytes, sizeof key->bytes);
  begin_key(key);
  for (size_t i = 0; i < keys->count && renewed->count < MEDIA_KEYS_MAX; i++) {
    int64_t used_until_s = i == 0 ? now_s : keys->keys[i - 1].made_s;
    if (used_until_s + lifetime_s + MEDIA_SIGNATURE_STEP_S >= now_s)
      renewed->keys[renewed->count++] = keys->keys[i];
  }
  return renewed;
}

bool media_signature_tend(MediaSignature *signature, int64_t now_s, GError **error) {
  KeySet *shown = atomic_load(&signature->keys);
  if (shown->count > 0 && now_s - shown->keys[0].made_s < MEDIA_KEY_AGE_S)
    return true;
  KeySet *renewed = renew(shown, signature->lifetime_s, now_s);
  if (!save(signature->path, renewed, error)) {
    g_free(renewed);
    return false;
  }
  renewed->older = shown;
  atomic_store(&signature->keys, renewed);
  return true;
}

MediaSignature *media_signature_open(const char *data_dir, int64_t lifetime_us, int64_t now_s, GError **error) {
  MediaSignature *signature = g_new0(MediaSignature, 1);
  KeySet *keys = g_new0(KeySet, 1);
  signature->path = g_build_filename(data_dir, "media.key", NULL);
  signature->lifetime_s = lifetime_us / G_USEC_PER_SEC;
  atomic_store(&signature->keys, keys);
  if (sodium_init() >= 0 && load(signature->path, keys, error) && media_signature_tend(signature, now_s, error))
    return signature;
  media_signature_free(signature);
  return NULL;
}

void media_signature_free(MediaSignature *signature) {
  if (signature == NULL)
    return;
  for (KeySet *keys = atomic_load(&signature->keys); keys != NULL;) {
    KeySet *older = keys->older;
    sodium_memzero(keys, sizeof *keys);
    g_free(keys);
    keys = older;
  }
  g_free(signature->path);
  g_free(signature);
}

/* --- signatures --- */

/** `text`: the digits of expiry and the id of the asset. */
static void sign(const Key *key, const char *expiry, const char *asset_id, char ret_mac[MAC_CHARACTERS + 1]) {
  guint8 mac[crypto_auth_hmacsha256_BYTES];
  guint8 message[EXPIRY_DIGITS + ID_LENGTH];
  crypto_auth_hmacsha256_state state = key->begun;
  memcpy(message, expiry, EXPIRY_DIGITS);
  memcpy(message + EXPIRY_DIGITS, asset_id, ID_LENGTH);
  crypto_auth_hmacsha256_update(&state, message, sizeof message);
  crypto_auth_hmacsha256_final(&state, mac);
  sodium_bin2base64(ret_mac, MAC_CHARACTERS + 1, mac, MAC_BYTES, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
}

char *media_signature_write(const MediaSignature *signature, const char *asset_id, int64_t now_s) {
  const KeySet *keys = atomic_load(&signature->keys);
  int64_t end_s = now_s + signature->lifetime_s + MEDIA_SIGNATURE_STEP_S;
  char expiry[EXPIRY_DIGITS + 1], mac[MAC_CHARACTERS + 1];
  g_return_val_if_fail(strlen(asset_id) == ID_LENGTH, NULL);
  g_snprintf(expiry, sizeof expiry, "%08x", (unsigned)(end_s - end_s % MEDIA_SIGNATURE_STEP_S));
  sign(&keys->keys[0], expiry, asset_id, mac);
  return g_strdup_printf(PREFIX "~%s%c%s/%s", expiry, keys->keys[0].letter, mac, asset_id);
}

static const Key *find_key(const KeySet *keys, char letter) {
  for (size_t i = 0; i < keys->count; i++)
    if (keys->keys[i].letter == letter)
      return &keys->keys[i];
  return NULL;
}

/** False when it is no number of eight small digits. */
static bool read_expiry(const char *digits, int64_t *ret_expiry_s) {
  int64_t number = 0;
  for (int i = 0; i < EXPIRY_DIGITS; i++) {
    if (!g_ascii_isdigit(digits[i]) && (digits[i] < 'a' || digits[i] > 'f'))
      return false;
    number = number << 4 | g_ascii_xdigit_value(digits[i]);
  }
  *ret_expiry_s = number;
  return true;
}

bool media_signature_check(const MediaSignature *signature, const char *target, size_t length, int64_t now_s,
                           size_t *ret_begin, size_t *ret_end) {
  const size_t asset_at = PREFIX_LENGTH + 1 + MEDIA_SIGNATURE_LENGTH + 1;
  if (length < asset_at + ID_LENGTH + 1 || memcmp(target, PREFIX "~", PREFIX_LENGTH + 1) != 0 ||
      target[asset_at - 1] != '/' || target[asset_at + ID_LENGTH] != '/')
    return false;
  const char *text = target + PREFIX_LENGTH + 1;
  const Key *key = find_key(atomic_load(&signature->keys), text[EXPIRY_DIGITS]);
  char mac[MAC_CHARACTERS + 1];
  int64_t expiry_s = 0;
  if (key == NULL || !read_expiry(text, &expiry_s) || expiry_s <= now_s)
    return false;
  sign(key, text, target + asset_at, mac);
  if (sodium_memcmp(mac, text + EXPIRY_DIGITS + 1, MAC_CHARACTERS) != 0)
    return false;
  *ret_begin = PREFIX_LENGTH;
  *ret_end = asset_at;
  return true;
}
