/** Templates of pages: text with places that are filled from a JSON value. A small part of Mustache:
 *
 *   {{path}}                the value as text, its HTML special characters escaped
 *   {{path name=path ...}}  the same for a text with {name} variables in it, which are filled first
 *   {{@path}}               the value as JSON that may stand inside a script element
 *   {{#path}} ... {{/}}     once for each item of an array; once for anything else that is neither null, false, 0, "" nor {}
 *   {{^path}} ... {{/}}     when {{#path}} would show nothing
 *
 * A path is names joined by dots; the first is looked for in the innermost item and outwards. "." is the item itself,
 * ".path" is looked for in it alone.
 * What is not there is empty.
 *
 * Threads: a parsed template is immutable. */
#pragma once

#include <glib.h>
#include <jansson.h>
#include <stdbool.h>

#define PAGE_TEMPLATE_DEPTH_MAX 16

typedef struct PageTemplate PageTemplate;

/** Parse `text` (UTF-8). Fails with G_MARKUP_ERROR_PARSE, naming the line, for tags that are not closed or sections that
 * are nested wrongly or deeper than PAGE_TEMPLATE_DEPTH_MAX. */
PageTemplate *page_template_parse(const char *text, size_t length, GError **error);
void page_template_free(PageTemplate *page);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(PageTemplate, page_template_free)

/** Append the page of `model` (an object, borrowed) to `out`. `texts` (borrowed, may be NULL) is what the name "t" means. */
void page_template_render(const PageTemplate *page, const json_t *texts, const json_t *model, GString *out);

/** `text` with its {name} variables replaced: `names` and `values` are NULL-terminated lists side by side. One that is not
 * among them stays. Caller frees. */
char *page_template_fill(const char *text, const char *const *names, const char *const *values);
