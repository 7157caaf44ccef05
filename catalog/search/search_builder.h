/** Makes a segment of documents, in memory. Internal to catalog/search; one thread per builder. */
#pragma once

#include "catalog/search/search_document.h"

#include <stdbool.h>

typedef struct SearchBuilder SearchBuilder;

SearchBuilder *search_builder_new(void);
void search_builder_free(SearchBuilder *builder);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SearchBuilder, search_builder_free)

/** Takes the document. Each id once. One whose id is "" or too long is dropped. */
void search_builder_take(SearchBuilder *builder, SearchDocument *document);
/** Bytes of the texts taken; building needs about 15 times as many. */
size_t search_builder_text_size(const SearchBuilder *builder);
guint search_builder_count(const SearchBuilder *builder);

/** Write them as a new file. The builder is used up. */
bool search_builder_write(SearchBuilder *builder, const char *path, GError **error);
