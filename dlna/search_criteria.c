#include "dlna/search_criteria.h"

#include "catalog/search/search_fold.h"

#include <string.h>

typedef enum {
  TERM_ALL, /**< anything fits */
  TERM_AND,
  TERM_OR,
  TERM_EQUAL,
  TERM_NOT_EQUAL,
  TERM_LESS,
  TERM_LESS_EQUAL,
  TERM_GREATER,
  TERM_GREATER_EQUAL,
  TERM_CONTAINS,
  TERM_LACKS,
  TERM_STARTS,
  TERM_DERIVED,
  TERM_EXISTS,
} TermKind;

typedef struct {
  TermKind kind;
  int left, right;             /**< TERM_AND, TERM_OR: indexes */
  char *name, *value, *folded; /**< all others */
} Term;

struct SearchCriteria {
  GArray *terms; /**< Term */
  int root;
};

typedef struct {
  const char *start, *at;
  SearchCriteria *criteria;
  int depth;
  GError **error;
} Parser;

static const struct {
  const char *word;
  TermKind kind;
} operators[] = {
    /* longer ones before those they begin with */
    {"!=", TERM_NOT_EQUAL},
    {"<=", TERM_LESS_EQUAL},
    {">=", TERM_GREATER_EQUAL},
    {"=", TERM_EQUAL},
    {"<", TERM_LESS},
    {">", TERM_GREATER},
    {"contains", TERM_CONTAINS},
    {"doesNotContain", TERM_LACKS},
    {"startsWith", TERM_STARTS},
    {"derivedfrom", TERM_DERIVED},
    {"exists", TERM_EXISTS},
};

G_DEFINE_QUARK(kapok - search - criteria - error, search_criteria_error)

static void term_clear(gpointer data) {
  Term *term = data;
  g_free(term->name);
  g_free(term->value);
  g_free(term->folded);
}

void search_criteria_free(SearchCriteria *criteria) {
  if (!criteria)
    return;
  g_array_unref(criteria->terms);
  g_free(criteria);
}

char *search_text_fold(const char *text) {
  g_autoptr(FoldedText) folded = fold_text(text, strlen(text));
  GString *out = g_string_sized_new(folded->count * 3);
  for (size_t i = 0; i < folded->count; i++)
    g_string_append_unichar(out, folded->chars[i]);
  return g_string_free(out, FALSE);
}

/* --- parsing: each returns the index of a term, or -1 with the error set --- */

static int fail(const Parser *parser, const char *what) {
  g_set_error(parser->error, SEARCH_CRITERIA_ERROR, SEARCH_CRITERIA_ERROR_SYNTAX, "search criteria, byte %zu: %s",
              (size_t)(parser->at - parser->start), what);
  return -1;
}

static int add(const Parser *parser, const Term *term) {
  GArray *terms = parser->criteria->terms;
  if (terms->len >= SEARCH_CRITERIA_TERMS_MAX) {
    term_clear((gpointer)term);
    g_set_error(parser->error, SEARCH_CRITERIA_ERROR, SEARCH_CRITERIA_ERROR_TOO_LARGE,
                "search criteria of more than %d terms", SEARCH_CRITERIA_TERMS_MAX);
    return -1;
  }
  g_array_append_vals(terms, term, 1);
  return (int)terms->len - 1;
}

static void skip_space(Parser *parser) {
  while (*parser->at != '\0' && strchr(" \t\n\v\f\r", *parser->at) != NULL)
    parser->at++;
}

static bool is_word_end(char letter) {
  return letter == '\0' || strchr(" \t\n\v\f\r()\"", letter) != NULL;
}

/** Take `word` when it is next, in any case. */
static bool take_word(Parser *parser, const char *word) {
  size_t length = strlen(word);
  skip_space(parser);
  if (g_ascii_strncasecmp(parser->at, word, length) != 0 ||
      (g_ascii_isalpha(*word) && !is_word_end(parser->at[length])))
    return false;
  parser->at += length;
  return true;
}

static bool take_operator(Parser *parser, TermKind *ret_kind) {
  for (size_t i = 0; i < G_N_ELEMENTS(operators); i++)
    if (take_word(parser, operators[i].word)) {
      *ret_kind = operators[i].kind;
      return true;
    }
  fail(parser, "an operator is missing");
  return false;
}

static char *take_name(Parser *parser) {
  const char *begin = parser->at;
  while (g_ascii_isalnum(*parser->at) || (*parser->at != '\0' && strchr(":@_-.", *parser->at) != NULL))
    parser->at++;
  if (parser->at > begin)
    return g_strndup(begin, (gsize)(parser->at - begin));
  fail(parser, "a property is missing");
  return NULL;
}

static char *take_quoted(Parser *parser) {
  skip_space(parser);
  if (*parser->at != '"') {
    fail(parser, "a text in quotes is missing");
    return NULL;
  }
  GString *value = g_string_new(NULL);
  for (parser->at++; *parser->at != '\0' && *parser->at != '"'; parser->at++) {
    if (*parser->at == '\\' && parser->at[1] != '\0')
      parser->at++;
    g_string_append_c(value, *parser->at);
  }
  if (*parser->at == '"') {
    parser->at++;
    return g_string_free(value, FALSE);
  }
  g_string_free(value, TRUE);
  fail(parser, "the text has no end");
  return NULL;
}

static char *take_truth(Parser *parser) {
  if (take_word(parser, "true"))
    return g_strdup("true");
  if (take_word(parser, "false"))
    return g_strdup("false");
  fail(parser, "true or false is missing");
  return NULL;
}

static int parse_relation(Parser *parser) {
  Term term = {.left = -1, .right = -1, .name = take_name(parser)};
  if (term.name != NULL && take_operator(parser, &term.kind))
    term.value = term.kind == TERM_EXISTS ? take_truth(parser) : take_quoted(parser);
  if (term.value == NULL) {
    term_clear(&term);
    return -1;
  }
  term.folded = search_text_fold(term.value);
  return add(parser, &term);
}

static int parse_any(Parser *parser);

static int parse_one(Parser *parser) {
  skip_space(parser);
  if (*parser->at != '(')
    return parse_relation(parser);
  if (parser->depth >= SEARCH_CRITERIA_DEPTH_MAX)
    return fail(parser, "brackets are nested too deeply");
  parser->at++;
  parser->depth++;
  int inner = parse_any(parser);
  parser->depth--;
  skip_space(parser);
  if (inner >= 0 && *parser->at != ')')
    return fail(parser, "a closing bracket is missing");
  parser->at += inner >= 0;
  return inner;
}

static int join(Parser *parser, TermKind kind, int left, int right) {
  Term term = {.kind = kind, .left = left, .right = right};
  return right < 0 ? -1 : add(parser, &term);
}

static int parse_all(Parser *parser) {
  int left = parse_one(parser);
  while (left >= 0 && take_word(parser, "and"))
    left = join(parser, TERM_AND, left, parse_one(parser));
  return left;
}

static int parse_any(Parser *parser) {
  int left = parse_all(parser);
  while (left >= 0 && take_word(parser, "or"))
    left = join(parser, TERM_OR, left, parse_all(parser));
  return left;
}

static int parse_criteria(Parser *parser) {
  static const Term all = {.kind = TERM_ALL};
  skip_space(parser);
  bool is_all = *parser->at == '*';
  parser->at += is_all;
  int root = is_all ? add(parser, &all) : parse_any(parser);
  skip_space(parser);
  return root >= 0 && *parser->at != '\0' ? fail(parser, "something follows that does not belong there") : root;
}

SearchCriteria *search_criteria_parse(const char *text, GError **error) {
  if (strlen(text) > SEARCH_CRITERIA_BYTES_MAX) {
    g_set_error(error, SEARCH_CRITERIA_ERROR, SEARCH_CRITERIA_ERROR_TOO_LARGE,
                "search criteria of more than %d bytes", SEARCH_CRITERIA_BYTES_MAX);
    return NULL;
  }
  g_autoptr(SearchCriteria) criteria = g_new0(SearchCriteria, 1);
  criteria->terms = g_array_new(FALSE, FALSE, sizeof(Term));
  g_array_set_clear_func(criteria->terms, term_clear);
  Parser parser = {.start = text, .at = text, .criteria = criteria, .error = error};
  criteria->root = parse_criteria(&parser);
  return criteria->root >= 0 ? g_steal_pointer(&criteria) : NULL;
}

/* --- looking --- */

/** Numbers by value, all else by letters. */
static int compare(const Term *term, const SearchProperty *property) {
  char *end = NULL, *other_end = NULL;
  gint64 given = g_ascii_strtoll(property->text, &end, 10), wanted = g_ascii_strtoll(term->value, &other_end, 10);
  if (end > property->text && *end == '\0' && other_end > term->value && *other_end == '\0')
    return given < wanted ? -1 : given > wanted;
  return property->folded != NULL ? strcmp(property->folded, term->folded)
                                  : g_ascii_strcasecmp(property->text, term->value);
}

static bool contains(const Term *term, const SearchProperty *property) {
  if (property->folded != NULL)
    return strstr(property->folded, term->folded) != NULL;
  g_autofree char *text = g_ascii_strdown(property->text, -1), *value = g_ascii_strdown(term->value, -1);
  return strstr(text, value) != NULL;
}

static bool starts(const Term *term, const SearchProperty *property) {
  return property->folded != NULL ? g_str_has_prefix(property->folded, term->folded)
                                  : g_ascii_strncasecmp(property->text, term->value, strlen(term->value)) == 0;
}

/** The class itself, or one below it. */
static bool is_derived(const Term *term, const char *text) {
  size_t length = strlen(term->value);
  return g_ascii_strncasecmp(text, term->value, length) == 0 && (text[length] == '\0' || text[length] == '.');
}

static bool relation_fits(const Term *term, const SearchProperty *property) {
  if (term->kind == TERM_EXISTS)
    return (property->text != NULL) == (strcmp(term->value, "true") == 0);
  if (property->text == NULL) /* what is not there neither is nor has anything */
    return term->kind == TERM_LACKS || term->kind == TERM_NOT_EQUAL;
  switch (term->kind) {
  case TERM_EQUAL:
    return compare(term, property) == 0;
  case TERM_NOT_EQUAL:
    return compare(term, property) != 0;
  case TERM_LESS:
    return compare(term, property) < 0;
  case TERM_LESS_EQUAL:
    return compare(term, property) <= 0;
  case TERM_GREATER:
    return compare(term, property) > 0;
  case TERM_GREATER_EQUAL:
    return compare(term, property) >= 0;
  case TERM_CONTAINS:
    return contains(term, property);
  case TERM_LACKS:
    return !contains(term, property);
  case TERM_STARTS:
    return starts(term, property);
  case TERM_DERIVED:
    return is_derived(term, property->text);
  case TERM_ALL:
  case TERM_AND:
  case TERM_OR:
  case TERM_EXISTS:
    break;
  }
  return false;
}

bool search_criteria_fits(const SearchCriteria *criteria, SearchPropertyFunc property, gconstpointer object) {
  bool fits[SEARCH_CRITERIA_TERMS_MAX];
  for (guint i = 0; i < criteria->terms->len; i++) { /* terms stand behind those they join */
    const Term *term = &g_array_index(criteria->terms, Term, i);
    if (term->kind == TERM_ALL) {
      fits[i] = true;
    } else if (term->kind == TERM_AND) {
      fits[i] = fits[term->left] && fits[term->right];
    } else if (term->kind == TERM_OR) {
      fits[i] = fits[term->left] || fits[term->right];
    } else {
      SearchProperty found = property(object, term->name);
      fits[i] = relation_fits(term, &found);
    }
  }
  return fits[criteria->root];
}
