/** The metadata of an upload as tus carries it (Upload-Metadata: keys with Base64 values, between commas), and what of it we
 * go by. Pure. */
#pragma once

#include <glib.h>
#include <stdbool.h>

#define UPLOAD_METADATA_BYTES_MAX 16384
#define UPLOAD_METADATA_KEYS_MAX 64

typedef enum {
  UPLOAD_PURPOSE_LESSON, /**< a new course with one lesson, a lesson of a course, or another source of a lesson */
  UPLOAD_PURPOSE_ATTACHMENT, /**< a PDF of a course */
  UPLOAD_PURPOSE_SIGN,       /**< the interpreter's picture in sign language of a lesson of a course */
} UploadPurpose;

/** What an upload is to become. Every text is valid UTF-8; NULL: not given, or empty. */
typedef struct {
  char *name;                   /**< of the file, without folders: "filename", else "name" */
  char *type;                   /**< media type: "filetype", else "type" */
  char *title, *summary;        /**< may be NULL */
  char *category, *institution; /**< of a new course */
  char *course_id;              /**< "course" */
  char *replaces_id;            /**< "replaces": the asset whose place it takes */
  char *lesson_id;              /**< "lesson": whose sign-language picture it is */
  UploadPurpose purpose;        /**< "purpose": lesson, attachment or sign; else by type and name */
  bool has_bad_purpose;         /**< "purpose" is none of them */
} UploadWish;
void upload_wish_clear(UploadWish *wish);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(UploadWish, upload_wish_clear)

/** Whether the text keeps to tus 1.0.0: keys of ASCII without space and comma, no key twice, values in Base64; and to our
 * limits. */
bool upload_metadata_is_valid(const char *text);

/** The value of a key, decoded, or NULL. Caller frees. */
char *upload_metadata_find(const char *text, const char *key);

/** Add a key with its value. */
void upload_metadata_add(GString *text, const char *key, const char *value);

/** What a valid text asks for. */
void upload_wish_read(const char *text, UploadWish *ret_wish);
