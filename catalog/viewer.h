/** Who may see a course. Pure: no files, no clock.
 *
 * A course that is deleted is seen by nobody. Somebody with `everything`, with rights over a subtree that holds the
 * course's division, or of the staff of its institution sees it in every other state. Everybody else sees published
 * courses only, by their visibility:
 *   public       everybody
 *   division     who stands in the subtree of the division that `visible_to` names
 *   institution  who belongs to the institution that `visible_to` names
 *   room         who is in the room that `visible_to` names
 *   link         who brings the secret that `visible_to` holds
 * The same rule stands as SQL in catalog/statements.h (STATEMENT_COURSE_IS_VISIBLE), for lists and searches; a test
 * holds the two against each other. */
#pragma once

#include <glib.h>
#include <stdbool.h>

/** Every list is NULL-terminated or NULL (empty). Borrowed texts. */
typedef struct {
  const char *const *standings;    /**< codes of the divisions where the viewer lives or works */
  const char *const *institutions; /**< ids of those they belong to */
  const char *const *rooms;        /**< ids of those they are in now */
  const char *const *links;        /**< secrets of links they came by */
  const char *const *staff_of;     /**< ids of institutions whose courses they work on */
  const char *const *rights;       /**< codes of divisions over whose subtrees they have authority */
  bool everything;                 /**< an administrator, or Kapok itself */
} CatalogViewer;

/** Kapok itself and administrators. */
extern const CatalogViewer catalog_viewer_everything;

/** What the rule looks at; none is NULL. */
typedef struct {
  const char *state, *visibility, *visible_to;
  const char *division, *institution_id; /**< its own; may be empty */
} CourseGate;

/** `viewer` NULL: somebody unknown. */
bool viewer_may_see(const CatalogViewer *viewer, const CourseGate *gate);

/** The viewer as the parameter of STATEMENT_COURSE_IS_VISIBLE, also a key for caches: equal texts see the same. NULL
 * for NULL. Caller frees. */
char *viewer_write_json(const CatalogViewer *viewer);
