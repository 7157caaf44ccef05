/** A progressive MP4 file as it is kept in the cache of views: its head, and where in which span file each further piece
 * lies; and reading from it. One GBytes, so that the cache's budget covers all of it. */
#pragma once

#include "media/mp4_movie.h"
#include "server/http/http_response.h"
#include "server/stored_track.h"

/** Pack `movie`, written from `tracks`. */
GBytes *movie_file_pack(const Mp4Movie *movie, const StoredTrack *tracks, size_t count);

int64_t movie_file_size(GBytes *packed);
/** A strong ETag of all that goes out: of the head, and of which stored bytes follow. */
void movie_file_write_etag(GBytes *packed, char ret_etag[HTTP_ETAG_SIZE]);

/** Reads the file for one answer. `store` is borrowed. */
HttpBodyReader movie_file_open(GBytes *packed, const BlobStore *store);
