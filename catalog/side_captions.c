#include "catalog/side_captions.h"

#include "catalog/caption.h"

#include <string.h>
#include <sys/stat.h>

/* A caption file found beside the source. */
typedef struct {
  char *path;
  char *language;
  bool is_vtt;
} Candidate;

static void clear_candidate(gpointer data) {
  Candidate *candidate = data;
  g_free(candidate->path);
  g_free(candidate->language);
}

static void clear_side_caption(gpointer data) {
  SideCaption *caption = data;
  g_free(caption->label);
  webvtt_free(caption->document);
}

static bool is_alnum(const char *text) {
  for (; *text; text++)
    if (!g_ascii_isalnum(*text))
      return false;
  return true;
}

static bool is_alpha(const char *text) {
  for (; *text; text++)
    if (!g_ascii_isalpha(*text))
      return false;
  return true;
}

/* RFC 5646 §2.1.1: region in capitals, script with a capital, all else small. */
static char *set_subtag_case(const char *subtag) {
  size_t length = strlen(subtag);
  if (length == 2 && is_alpha(subtag))
    return g_ascii_strup(subtag, -1);
  char *result = g_ascii_strdown(subtag, -1);
  if (length == 4 && is_alpha(result))
    result[0] = g_ascii_toupper(result[0]);
  return result;
}

char *side_caption_language(const char *tag) {
  if (strlen(tag) >= sizeof((SideCaption *)NULL)->language)
    return NULL;
  g_auto(GStrv) subtags = g_strsplit_set(tag, "-_", -1);
  size_t primary = subtags[0] ? strlen(subtags[0]) : 0;
  if (primary < 2 || primary > 3 || !is_alpha(subtags[0]))
    return NULL;
  g_autofree char *first = g_ascii_strdown(subtags[0], -1);
  g_autoptr(GString) language = g_string_new(first);
  for (size_t i = 1; subtags[i]; i++) {
    size_t length = strlen(subtags[i]);
    if (length < 2 || length > 8 || !is_alnum(subtags[i]))
      return NULL;
    g_autofree char *subtag = set_subtag_case(subtags[i]);
    g_string_append_printf(language, "-%s", subtag);
  }
  return g_strdup(language->str);
}

/* The name without its extension; all of it when it has none. */
static char *stem_of(const char *name) {
  const char *dot = strrchr(name, '.');
  return dot && dot != name ? g_strndup(name, (gsize)(dot - name)) : g_strdup(name);
}

static bool has_extension(const char *name, const char *extension) {
  size_t length = strlen(name), extension_length = strlen(extension);
  return length >= extension_length && g_ascii_strcasecmp(name + length - extension_length, extension) == 0;
}

/* The language of `name` as a caption file of `stem`, or NULL when it is none. */
static char *language_of(const char *name, const char *stem) {
  if (!g_str_has_prefix(name, stem) || (!has_extension(name, ".vtt") && !has_extension(name, ".srt")))
    return NULL;
  size_t stem_length = strlen(stem), length = strlen(name) - strlen(".vtt");
  if (length == stem_length)
    return g_strdup(SIDE_CAPTION_DEFAULT_LANGUAGE);
  if (length <= stem_length || name[stem_length] != '.')
    return NULL;
  g_autofree char *tag = g_strndup(name + stem_length + 1, length - stem_length - 1);
  return side_caption_language(tag);
}

/* By language, .vtt first, then by path. */
static int compare_candidates(gconstpointer a, gconstpointer b) {
  const Candidate *left = a, *right = b;
  int order = strcmp(left->language, right->language);
  if (order == 0)
    order = (int)right->is_vtt - (int)left->is_vtt;
  return order != 0 ? order : strcmp(left->path, right->path);
}

static GArray *list_candidates(const char *source_path) {
  GArray *candidates = g_array_new(FALSE, FALSE, sizeof(Candidate));
  g_array_set_clear_func(candidates, clear_candidate);
  g_autofree char *folder = g_path_get_dirname(source_path);
  g_autofree char *source_name = g_path_get_basename(source_path);
  g_autofree char *stem = stem_of(source_name);
  g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
  const char *name = NULL;
  while (dir && (name = g_dir_read_name(dir)) != NULL) {
    g_autofree char *language = g_str_equal(name, source_name) ? NULL : language_of(name, stem);
    if (!language)
      continue;
    Candidate candidate = {g_build_filename(folder, name, NULL), g_steal_pointer(&language),
                           has_extension(name, ".vtt")};
    g_array_append_val(candidates, candidate);
  }
  g_array_sort(candidates, compare_candidates);
  return candidates;
}

static void warn(GPtrArray *warnings, const char *path, const char *reason) {
  if (!warnings)
    return;
  g_autofree char *shown = g_filename_display_basename(path);
  g_ptr_array_add(warnings, g_strdup_printf("caption file %s is left out: %s", shown, reason));
}

/* NULL with `error` set when it cannot be used. */
static WebvttDocument *load_document(const char *path, GError **error) {
  struct stat status = {0};
  if (stat(path, &status) != 0 || !S_ISREG(status.st_mode)) {
    g_set_error_literal(error, G_FILE_ERROR, G_FILE_ERROR_INVAL, "it is not a regular file");
    return NULL;
  }
  if (status.st_size > WEBVTT_BYTES_MAX) {
    g_set_error_literal(error, WEBVTT_ERROR, WEBVTT_ERROR_TOO_LARGE, "it is too large");
    return NULL;
  }
  g_autofree char *text = NULL;
  gsize size = 0;
  return g_file_get_contents(path, &text, &size, error) ? webvtt_parse(text, size, error) : NULL;
}

static bool is_label_taken(const GArray *captions, const char *label) {
  for (guint i = 0; i < captions->len; i++)
    if (g_str_equal(g_array_index(captions, SideCaption, i).label, label))
      return true;
  return false;
}

static bool is_language_taken(const GArray *captions, const char *language) {
  return captions->len > 0 &&
         g_str_equal(g_array_index(captions, SideCaption, captions->len - 1).language, language);
}

static void add_caption(GArray *captions, const Candidate *candidate, WebvttDocument *document) {
  SideCaption caption = {.document = document};
  g_strlcpy(caption.language, candidate->language, sizeof caption.language);
  caption.label = g_strdup(caption_label(candidate->language));
  if (is_label_taken(captions, caption.label)) {
    char *label = g_strdup_printf("%s (%s)", caption.label, candidate->language);
    g_free(caption.label);
    caption.label = label;
  }
  g_array_append_val(captions, caption);
}

GArray *side_captions_new(void) {
  GArray *captions = g_array_new(FALSE, FALSE, sizeof(SideCaption));
  g_array_set_clear_func(captions, clear_side_caption);
  return captions;
}

GArray *side_captions_load(const char *source_path, GPtrArray *warnings) {
  GArray *captions = side_captions_new();
  g_autoptr(GArray) candidates = list_candidates(source_path);
  for (guint i = 0; i < candidates->len; i++) {
    const Candidate *candidate = &g_array_index(candidates, Candidate, i);
    if (is_language_taken(captions, candidate->language))
      continue;
    if (captions->len == SIDE_CAPTIONS_MAX) {
      warn(warnings, candidate->path, "there are too many");
      break;
    }
    g_autoptr(GError) failure = NULL;
    WebvttDocument *document = load_document(candidate->path, &failure);
    if (document)
      add_caption(captions, candidate, document);
    else
      warn(warnings, candidate->path, failure->message);
  }
  return captions;
}
