/** Options declared once: a const table of OptionSpec drives the config file, the command line and the printed
 * reference. Values land in a plain struct by offset.
 *
 * Config file (UTF-8): `name = value` lines, names as on the command line without the dashes. '#' at the start of a
 * line or after a space starts a comment. A value in double quotes may hold '#' and spaces at its ends; \" and \\
 * stand for themselves there. A name is set once at most.
 * Command line: `--name VALUE` or `--name=VALUE`; booleans also `--name` alone and `--no-name`.
 *
 * A string-like value may be empty only where the default is.
 *
 * Threads: functions hold no state; a target is used by one thread at a time.
 *
 * Field types in the struct: STRING, PATH and ADDRESS char * (owned, g_free); BOOL bool; ENUM int (an index
 * into `choices`); all others int64_t (SIZE bytes, DURATION microseconds, BITRATE bits per second).
 */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define OPTION_ERROR (option_error_quark())
GQuark option_error_quark(void);

typedef enum {
  OPTION_ERROR_UNKNOWN, /**< no such option; the message proposes the nearest name */
  OPTION_ERROR_VALUE,   /**< wrong type or out of range */
  OPTION_ERROR_SYNTAX,  /**< a config line or argument that cannot be read */
  OPTION_ERROR_FILE,    /**< the config file cannot be read */
} OptionError;

typedef enum {
  OPTION_TYPE_STRING,
  OPTION_TYPE_PATH,
  OPTION_TYPE_ADDRESS, /**< HOST:PORT, [V6]:PORT or :PORT */
  OPTION_TYPE_BOOL,
  OPTION_TYPE_ENUM,
  OPTION_TYPE_INT,
  OPTION_TYPE_SIZE,     /**< bytes: 10, 4K, 8MiB, 1.5GB */
  OPTION_TYPE_DURATION, /**< microseconds: 250ms, 6s, 5min, 2h */
  OPTION_TYPE_BITRATE,  /**< bits per second: 64k, 4.5M */
} OptionType;

typedef struct {
  const char *name; /**< lower case, '-' between words */
  OptionType type;
  size_t offset;            /**< of the field in the target struct */
  const char *default_text; /**< as a user would write it; parsed by the same code */
  int64_t min, max;         /**< inclusive range of numeric types, in the field's unit; both 0: no range */
  const char *const
      *choices;           /**< NULL-terminated names; ENUM: the values; STRING: the allowed texts or NULL for any */
  const char *value_name; /**< what --help shows: DIR, HOST:PORT, N */
  const char *help;       /**< one or more full sentences, English */
} OptionSpec;

/** Set every field to its default (freeing nothing: `target` is zeroed first by the caller). */
void option_table_set_defaults(const OptionSpec *table, size_t count, void *target);
/** Free what string-like fields hold. */
void option_table_clear(const OptionSpec *table, size_t count, void *target);

/** Set one option from text. The field is untouched on failure. */
bool option_table_set(const OptionSpec *table, size_t count, void *target, const char *name, const char *text,
                      GError **error);

#define OPTION_FILE_SIZE_MAX (1 << 20) /**< bytes of a config file at most */

/** Read a config file; the error names file and line. On failure the lines before it have been set. */
bool option_table_load_file(const OptionSpec *table, size_t count, void *target, const char *path, GError **error);

/** As option_table_load_file(), from `size_bytes` bytes of text; `source` stands for the file in errors. */
bool option_table_load_text(const OptionSpec *table, size_t count, void *target, const char *source,
                            const char *text, size_t size_bytes, GError **error);

/** Take the table's options off `argv` (NULL-terminated, modified in place, pointers moved not freed), leaving
 * the others in order; "--" ends options and stays. Options in `own` (NULL-terminated names, may be NULL) belong
 * to the caller and are left, with what follows them. An unknown --option that is not in `own` is an error. A value
 * that starts with "--" is written --name=VALUE. On failure `argv` is as before, options up to the wrong one set. */
bool option_table_parse_args(const OptionSpec *table, size_t count, void *target, char **argv,
                             const char *const *own, GError **error);

/** The value of a field as a user would write it; caller frees. */
char *option_table_format_value(const OptionSpec *spec, const void *target);

/** Markdown reference of the table (docs/config.md below its title); caller frees. */
char *option_table_format_reference(const OptionSpec *table, size_t count);

/** The options for --help, wrapped at 100 columns; caller frees. */
char *option_table_format_help(const OptionSpec *table, size_t count);
