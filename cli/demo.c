/* kapok demo: courses for trying things. Read from a file of JSON lines; a second run adds what is missing. */
#include "base/id.h"
#include "base/log.h"
#include "base/path.h"
#include "catalog/course.h"
#include "catalog/division.h"
#include "catalog/record_store.h"
#include "cli/command.h"
#include "cli/data_folder.h"
#include "cli/take_file.h"
#include "cli/texts.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>

#define ACTOR "kapok demo"
#define FILE_BYTES_MAX (16 << 20)

typedef struct {
  const CliOptions *options;
  DataFolder folder;
  GHashTable *institutions; /* name -> id */
  GHashTable *lecturers;    /* id of the institution and name -> id */
  char *asset_id;           /* of the media that every course shares, once it was taken in; or NULL */
  int64_t added, present;
} Demo;

static void demo_clear(Demo *demo) {
  data_folder_clear(&demo->folder);
  g_clear_pointer(&demo->institutions, g_hash_table_unref);
  g_clear_pointer(&demo->lecturers, g_hash_table_unref);
  g_free(demo->asset_id);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Demo, demo_clear)

/* Installed beside the program, as the pages are. */
static char *shared_path(const char *name) {
  g_autofree char *program_dir = path_program_dir();
  return g_build_filename(program_dir, "..", "share", "kapok", name, NULL);
}

/* --- divisions and institutions --- */

static bool put_divisions(Demo *demo, GError **error) {
  g_autofree char *path = shared_path("divisions-panzhihua.csv");
  g_autofree char *text = NULL;
  gsize size = 0;
  g_autoptr(GArray) rows = NULL, faults = NULL;
  DivisionCounts counts = {0};
  return g_file_get_contents(path, &text, &size, error) &&
         division_table_parse(text, size, &rows, &faults, error) &&
         catalog_put_divisions(demo->folder.catalog, ACTOR, rows, &counts, error);
}

/* NULL in `ret_id` when there is none of that name; `owner`: as in RecordQuery. */
static bool find_named(Demo *demo, RecordKind kind, const char *owner, const char *name, char **ret_id,
                       GError **error) {
  RecordQuery query = {.text = name, .owner = owner, .limit = RECORD_PAGE_LIMIT_MAX};
  g_autoptr(RecordPage) page = NULL;
  if (!catalog_query_records(demo->folder.catalog, kind, &query, &page, error))
    return false;
  *ret_id = NULL;
  for (guint i = 0; i < page->records->len && !*ret_id; i++) {
    const CatalogRecord *record = page->records->pdata[i];
    if (g_str_equal(catalog_record_get(record, "name"), name))
      *ret_id = g_strdup(record->id);
  }
  return true;
}

static bool add_institution(Demo *demo, const char *name, const char *kind, const char *division, char **ret_id,
                            GError **error) {
  g_autoptr(CatalogRecord) record = catalog_record_new(RECORD_INSTITUTION), stored = NULL;
  catalog_record_set(record, "name", name);
  catalog_record_set(record, "kind", kind);
  catalog_record_set(record, "division", division);
  if (!catalog_create_record(demo->folder.catalog, ACTOR, record, NULL, &stored, NULL, NULL, error))
    return false;
  *ret_id = g_strdup(stored->id);
  return true;
}

/* Borrowed from the demo's table. */
static const char *institution_id(Demo *demo, const char *name, const char *kind, const char *division,
                                  GError **error) {
  const char *known = g_hash_table_lookup(demo->institutions, name);
  if (known)
    return known;
  char *id = NULL;
  if (!find_named(demo, RECORD_INSTITUTION, NULL, name, &id, error) ||
      (!id && !add_institution(demo, name, kind, division, &id, error)))
    return NULL;
  g_hash_table_insert(demo->institutions, g_strdup(name), id);
  return id;
}

/* --- lecturers --- */

static bool add_lecturer(Demo *demo, const char *institution, const char *name, char **ret_id, GError **error) {
  g_autoptr(CatalogRecord) record = catalog_record_new(RECORD_LECTURER), stored = NULL;
  catalog_record_set(record, "name", name);
  catalog_record_set(record, "institution_id", institution);
  if (!catalog_create_record(demo->folder.catalog, ACTOR, record, NULL, &stored, NULL, NULL, error))
    return false;
  *ret_id = g_strdup(stored->id);
  return true;
}

/* Who teaches a category at an institution: its teaching group, no person. Borrowed from the demo's table. */
static const char *lecturer_id(Demo *demo, const char *institution, const char *category, GError **error) {
  size_t count = 0;
  const CatalogWord *words = catalog_categories(&count), *word = catalog_find_word(words, count, category);
  g_autofree char *name = g_strconcat(word ? word->zh : "", "教研组", NULL);
  g_autofree char *key = g_strconcat(institution, name, NULL);
  const char *known = g_hash_table_lookup(demo->lecturers, key);
  if (known)
    return known;
  char *id = NULL;
  if (!find_named(demo, RECORD_LECTURER, institution, name, &id, error) ||
      (!id && !add_lecturer(demo, institution, name, &id, error)))
    return NULL;
  g_hash_table_insert(demo->lecturers, g_steal_pointer(&key), id);
  return id;
}

/* --- courses --- */

/* The same for the same title, so that a second run finds the course. */
static char *course_id(const char *title) {
  static const char digits[] = "0123456789abcdefghjkmnpqrstvwxyz";
  g_autoptr(GChecksum) sum = g_checksum_new(G_CHECKSUM_SHA256);
  guint8 digest[32];
  gsize length = sizeof digest;
  g_checksum_update(sum, (const guchar *)title, (gssize)strlen(title));
  g_checksum_get_digest(sum, digest, &length);
  char *id = g_malloc0(ID_LENGTH + 1);
  for (int i = 0; i < ID_LENGTH; i++)
    id[i] = digits[digest[i] & 31];
  return id;
}

static const char *text_member(const json_t *object, const char *name) {
  const char *text = json_string_value(json_object_get(object, name));
  return text ? text : "";
}

static char *list_member(const json_t *object, const char *name) {
  g_autoptr(GPtrArray) texts = g_ptr_array_new();
  size_t index = 0;
  json_t *item = NULL;
  json_array_foreach(json_object_get(object, name), index, item) {
    if (json_is_string(item))
      g_ptr_array_add(texts, (gpointer)json_string_value(item));
  }
  g_ptr_array_add(texts, NULL);
  return g_strjoinv(RECORD_LIST_SEPARATOR, (char **)texts->pdata);
}

static CatalogRecord *new_course(const json_t *object, const char *id, const char *institution,
                                 const char *lecturer) {
  static const char *const plain[] = {"title", "summary", "category", "kind", "level", "division"};
  CatalogRecord *record = catalog_record_new(RECORD_COURSE);
  record->id = g_strdup(id);
  for (size_t i = 0; i < G_N_ELEMENTS(plain); i++)
    catalog_record_set(record, plain[i], text_member(object, plain[i]));
  g_autofree char *audiences = list_member(object, "audiences");
  g_autofree char *tags = list_member(object, "tags");
  catalog_record_set(record, "audiences", audiences);
  catalog_record_set(record, "tags", tags);
  catalog_record_set(record, "institution_id", institution);
  catalog_record_set(record, "lecturer_ids", lecturer);
  catalog_record_set(record, "status", "published");
  return record;
}

/* The media is taken in once, with a course of its own; the others show the same. */
static bool take_media(Demo *demo, GError **error) {
  const char *path = cli_option_text(demo->options->media);
  IntakeRequest request = {
      .path = path, .title = "演示视频", .max_source_bytes = demo->options->settings.max_source_bytes};
  IntakeResult result = {0};
  if (demo->asset_id || !path)
    return true;
  if (!take_file(&demo->folder, &request, &result, error))
    return false;
  demo->asset_id = g_steal_pointer(&result.asset_id);
  intake_result_clear(&result);
  return true;
}

static bool add_lesson(Demo *demo, const char *id, const char *title, GError **error) {
  LessonOrder lesson = {.asset_id = demo->asset_id, .title = title};
  return !demo->asset_id || catalog_order_lessons(demo->folder.catalog, ACTOR, id, 0, &lesson, 1, NULL, error);
}

static bool add_course(Demo *demo, const json_t *object, GError **error) {
  const char *title = text_member(object, "title");
  g_autofree char *id = course_id(title);
  g_autoptr(CatalogRecord) present = NULL, stored = NULL;
  if (catalog_load_record(demo->folder.catalog, RECORD_COURSE, id, &present, NULL)) {
    demo->present++;
    return true;
  }
  const char *institution =
      institution_id(demo, text_member(object, "institution"), text_member(object, "institution_kind"),
                     text_member(object, "division"), error);
  const char *lecturer =
      institution ? lecturer_id(demo, institution, text_member(object, "category"), error) : NULL;
  if (!lecturer)
    return false;
  g_autoptr(CatalogRecord) record = new_course(object, id, institution, lecturer);
  if (!take_media(demo, error) ||
      !catalog_create_record(demo->folder.catalog, ACTOR, record, NULL, &stored, NULL, NULL, error) ||
      !add_lesson(demo, stored->id, title, error))
    return false;
  demo->added++;
  return true;
}

static bool add_line(Demo *demo, const char *line, GError **error) {
  json_error_t cause;
  json_t *object = json_loads(line, 0, &cause);
  bool is_added = json_is_object(object);
  if (!is_added)
    g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_INVAL,
                text_pick("不是 JSON 对象：%s", "it is no JSON object: %s"), object ? "" : cause.text);
  else
    is_added = add_course(demo, object, error);
  json_decref(object);
  return is_added;
}

static bool add_courses(Demo *demo, const char *path, GError **error) {
  g_autoptr(GMappedFile) file = g_mapped_file_new(path, FALSE, error);
  if (!file)
    return false;
  if (g_mapped_file_get_length(file) > FILE_BYTES_MAX) {
    g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_INVAL, text_pick("文件“%s”太大", "the file \"%s\" is too large"),
                path);
    return false;
  }
  g_autofree char *text = g_strndup(g_mapped_file_get_contents(file), g_mapped_file_get_length(file));
  g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
  for (int i = 0; lines[i]; i++) {
    if (!*g_strstrip(lines[i]))
      continue;
    if (!add_line(demo, lines[i], error)) {
      g_prefix_error(error, text_pick("%s 第 %d 行：", "%s:%d: "), path, i + 1);
      return false;
    }
  }
  return true;
}

int cli_demo_run(const CliOptions *options, char *const *arguments) {
  (void)arguments;
  LogLevel level = options->settings.log_level;
  log_init("demo", level == LOG_LEVEL_INFO ? LOG_LEVEL_WARNING : level, options->settings.log_format);
  g_auto(Demo) demo = {.options = options};
  g_autoptr(GError) error = NULL;
  g_autofree char *shipped = shared_path("demo/courses.jsonl");
  const char *given = cli_option_text(options->courses);
  demo.institutions = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
  demo.lecturers = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
  if (!data_folder_open(options->settings.data_dir, &demo.folder, &error) || !put_divisions(&demo, &error) ||
      !add_courses(&demo, given ? given : shipped, &error)) {
    text_print_error("%s", error->message);
    return CLI_EXIT_FAILURE;
  }
  printf(text_pick("新增课程 %" G_GINT64_FORMAT " 门，已有 %" G_GINT64_FORMAT " 门\n",
                   "%" G_GINT64_FORMAT " courses added, %" G_GINT64_FORMAT " were there\n"),
         (gint64)demo.added, (gint64)demo.present);
  return CLI_EXIT_OK;
}
