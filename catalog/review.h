/** What reviewers said of courses that were handed in: approved, or returned with a remark for those who work on them. */
#pragma once

#include "catalog/record_store.h"

#define REVIEW_REMARK_CHARACTERS_MAX 2000
/** Of one course; beyond it the oldest is forgotten. */
#define REVIEWS_MAX 50

typedef struct {
  int64_t at_us;
  char *actor; /**< as in the audit log */
  bool is_approved;
  char *remark; /**< may be empty when it was approved */
} CourseReview;

/** Newest first. `ret_reviews`: array of CourseReview that frees what they hold. */
bool catalog_list_reviews(Catalog *catalog, const char *course_id, GArray **ret_reviews, GError **error);

/** Publish the course, or give it back as a draft, and keep what was said: in one transaction. `expected_version` and errors as
 * catalog_update_record(); CONFLICT when the course is not in review, INVALID when it is returned without a remark, or
 * the remark is too long. */
bool catalog_decide_review(Catalog *catalog, const char *actor, const char *course_id, int64_t expected_version,
                           bool is_approved, const char *remark, GError **error);

/** How many courses wait for a review that somebody with this reach may make (role_grants_write_reach()). */
bool catalog_count_reviews_due(Catalog *catalog, const char *reach, int64_t *ret_count, GError **error);
