/** The evaluation set: config/demo/courses.jsonl as an index, asked the judged queries of tests/fixtures/search. */
#pragma once

#include <glib.h>
#include <stdbool.h>

typedef struct {
  double ndcg_mean;   /**< nDCG@10 over all queries */
  double recall_mean; /**< share of the courses of grade 3 that are among the first ten */
  guint query_count, course_count;
  GPtrArray *worst; /**< char *: queries below 0.9, with what came */
} SearchEvaluation;

/** Build the index below `folder` (made, must be empty) and ask. `root`: of the project. False with `error` when a file
 * cannot be read or a judgement fits no course. */
bool search_judged_evaluate(const char *root, const char *folder, bool is_exact, SearchEvaluation *ret_evaluation,
                            GError **error);
