#include "dlna/search_criteria.h"

#include <string.h>

/** name=text pairs; texts of dc:* are folded. */
typedef struct {
  const char *title, *kind, *number;
} Thing;

static char *folded_title;

static SearchProperty property_of(gconstpointer object, const char *name) {
  const Thing *thing = object;
  if (strcmp(name, "dc:title") == 0) {
    g_free(folded_title);
    folded_title = search_text_fold(thing->title);
    return (SearchProperty){thing->title, folded_title};
  }
  if (strcmp(name, "upnp:class") == 0)
    return (SearchProperty){thing->kind, NULL};
  if (strcmp(name, "number") == 0)
    return (SearchProperty){thing->number, NULL};
  return (SearchProperty){NULL, NULL};
}

static const Thing lesson = {"社区Ｗi-Fi安全課", "object.item.videoItem.movie", "12"};

static const struct {
  const char *criteria;
  bool fits;
} looks[] = {
    {"*", true},
    {" * ", true},
    {"dc:title contains \"社区\"", true},
    {"dc:title contains \"wi-fi\"", true},
    {"dc:title contains \"安全课\"", true}, /* simplified for traditional */
    {"dc:title contains \"防火\"", false},
    {"dc:title doesNotContain \"防火\"", true},
    {"dc:title startsWith \"社区\"", true},
    {"dc:title startsWith \"安全\"", false},
    {"dc:title = \"社區WI-FI安全课\"", true},
    {"dc:title != \"社区\"", true},
    {"upnp:class derivedfrom \"object.item.videoItem\"", true},
    {"upnp:class derivedfrom \"OBJECT.ITEM\"", true},
    {"upnp:class derivedfrom \"object.item.video\"", false}, /* not at a dot */
    {"upnp:class = \"object.item.videoItem.movie\"", true},
    {"upnp:class contains \"videoitem\"", true},
    {"number < \"100\"", true}, /* as numbers */
    {"number >= \"12\"", true},
    {"number > \"12\"", false},
    {"number <= \"9\"", false},
    {"dc:creator exists false", true},
    {"dc:creator exists true", false},
    {"dc:title exists true", true},
    {"dc:creator contains \"x\"", false},
    {"dc:creator doesNotContain \"x\"", true},
    {"dc:creator = \"\"", false},
    {"dc:title contains \"防火\" or dc:title contains \"社区\" and number = \"12\"", true},
    {"dc:title contains \"社区\" or dc:title contains \"社区\" and number = \"13\"", true}, /* and binds closer */
    {"(dc:title contains \"社区\" or dc:title contains \"社区\") and number = \"13\"", false},
    {"(((number = \"12\")))AND(dc:title exists true)", true},
    {"\tdc:title\n=\r\"社区wi-fi安全课\" ", true},
};

static void test_search_criteria_fits(void) {
  for (size_t i = 0; i < G_N_ELEMENTS(looks); i++) {
    g_autoptr(GError) error = NULL;
    g_autoptr(SearchCriteria) criteria = search_criteria_parse(looks[i].criteria, &error);
    g_assert_no_error(error);
    if (search_criteria_fits(criteria, property_of, &lesson) != looks[i].fits)
      g_error("%s: expected %d", looks[i].criteria, looks[i].fits);
  }
}

static void test_search_criteria_escapes(void) {
  static const Thing quoted = {"say \"hi\" \\ bye", "object", "1"};
  g_autoptr(SearchCriteria) criteria =
      search_criteria_parse("upnp:class = \"object\" and dc:title = \"say \\\"hi\\\" \\\\ bye\"", NULL);
  g_assert_nonnull(criteria);
  g_assert_true(search_criteria_fits(criteria, property_of, &quoted));
  g_assert_false(search_criteria_fits(criteria, property_of, &lesson));
}

static void test_search_criteria_refuses(void) {
  static const char *const wrong[] = {
      "",
      " ",
      "dc:title",
      "dc:title contains",
      "dc:title contains 社区",
      "dc:title contains \"社区",
      "dc:title contains \"社区\\",
      "dc:title likes \"x\"",
      "dc:title exists maybe",
      "dc:title exists \"true\"",
      "(dc:title exists true",
      "dc:title exists true)",
      "()",
      "dc:title exists true and",
      "dc:title exists true or or dc:title exists true",
      "dc:title exists true dc:title exists true",
      "* and *",
      "and",
      "\"x\" = dc:title",
      "dc:title containsx \"y\"",
  };
  for (size_t i = 0; i < G_N_ELEMENTS(wrong); i++) {
    g_autoptr(GError) error = NULL;
    SearchCriteria *criteria = search_criteria_parse(wrong[i], &error);
    if (criteria != NULL)
      g_error("“%s” was taken", wrong[i]);
    g_assert_error(error, SEARCH_CRITERIA_ERROR, SEARCH_CRITERIA_ERROR_SYNTAX);
    g_assert_nonnull(strstr(error->message, "byte"));
  }
}

/** What stands at the limit is taken, what is past it is not. */
static void test_search_criteria_limits(void) {
  for (int over = 0; over <= 1; over++) {
    g_autofree char *opening = g_strnfill(SEARCH_CRITERIA_DEPTH_MAX + over, '(');
    g_autofree char *closing = g_strnfill(SEARCH_CRITERIA_DEPTH_MAX + over, ')');
    g_autofree char *deep = g_strconcat(opening, "number = \"12\"", closing, NULL);
    g_autoptr(SearchCriteria) nested = search_criteria_parse(deep, NULL);
    g_assert_cmpint(nested != NULL, ==, !over);

    g_autoptr(GString) many = g_string_new("a = \"\"");
    for (int i = 0; i < SEARCH_CRITERIA_TERMS_MAX / 2 - 1 + over; i++) /* two terms each: itself and the "or" */
      g_string_append(many, " or a = \"\"");
    g_autoptr(SearchCriteria) wide = search_criteria_parse(many->str, NULL);
    g_assert_cmpint(wide != NULL, ==, !over);

    g_autofree char *letters = g_strnfill((gsize)(SEARCH_CRITERIA_BYTES_MAX - 6 + over), 'x');
    g_autofree char *text = g_strconcat("a = \"", letters, "\"", NULL);
    g_autoptr(SearchCriteria) is_long = search_criteria_parse(text, NULL);
    g_assert_cmpint(is_long != NULL, ==, !over);
  }
}

int main(int argc, char **argv) {
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/search_criteria/fits", test_search_criteria_fits);
  g_test_add_func("/search_criteria/escapes", test_search_criteria_escapes);
  g_test_add_func("/search_criteria/refuses", test_search_criteria_refuses);
  g_test_add_func("/search_criteria/limits", test_search_criteria_limits);
  int status = g_test_run();
  g_free(folded_title);
  return status;
}
