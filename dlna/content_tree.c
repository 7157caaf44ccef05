#include "dlna/content_tree.h"

#include "catalog/course.h"
#include "catalog/search/search_title.h"
#include "dlna/search_criteria.h"

#include <string.h>

#define FNV_START UINT64_C(0xcbf29ce484222325)
#define FNV_PRIME UINT64_C(0x100000001b3)

struct ContentTree {
  grefcount references;
  ContentLanguage language;
  GPtrArray *lessons;     /**< ContentLesson *, newest first */
  GPtrArray *folders;     /**< ContentFolder *, each behind its parent */
  GHashTable *by_id;      /**< id -> ContentFolder * */
  GHashTable *lesson_ids; /**< id -> ContentLesson * */
  ContentFolder *root, *all;
  uint32_t update_id;
};

static const char *const own_titles[][2] = {{"最新", "Newest"},
                                            {"分类", "Categories"},
                                            {"机构", "Institutions"},
                                            {"全部", "All"},
                                            {"本室节目", "This room's programme"}};
typedef enum { OWN_NEWEST, OWN_CATEGORIES, OWN_INSTITUTIONS, OWN_ALL, OWN_PROGRAMME } OwnFolder;

/* --- pieces --- */

static void content_lesson_free(gpointer data) {
  ContentLesson *lesson = data;
  shelf_lesson_free(lesson->shelf);
  g_free(lesson->title);
  g_free(lesson->folded_title);
  g_free(lesson->folded_lecturers);
  g_free(lesson->folded_genre);
  g_free(lesson->folded_course);
  g_free(lesson->folded_summary);
  g_byte_array_unref(lesson->order);
  g_free(lesson);
}

static void content_folder_free(gpointer data) {
  ContentFolder *folder = data;
  g_free(folder->id);
  g_free(folder->title);
  g_free(folder->folded_title);
  g_byte_array_unref(folder->order);
  g_array_unref(folder->children);
  g_free(folder);
}

ContentTree *content_tree_ref(ContentTree *tree) {
  g_ref_count_inc(&tree->references);
  return tree;
}

void content_tree_unref(ContentTree *tree) {
  if (!tree || !g_ref_count_dec(&tree->references))
    return;
  g_hash_table_unref(tree->by_id);
  g_hash_table_unref(tree->lesson_ids);
  g_ptr_array_unref(tree->folders);
  g_ptr_array_unref(tree->lessons);
  g_free(tree);
}

static const char *genre_of(const ContentTree *tree, const char *slug) {
  size_t count;
  const CatalogWord *words = catalog_categories(&count);
  const CatalogWord *word = *slug ? catalog_find_word(words, count, slug) : NULL;
  return !word ? "" : tree->language == CONTENT_LANGUAGE_EN ? word->en : word->zh;
}

static char *full_title(const ContentTree *tree, const ShelfLesson *shelf, bool is_alone) {
  const char *separator = tree->language == CONTENT_LANGUAGE_EN ? ": " : "：";
  return is_alone || strcmp(shelf->course_title, shelf->title) == 0
             ? g_strdup(shelf->course_title)
             : g_strconcat(shelf->course_title, separator, shelf->title, NULL);
}

static ContentLesson *content_lesson_new(const ContentTree *tree, ShelfLesson *shelf, bool is_alone) {
  ContentLesson *lesson = g_new0(ContentLesson, 1);
  lesson->shelf = shelf;
  lesson->title = full_title(tree, shelf, is_alone);
  lesson->genre = genre_of(tree, shelf->category);
  lesson->folded_title = search_text_fold(lesson->title);
  lesson->folded_lecturers = search_text_fold(shelf->lecturers);
  lesson->folded_genre = search_text_fold(lesson->genre);
  lesson->folded_course = search_text_fold(shelf->course_title);
  lesson->folded_summary = search_text_fold(shelf->summary);
  lesson->order = search_title_key(shelf->course_title, strlen(shelf->course_title));
  return lesson;
}

/** Takes `id`. */
static ContentFolder *add_folder(ContentTree *tree, ContentFolder *parent, char *id, const char *title) {
  ContentFolder *folder = g_new0(ContentFolder, 1);
  folder->id = id;
  folder->title = g_strdup(title);
  folder->folded_title = search_text_fold(title);
  folder->order = search_title_key(title, strlen(title));
  folder->parent = parent;
  folder->children = g_array_new(FALSE, FALSE, sizeof(ContentObject));
  g_ptr_array_add(tree->folders, folder);
  g_hash_table_insert(tree->by_id, folder->id, folder);
  if (parent != NULL) {
    ContentObject object = {.parent = parent, .folder = folder};
    g_array_append_val(parent->children, object);
  }
  return folder;
}

static ContentFolder *add_own_folder(ContentTree *tree, const char *id, OwnFolder which) {
  return add_folder(tree, tree->root, g_strdup(id), own_titles[which][tree->language]);
}

static void add_lesson(ContentFolder *folder, const ContentLesson *lesson) {
  ContentObject object = {.parent = folder, .lesson = lesson};
  g_array_append_val(folder->children, object);
  for (ContentFolder *above = folder; above != NULL; above = (ContentFolder *)above->parent)
    above->created_us = MAX(above->created_us, lesson->shelf->created_us);
}

/* --- building --- */

/** How many lessons follow `first` in the same course, itself counted. */
static guint count_of_course(const GPtrArray *lessons, guint first) {
  const ShelfLesson *shelf = g_ptr_array_index(lessons, first);
  guint end = first + 1;
  while (end < lessons->len &&
         strcmp(((ShelfLesson *)g_ptr_array_index(lessons, end))->course_id, shelf->course_id) == 0)
    end++;
  return end - first;
}

static void take_lessons(ContentTree *tree, GPtrArray *shelf) {
  for (guint i = 0; i < shelf->len;) {
    guint count = count_of_course(shelf, i);
    for (guint end = i + count; i < end; i++) {
      ContentLesson *lesson = content_lesson_new(tree, g_ptr_array_index(shelf, i), count == 1);
      g_ptr_array_add(tree->lessons, lesson);
      g_hash_table_insert(tree->lesson_ids, lesson->shelf->id, lesson);
    }
  }
  g_ptr_array_set_free_func(shelf, NULL); /* what it held belongs to the lessons now */
}

/** The folder NAME/KEY, made when it is not there. */
static ContentFolder *need_folder(ContentTree *tree, ContentFolder *parent, const char *key, const char *title) {
  g_autofree char *id = g_strconcat(parent->id, "/", key, NULL);
  ContentFolder *folder = g_hash_table_lookup(tree->by_id, id);
  return folder != NULL ? folder : add_folder(tree, parent, g_steal_pointer(&id), title);
}

/** Lessons of one course, `count` from `first` on. */
static void shelve_course(ContentTree *tree, ContentFolder *folder, guint first, guint count) {
  const ContentLesson *lesson = g_ptr_array_index(tree->lessons, first);
  if (count > 1)
    folder = need_folder(tree, folder, lesson->shelf->course_id, lesson->shelf->course_title);
  for (guint i = first; i < first + count; i++)
    add_lesson(folder, g_ptr_array_index(tree->lessons, i));
}

static void shelve_by_category(ContentTree *tree, ContentFolder *categories, guint first, guint count) {
  const ContentLesson *lesson = g_ptr_array_index(tree->lessons, first);
  if (*lesson->genre)
    shelve_course(tree, need_folder(tree, categories, lesson->shelf->category, lesson->genre), first, count);
}

static void shelve_by_institution(ContentTree *tree, ContentFolder *institutions, guint first, guint count) {
  const ShelfLesson *shelf = ((ContentLesson *)g_ptr_array_index(tree->lessons, first))->shelf;
  if (*shelf->institution_id && *shelf->institution)
    shelve_course(tree, need_folder(tree, institutions, shelf->institution_id, shelf->institution), first, count);
}

static void shelve_programme(ContentTree *tree, const GPtrArray *programme) {
  ContentFolder *folder = add_own_folder(tree, "room", OWN_PROGRAMME);
  for (guint i = 0; i < programme->len; i++) {
    const ContentLesson *lesson = g_hash_table_lookup(tree->lesson_ids, g_ptr_array_index(programme, i));
    if (lesson != NULL)
      add_lesson(folder, lesson);
  }
}

static void shelve(ContentTree *tree) {
  ContentFolder *newest = add_own_folder(tree, "new", OWN_NEWEST);
  ContentFolder *categories = add_own_folder(tree, "cat", OWN_CATEGORIES);
  ContentFolder *institutions = add_own_folder(tree, "inst", OWN_INSTITUTIONS);
  const SortCriteria by_title = {.keys = {{SORT_BY_TITLE, false}}, .count = 1};
  tree->all = add_own_folder(tree, CONTENT_ALL_ID, OWN_ALL);
  for (guint i = 0; i < tree->lessons->len;) {
    const ShelfLesson *shelf = ((ContentLesson *)g_ptr_array_index(tree->lessons, i))->shelf;
    guint first = i;
    while (i < tree->lessons->len &&
           strcmp(((ContentLesson *)g_ptr_array_index(tree->lessons, i))->shelf->course_id, shelf->course_id) == 0)
      i++;
    shelve_by_category(tree, categories, first, i - first);
    shelve_by_institution(tree, institutions, first, i - first);
  }
  for (guint i = 0; i < tree->lessons->len; i++) {
    add_lesson(tree->all, g_ptr_array_index(tree->lessons, i));
    if (i < CONTENT_NEWEST_COUNT)
      add_lesson(newest, g_ptr_array_index(tree->lessons, i));
  }
  content_objects_sort(tree->all->children, &by_title);
  content_objects_sort(categories->children, &by_title);
  content_objects_sort(institutions->children, &by_title);
}

/* --- what changed --- */

static uint64_t digest_text(uint64_t digest, const char *text) {
  for (; *text; text++)
    digest = (digest ^ (unsigned char)*text) * FNV_PRIME;
  return (digest ^ 0x1f) * FNV_PRIME;
}

static uint64_t digest_object(uint64_t digest, const ContentObject *object) {
  if (object->folder != NULL)
    return digest_text(digest_text(digest, object->folder->id), object->folder->title);
  const ShelfLesson *shelf = object->lesson->shelf;
  digest = digest_text(digest_text(digest, shelf->id), object->lesson->title);
  digest = digest_text(digest_text(digest, shelf->asset_id), shelf->summary);
  digest = digest_text(digest_text(digest, shelf->lecturers), shelf->institution);
  return (digest ^ (uint64_t)shelf->duration_us ^ (uint64_t)shelf->has_poster << 63) * FNV_PRIME;
}

static void number_folders(ContentTree *tree, const ContentTree *previous, uint32_t first_update_id) {
  bool is_changed = previous == NULL || previous->folders->len != tree->folders->len;
  uint32_t next = previous != NULL ? previous->update_id + 1 : first_update_id;
  for (guint i = 0; i < tree->folders->len; i++) {
    ContentFolder *folder = g_ptr_array_index(tree->folders, i);
    const ContentFolder *old = previous != NULL ? g_hash_table_lookup(previous->by_id, folder->id) : NULL;
    folder->digest = FNV_START;
    for (guint j = 0; j < folder->children->len; j++)
      folder->digest = digest_object(folder->digest, &g_array_index(folder->children, ContentObject, j));
    bool is_same = old != NULL && old->digest == folder->digest;
    folder->update_id = is_same ? old->update_id : next;
    is_changed |= !is_same;
  }
  tree->update_id = is_changed ? next : previous->update_id;
}

ContentTree *content_tree_new(GPtrArray *shelf, const GPtrArray *programme, ContentLanguage language,
                              const ContentTree *previous, uint32_t first_update_id) {
  ContentTree *tree = g_new0(ContentTree, 1);
  g_ref_count_init(&tree->references);
  tree->language = language;
  tree->lessons = g_ptr_array_new_with_free_func(content_lesson_free);
  tree->folders = g_ptr_array_new_with_free_func(content_folder_free);
  tree->by_id = g_hash_table_new(g_str_hash, g_str_equal);
  tree->lesson_ids = g_hash_table_new(g_str_hash, g_str_equal);
  tree->root =
      add_folder(tree, NULL, g_strdup(CONTENT_ROOT_ID), language == CONTENT_LANGUAGE_EN ? "Kapok" : "木棉");
  if (shelf != NULL) {
    take_lessons(tree, shelf);
    g_ptr_array_unref(shelf);
  }
  if (programme != NULL)
    shelve_programme(tree, programme);
  shelve(tree);
  number_folders(tree, previous, first_update_id);
  return tree;
}

uint32_t content_tree_update_id(const ContentTree *tree) {
  return tree->update_id;
}

char *content_tree_write_changes(const ContentTree *tree, const ContentTree *previous) {
  GString *changes = g_string_new(NULL);
  guint count = 0;
  for (guint i = 0; i < tree->folders->len && count < CONTENT_CHANGES_MAX; i++) {
    const ContentFolder *folder = g_ptr_array_index(tree->folders, i);
    const ContentFolder *old = previous != NULL ? g_hash_table_lookup(previous->by_id, folder->id) : NULL;
    if (old != NULL && old->update_id == folder->update_id)
      continue;
    g_string_append_printf(changes, "%s%s,%u", count++ > 0 ? "," : "", folder->id, folder->update_id);
  }
  return g_string_free(changes, FALSE);
}

/* --- finding --- */

static bool holds(const ContentFolder *folder, const ContentLesson *lesson) {
  for (guint i = 0; i < folder->children->len; i++)
    if (g_array_index(folder->children, ContentObject, i).lesson == lesson)
      return true;
  return false;
}

bool content_tree_find(const ContentTree *tree, const char *id, ContentObject *ret_object) {
  const ContentFolder *folder = g_hash_table_lookup(tree->by_id, id);
  if (folder != NULL) {
    *ret_object = (ContentObject){.parent = folder->parent, .folder = folder};
    return true;
  }
  const char *slash = strrchr(id, '/');
  if (slash == NULL)
    return false;
  g_autofree char *parent_id = g_strndup(id, (gsize)(slash - id));
  const ContentFolder *parent = g_hash_table_lookup(tree->by_id, parent_id);
  const ContentLesson *lesson = g_hash_table_lookup(tree->lesson_ids, slash + 1);
  if (parent == NULL || lesson == NULL || !holds(parent, lesson))
    return false;
  *ret_object = (ContentObject){.parent = parent, .lesson = lesson};
  return true;
}

char *content_object_id(const ContentObject *object) {
  return object->folder != NULL ? g_strdup(object->folder->id)
                                : g_strconcat(object->parent->id, "/", object->lesson->shelf->id, NULL);
}

const char *content_object_class(const ContentObject *object) {
  return object->folder != NULL             ? "object.container.storageFolder"
         : object->lesson->shelf->has_video ? "object.item.videoItem"
                                            : "object.item.audioItem";
}

const char *content_object_title(const ContentObject *object) {
  if (object->folder != NULL)
    return object->folder->title;
  const ShelfLesson *shelf = object->lesson->shelf;
  return g_str_has_suffix(object->parent->id, shelf->course_id) ? shelf->title : object->lesson->title;
}

static void list_below(GArray *list, const ContentFolder *folder, bool wants_lessons) {
  for (guint i = 0; i < folder->children->len; i++) {
    const ContentObject *object = &g_array_index(folder->children, ContentObject, i);
    if (object->folder != NULL || wants_lessons)
      g_array_append_vals(list, object, 1);
    if (object->folder != NULL)
      list_below(list, object->folder, wants_lessons);
  }
}

GArray *content_tree_list_below(const ContentTree *tree, const ContentFolder *folder) {
  GArray *list = g_array_new(FALSE, FALSE, sizeof(ContentObject));
  list_below(list, folder, folder != tree->root);
  if (folder == tree->root)
    list_below(list, tree->all, true);
  return list;
}

/* --- sorting --- */

static int compare_order(const GByteArray *a, const GByteArray *b) {
  int difference = memcmp(a->data, b->data, MIN(a->len, b->len));
  return difference != 0 ? difference : (a->len > b->len) - (a->len < b->len);
}

static int64_t number_of(const ContentObject *object, SortBy by) {
  if (by == SORT_BY_DATE)
    return object->folder != NULL ? object->folder->created_us : object->lesson->shelf->created_us;
  if (object->folder != NULL)
    return 0;
  return by == SORT_BY_DURATION ? object->lesson->shelf->duration_us : object->lesson->shelf->position;
}

/** Lessons of a course stay in their order, whatever numbers are called. */
static int compare_titles(const ContentObject *a, const ContentObject *b) {
  int difference = compare_order(a->folder != NULL ? a->folder->order : a->lesson->order,
                                 b->folder != NULL ? b->folder->order : b->lesson->order);
  if (difference != 0 || a->lesson == NULL || b->lesson == NULL)
    return difference;
  int64_t first = a->lesson->shelf->position, second = b->lesson->shelf->position;
  return (first > second) - (first < second);
}

static int compare_by(const ContentObject *a, const ContentObject *b, SortBy by) {
  if (by == SORT_BY_TITLE)
    return compare_titles(a, b);
  if (by == SORT_BY_CLASS)
    return strcmp(content_object_class(a), content_object_class(b));
  int64_t first = number_of(a, by), second = number_of(b, by);
  return (first > second) - (first < second);
}

static gint compare_objects(gconstpointer a, gconstpointer b, gpointer data) {
  const SortCriteria *criteria = data;
  for (size_t i = 0; i < criteria->count; i++) {
    int difference = compare_by(a, b, criteria->keys[i].by);
    if (difference != 0)
      return criteria->keys[i].is_descending ? -difference : difference;
  }
  return 0;
}

void content_objects_sort(GArray *objects, const SortCriteria *criteria) {
  if (criteria->count > 0 && objects->len > 1) /* g_qsort_with_data() keeps equal ones in their order */
    g_qsort_with_data(objects->data, (gint)objects->len, sizeof(ContentObject), compare_objects,
                      (gpointer)criteria);
}
