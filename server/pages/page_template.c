#include "server/pages/page_template.h"

#include <string.h>

#define VARIABLES_MAX 6

typedef enum { OP_TEXT, OP_VALUE, OP_JSON, OP_SECTION, OP_INVERTED, OP_END } OpKind;

typedef struct {
  OpKind kind;
  char *text;                                                /**< OP_TEXT: the text; else the path */
  char *names[VARIABLES_MAX + 1], *paths[VARIABLES_MAX + 1]; /**< of OP_VALUE; NULL-terminated */
  guint end;                                                 /**< of a section: the index of its OP_END */
} Op;

struct PageTemplate {
  GArray *ops; /**< Op */
};

/** The items that are open, outermost first. */
typedef struct {
  const json_t *items[PAGE_TEMPLATE_DEPTH_MAX + 1];
  size_t depth;
  const json_t *texts; /**< what the name "t" means */
} Stack;

/* --- parsing --- */

static void op_clear(gpointer data) {
  Op *op = data;
  g_free(op->text);
  for (size_t i = 0; i < VARIABLES_MAX; i++) {
    g_free(op->names[i]);
    g_free(op->paths[i]);
  }
}

static void add(PageTemplate *page, OpKind kind, char *text) {
  Op op = {.kind = kind, .text = text};
  g_array_append_val(page->ops, op);
}

/** "path name=path name=path". */
static void add_value(PageTemplate *page, const char *tag) {
  g_auto(GStrv) words = g_strsplit(tag, " ", VARIABLES_MAX + 1);
  Op op = {.kind = OP_VALUE, .text = g_strdup(words[0])};
  size_t count = 0;
  for (size_t i = 1; words[i] != NULL && count < VARIABLES_MAX; i++) {
    const char *equals = strchr(words[i], '=');
    if (equals == NULL)
      continue;
    op.names[count] = g_strndup(words[i], (gsize)(equals - words[i]));
    op.paths[count++] = g_strdup(equals + 1);
  }
  g_array_append_val(page->ops, op);
}

typedef struct {
  guint open[PAGE_TEMPLATE_DEPTH_MAX];
  size_t depth;
} Nesting;

static bool add_tag(PageTemplate *page, const char *tag, Nesting *nesting) {
  if (tag[0] == '/') {
    if (nesting->depth == 0)
      return false;
    guint opened = nesting->open[--nesting->depth];
    g_array_index(page->ops, Op, opened).end = page->ops->len;
    add(page, OP_END, NULL);
    return true;
  }
  if (tag[0] == '#' || tag[0] == '^') {
    if (nesting->depth == PAGE_TEMPLATE_DEPTH_MAX)
      return false;
    nesting->open[nesting->depth++] = page->ops->len;
    add(page, tag[0] == '#' ? OP_SECTION : OP_INVERTED, g_strdup(tag + 1));
    return true;
  }
  if (tag[0] == '@')
    add(page, OP_JSON, g_strdup(tag + 1));
  else
    add_value(page, tag);
  return true;
}

static size_t line_of(const char *text, const char *at) {
  size_t line = 1;
  for (; text < at; text++)
    line += *text == '\n';
  return line;
}

static bool parse(PageTemplate *page, const char *text, GError **error) {
  Nesting nesting = {0};
  for (const char *at = text; *at != '\0';) {
    const char *begin = strstr(at, "{{");
    if (begin == NULL) {
      add(page, OP_TEXT, g_strdup(at));
      break;
    }
    if (begin > at)
      add(page, OP_TEXT, g_strndup(at, (gsize)(begin - at)));
    const char *end = strstr(begin, "}}");
    g_autofree char *tag = end != NULL ? g_strndup(begin + 2, (gsize)(end - begin - 2)) : NULL;
    if (tag == NULL || !add_tag(page, g_strstrip(tag), &nesting)) {
      g_set_error(error, G_MARKUP_ERROR, G_MARKUP_ERROR_PARSE, "line %zu: a tag is not closed or nested wrongly",
                  line_of(text, begin));
      return false;
    }
    at = end + 2;
  }
  if (nesting.depth > 0)
    g_set_error(error, G_MARKUP_ERROR, G_MARKUP_ERROR_PARSE, "the section “%s” is not closed",
                g_array_index(page->ops, Op, nesting.open[nesting.depth - 1]).text);
  return nesting.depth == 0;
}

PageTemplate *page_template_parse(const char *text, size_t length, GError **error) {
  g_autoptr(PageTemplate) page = g_new0(PageTemplate, 1);
  g_autofree char *copy = g_strndup(text, length);
  page->ops = g_array_new(FALSE, FALSE, sizeof(Op));
  g_array_set_clear_func(page->ops, op_clear);
  return parse(page, copy, error) ? g_steal_pointer(&page) : NULL;
}

void page_template_free(PageTemplate *page) {
  if (page == NULL)
    return;
  g_array_unref(page->ops);
  g_free(page);
}

/* --- values --- */

/** The member of `object` that the first `length` bytes of `name` name, or NULL. */
static const json_t *member(const json_t *object, const char *name, size_t length) {
  char key[64];
  if (length >= sizeof key)
    return NULL;
  memcpy(key, name, length);
  key[length] = '\0';
  return json_object_get(object, key);
}

static const json_t *find(const Stack *stack, const char *path) {
  if (strcmp(path, ".") == 0)
    return stack->items[stack->depth - 1];
  size_t outermost = path[0] == '.' ? stack->depth - 1 : 0;
  path += path[0] == '.' ? 1 : 0;
  size_t length = strcspn(path, ".");
  const json_t *value = length == 1 && path[0] == 't' ? stack->texts : NULL;
  for (size_t i = stack->depth; i > outermost && value == NULL; i--)
    value = member(stack->items[i - 1], path, length);
  while (value != NULL && path[length] == '.') {
    path += length + 1;
    length = strcspn(path, ".");
    value = member(value, path, length);
  }
  return value;
}

static bool shows(const json_t *value) {
  switch (value != NULL ? json_typeof(value) : JSON_NULL) {
  case JSON_ARRAY:
    return json_array_size(value) > 0;
  case JSON_OBJECT:
    return json_object_size(value) > 0;
  case JSON_STRING:
    return json_string_length(value) > 0;
  case JSON_INTEGER:
  case JSON_REAL:
    return json_number_value(value) != 0;
  case JSON_TRUE:
    return true;
  default:
    return false;
  }
}

/** Strings and numbers; empty for all else. Caller frees. */
static char *text_of(const json_t *value) {
  if (json_is_string(value))
    return g_strdup(json_string_value(value));
  if (json_is_integer(value))
    return g_strdup_printf("%" JSON_INTEGER_FORMAT, json_integer_value(value));
  if (json_is_real(value))
    return g_strdup_printf("%.6g", json_real_value(value));
  return g_strdup("");
}

/* --- rendering --- */

static void append_escaped(GString *out, const char *text) {
  for (; *text != '\0'; text++) {
    switch (*text) {
    case '&':
      g_string_append(out, "&amp;");
      break;
    case '<':
      g_string_append(out, "&lt;");
      break;
    case '>':
      g_string_append(out, "&gt;");
      break;
    case '"':
      g_string_append(out, "&quot;");
      break;
    case '\'':
      g_string_append(out, "&#39;");
      break;
    default:
      g_string_append_c(out, *text);
    }
  }
}

char *page_template_fill(const char *text, const char *const *names, const char *const *values) {
  GString *out = g_string_new(NULL);
  while (*text != '\0') {
    size_t i = 0;
    size_t length = 0;
    for (; text[0] == '{' && names[i] != NULL; i++) {
      length = strlen(names[i]);
      if (strncmp(text + 1, names[i], length) == 0 && text[length + 1] == '}')
        break;
    }
    if (text[0] == '{' && names[i] != NULL) {
      g_string_append(out, values[i]);
      text += length + 2;
    } else {
      g_string_append_c(out, *text++);
    }
  }
  return g_string_free(out, FALSE);
}

static void render_value(const Op *op, const Stack *stack, GString *out) {
  g_autofree char *text = text_of(find(stack, op->text));
  if (op->names[0] == NULL) {
    append_escaped(out, text);
    return;
  }
  char *values[VARIABLES_MAX + 1] = {NULL};
  for (size_t i = 0; op->names[i] != NULL; i++)
    values[i] = text_of(find(stack, op->paths[i]));
  g_autofree char *filled = page_template_fill(text, (const char *const *)op->names, (const char *const *)values);
  append_escaped(out, filled);
  for (size_t i = 0; i < VARIABLES_MAX; i++)
    g_free(values[i]);
}

/** JSON in which nothing ends a script element or begins a comment. */
static void render_json(const json_t *value, GString *out) {
  g_autofree char *text = value != NULL ? json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY) : NULL;
  for (const char *at = text != NULL ? text : "null"; *at != '\0'; at++) {
    if (*at == '<' || *at == '>' || *at == '&')
      g_string_append_printf(out, "\\u%04x", (unsigned)*at);
    else
      g_string_append_c(out, *at);
  }
}

static void render(const PageTemplate *page, guint from, guint to, Stack *stack, GString *out);

static void render_section(const PageTemplate *page, guint at, Stack *stack, GString *out) {
  const Op *op = &g_array_index(page->ops, Op, at);
  const json_t *value = find(stack, op->text);
  if (!shows(value))
    return;
  size_t count = json_is_array(value) ? json_array_size(value) : 1;
  stack->depth++;
  for (size_t i = 0; i < count; i++) {
    stack->items[stack->depth - 1] = json_is_array(value) ? json_array_get(value, i) : value;
    render(page, at + 1, op->end, stack, out);
  }
  stack->depth--;
}

static void render(const PageTemplate *page, guint from, guint to, Stack *stack, GString *out) {
  for (guint i = from; i < to; i++) {
    const Op *op = &g_array_index(page->ops, Op, i);
    if (op->kind == OP_TEXT)
      g_string_append(out, op->text);
    else if (op->kind == OP_VALUE)
      render_value(op, stack, out);
    else if (op->kind == OP_JSON)
      render_json(find(stack, op->text), out);
    else if (op->kind == OP_SECTION)
      render_section(page, i, stack, out);
    else if (op->kind == OP_INVERTED && !shows(find(stack, op->text)))
      render(page, i + 1, op->end, stack, out);
    if (op->kind == OP_SECTION || op->kind == OP_INVERTED)
      i = op->end;
  }
}

void page_template_render(const PageTemplate *page, const json_t *texts, const json_t *model, GString *out) {
  Stack stack = {.items = {model}, .depth = 1, .texts = texts};
  render(page, 0, page->ops->len, &stack, out);
}
