/** Search criteria of UPnP's ContentDirectory (§2.5.5 of ContentDirectory:1, with startsWith of version 3): parsing, and
 * looking whether an object fits. Parser of outside bytes.
 *
 *   criteria := "*" | any
 *   any      := all ("or" all)*                  "and" binds closer than "or"
 *   all      := one ("and" one)*
 *   one      := "(" any ")" | property operator value
 *   value    := quoted text with \" and \\, or, after "exists", true or false
 *
 * Texts are compared as search does everywhere in Kapok: without regard to case, width, accents, and simplified or traditional
 * characters. Threads: one; a parsed one does not change. */
#pragma once

#include <glib.h>
#include <stdbool.h>

#define SEARCH_CRITERIA_BYTES_MAX 4096
#define SEARCH_CRITERIA_TERMS_MAX 64
#define SEARCH_CRITERIA_DEPTH_MAX 16

#define SEARCH_CRITERIA_ERROR (search_criteria_error_quark())
GQuark search_criteria_error_quark(void);
typedef enum { SEARCH_CRITERIA_ERROR_SYNTAX, SEARCH_CRITERIA_ERROR_TOO_LARGE } SearchCriteriaError;

typedef struct SearchCriteria SearchCriteria;

/** NULL with SEARCH_CRITERIA_ERROR, whose message says at which byte. */
SearchCriteria *search_criteria_parse(const char *text, GError **error);
void search_criteria_free(SearchCriteria *criteria);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SearchCriteria, search_criteria_free)

/** A property of an object. */
typedef struct {
  const char *text;   /**< NULL: the object has none of this name */
  const char *folded; /**< search_text_fold() of it; NULL for what is no text of a language, such as a class */
} SearchProperty;
/** What `object` has under `name` ("dc:title", "@id", "res@size"). */
typedef SearchProperty (*SearchPropertyFunc)(gconstpointer object, const char *name);

bool search_criteria_fits(const SearchCriteria *criteria, SearchPropertyFunc property, gconstpointer object);

/** The form in which texts are compared; caller frees. */
char *search_text_fold(const char *text);
