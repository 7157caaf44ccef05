/** The headers of tus 1.0.0 as texts and values. Pure. */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define UPLOAD_PARTS_MAX 64

/** A whole number from 0 on, without sign and at most 2^63 - 1. */
bool upload_headers_parse_number(const char *text, int64_t *ret_number);

/** Upload-Checksum: "ALGORITHM BASE64" of an algorithm that upload_hash.h has. */
typedef struct {
  char algorithm[8];
  uint8_t digest[32];
  size_t digest_size;
} UploadChecksum;
bool upload_headers_parse_checksum(const char *text, UploadChecksum *ret_checksum);

/** Upload-Concat: "partial", or "final;URL URL ...". `*ret_ids`: NULL for partial, else the ids at the ends of the URLs,
 * between spaces; the caller frees. False when it is neither, names nothing of ours, or more than UPLOAD_PARTS_MAX. */
bool upload_headers_parse_concat(const char *text, char **ret_ids);
