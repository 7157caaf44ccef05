#include "base/path.h"
#include "tests/bench/search_judged.h"

#define NDCG_LEAST 0.9
#define QUERIES_LEAST 200

/* The judged queries are answered well, by the quick ranking and by the exact one. */
static void test_search_evaluation_ndcg(gconstpointer is_exact) {
  g_autoptr(GError) error = NULL;
  g_autofree char *folder = g_dir_make_tmp("kapok-judged-XXXXXX", &error);
  SearchEvaluation evaluation = {0};
  search_judged_evaluate(KAPOK_SOURCE_DIR, folder, is_exact != NULL, &evaluation, &error);
  g_assert_no_error(error);
  for (guint i = 0; i < evaluation.worst->len; i++)
    g_test_message("%s", (char *)evaluation.worst->pdata[i]);
  g_test_message("%u queries, %u courses: nDCG@10 %.4f, found of grade 3: %.4f", evaluation.query_count,
                 evaluation.course_count, evaluation.ndcg_mean, evaluation.recall_mean);
  g_assert_cmpuint(evaluation.query_count, >=, QUERIES_LEAST);
  g_assert_cmpfloat(evaluation.ndcg_mean, >=, NDCG_LEAST);
  g_ptr_array_unref(evaluation.worst);
  g_assert_true(path_remove_tree(folder, NULL));
}

int main(int argc, char **argv) {
  g_test_init(&argc, &argv, NULL);
  g_test_add_data_func("/search/evaluation/quick", NULL, test_search_evaluation_ndcg);
  g_test_add_data_func("/search/evaluation/exact", "exact", test_search_evaluation_ndcg);
  return g_test_run();
}
