#include "catalog/review.h"

#include "catalog/record_edit.h"
#include "catalog/transaction.h"

static void clear_review(gpointer data) {
  CourseReview *review = data;
  g_free(review->actor);
  g_free(review->remark);
}

bool catalog_list_reviews(Catalog *catalog, const char *course_id, GArray **ret_reviews, GError **error) {
  g_auto(Transaction) transaction = {0};
  g_autoptr(GArray) reviews = g_array_new(FALSE, TRUE, sizeof(CourseReview));
  g_array_set_clear_func(reviews, clear_review);
  if (!transaction_begin_read(&transaction, catalog, error))
    return false;
  g_auto(Statement) statement = statement_use(transaction.connection, STATEMENT_LIST_REVIEWS);
  statement_bind(&statement, argument_text(course_id), argument_int(REVIEWS_MAX));
  while (statement_next_row(&statement)) {
    CourseReview review = {.at_us = statement_int(&statement, 0),
                           .actor = statement_dup_text(&statement, 1),
                           .is_approved = statement_bool(&statement, 2),
                           .remark = statement_dup_text(&statement, 3)};
    g_array_append_val(reviews, review);
  }
  if (!statement_check(&statement, error))
    return false;
  *ret_reviews = g_steal_pointer(&reviews);
  return true;
}

static bool refuse(GError **error, CatalogError code, const char *both) {
  g_set_error_literal(error, CATALOG_ERROR, code, both);
  return false;
}

static bool check_remark(bool is_approved, const char *remark, GError **error) {
  if (g_utf8_strlen(remark, -1) > REVIEW_REMARK_CHARACTERS_MAX)
    return refuse(error, CATALOG_ERROR_INVALID, "意见最多 2000 个字。 · A remark has 2000 characters at most.");
  if (!is_approved && remark[0] == '\0')
    return refuse(error, CATALOG_ERROR_INVALID,
                  "退回时请写明原因，老师才知道怎么改。 · A course is returned with a remark that says why.");
  return true;
}

static bool check_is_in_review(Connection *connection, const char *course_id, GError **error) {
  int64_t is_due = 0;
  return connection_number(connection, STATEMENT_IS_COURSE_IN_REVIEW, &is_due, error, argument_text(course_id)) &&
         (is_due != 0 ||
          refuse(error, CATALOG_ERROR_CONFLICT,
                 "这门课程不在待审状态，可能别人已经处理。 · This course does not wait for a review; "
                 "somebody else may have seen to it."));
}

static bool set_state(Connection *connection, const char *actor, const char *course_id, int64_t expected_version,
                      const char *state, GError **error) {
  g_autoptr(CatalogRecord) patch = catalog_record_new(RECORD_COURSE);
  RecordFault fault = {0};
  bool is_changed = false;
  patch->id = g_strdup(course_id);
  catalog_record_set(patch, "status", state);
  if (record_edit_update(connection, actor, patch, expected_version, &is_changed, &fault, error))
    return true;
  if (fault.reason == RECORD_FAULT_NONE)
    return false;
  g_autofree char *zh = record_fault_text_zh(&fault), *en = record_fault_text_en(&fault);
  g_autofree char *both = g_strconcat(zh, " · ", en, NULL);
  return refuse(error, CATALOG_ERROR_CONFLICT, both);
}

bool catalog_decide_review(Catalog *catalog, const char *actor, const char *course_id, int64_t expected_version,
                           bool is_approved, const char *remark, GError **error) {
  g_auto(Transaction) transaction = {0};
  g_autofree char *text = g_strstrip(g_utf8_make_valid(remark != NULL ? remark : "", -1));
  if (!check_remark(is_approved, text, error) || !transaction_begin_write(&transaction, catalog, error))
    return false;
  Connection *connection = transaction.connection;
  return check_is_in_review(connection, course_id, error) &&
         set_state(connection, actor, course_id, expected_version, is_approved ? "published" : "draft", error) &&
         connection_run(connection, STATEMENT_INSERT_REVIEW, error, argument_text(course_id),
                        argument_int(g_get_real_time()), argument_text(actor), argument_int(is_approved),
                        argument_text(text)) &&
         connection_run(connection, STATEMENT_TRIM_REVIEWS, error, argument_text(course_id),
                        argument_int(REVIEWS_MAX)) &&
         transaction_commit(&transaction, error);
}

bool catalog_count_reviews_due(Catalog *catalog, const char *reach, int64_t *ret_count, GError **error) {
  g_auto(Transaction) transaction = {0};
  return transaction_begin_read(&transaction, catalog, error) &&
         connection_number(transaction.connection, STATEMENT_COUNT_REVIEWS_DUE, ret_count, error,
                           argument_text(reach));
}
