#include "server/metrics_text.h"

#include <math.h>
#include <stdbool.h>

void metrics_text_head(GString *out, const char *name, const char *type, const char *help) {
  g_string_append_printf(out, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

void metrics_text_sample(GString *out, const char *name, const char *labels, double value) {
  char text[G_ASCII_DTOSTR_BUF_SIZE];
  bool is_whole = value == floor(value) && fabs(value) < 9e15;
  g_ascii_formatd(text, sizeof text, is_whole ? "%.0f" : "%.6f", value);
  if (labels != NULL)
    g_string_append_printf(out, "%s{%s} %s\n", name, labels, text);
  else
    g_string_append_printf(out, "%s %s\n", name, text);
}

void metrics_text_value(GString *out, const char *name, const char *type, const char *help, double value) {
  metrics_text_head(out, name, type, help);
  metrics_text_sample(out, name, NULL, value);
}
