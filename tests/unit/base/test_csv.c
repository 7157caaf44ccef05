#include "base/csv.h"

#include <string.h>

static GString *dump(const char *text, GError **error) {
  CsvReader reader;
  csv_reader_init(&reader, text, strlen(text));
  g_autoptr(GPtrArray) fields = g_ptr_array_new_with_free_func(g_free);
  GString *out = g_string_new(NULL);
  int64_t line = 0;
  while (csv_reader_next_row(&reader, fields, &line, error)) {
    g_string_append_printf(out, "%d:", (int)line);
    for (guint i = 0; i < fields->len; i++)
      g_string_append_printf(out, "[%s]", (char *)fields->pdata[i]);
    g_string_append_c(out, ';');
  }
  return out;
}

static void test_csv_reader_rows(void) {
  static const struct {
    const char *text, *expected;
  } cases[] = {
      {"", ""},
      {"\n\r\n\r", ""},
      {"a,b\n1,2\n", "1:[a][b];2:[1][2];"},
      {"a,b\r\n1,2", "1:[a][b];2:[1][2];"},
      {"a\rb\rc", "1:[a];2:[b];3:[c];"},
      {"a,\n,\n", "1:[a][];2:[][];"},
      {"\n\na\n", "3:[a];"},
      {"\"x,\"\"y\"\"\",z", "1:[x,\"y\"][z];"},
      {"\"one\ntwo\r\nthree\",z\nq", "1:[one\ntwo\r\nthree][z];4:[q];"},
      {"\"\",\"\"", "1:[][];"},
      {"太极拳,书法", "1:[太极拳][书法];"},
      {" a , b ", "1:[ a ][ b ];"},
      {"it's,'quoted'", "1:[it's]['quoted'];"},
      {"'=1+1,''-2,'x", "1:[=1+1]['-2]['x];"},
  };
  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_autoptr(GError) error = NULL;
    g_autoptr(GString) out = dump(cases[i].text, &error);
    g_assert_no_error(error);
    g_assert_cmpstr(out->str, ==, cases[i].expected);
  }
}

static void test_csv_reader_refuses(void) {
  g_autofree char *wide = g_strnfill(CSV_FIELDS_MAX, ',');
  const struct {
    const char *text;
    CsvError code;
    const char *place;
  } cases[] = {{"a\n\"b\nc", CSV_ERROR_QUOTE, "line 2"},
               {"a\nb\n\"c\"d", CSV_ERROR_QUOTE, "line 3"},
               {wide, CSV_ERROR_FIELDS, "line 1"}};
  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_autoptr(GError) error = NULL;
    g_autoptr(GString) out = dump(cases[i].text, &error);
    g_assert_error(error, CSV_ERROR, (int)cases[i].code);
    g_assert_nonnull(strstr(error->message, cases[i].place));
  }
}

/* Whatever the texts, they come back, and none begins like a formula. */
static void test_csv_append_field_comes_back(void) {
  static const char *const texts[] = {"",     "a",    "a,b", "\"",       "=1+1", "-5",   "'=x", "''@", "'",
                                      "x\ny", "\r\n", " a ", "太极，拳", "+",    "a\rb", "'a'", "\t="};
  g_autoptr(GString) text = g_string_new(NULL);
  for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
    size_t start = text->len + (i > 0);
    if (i > 0)
      g_string_append_c(text, ',');
    csv_append_field(text, texts[i]);
    const char *shown = text->str + start + (text->str[start] == '"');
    g_assert_false(*shown && strchr("=+-@", *shown));
  }
  CsvReader reader;
  csv_reader_init(&reader, text->str, text->len);
  g_autoptr(GPtrArray) fields = g_ptr_array_new_with_free_func(g_free);
  g_autoptr(GError) error = NULL;
  int64_t line = 0;
  g_assert_true(csv_reader_next_row(&reader, fields, &line, &error));
  g_assert_cmpuint(fields->len, ==, G_N_ELEMENTS(texts));
  for (size_t i = 0; i < G_N_ELEMENTS(texts); i++)
    g_assert_cmpstr(fields->pdata[i], ==, texts[i]);
}

int main(int argc, char **argv) {
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/csv/reader_rows", test_csv_reader_rows);
  g_test_add_func("/csv/reader_refuses", test_csv_reader_refuses);
  g_test_add_func("/csv/append_field_comes_back", test_csv_append_field_comes_back);
  return g_test_run();
}
