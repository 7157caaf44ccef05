#include "dlna/browse_answer.h"

#include "base/log.h"
#include "dlna/content_directory.h"
#include "dlna/didl_text.h"
#include "dlna/object_property.h"
#include "dlna/search_criteria.h"

#include <string.h>

/** What both actions are given. */
typedef struct {
  char *id, *what, *filter, *sort; /**< `what`: flag or criteria */
  guint start, count;
  SortCriteria criteria;
} Arguments;

/** An answer on its way. */
typedef struct {
  BrowseScope scope; /**< tree and base_url are the answer's own */
  GUPnPServiceAction *action;
  char *base_url, *filter;
  GArray *page;     /**< ContentObject */
  GPtrArray *files; /**< LessonFiles * beside `page`; NULL for folders */
  guint total;
  uint32_t update_id;
  bool is_waiting;
} Answer;

static void arguments_clear(Arguments *arguments) {
  g_free(arguments->id);
  g_free(arguments->what);
  g_free(arguments->filter);
  g_free(arguments->sort);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Arguments, arguments_clear)

static void files_free(gpointer data) {
  if (data == NULL)
    return;
  lesson_files_clear(data);
  g_free(data);
}

static void refuse(GUPnPServiceAction *action, BrowseError code, const char *why) {
  gupnp_service_action_return_error(action, code, why);
}

/** False when the action was refused. */
static bool read_arguments(GUPnPServiceAction *action, const char *id_name, const char *what_name,
                           Arguments *arguments) {
  gupnp_service_action_get(action, id_name, G_TYPE_STRING, &arguments->id, what_name, G_TYPE_STRING,
                           &arguments->what, "Filter", G_TYPE_STRING, &arguments->filter, "SortCriteria",
                           G_TYPE_STRING, &arguments->sort, "StartingIndex", G_TYPE_UINT, &arguments->start,
                           "RequestedCount", G_TYPE_UINT, &arguments->count, NULL);
  if (arguments->id == NULL || arguments->what == NULL || strlen(arguments->id) > CONTENT_ID_BYTES_MAX ||
      !g_utf8_validate(arguments->what, -1, NULL)) {
    refuse(action, BROWSE_ERROR_INVALID_ARGS, "Invalid Args");
    return false;
  }
  if (!sort_criteria_parse(arguments->sort != NULL ? arguments->sort : "", &arguments->criteria)) {
    refuse(action, BROWSE_ERROR_SORT_CRITERIA, "Unsupported or invalid sort criteria");
    return false;
  }
  return true;
}

/* --- the answer --- */

static void answer_free(Answer *answer) {
  content_tree_unref(answer->scope.tree);
  g_free(answer->base_url);
  g_free(answer->filter);
  g_array_unref(answer->page);
  g_ptr_array_unref(answer->files);
  g_free(answer);
}

/** Write and send. */
static void send_answer(gpointer data) {
  Answer *answer = data;
  g_autoptr(DidlText) text = didl_text_new(answer->base_url, answer->scope.sizes);
  for (guint i = 0; i < answer->page->len; i++) {
    const ContentObject *object = &g_array_index(answer->page, ContentObject, i);
    if (object->folder != NULL)
      didl_text_add_folder(text, object);
    else
      didl_text_add_lesson(text, object, g_ptr_array_index(answer->files, i));
  }
  g_autofree char *xml = didl_text_write(text, answer->filter);
  gupnp_service_action_set(answer->action, "Result", G_TYPE_STRING, xml, "NumberReturned", G_TYPE_UINT,
                           answer->page->len, "TotalMatches", G_TYPE_UINT, answer->total, "UpdateID", G_TYPE_UINT,
                           answer->update_id, NULL);
  gupnp_service_action_return_success(answer->action);
  *answer->scope.waiting -= answer->is_waiting;
  answer_free(answer);
}

/** The files of the page's lessons; fills `paths` (borrowed) with those whose size an answer needs. */
static void load_files(Answer *answer, GPtrArray *paths) {
  for (guint i = 0; i < answer->page->len; i++) {
    const ContentObject *object = &g_array_index(answer->page, ContentObject, i);
    g_autoptr(GError) error = NULL;
    g_auto(LessonFiles) files = {0};
    if (object->lesson == NULL || !lesson_files_load(answer->scope.catalog, object->lesson, &files, &error)) {
      if (error != NULL)
        log_warning("files of %s: %s", object->lesson->shelf->asset_id, error->message);
      g_ptr_array_add(answer->files, NULL);
      continue;
    }
    for (guint j = 0; j < files.files->len; j++)
      g_ptr_array_add(paths, g_array_index(files.files, LessonFile, j).path);
    g_ptr_array_add(answer->files, g_memdup2(&files, sizeof files));
    files = (LessonFiles){0};
  }
}

/** Takes `page`. */
static void answer_page(const BrowseScope *scope, GUPnPServiceAction *action, const char *filter, GArray *page,
                        guint total, uint32_t update_id) {
  Answer *answer = g_new0(Answer, 1);
  *answer = (Answer){.scope = *scope,
                     .action = action,
                     .base_url = g_strdup(scope->base_url),
                     .filter = g_strdup(filter != NULL ? filter : "*"),
                     .page = page,
                     .files = g_ptr_array_new_with_free_func(files_free),
                     .total = total,
                     .update_id = update_id};
  g_autoptr(GPtrArray) paths = g_ptr_array_new();
  content_tree_ref(answer->scope.tree);
  load_files(answer, paths);
  if (*scope->waiting < CONTENT_DIRECTORY_WAITING_MAX &&
      size_book_ask(scope->sizes, answer->base_url, paths, CONTENT_DIRECTORY_PATIENCE_US, send_answer, answer)) {
    answer->is_waiting = true;
    ++*scope->waiting;
    return;
  }
  send_answer(answer);
}

/** The page that was asked for, of all objects in their order. New array. */
static GArray *cut_page(const GArray *objects, const Arguments *arguments) {
  guint first = MIN(arguments->start, objects->len);
  guint count = MIN(objects->len - first, CONTENT_DIRECTORY_PAGE_MAX);
  if (arguments->count > 0)
    count = MIN(count, arguments->count);
  GArray *page = g_array_sized_new(FALSE, FALSE, sizeof(ContentObject), MAX(count, 1));
  if (count > 0)
    g_array_append_vals(page, &g_array_index(objects, ContentObject, first), count);
  return page;
}

/* --- Browse --- */

static void browse_children(const BrowseScope *scope, GUPnPServiceAction *action, const Arguments *arguments,
                            const ContentObject *object) {
  if (object->folder == NULL) {
    refuse(action, BROWSE_ERROR_NO_CONTAINER, "No such container");
    return;
  }
  const GArray *children = object->folder->children;
  g_autoptr(GArray) sorted = NULL;
  if (arguments->criteria.count > 0 && children->len > 0) {
    sorted = g_array_sized_new(FALSE, FALSE, sizeof(ContentObject), children->len);
    g_array_append_vals(sorted, children->data, children->len);
    content_objects_sort(sorted, &arguments->criteria);
    children = sorted;
  }
  answer_page(scope, action, arguments->filter, cut_page(children, arguments), children->len,
              object->folder->update_id);
}

void browse_answer_browse(const BrowseScope *scope, GUPnPServiceAction *action) {
  g_auto(Arguments) arguments = {0};
  ContentObject object;
  if (!read_arguments(action, "ObjectID", "BrowseFlag", &arguments))
    return;
  if (!content_tree_find(scope->tree, arguments.id, &object)) {
    refuse(action, BROWSE_ERROR_NO_OBJECT, "No such object");
  } else if (strcmp(arguments.what, "BrowseDirectChildren") == 0) {
    browse_children(scope, action, &arguments, &object);
  } else if (strcmp(arguments.what, "BrowseMetadata") == 0) {
    GArray *page = g_array_new(FALSE, FALSE, sizeof(ContentObject));
    g_array_append_val(page, object);
    answer_page(scope, action, arguments.filter, page, 1,
                object.folder != NULL ? object.folder->update_id : object.parent->update_id);
  } else {
    refuse(action, BROWSE_ERROR_INVALID_ARGS, "Invalid Args");
  }
}

/* --- Search --- */

/** Objects below `folder` that fit, in place of `objects`. */
static GArray *find_fitting(const ContentTree *tree, const ContentFolder *folder, const SearchCriteria *criteria) {
  char text[OBJECT_PROPERTY_TEXT_SIZE];
  g_autoptr(GArray) below = content_tree_list_below(tree, folder);
  GArray *fitting = g_array_new(FALSE, FALSE, sizeof(ContentObject));
  for (guint i = 0; i < below->len; i++) {
    SearchSubject subject = {.object = &g_array_index(below, ContentObject, i), .text = text};
    if (search_criteria_fits(criteria, object_property_find, &subject))
      g_array_append_vals(fitting, subject.object, 1);
  }
  return fitting;
}

void browse_answer_search(const BrowseScope *scope, GUPnPServiceAction *action) {
  g_auto(Arguments) arguments = {0};
  g_autoptr(GError) error = NULL;
  ContentObject object;
  if (!read_arguments(action, "ContainerID", "SearchCriteria", &arguments))
    return;
  if (!content_tree_find(scope->tree, arguments.id, &object) || object.folder == NULL) {
    refuse(action, BROWSE_ERROR_NO_CONTAINER, "No such container");
    return;
  }
  g_autoptr(SearchCriteria) criteria = search_criteria_parse(arguments.what, &error);
  if (criteria == NULL) {
    refuse(action, BROWSE_ERROR_SEARCH_CRITERIA, error->message);
    return;
  }
  g_autoptr(GArray) fitting = find_fitting(scope->tree, object.folder, criteria);
  content_objects_sort(fitting, &arguments.criteria);
  answer_page(scope, action, arguments.filter, cut_page(fitting, &arguments), fitting->len,
              content_tree_update_id(scope->tree));
}
