/** The lessons of a course as a JSON array: [{"id":...,"title":...}, {"asset_id":...,"title":...}, ...]. */
#pragma once

#include "catalog/record_store.h"

typedef struct {
  LessonOrder *lessons; /**< their texts belong to `texts` */
  size_t count;
  GPtrArray *texts;
} LessonOrderList;
void lesson_order_list_free(LessonOrderList *list);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(LessonOrderList, lesson_order_list_free)

/** NULL with INVALID: `ret_fault` tells the member, or has no reason when the text is no array of objects. Members that
 * are only read (position, asset, sign_asset) are passed over. */
LessonOrderList *lesson_json_parse(const char *text, size_t size, RecordFault *ret_fault, GError **error);
