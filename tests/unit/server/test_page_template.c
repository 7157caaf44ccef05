#include "server/pages/page_template.h"

#include <string.h>

static char *render(const char *text, const char *texts_json, const char *model_json) {
  g_autoptr(GError) error = NULL;
  g_autoptr(PageTemplate) page = page_template_parse(text, strlen(text), &error);
  g_assert_no_error(error);
  json_t *texts = json_loads(texts_json, 0, NULL), *model = json_loads(model_json, 0, NULL);
  g_assert_nonnull(texts);
  g_assert_nonnull(model);
  GString *out = g_string_new(NULL);
  page_template_render(page, texts, model, out);
  json_decref(texts);
  json_decref(model);
  return g_string_free(out, FALSE);
}

static void test_page_template_render(void) {
  static const struct {
    const char *text, *texts, *model, *wanted;
  } cases[] = {
      {"plain", "{}", "{}", "plain"},
      {"{{a}} {{b.c}} {{none}} {{n}}", "{}", "{\"a\":\"x\",\"b\":{\"c\":\"y\"},\"n\":1.5}", "x y  1.5"},
      {"{{a}}", "{}", "{\"a\":\"<b> & \\\"c\\\" 'd'\"}", "&lt;b&gt; &amp; &quot;c&quot; &#39;d&#39;"},
      {"{{@a}}", "{}", "{\"a\":\"</script><!--&\"}", "\"\\u003c/script\\u003e\\u003c!--\\u0026\""},
      {"{{@none}}", "{}", "{}", "null"},
      {"{{#a}}<{{x}}{{y}}>{{/}}", "{}", "{\"y\":\"o\",\"a\":[{\"x\":1},{\"x\":2,\"y\":\"i\"}]}", "<1o><2i>"},
      {"{{#a}}{{.}},{{/}}", "{}", "{\"a\":[\"p\",\"q\"]}", "p,q,"},
      {"{{#a}}{{#.y}}Y{{/}}{{^.y}}N{{/}}{{#y}}y{{/}}{{/}}", "{}", "{\"y\":true,\"a\":[{},{\"y\":1}]}", "NyYy"},
      {"{{#a}}1{{/}}{{^a}}0{{/}}", "{}", "{\"a\":\"\"}", "0"},
      {"{{#a}}1{{/}}{{^a}}0{{/}}", "{}", "{\"a\":0}", "0"},
      {"{{#a}}1{{/}}{{^a}}0{{/}}", "{}", "{\"a\":{}}", "0"},
      {"{{#a}}1{{/}}{{^a}}0{{/}}", "{}", "{\"a\":null}", "0"},
      {"{{#a}}1{{/}}{{^a}}0{{/}}", "{}", "{\"a\":\"x\"}", "1"},
      {"{{t.hello}} {{t.count count=n of=all}}", "{\"hello\":\"好\",\"count\":\"{count}/{of}{other}\"}",
       "{\"n\":3,\"all\":\"<9>\",\"t\":{\"hello\":\"no\"}}", "好 3/&lt;9&gt;{other}"},
      {"{{^a}}{{#b}}x{{/}}{{/}}z", "{}", "{\"b\":1}", "xz"},
  };
  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_autofree char *made = render(cases[i].text, cases[i].texts, cases[i].model);
    g_assert_cmpstr(made, ==, cases[i].wanted);
  }
}

/** What a variable holds is never taken for another variable. */
static void test_page_template_fill(void) {
  const char *const names[] = {"a", "b", NULL}, *const values[] = {"{b}", "2", NULL};
  g_autofree char *filled = page_template_fill("{a}{b}{c}{", names, values);
  g_assert_cmpstr(filled, ==, "{b}2{c}{");
}

static void test_page_template_broken(void) {
  static const char *const cases[] = {"{{a", "{{#a}}", "{{/}}", "{{#a}}{{/}}{{/}}", "line\n{{^b}} {{#a}} {{/}}"};
  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_autoptr(GError) error = NULL;
    g_assert_null(page_template_parse(cases[i], strlen(cases[i]), &error));
    g_assert_error(error, G_MARKUP_ERROR, G_MARKUP_ERROR_PARSE);
  }
  g_autoptr(GString) deep = g_string_new(NULL);
  for (int i = 0; i <= PAGE_TEMPLATE_DEPTH_MAX; i++)
    g_string_append(deep, "{{#a}}");
  g_autoptr(GError) error = NULL;
  g_assert_null(page_template_parse(deep->str, deep->len, &error));
  g_assert_error(error, G_MARKUP_ERROR, G_MARKUP_ERROR_PARSE);
}

int main(int argc, char **argv) {
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/page_template/render", test_page_template_render);
  g_test_add_func("/page_template/fill", test_page_template_fill);
  g_test_add_func("/page_template/broken", test_page_template_broken);
  return g_test_run();
}
