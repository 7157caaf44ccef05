/** One value of base/option_table.h as text; private to base. */
#pragma once

#include "base/option_table.h"

/** Parse `text` by the type and range of `spec` into the field of `target`, which is untouched on failure. */
bool option_value_parse(const OptionSpec *spec, void *target, const char *text, GError **error);
/** What `text` most likely was meant to be among `names`; NULL when nothing is near. */
const char *option_value_find_nearest(const char *text, const char *const *names);
/** Free what the field holds. */
void option_value_clear(const OptionSpec *spec, void *target);
/** A numeric value in the unit of `spec`; caller frees. */
char *option_value_format_number(const OptionSpec *spec, int64_t value);
