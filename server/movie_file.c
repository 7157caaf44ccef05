#include "server/movie_file.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

/** A piece as it is packed. */
typedef struct {
  int64_t position;    /**< in the file */
  int64_t blob_offset; /**< in the span file */
  uint32_t size_bytes;
  uint32_t key_at; /**< of the span file's key, in the packed bytes */
  uint32_t track;
  uint32_t padding;
} Piece;

/** What the packed bytes begin with; then pieces, head, keys (each with its NUL). */
typedef struct {
  int64_t size_bytes;
  uint32_t piece_count, head_bytes;
  char etag[HTTP_ETAG_SIZE]; /**< of all that follows */
} Front;

static const Front *front_of(GBytes *packed) {
  return g_bytes_get_data(packed, NULL);
}

static const Piece *pieces_of(GBytes *packed) {
  return (const Piece *)(const void *)(front_of(packed) + 1);
}

static const uint8_t *head_of(GBytes *packed) {
  return (const uint8_t *)(pieces_of(packed) + front_of(packed)->piece_count);
}

/** Where `key` stands, appended when it is another than the last of its track. */
static uint32_t place_key(GByteArray *out, const char *key, uint32_t *last_at) {
  if (*last_at == 0 || strcmp((const char *)out->data + *last_at, key) != 0) {
    *last_at = out->len;
    g_byte_array_append(out, (const guint8 *)key, (guint)strlen(key) + 1);
  }
  return *last_at;
}

GBytes *movie_file_pack(const Mp4Movie *movie, const StoredTrack *tracks, size_t count) {
  g_assert(count <= MP4_MOVIE_TRACKS_MAX);
  uint32_t last_key_at[MP4_MOVIE_TRACKS_MAX] = {0};
  Front front = {
      .size_bytes = movie->size_bytes, .piece_count = movie->pieces->len, .head_bytes = movie->head->len};
  GByteArray *out = g_byte_array_new();
  g_byte_array_append(out, (const guint8 *)&front, sizeof front);
  g_byte_array_set_size(out, out->len + front.piece_count * (guint)sizeof(Piece));
  g_byte_array_append(out, movie->head->data, movie->head->len);
  for (guint i = 0; i < movie->pieces->len; i++) {
    const Mp4MoviePiece *from = &g_array_index(movie->pieces, Mp4MoviePiece, i);
    const CatalogPlacedSegment *placed =
        &g_array_index(tracks[from->track].places, CatalogPlacedSegment, from->segment);
    Piece piece = {.position = from->position,
                   .blob_offset = placed->segment.offset + from->offset,
                   .size_bytes = from->size_bytes,
                   .key_at = place_key(out, placed->blob_key, &last_key_at[from->track]),
                   .track = from->track};
    memcpy(out->data + sizeof front + i * sizeof piece, &piece, sizeof piece);
  }
  g_autoptr(GBytes) content = g_bytes_new_static(out->data + sizeof front, out->len - sizeof front);
  http_etag_write(content, front.etag);
  memcpy(out->data, &front, sizeof front);
  return g_byte_array_free_to_bytes(out);
}

int64_t movie_file_size(GBytes *packed) {
  return front_of(packed)->size_bytes;
}

void movie_file_write_etag(GBytes *packed, char ret_etag[HTTP_ETAG_SIZE]) {
  g_strlcpy(ret_etag, front_of(packed)->etag, HTTP_ETAG_SIZE);
}

typedef struct {
  GBytes *packed;
  const BlobStore *store;
  struct {
    int fd;          /**< -1: none is open */
    uint32_t key_at; /**< of the open file */
  } open[MP4_MOVIE_TRACKS_MAX];
} Reader;

static void reader_free(gpointer data) {
  Reader *reader = data;
  for (size_t i = 0; i < MP4_MOVIE_TRACKS_MAX; i++)
    if (reader->open[i].fd >= 0)
      close(reader->open[i].fd);
  g_bytes_unref(reader->packed);
  g_free(reader);
}

/** The piece that holds `position`, which is behind the head and before the end. */
static const Piece *find_piece(GBytes *packed, int64_t position) {
  const Piece *pieces = pieces_of(packed);
  uint32_t low = 0, high = front_of(packed)->piece_count;
  while (high - low > 1) {
    uint32_t middle = low + (high - low) / 2;
    if (pieces[middle].position <= position)
      low = middle;
    else
      high = middle;
  }
  return &pieces[low];
}

static int use_span(Reader *reader, const Piece *piece) {
  int *fd = &reader->open[piece->track].fd;
  uint32_t *key_at = &reader->open[piece->track].key_at;
  if (*fd >= 0 && *key_at == piece->key_at)
    return *fd;
  if (*fd >= 0)
    close(*fd);
  const char *key = (const char *)g_bytes_get_data(reader->packed, NULL) + piece->key_at;
  *key_at = piece->key_at;
  *fd = blob_store_open(reader->store, key, NULL, NULL);
  return *fd;
}

/** From one piece or the head; 0 and less: failed. */
static int64_t read_once(Reader *reader, int64_t position, uint8_t *to, size_t size_bytes) {
  const Front *front = front_of(reader->packed);
  if (position < front->head_bytes) {
    size_t count = MIN(size_bytes, front->head_bytes - (size_t)position);
    memcpy(to, head_of(reader->packed) + position, count);
    return (int64_t)count;
  }
  const Piece *piece = find_piece(reader->packed, position);
  int64_t inside = position - piece->position;
  int fd = use_span(reader, piece);
  ssize_t got = 0;
  do
    got = fd < 0 ? -1
                 : pread(fd, to, MIN(size_bytes, piece->size_bytes - (size_t)inside), piece->blob_offset + inside);
  while (fd >= 0 && got < 0 && errno == EINTR);
  return got;
}

/** Pieces are small: as many as fit, so that few system calls send them. */
static int64_t read_pieces(gpointer source, int64_t position, void *to, size_t size_bytes) {
  Reader *reader = source;
  int64_t left = front_of(reader->packed)->size_bytes - position;
  size_t wanted = (size_t)MIN((int64_t)size_bytes, left), done = 0;
  while (done < wanted) {
    int64_t got = read_once(reader, position + (int64_t)done, (uint8_t *)to + done, wanted - done);
    if (got <= 0)
      return -1;
    done += (size_t)got;
  }
  return (int64_t)done;
}

HttpBodyReader movie_file_open(GBytes *packed, const BlobStore *store) {
  Reader *reader = g_new0(Reader, 1);
  reader->packed = g_bytes_ref(packed);
  reader->store = store;
  for (size_t i = 0; i < MP4_MOVIE_TRACKS_MAX; i++)
    reader->open[i].fd = -1;
  return (HttpBodyReader){.read = read_pieces, .free = reader_free, .source = reader};
}
