/** What a file is by its first bytes, as far as that can be told without a demuxer: to refuse early what can be no lesson.
 * Pure. */
#pragma once

#include <stddef.h>

#define MEDIA_SIGNATURE_BYTES 1024 /**< so many of the first bytes are looked at */

typedef enum {
  MEDIA_SIGNATURE_UNKNOWN, /**< may be anything: bare streams, rare containers, an empty file */
  MEDIA_SIGNATURE_MEDIA,   /**< a container of pictures and sound */
  MEDIA_SIGNATURE_PDF,
  MEDIA_SIGNATURE_OTHER, /**< something else that is well known: an archive, a document, a picture, a program */
} MediaSignature;

/** Of the first `size` bytes; more than MEDIA_SIGNATURE_BYTES are not looked at. */
MediaSignature media_signature_guess(const void *data, size_t size);
