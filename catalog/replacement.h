/** Replacing a lesson's source: a new asset is made beside the old one and takes its place when it is whole (or when it
 * can be played and the old one cannot). The old one is then retired: its URLs go on working until it is purged
 * (catalog/retired.h). Internal to catalog/. */
#pragma once

#include "catalog/transaction.h"

typedef struct {
  char *institution, *course_id, *title;
} ReplacedLesson;
void replaced_lesson_clear(ReplacedLesson *lesson);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(ReplacedLesson, replaced_lesson_clear)

/** Whether an asset can be replaced, and whose it is. CONFLICT when it belongs to no lesson, has been replaced already
 * or is being replaced. */
bool replacement_check(Connection *connection, const char *old_id, ReplacedLesson *ret_lesson, GError **error);

/** To be called when `asset_id` has become playable or ready: it takes the place of the asset that it is to replace, if
 * it is time. */
bool replacement_settle(Connection *connection, const char *asset_id, int64_t now_us, GError **error);
