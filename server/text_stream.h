/** Answers whose text is made while it goes out: exports and reports, of whatever length. */
#pragma once

#include "server/http/http_response.h"

/** Append the next piece; `*ret_is_end` when there is no more. False cuts the answer off, and is logged. */
typedef bool (*TextStreamNextFunc)(gpointer source, GString *text, bool *ret_is_end, GError **error);

/** Answer with the text, to be kept under `file_name` (static ASCII or made of ids). Takes `source`. */
void text_stream_take(HttpResponse *response, const char *content_type, const char *file_name,
                      TextStreamNextFunc next, GDestroyNotify free_source, gpointer source);
