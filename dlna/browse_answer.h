/** The answers to Browse and Search: which objects, which page of them, and the XML, once the sizes of their files are known.
 * Internal to content_directory.c. Threads: one, running its default GMainContext. */
#pragma once

#include "catalog/catalog.h"
#include "dlna/content_tree.h"
#include "dlna/size_book.h"

#include <libgupnp/gupnp.h>

/** UPnP's error codes (ContentDirectory:1, table 8). */
typedef enum {
  BROWSE_ERROR_INVALID_ARGS = 402,
  BROWSE_ERROR_ACTION_FAILED = 501,
  BROWSE_ERROR_NO_OBJECT = 701,
  BROWSE_ERROR_SEARCH_CRITERIA = 708,
  BROWSE_ERROR_SORT_CRITERIA = 709,
  BROWSE_ERROR_NO_CONTAINER = 710,
} BrowseError;

typedef struct {
  Catalog *catalog;
  ContentTree *tree;
  SizeBook *sizes;
  const char *base_url;
  guint *waiting; /**< answers that wait for sizes */
} BrowseScope;

/** Answer a Browse or a Search; what the scope names outlives the answer, but for tree and base_url. */
void browse_answer_browse(const BrowseScope *scope, GUPnPServiceAction *action);
void browse_answer_search(const BrowseScope *scope, GUPnPServiceAction *action);
