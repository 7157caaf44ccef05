/** What search reads of a course. Internal to catalog/. */
#pragma once

#include "base/blob_store.h"
#include "catalog/catalog.h"
#include "catalog/search/search_document.h"
#include "catalog/viewer.h"

/** Load a course with its lessons, chapters and Chinese captions (others when there are none). `*ret_document` is NULL
 * when there is no such course or it was deleted. Captions that cannot be read are left out. */
bool course_document_load(Catalog *catalog, const BlobStore *store, const char *course_id,
                          SearchDocument **ret_document, GError **error);

/** The rule of catalog/viewer.h on a document's visibility key. `viewer`: CatalogViewer or NULL. */
bool course_document_may_see(gconstpointer viewer, const char *visibility);
