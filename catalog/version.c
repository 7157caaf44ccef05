#include "catalog/version.h"

#include "catalog/catalog_internal.h"

/* SQLite keeps the header of its write-ahead log in memory that all processes share, and writes it anew with every
 * commit (sqlite.org/walformat.html §2.1.1). One connection of ours holds that memory mapped for the catalog's life. */
enum {
  WORD_CHANGE = 2,      /* iChange: counts transactions */
  WORD_CHECKSUM_1 = 10, /* aCksum: of all the header before it */
  WORD_CHECKSUM_2 = 11,
};

uint64_t catalog_version(Catalog *catalog) {
  static uint64_t unknown;
  const uint32_t *header = catalog->wal_header;
  if (header == NULL)
    return __atomic_add_fetch(&unknown, 1, __ATOMIC_RELAXED);
  uint64_t change = __atomic_load_n(&header[WORD_CHANGE], __ATOMIC_ACQUIRE);
  uint64_t first = __atomic_load_n(&header[WORD_CHECKSUM_1], __ATOMIC_ACQUIRE);
  uint64_t second = __atomic_load_n(&header[WORD_CHECKSUM_2], __ATOMIC_ACQUIRE);
  return (first << 32 | second) + change * UINT64_C(0x9e3779b97f4a7c15);
}
