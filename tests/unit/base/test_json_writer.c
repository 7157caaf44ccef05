#include "base/json_writer.h"

#include <glib.h>
#include <math.h>

static void test_json_writer_quote(void) {
  static const struct {
    const char *text, *json;
  } cases[] = {
      {"", "\"\""},
      {"plain", "\"plain\""},
      {"a\"b\\c/", "\"a\\\"b\\\\c/\""},
      {"\n\r\t\x01\x1f\x7f", "\"\\n\\r\\t\\u0001\\u001f\\u007f\""},
      {"太极拳 🎬", "\"太极拳 🎬\""},
      {"a\xff"
       "b",
       "\"a\xEF\xBF\xBD"
       "b\""},
      {"\xe4\xb8", "\"\xEF\xBF\xBD\xEF\xBF\xBD\""},                 /* cut in the middle */
      {"\xed\xa0\x80", "\"\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\""}, /* a surrogate */
      {"\xc0\xaf", "\"\xEF\xBF\xBD\xEF\xBF\xBD\""},                 /* overlong */
  };
  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_autoptr(GString) out = g_string_new(NULL);
    json_append_quoted(out, cases[i].text);
    g_assert_cmpstr(out->str, ==, cases[i].json);
  }
}

static void test_json_writer_quote_random(void) {
  for (int n = 0; n < 2000; n++) {
    char text[40];
    size_t length = (size_t)g_test_rand_int_range(0, sizeof text);
    for (size_t i = 0; i < length; i++)
      text[i] = (char)g_test_rand_int_range(1, 256);
    text[length] = '\0';
    g_autoptr(GString) out = g_string_new(NULL);
    json_append_quoted(out, text);
    g_assert_true(g_utf8_validate(out->str, (gssize)out->len, NULL));
    for (size_t i = 0; i < out->len; i++)
      g_assert_cmpuint((unsigned char)out->str[i], >=, 0x20);
  }
}

static void test_json_writer_numbers(void) {
  static const struct {
    double value;
    const char *json;
  } cases[] = {
      {0, "0"},
      {-0.0, "0"},
      {1, "1"},
      {1.5, "1.5"},
      {-2.25, "-2.25"},
      {0.1, "0.1"},
      {1.0 / 3, "0.333333"},
      {1e-9, "0"},
      {-1e-9, "0"},
      {100, "100"},
      {12345678, "12345678"},
      {NAN, "null"},
      {INFINITY, "null"},
      {1e18, "1e+18"},
  };
  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_autoptr(GString) out = g_string_new(NULL);
    JsonWriter writer;
    json_writer_init(&writer, out);
    json_writer_double(&writer, cases[i].value);
    g_assert_cmpstr(out->str, ==, cases[i].json);
  }
  g_autoptr(GString) out = g_string_new(NULL);
  JsonWriter writer;
  json_writer_init(&writer, out);
  json_writer_int(&writer, G_MININT64);
  g_assert_cmpstr(out->str, ==, "-9223372036854775808");
}

static void test_json_writer_nesting(void) {
  g_autoptr(GString) out = g_string_new(NULL);
  JsonWriter writer;
  json_writer_init(&writer, out);
  json_writer_begin_object(&writer);
  json_writer_name(&writer, "items");
  json_writer_begin_array(&writer);
  json_writer_begin_object(&writer);
  json_writer_member_string(&writer, "title", "课");
  json_writer_member_int(&writer, "n", 3);
  json_writer_end_object(&writer);
  json_writer_begin_array(&writer);
  json_writer_end_array(&writer);
  json_writer_null(&writer);
  json_writer_string(&writer, NULL);
  json_writer_end_array(&writer);
  json_writer_member_bool(&writer, "yes", true);
  json_writer_member_bool(&writer, "no", false);
  json_writer_member_double(&writer, "progress", 0.5);
  json_writer_name(&writer, "empty");
  json_writer_begin_object(&writer);
  json_writer_end_object(&writer);
  json_writer_end_object(&writer);
  g_assert_cmpstr(out->str, ==,
                  "{\"items\":[{\"title\":\"课\",\"n\":3},[],null,null],\"yes\":true,\"no\":false,"
                  "\"progress\":0.5,\"empty\":{}}");
}

int main(int argc, char **argv) {
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/base/json_writer/quote", test_json_writer_quote);
  g_test_add_func("/base/json_writer/quote_random", test_json_writer_quote_random);
  g_test_add_func("/base/json_writer/numbers", test_json_writer_numbers);
  g_test_add_func("/base/json_writer/nesting", test_json_writer_nesting);
  return g_test_run();
}
