/** Lines of Prometheus text (exposition format 0.0.4). */
#pragma once

#include <glib.h>

/** HELP and TYPE of the metric `name`, before its samples. */
void metrics_text_head(GString *out, const char *name, const char *type, const char *help);
/** One sample; `labels` as in `kind="span"`, NULL for none. The locale does not matter. */
void metrics_text_sample(GString *out, const char *name, const char *labels, double value);
/** Head and the one sample of a metric without labels. */
void metrics_text_value(GString *out, const char *name, const char *type, const char *help, double value);
