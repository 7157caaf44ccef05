#include "dlna/content_tree.h"

#include <string.h>

static ShelfLesson *new_lesson(const char *id, const char *title, const char *course_id, const char *course_title,
                               const char *category, int64_t position) {
  ShelfLesson *lesson = g_new0(ShelfLesson, 1);
  *lesson = (ShelfLesson){.id = g_strdup(id),
                          .title = g_strdup(title),
                          .position = position,
                          .course_id = g_strdup(course_id),
                          .course_title = g_strdup(course_title),
                          .summary = g_strdup(""),
                          .category = g_strdup(category),
                          .institution_id = g_strdup("i1"),
                          .institution = g_strdup("社区学院"),
                          .created_us = 1000 * position,
                          .lecturers = g_strdup(""),
                          .asset_id = g_strdup(id),
                          .has_video = true,
                          .duration_us = 1000000 * (10 - position)};
  return lesson;
}

/** Two courses: 种花 with two lessons, 安全 with one. */
static GPtrArray *new_shelf(const char *last_title) {
  GPtrArray *shelf = g_ptr_array_new_with_free_func((GDestroyNotify)shelf_lesson_free);
  g_ptr_array_add(shelf, new_lesson("l1", "第一讲", "c1", "种花", "health", 1));
  g_ptr_array_add(shelf, new_lesson("l2", "第二讲", "c1", "种花", "health", 2));
  g_ptr_array_add(shelf, new_lesson("l3", last_title, "c2", last_title, "civic", 1));
  return shelf;
}

static ContentObject find(const ContentTree *tree, const char *id) {
  ContentObject object = {0};
  if (!content_tree_find(tree, id, &object))
    g_error("no %s", id);
  return object;
}

/** "id id ..." of the children. */
static char *list(const ContentTree *tree, const char *id) {
  GString *ids = g_string_new(NULL);
  const GArray *children = find(tree, id).folder->children;
  for (guint i = 0; i < children->len; i++) {
    g_autofree char *child = content_object_id(&g_array_index(children, ContentObject, i));
    g_string_append_printf(ids, "%s%s", i > 0 ? " " : "", child);
  }
  return g_string_free(ids, FALSE);
}

static void assert_list(const ContentTree *tree, const char *id, const char *expected) {
  g_autofree char *ids = list(tree, id);
  g_assert_cmpstr(ids, ==, expected);
}

static void test_content_tree_folders(void) {
  g_autoptr(ContentTree) tree = content_tree_new(new_shelf("安全"), NULL, CONTENT_LANGUAGE_ZH, NULL, 7);
  assert_list(tree, "0", "new cat inst all");
  assert_list(tree, "cat", "cat/civic cat/health"); /* by pinyin: gong min, jian kang */
  assert_list(tree, "cat/health", "cat/health/c1");
  assert_list(tree, "cat/health/c1", "cat/health/c1/l1 cat/health/c1/l2");
  assert_list(tree, "cat/civic", "cat/civic/l3"); /* a course of one lesson is that lesson */
  assert_list(tree, "inst/i1", "inst/i1/c1 inst/i1/l3");
  assert_list(tree, "all", "all/l3 all/l1 all/l2"); /* an quan, zhong hua */
  ContentObject in_course = find(tree, "cat/health/c1/l2"), elsewhere = find(tree, "new/l2");
  g_assert_cmpstr(content_object_title(&in_course), ==, "第二讲");
  g_assert_cmpstr(content_object_title(&elsewhere), ==, "种花：第二讲");
  g_assert_cmpstr(content_object_class(&elsewhere), ==, "object.item.videoItem");
}

/** Lessons in the order of their time; what is not on the shelf is passed over. */
static void test_content_tree_programme(void) {
  g_autoptr(GPtrArray) programme = g_ptr_array_new();
  g_ptr_array_add(programme, (gpointer) "l3");
  g_ptr_array_add(programme, (gpointer) "l9");
  g_ptr_array_add(programme, (gpointer) "l1");
  g_autoptr(ContentTree) tree = content_tree_new(new_shelf("安全"), programme, CONTENT_LANGUAGE_ZH, NULL, 7);
  assert_list(tree, "0", "room new cat inst all");
  assert_list(tree, "room", "room/l3 room/l1");
}

static void test_content_tree_finds(void) {
  static const char *const wrong[] = {
      "", "/", "1", "cat/l3", "new/", "new/l9", "cat/civic/l1", "all/l1/l1", "cat/health/l1", "0/l1"};
  g_autoptr(ContentTree) tree = content_tree_new(new_shelf("安全"), NULL, CONTENT_LANGUAGE_ZH, NULL, 7);
  for (size_t i = 0; i < G_N_ELEMENTS(wrong); i++) {
    ContentObject object;
    if (content_tree_find(tree, wrong[i], &object))
      g_error("“%s” is there", wrong[i]);
  }
}

static void test_content_tree_numbers(void) {
  g_autoptr(ContentTree) first = content_tree_new(new_shelf("安全"), NULL, CONTENT_LANGUAGE_ZH, NULL, 7);
  g_autoptr(ContentTree) same = content_tree_new(new_shelf("安全"), NULL, CONTENT_LANGUAGE_ZH, first, 0);
  g_autoptr(ContentTree) other = content_tree_new(new_shelf("消防"), NULL, CONTENT_LANGUAGE_ZH, same, 0);
  g_autofree char *changes = content_tree_write_changes(other, same),
                  *none = content_tree_write_changes(same, first);
  g_assert_cmpuint(content_tree_update_id(first), ==, 7);
  g_assert_cmpuint(content_tree_update_id(same), ==, 7);
  g_assert_cmpuint(content_tree_update_id(other), ==, 8);
  g_assert_cmpstr(none, ==, "");
  g_assert_nonnull(strstr(changes, "cat/civic,8"));
  g_assert_null(strstr(changes, "cat/health"));
  g_assert_cmpuint(find(other, "cat/health").folder->update_id, ==, 7);
}

static void test_content_tree_sorts(void) {
  g_autoptr(ContentTree) tree = content_tree_new(new_shelf("安全"), NULL, CONTENT_LANGUAGE_ZH, NULL, 7);
  static const struct {
    const char *criteria, *titles;
  } sorts[] = {
      {"-dc:title", "种花：第二讲 种花：第一讲 安全"},
      {"+res@duration", "种花：第二讲 安全 种花：第一讲"}, /* equal ones stay */
      {"-dc:date,+dc:title", "种花：第二讲 安全 种花：第一讲"},
      {"", "安全 种花：第一讲 种花：第二讲"},
  };
  for (size_t i = 0; i < G_N_ELEMENTS(sorts); i++) {
    g_autoptr(GArray) objects = content_tree_list_below(tree, find(tree, "all").folder);
    g_autoptr(GString) titles = g_string_new(NULL);
    SortCriteria criteria;
    g_assert_true(sort_criteria_parse(sorts[i].criteria, &criteria));
    content_objects_sort(objects, &criteria);
    for (guint j = 0; j < objects->len; j++)
      g_string_append_printf(titles, "%s%s", j > 0 ? " " : "",
                             content_object_title(&g_array_index(objects, ContentObject, j)));
    g_assert_cmpstr(titles->str, ==, sorts[i].titles);
  }
}

static void test_content_tree_lists_below(void) {
  g_autoptr(ContentTree) tree = content_tree_new(new_shelf("安全"), NULL, CONTENT_LANGUAGE_EN, NULL, 7);
  g_autoptr(GArray) below = content_tree_list_below(tree, find(tree, "0").folder);
  guint lessons = 0;
  for (guint i = 0; i < below->len; i++)
    lessons += g_array_index(below, ContentObject, i).lesson != NULL;
  g_assert_cmpuint(lessons, ==, 3); /* each once */
  g_assert_cmpuint(below->len - lessons, ==,
                   4 + 2 + 1 + 1 + 1); /* own folders, categories, institution, course twice */
  g_assert_cmpstr(content_object_title(&(ContentObject){.folder = find(tree, "new").folder}), ==, "Newest");
}

static void test_sort_criteria_refuses(void) {
  static const char *const wrong[] = {
      "dc:title",
      "+dc:nothing",
      "*dc:title",
      "+dc:title -dc:date",
      "+dc:title,+dc:title,+dc:title,+dc:title,+dc:title,+dc:title,+dc:title,+dc:title,+dc:title",
  };
  for (size_t i = 0; i < G_N_ELEMENTS(wrong); i++) {
    SortCriteria criteria;
    if (sort_criteria_parse(wrong[i], &criteria))
      g_error("“%s” was taken", wrong[i]);
  }
}

int main(int argc, char **argv) {
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/content_tree/folders", test_content_tree_folders);
  g_test_add_func("/content_tree/programme", test_content_tree_programme);
  g_test_add_func("/content_tree/finds", test_content_tree_finds);
  g_test_add_func("/content_tree/numbers", test_content_tree_numbers);
  g_test_add_func("/content_tree/sorts", test_content_tree_sorts);
  g_test_add_func("/content_tree/lists_below", test_content_tree_lists_below);
  g_test_add_func("/sort_criteria/refuses", test_sort_criteria_refuses);
  return g_test_run();
}
