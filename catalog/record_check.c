#include "catalog/record.h"

#include "base/id.h"
#include "catalog/division.h"

#include <string.h>

static bool refuse(RecordFault *fault, RecordFaultReason reason, const RecordField *field, const char *given) {
  record_fault_set(fault, reason, field->name, given);
  return false;
}

/* Control characters become spaces (line ends stay in prose), white space around goes. NULL when it is no UTF-8. */
static char *tidy(const char *text, bool is_prose) {
  if (!g_utf8_validate(text, -1, NULL))
    return NULL;
  g_autoptr(GString) out = g_string_new(NULL);
  for (const char *at = text; *at; at = g_utf8_next_char(at)) {
    gunichar c = g_utf8_get_char(at);
    bool is_line_end = c == '\n' && is_prose;
    g_string_append_unichar(out, g_unichar_iscntrl(c) && !is_line_end ? ' ' : c);
  }
  const char *start = out->str;
  while (*start && g_unichar_isspace(g_utf8_get_char(start)))
    start = g_utf8_next_char(start);
  char *end = out->str + out->len;
  while (end > start) {
    char *last = g_utf8_prev_char(end);
    if (!g_unichar_isspace(g_utf8_get_char(last)))
      break;
    end = last;
  }
  return g_strndup(start, (gsize)(end - start));
}

static bool is_language(const char *text) {
  size_t part = 0;
  for (const char *at = text; *at; at++) {
    if (*at == '-' && part == 0)
      return false;
    part = *at == '-' ? 0 : part + 1;
    if ((*at != '-' && !g_ascii_isalnum(*at)) || part > 8)
      return false;
  }
  return part > 0 && g_ascii_isalpha(text[0]) && g_ascii_isalpha(text[1]);
}

static bool check_number(const RecordField *field, char **value, RecordFault *fault) {
  gint64 number = 0;
  if (!g_ascii_string_to_signed(*value, 10, 0, field->size_max, &number, NULL))
    return refuse(fault, RECORD_FAULT_FORM, field, *value);
  g_free(*value);
  *value = g_strdup_printf("%" G_GINT64_FORMAT, number);
  return true;
}

static bool check_word(const RecordField *field, char **value, RecordFault *fault) {
  size_t count = 0;
  const CatalogWord *words = field->words(&count);
  const CatalogWord *word = catalog_find_word(words, count, *value);
  if (!word)
    return refuse(fault, RECORD_FAULT_NO_WORD, field, *value);
  g_free(*value);
  *value = g_strdup(word->slug);
  return true;
}

/* One value that is not empty; of a list one of its entries. */
static bool check_one(const RecordField *field, char **value, RecordFault *fault) {
  switch (field->type) {
  case RECORD_FIELD_LINE:
  case RECORD_FIELD_PROSE:
  case RECORD_FIELD_LINES:
    return g_utf8_strlen(*value, -1) <= field->size_max || refuse(fault, RECORD_FAULT_TOO_LONG, field, *value);
  case RECORD_FIELD_WORD:
  case RECORD_FIELD_WORDS:
    return check_word(field, value, fault);
  case RECORD_FIELD_LANGUAGE:
    return (strlen(*value) <= (size_t)field->size_max && is_language(*value)) ||
           refuse(fault, RECORD_FAULT_FORM, field, *value);
  case RECORD_FIELD_DIVISION:
    return division_level(*value) > 0 || refuse(fault, RECORD_FAULT_FORM, field, *value);
  case RECORD_FIELD_REFERENCE:
  case RECORD_FIELD_REFERENCES:
    return id_is_valid(*value) || refuse(fault, RECORD_FAULT_NO_RECORD, field, *value);
  case RECORD_FIELD_NUMBER:
    return check_number(field, value, fault);
  }
  return false;
}

static int compare_texts(gconstpointer a, gconstpointer b) {
  return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static bool check_list(const RecordField *field, char **value, RecordFault *fault) {
  g_auto(GStrv) parts = g_strsplit(*value, RECORD_LIST_SEPARATOR, -1);
  g_autoptr(GPtrArray) list = g_ptr_array_new();
  for (char **part = parts; *part; part++) {
    char *clean = tidy(*part, false);
    if (!clean)
      return refuse(fault, RECORD_FAULT_FORM, field, "");
    g_free(*part);
    *part = clean;
    if (!*clean)
      continue;
    if (!check_one(field, part, fault))
      return false;
    bool is_twice = g_ptr_array_find_with_equal_func(list, *part, g_str_equal, NULL);
    if (is_twice && field->type == RECORD_FIELD_REFERENCES)
      return refuse(fault, RECORD_FAULT_TWICE, field, *part);
    if (!is_twice)
      g_ptr_array_add(list, *part);
    if (list->len > RECORD_LIST_MAX)
      return refuse(fault, RECORD_FAULT_TOO_MANY, field, "");
  }
  if (field->type != RECORD_FIELD_REFERENCES)
    g_ptr_array_sort(list, compare_texts); /* a set has one form, as the catalog gives it back */
  g_ptr_array_add(list, NULL);
  g_free(*value);
  *value = g_strjoinv(RECORD_LIST_SEPARATOR, (char **)list->pdata);
  return true;
}

static bool check_field(const RecordField *field, char **value, RecordFault *fault) {
  if (record_field_is_list(field))
    return check_list(field, value, fault);
  char *clean = tidy(*value, field->type == RECORD_FIELD_PROSE);
  if (!clean)
    return refuse(fault, RECORD_FAULT_FORM, field, "");
  g_free(*value);
  *value = clean;
  if (!*clean && field->flags & RECORD_FIELD_REQUIRED)
    return refuse(fault, RECORD_FAULT_MISSING, field, NULL);
  if (!*clean && field->type == RECORD_FIELD_NUMBER) {
    g_free(*value);
    *value = g_strdup("0");
  }
  return !**value || check_one(field, value, fault);
}

bool record_check(CatalogRecord *record, bool is_new, RecordFault *fault) {
  const RecordSpec *spec = record_spec(record->kind);
  for (size_t i = 0; i < spec->field_count; i++) {
    const RecordField *field = &spec->fields[i];
    if (!record->values[i] && is_new)
      record->values[i] = g_strdup(field->default_value ? field->default_value : "");
    if (record->values[i] && !check_field(field, &record->values[i], fault))
      return false;
  }
  return true;
}
