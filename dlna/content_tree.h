/** The folders that receivers browse, built in memory from the shelf (catalog/shelf.h):
 *
 *   0             all of it
 *   room          what the room's channels show (room_programme.h), where there is a room
 *   new           the newest lessons
 *   cat           categories          cat/SLUG    courses of one
 *   inst          institutions        inst/ID     courses of one
 *   all           every lesson
 *
 * A course of several lessons is a folder (cat/SLUG/COURSE), one of a single lesson is that lesson. The id of a lesson is that of
 * the folder, '/' and the lesson's own; in `all` it stands under its first name, elsewhere as a reference to that.
 *
 * A tree does not change once it is built: pages of one browse fit together. Whoever holds it across a refresh keeps a
 * reference. Threads: one. */
#pragma once

#include "catalog/shelf.h"
#include "dlna/sort_criteria.h"

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#define CONTENT_LESSONS_MAX 50000 /**< more of the shelf are left out; the newest stay */
#define CONTENT_NEWEST_COUNT 100
#define CONTENT_ROOT_ID "0"
#define CONTENT_ALL_ID "all"
#define CONTENT_ID_BYTES_MAX 200

typedef enum { CONTENT_LANGUAGE_ZH, CONTENT_LANGUAGE_EN } ContentLanguage;

typedef struct {
  ShelfLesson *shelf;
  char *title;       /**< with that of its course where it has several lessons */
  const char *genre; /**< name of the category; may be empty; static */
  char *folded_title, *folded_lecturers, *folded_genre, *folded_course, *folded_summary;
  GByteArray *order; /**< of its course: compares as titles are sorted */
} ContentLesson;

typedef struct ContentFolder ContentFolder;
struct ContentFolder {
  char *id, *title, *folded_title;
  GByteArray *order;
  const ContentFolder *parent; /**< NULL: the root */
  int64_t created_us;          /**< of the newest inside; 0: nothing */
  GArray *children;            /**< ContentObject */
  uint64_t digest;             /**< of what a receiver sees of the children */
  uint32_t update_id;
};

/** What has an id. */
typedef struct {
  const ContentFolder *parent; /**< NULL: the root */
  const ContentFolder *folder; /**< it is this one */
  const ContentLesson *lesson; /**< or this one */
} ContentObject;

typedef struct ContentTree ContentTree;

/** `lessons`: array of ShelfLesson *, taken over; NULL: none. `programme`: ids of lessons (char *) for the room's folder; those that
 * are not on the shelf are passed over; NULL: no such folder. `previous` (NULL: none) tells which folders changed: those get the
 * next update id. `first_update_id`: of the first tree. */
ContentTree *content_tree_new(GPtrArray *lessons, const GPtrArray *programme, ContentLanguage language,
                              const ContentTree *previous, uint32_t first_update_id);
ContentTree *content_tree_ref(ContentTree *tree);
void content_tree_unref(ContentTree *tree);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ContentTree, content_tree_unref)

/** Grows by one when anything changed from tree to tree. */
uint32_t content_tree_update_id(const ContentTree *tree);
/** "id,update id,..." of the folders that changed since `previous`; at most CONTENT_CHANGES_MAX of them. Caller frees. */
#define CONTENT_CHANGES_MAX 50
char *content_tree_write_changes(const ContentTree *tree, const ContentTree *previous);

/** False when there is no such object. */
bool content_tree_find(const ContentTree *tree, const char *id, ContentObject *ret_object);

/** Its id, in the folder where it stands. Caller frees. */
char *content_object_id(const ContentObject *object);
const char *content_object_class(const ContentObject *object);
/** In its course's folder a lesson is called by its own title alone. */
const char *content_object_title(const ContentObject *object);

/** Everything below `folder`, each lesson once: what a search looks at. New array of ContentObject. */
GArray *content_tree_list_below(const ContentTree *tree, const ContentFolder *folder);

/** Sort objects in place; equal ones stay in their order. */
void content_objects_sort(GArray *objects, const SortCriteria *criteria);
