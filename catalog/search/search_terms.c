#include "catalog/search/search_terms.h"

#include "catalog/search/search_varint.h"

#include <stdlib.h>
#include <string.h>

#define SLOTS_FIRST (1u << 12)
#define BYTES_PER_POSTING_MAX 8

typedef struct {
  const char *key;
  uint8_t *bytes; /* varint difference, fields */
  uint32_t hash, size, capacity, last, count;
  uint8_t key_size;
} Term;

struct SearchTerms {
  GStringChunk *keys;
  Term *terms;
  uint32_t *slots; /* number of a term + 1; 0: free */
  uint32_t slot_count, term_count, term_capacity;
};

SearchTerms *search_terms_new(void) {
  SearchTerms *terms = g_new0(SearchTerms, 1);
  terms->keys = g_string_chunk_new(1 << 16);
  terms->slot_count = SLOTS_FIRST;
  terms->slots = g_new0(uint32_t, terms->slot_count);
  return terms;
}

void search_terms_free(SearchTerms *terms) {
  if (!terms)
    return;
  for (uint32_t i = 0; i < terms->term_count; i++)
    g_free(terms->terms[i].bytes);
  g_string_chunk_free(terms->keys);
  g_free(terms->terms);
  g_free(terms->slots);
  g_free(terms);
}

static uint32_t hash_key(const SearchKey *key) {
  uint64_t hash = UINT64_C(0xCBF29CE484222325);
  for (size_t i = 0; i < key->size; i++)
    hash = (hash ^ (uint8_t)key->bytes[i]) * UINT64_C(0x100000001B3);
  return (uint32_t)(hash ^ hash >> 32);
}

static void grow_slots(SearchTerms *terms) {
  g_free(terms->slots);
  terms->slot_count *= 2;
  terms->slots = g_new0(uint32_t, terms->slot_count);
  for (uint32_t i = 0; i < terms->term_count; i++) {
    uint32_t slot = terms->terms[i].hash & (terms->slot_count - 1);
    while (terms->slots[slot] != 0)
      slot = (slot + 1) & (terms->slot_count - 1);
    terms->slots[slot] = i + 1;
  }
}

static Term *append_term(SearchTerms *terms, const SearchKey *key, uint32_t hash) {
  if (terms->term_count == terms->term_capacity) {
    terms->term_capacity = MAX(terms->term_capacity * 2, 1024);
    terms->terms = g_renew(Term, terms->terms, terms->term_capacity);
  }
  Term *term = &terms->terms[terms->term_count++];
  *term = (Term){.key = g_string_chunk_insert_len(terms->keys, key->bytes, (gssize)key->size),
                 .hash = hash,
                 .key_size = (uint8_t)key->size};
  return term;
}

static Term *get_term(SearchTerms *terms, const SearchKey *key) {
  uint32_t hash = hash_key(key), slot = hash & (terms->slot_count - 1);
  for (; terms->slots[slot] != 0; slot = (slot + 1) & (terms->slot_count - 1)) {
    Term *term = &terms->terms[terms->slots[slot] - 1];
    if (term->hash == hash && term->key_size == key->size && memcmp(term->key, key->bytes, key->size) == 0)
      return term;
  }
  terms->slots[slot] = terms->term_count + 1;
  Term *term = append_term(terms, key, hash);
  if (terms->term_count * 2 > terms->slot_count)
    grow_slots(terms);
  return term;
}

void search_terms_add(SearchTerms *terms, const SearchKey *key, uint32_t ordinal, uint8_t fields) {
  Term *term = get_term(terms, key);
  if (term->count > 0 && term->last == ordinal) {
    term->bytes[term->size - 1] |= fields;
    return;
  }
  if (term->size + BYTES_PER_POSTING_MAX > term->capacity) {
    term->capacity = term->capacity * 2 + BYTES_PER_POSTING_MAX;
    term->bytes = g_realloc(term->bytes, term->capacity);
  }
  uint32_t difference = ordinal - term->last;
  for (; difference >= 0x80; difference >>= 7)
    term->bytes[term->size++] = (uint8_t)(difference | 0x80);
  term->bytes[term->size++] = (uint8_t)difference;
  term->bytes[term->size++] = fields;
  term->last = ordinal;
  term->count++;
}

static int compare_terms(const void *a, const void *b) {
  const Term *left = a, *right = b;
  int order = memcmp(left->key, right->key, MIN(left->key_size, right->key_size));
  return order ? order : (int)left->key_size - (int)right->key_size;
}

static void write_term(const Term *term, SegmentWriter *writer, uint32_t *ordinals, uint8_t *fields) {
  const uint8_t *at = term->bytes, *end = term->bytes + term->size;
  uint32_t ordinal = 0;
  for (uint32_t i = 0; i < term->count; i++) {
    uint64_t difference = 0;
    varint_read(&at, end, &difference);
    ordinal += (uint32_t)difference;
    ordinals[i] = ordinal;
    fields[i] = *at++;
  }
  segment_writer_add_term(writer, term->key, term->key_size, ordinals, fields, term->count);
}

void search_terms_write(SearchTerms *terms, SegmentWriter *writer) {
  uint32_t longest = 1;
  for (uint32_t i = 0; i < terms->term_count; i++)
    longest = MAX(longest, terms->terms[i].count);
  g_autofree uint32_t *ordinals = g_new(uint32_t, longest);
  g_autofree uint8_t *fields = g_new(uint8_t, longest);
  if (terms->term_count > 1)
    qsort(terms->terms, terms->term_count, sizeof(Term), compare_terms);
  segment_writer_begin(writer, SECTION_POSTINGS);
  for (uint32_t i = 0; i < terms->term_count; i++)
    write_term(&terms->terms[i], writer, ordinals, fields);
  segment_writer_end(writer);
}
