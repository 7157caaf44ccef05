/** SHA-256 (FIPS 180-4) of files: tells damage apart, and can be verified by hand with sha256sum. */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#define FILE_CHECKSUM_BYTES 32
#define FILE_CHECKSUM_HEX_LENGTH 64

typedef struct {
  int64_t size_bytes;
  uint8_t checksum[FILE_CHECKSUM_BYTES];
} FileMeasure;

/** Asked again and again while a file is read; true stops it. */
typedef bool (*FileChecksumStopFunc)(gpointer user_data);

/** Read the open file from its start to its end. `is_stopped` may be NULL. G_FILE_ERROR; G_FILE_ERROR_INTR when it was
 * stopped. Any thread, as long as nobody else uses the descriptor. */
bool file_checksum_of_descriptor(int fd, FileChecksumStopFunc is_stopped, gpointer user_data,
                                 FileMeasure *ret_measure, GError **error);
bool file_checksum_of_path(const char *path, FileMeasure *ret_measure, GError **error);

/** 64 lower-case hexadecimal digits; caller frees. */
char *file_checksum_format(const uint8_t checksum[FILE_CHECKSUM_BYTES]);
/** False when `text` does not begin with 64 hexadecimal digits. */
bool file_checksum_parse(const char *text, uint8_t ret_checksum[FILE_CHECKSUM_BYTES]);
