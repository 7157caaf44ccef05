#include "dlna/content_directory.h"

#include "base/log.h"
#include "catalog/course_change.h"
#include "catalog/shelf.h"
#include "dlna/browse_answer.h"
#include "dlna/connection_manager.h"
#include "dlna/lesson_files.h"
#include "dlna/object_property.h"
#include "dlna/room_programme.h"
#include "dlna/size_book.h"

#include <string.h>

#define CONTENT_DIRECTORY_TYPE "urn:schemas-upnp-org:service:ContentDirectory:1"
#define CONNECTION_MANAGER_TYPE "urn:schemas-upnp-org:service:ConnectionManager:1"

/** Lessons whose sizes are asked for in one go, in the background. */
#define WARM_COUNT 16
#define WARM_PATIENCE_US (60 * G_TIME_SPAN_SECOND)
/** When our server does not answer. */
#define WARM_PAUSE_S 30

/** What is on moves on without a change of the catalog. */
#define PROGRAMME_STEP_US (5 * G_TIME_SPAN_MINUTE)

/** A device that is attached. */
typedef struct {
  ContentDirectory *directory;
  GUPnPDevice *device;
  GUPnPService *contents, *connections;
  char *base_url;
} Attachment;

struct ContentDirectory {
  Catalog *catalog;
  char *room_id; /**< NULL: none */
  ContentLanguage language;
  ContentTree *tree;
  int64_t last_change;  /**< of the catalog, that is in the tree */
  int64_t programme_us; /**< monotonic: when the room's programme was looked at */
  SizeBook *sizes;
  GPtrArray *attachments;
  guint look_timer, warm_timer;
  guint waiting;     /**< answers that wait for sizes */
  guint warm_index;  /**< of the next lesson of `all` */
  guint warm_before; /**< the first one of those that are asked for now */
  bool is_warming;   /**< sizes are asked for now */
};

static void attachment_free(gpointer data) {
  Attachment *attachment = data;
  g_signal_handlers_disconnect_by_data(attachment->contents, attachment);
  g_object_unref(attachment->contents);
  g_object_unref(attachment->connections);
  g_free(attachment->base_url);
  g_free(attachment);
}

/* --- sizes in the background --- */

static gboolean on_warm(gpointer data);

static void plan_warm(ContentDirectory *directory, guint pause_s) {
  g_clear_handle_id(&directory->warm_timer, g_source_remove);
  directory->warm_timer = pause_s > 0 ? g_timeout_add_seconds(pause_s, on_warm, directory)
                                      : g_idle_add_full(G_PRIORITY_LOW, on_warm, directory, NULL);
}

static const ContentFolder *all_of(const ContentTree *tree) {
  ContentObject object = {0};
  content_tree_find(tree, CONTENT_ALL_ID, &object);
  return object.folder;
}

/** Paths of the files of WARM_COUNT lessons from `warm_index` on; char *. */
static GPtrArray *list_warm_paths(ContentDirectory *directory) {
  GPtrArray *paths = g_ptr_array_new_with_free_func(g_free);
  const GArray *lessons = all_of(directory->tree)->children;
  guint end = MIN(directory->warm_index + WARM_COUNT, lessons->len);
  for (; directory->warm_index < end; directory->warm_index++) {
    g_auto(LessonFiles) files = {0};
    const ContentObject *object = &g_array_index(lessons, ContentObject, directory->warm_index);
    if (!lesson_files_load(directory->catalog, object->lesson, &files, NULL))
      continue;
    for (guint i = 0; i < files.files->len; i++)
      if (size_book_find(directory->sizes, g_array_index(files.files, LessonFile, i).path) < 0)
        g_ptr_array_add(paths, g_strdup(g_array_index(files.files, LessonFile, i).path));
  }
  return paths;
}

static void on_warm_end(gpointer data) {
  ContentDirectory *directory = data;
  directory->is_warming = false;
  guint reached = directory->warm_index;
  directory->warm_index = MIN(directory->warm_before, reached);
  g_autoptr(GPtrArray) left = list_warm_paths(directory);
  plan_warm(directory, left->len > 0 ? WARM_PAUSE_S : 0); /* those are passed over */
}

static gboolean on_warm(gpointer data) {
  ContentDirectory *directory = data;
  directory->warm_timer = 0;
  if (directory->attachments->len == 0 || directory->warm_index >= all_of(directory->tree)->children->len)
    return G_SOURCE_REMOVE;
  const Attachment *attachment = g_ptr_array_index(directory->attachments, 0);
  directory->warm_before = directory->warm_index;
  g_autoptr(GPtrArray) paths = list_warm_paths(directory);
  directory->is_warming =
      size_book_ask(directory->sizes, attachment->base_url, paths, WARM_PATIENCE_US, on_warm_end, directory);
  if (!directory->is_warming)
    plan_warm(directory, paths->len > 0 ? WARM_PAUSE_S : 0);
  return G_SOURCE_REMOVE;
}

static void warm_anew(ContentDirectory *directory) {
  directory->warm_index = 0;
  directory->warm_before = 0;
  if (!directory->is_warming)
    plan_warm(directory, 0);
}

/* --- the tree --- */

static bool load_shelf(const ContentDirectory *directory, GPtrArray **ret_lessons, GError **error) {
  const char *rooms[] = {directory->room_id, NULL};
  CatalogViewer viewer = {.rooms = rooms};
  return catalog_list_shelf(directory->catalog, directory->room_id != NULL ? &viewer : NULL, CONTENT_LESSONS_MAX,
                            ret_lessons, error);
}

static void tell_receivers(const ContentDirectory *directory, const char *changes) {
  for (guint i = 0; i < directory->attachments->len; i++) {
    const Attachment *attachment = g_ptr_array_index(directory->attachments, i);
    gupnp_service_notify(attachment->contents, "SystemUpdateID", G_TYPE_UINT,
                         content_tree_update_id(directory->tree), "ContainerUpdateIDs", G_TYPE_STRING, changes,
                         NULL);
  }
}

/** Put another tree in the place of ours; takes both. */
static void replace_tree(ContentDirectory *directory, GPtrArray *lessons, GPtrArray *programme) {
  ContentTree *old = directory->tree;
  directory->tree = content_tree_new(lessons, programme, directory->language, old, 0);
  g_clear_pointer(&programme, g_ptr_array_unref);
  if (content_tree_update_id(directory->tree) != content_tree_update_id(old)) {
    g_autofree char *changes = content_tree_write_changes(directory->tree, old);
    tell_receivers(directory, changes);
    warm_anew(directory);
  }
  content_tree_unref(old);
}

static bool is_programme_old(const ContentDirectory *directory) {
  return directory->room_id != NULL && g_get_monotonic_time() - directory->programme_us > PROGRAMME_STEP_US;
}

/** Build the tree anew when a course changed. */
static void look(ContentDirectory *directory) {
  g_autoptr(GError) error = NULL;
  g_autoptr(GPtrArray) lessons = NULL, programme = NULL;
  int64_t last_change = 0;
  bool ok = catalog_load_last_change(directory->catalog, &last_change, &error);
  if (ok && last_change == directory->last_change && !is_programme_old(directory))
    return;
  ok = ok && load_shelf(directory, &lessons, &error) &&
       (directory->room_id == NULL ||
        room_programme_load(directory->catalog, directory->room_id, g_get_real_time(), &programme, &error));
  if (!ok) {
    log_warning("the folders stay as they are: %s", error->message);
    return;
  }
  directory->last_change = last_change;
  directory->programme_us = g_get_monotonic_time();
  replace_tree(directory, g_steal_pointer(&lessons), g_steal_pointer(&programme));
}

static gboolean on_look(gpointer data) {
  look(data);
  return G_SOURCE_CONTINUE;
}

ContentDirectory *content_directory_new(Catalog *catalog, const char *room_id, ContentLanguage language) {
  ContentDirectory *directory = g_new0(ContentDirectory, 1);
  directory->catalog = catalog;
  directory->room_id = g_strdup(room_id);
  directory->language = language;
  directory->sizes = size_book_new();
  directory->attachments = g_ptr_array_new_with_free_func(attachment_free);
  /* ids of a later start are higher, so that receivers do not believe what they remember */
  directory->tree = content_tree_new(NULL, NULL, language, NULL, (uint32_t)(g_get_real_time() / G_USEC_PER_SEC));
  directory->last_change = -1;
  look(directory);
  directory->look_timer = g_timeout_add(CONTENT_DIRECTORY_LOOK_MS, on_look, directory);
  return directory;
}

void content_directory_free(ContentDirectory *directory) {
  if (directory == NULL)
    return;
  size_book_free(directory->sizes);
  g_clear_handle_id(&directory->look_timer, g_source_remove);
  g_clear_handle_id(&directory->warm_timer, g_source_remove);
  g_ptr_array_unref(directory->attachments);
  content_tree_unref(directory->tree);
  g_free(directory->room_id);
  g_free(directory);
}

/* --- actions --- */

static BrowseScope scope_of(const Attachment *attachment) {
  ContentDirectory *directory = attachment->directory;
  return (BrowseScope){.catalog = directory->catalog,
                       .tree = directory->tree,
                       .sizes = directory->sizes,
                       .base_url = attachment->base_url,
                       .waiting = &directory->waiting};
}

static void on_browse(GUPnPService *service, GUPnPServiceAction *action, gpointer data) {
  (void)service;
  BrowseScope scope = scope_of(data);
  browse_answer_browse(&scope, action);
}

static void on_search(GUPnPService *service, GUPnPServiceAction *action, gpointer data) {
  (void)service;
  BrowseScope scope = scope_of(data);
  browse_answer_search(&scope, action);
}

static void on_search_capabilities(GUPnPService *service, GUPnPServiceAction *action, gpointer data) {
  (void)service, (void)data;
  gupnp_service_action_set(action, "SearchCaps", G_TYPE_STRING, SEARCH_CAPABILITIES, NULL);
  gupnp_service_action_return_success(action);
}

static void on_sort_capabilities(GUPnPService *service, GUPnPServiceAction *action, gpointer data) {
  (void)service, (void)data;
  gupnp_service_action_set(action, "SortCaps", G_TYPE_STRING, SORT_CAPABILITIES, NULL);
  gupnp_service_action_return_success(action);
}

static void on_update_id(GUPnPService *service, GUPnPServiceAction *action, gpointer data) {
  (void)service;
  const Attachment *attachment = data;
  gupnp_service_action_set(action, "Id", G_TYPE_UINT, content_tree_update_id(attachment->directory->tree), NULL);
  gupnp_service_action_return_success(action);
}

static void on_query_update_id(GUPnPService *service, const char *variable, GValue *value, gpointer data) {
  (void)service, (void)variable;
  const Attachment *attachment = data;
  g_value_init(value, G_TYPE_UINT);
  g_value_set_uint(value, content_tree_update_id(attachment->directory->tree));
}

static void on_query_text(GUPnPService *service, const char *variable, GValue *value, gpointer data) {
  (void)service, (void)data;
  g_value_init(value, G_TYPE_STRING);
  g_value_set_string(value, strcmp(variable, "SearchCapabilities") == 0 ? SEARCH_CAPABILITIES
                            : strcmp(variable, "SortCapabilities") == 0 ? SORT_CAPABILITIES
                                                                        : "");
}

static const struct {
  const char *signal;
  GCallback callback;
} handlers[] = {
    {"action-invoked::Browse", G_CALLBACK(on_browse)},
    {"action-invoked::Search", G_CALLBACK(on_search)},
    {"action-invoked::GetSearchCapabilities", G_CALLBACK(on_search_capabilities)},
    {"action-invoked::GetSortCapabilities", G_CALLBACK(on_sort_capabilities)},
    {"action-invoked::GetSystemUpdateID", G_CALLBACK(on_update_id)},
    {"query-variable::SystemUpdateID", G_CALLBACK(on_query_update_id)},
    {"query-variable::ContainerUpdateIDs", G_CALLBACK(on_query_text)},
    {"query-variable::SearchCapabilities", G_CALLBACK(on_query_text)},
    {"query-variable::SortCapabilities", G_CALLBACK(on_query_text)},
};

static GUPnPService *get_service(GUPnPDevice *device, const char *type) {
  return GUPNP_SERVICE(gupnp_device_info_get_service(GUPNP_DEVICE_INFO(device), type));
}

void content_directory_attach(ContentDirectory *directory, GUPnPDevice *device, const char *base_url) {
  Attachment *attachment = g_new0(Attachment, 1);
  *attachment = (Attachment){.directory = directory,
                             .device = device,
                             .contents = get_service(device, CONTENT_DIRECTORY_TYPE),
                             .connections = get_service(device, CONNECTION_MANAGER_TYPE),
                             .base_url = g_strdup(base_url)};
  for (size_t i = 0; i < G_N_ELEMENTS(handlers); i++)
    g_signal_connect(attachment->contents, handlers[i].signal, handlers[i].callback, attachment);
  connection_manager_attach(attachment->connections);
  g_ptr_array_add(directory->attachments, attachment);
  warm_anew(directory);
}

void content_directory_detach(ContentDirectory *directory, GUPnPDevice *device) {
  for (guint i = directory->attachments->len; i > 0; i--)
    if (((Attachment *)g_ptr_array_index(directory->attachments, i - 1))->device == device)
      g_ptr_array_remove_index(directory->attachments, i - 1);
}
