/** The templates and the tables of texts among the built pages, parsed once and again when their file changed.
 *
 * Threads: any, at once. What is returned is the caller's reference and does not change. */
#pragma once

#include "server/pages/page_template.h"
#include "server/web_files.h"

#include <jansson.h>

typedef struct PageShelf PageShelf;

#define PAGE_SHELF_ENTRIES_MAX 64

/** `web` is borrowed and outlives it. */
PageShelf *page_shelf_new(WebFiles *web);
void page_shelf_free(PageShelf *shelf);

/** A file of the built pages as a template or as JSON. */
typedef struct PageSheet PageSheet;
void page_sheet_unref(PageSheet *sheet);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(PageSheet, page_sheet_unref)

/** NULL when the pages are not built, or the file is broken (logged). */
PageSheet *page_shelf_find_template(PageShelf *shelf, const char *name);
PageSheet *page_shelf_find_texts(PageShelf *shelf, const char *language);

const PageTemplate *page_sheet_template(const PageSheet *sheet);
/** The object of a table of texts, borrowed from the sheet; for reading only. */
const json_t *page_sheet_texts(const PageSheet *sheet);
