#include "catalog/upload_metadata.h"

#include <string.h>

#define NAME_BYTES_MAX 255

typedef struct {
  const char *key, *value;
  size_t key_length, value_length;
} Pair;

/* The next pair of `*at`, which is moved behind it; false at the end. */
static bool next_pair(const char **at, Pair *ret_pair) {
  const char *text = *at;
  while (*text == ' ')
    text++;
  if (*text == '\0')
    return false;
  size_t length = strcspn(text, ",");
  *at = text + length + (text[length] == ',' ? 1 : 0);
  while (length > 0 && text[length - 1] == ' ')
    length--;
  const char *space = memchr(text, ' ', length);
  ret_pair->key = text;
  ret_pair->key_length = space ? (size_t)(space - text) : length;
  ret_pair->value = space ? space + 1 : text + length;
  ret_pair->value_length = space ? length - ret_pair->key_length - 1 : 0;
  return true;
}

/* RFC 4648 §4, with its padding. */
static bool is_base64(const char *text, size_t length) {
  size_t padding = 0;
  if (length % 4 != 0)
    return false;
  for (size_t i = 0; i < length; i++) {
    bool is_digit = g_ascii_isalnum(text[i]) || text[i] == '+' || text[i] == '/';
    if (text[i] == '=')
      padding++;
    else if (!is_digit || padding > 0)
      return false;
  }
  return padding <= 2;
}

static bool is_key(const Pair *pair) {
  for (size_t i = 0; i < pair->key_length; i++)
    if (!g_ascii_isgraph(pair->key[i]))
      return false;
  return pair->key_length > 0;
}

static bool has_key(const char *text, const char *end, const Pair *wanted) {
  Pair pair;
  while (text < end && next_pair(&text, &pair) && pair.key < wanted->key)
    if (pair.key_length == wanted->key_length && memcmp(pair.key, wanted->key, pair.key_length) == 0)
      return true;
  return false;
}

bool upload_metadata_is_valid(const char *text) {
  const char *at = text;
  Pair pair;
  int count = 0;
  if (strlen(text) > UPLOAD_METADATA_BYTES_MAX)
    return false;
  while (next_pair(&at, &pair))
    if (++count > UPLOAD_METADATA_KEYS_MAX || !is_key(&pair) || !is_base64(pair.value, pair.value_length) ||
        has_key(text, pair.key, &pair))
      return false;
  return true;
}

char *upload_metadata_find(const char *text, const char *key) {
  Pair pair;
  size_t key_length = strlen(key);
  while (next_pair(&text, &pair)) {
    if (pair.key_length != key_length || memcmp(pair.key, key, key_length) != 0)
      continue;
    g_autofree char *code = g_strndup(pair.value, pair.value_length);
    gsize size = 0;
    g_autofree guchar *bytes = *code ? g_base64_decode(code, &size) : NULL;
    return g_utf8_make_valid(bytes ? (const char *)bytes : "", (gssize)size);
  }
  return NULL;
}

void upload_metadata_add(GString *text, const char *key, const char *value) {
  g_autofree char *code = g_base64_encode((const guchar *)value, strlen(value));
  g_string_append_printf(text, "%s%s %s", text->len > 0 ? "," : "", key, code);
}

/* The first of two keys that has a text. */
static char *find_text(const char *text, const char *key, const char *other) {
  g_autofree char *value = upload_metadata_find(text, key);
  if ((!value || !*g_strstrip(value)) && other) {
    g_free(value);
    value = upload_metadata_find(text, other);
  }
  return value && *g_strstrip(value) ? g_steal_pointer(&value) : NULL;
}

/* Without folders, which some browsers send, control characters and more length than file systems take. */
static void clean_name(char **name) {
  if (!*name)
    return;
  const char *slash = strrchr(*name, '/'), *backslash = strrchr(*name, '\\');
  const char *leaf = slash > backslash ? slash + 1 : backslash ? backslash + 1 : *name;
  GString *out = g_string_new(NULL);
  for (const char *at = leaf; *at; at = g_utf8_next_char(at)) {
    gunichar c = g_utf8_get_char(at);
    if (out->len + 6 > NAME_BYTES_MAX)
      break;
    if (!g_unichar_iscntrl(c))
      g_string_append_unichar(out, c);
  }
  g_free(*name);
  *name = out->len > 0 ? g_string_free(out, FALSE) : (g_string_free(out, TRUE), NULL);
}

static bool looks_like_pdf(const UploadWish *wish) {
  g_autofree char *lower = wish->name ? g_ascii_strdown(wish->name, -1) : NULL;
  return (wish->type && g_ascii_strcasecmp(wish->type, "application/pdf") == 0) ||
         (lower && g_str_has_suffix(lower, ".pdf"));
}

void upload_wish_read(const char *text, UploadWish *ret_wish) {
  UploadWish wish = {.name = find_text(text, "filename", "name"),
                     .type = find_text(text, "filetype", "type"),
                     .title = find_text(text, "title", NULL),
                     .summary = find_text(text, "summary", NULL),
                     .category = find_text(text, "category", NULL),
                     .institution = find_text(text, "institution", NULL),
                     .course_id = find_text(text, "course", NULL),
                     .replaces_id = find_text(text, "replaces", NULL),
                     .lesson_id = find_text(text, "lesson", NULL)};
  g_autofree char *purpose = find_text(text, "purpose", NULL);
  clean_name(&wish.name);
  bool is_attachment = purpose ? g_str_equal(purpose, "attachment") : looks_like_pdf(&wish);
  bool is_sign = g_strcmp0(purpose, "sign") == 0;
  wish.purpose = is_attachment ? UPLOAD_PURPOSE_ATTACHMENT : is_sign ? UPLOAD_PURPOSE_SIGN : UPLOAD_PURPOSE_LESSON;
  wish.has_bad_purpose = purpose && !is_attachment && !is_sign && !g_str_equal(purpose, "lesson");
  *ret_wish = wish;
}

void upload_wish_clear(UploadWish *wish) {
  g_free(wish->name);
  g_free(wish->type);
  g_free(wish->title);
  g_free(wish->summary);
  g_free(wish->category);
  g_free(wish->institution);
  g_free(wish->course_id);
  g_free(wish->replaces_id);
  g_free(wish->lesson_id);
  *wish = (UploadWish){0};
}
