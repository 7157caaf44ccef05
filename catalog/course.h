/** Courses and lessons: what residents look for. */
#pragma once

#include "catalog/asset.h"
#include "catalog/catalog.h"

/** Closed word lists with Chinese and English names: categories, audiences, kinds. */
typedef struct {
  const char *slug, *zh, *en;
} CatalogWord;
const CatalogWord *catalog_categories(size_t *ret_count);
const CatalogWord *catalog_audiences(size_t *ret_count);
const CatalogWord *catalog_kinds(size_t *ret_count);
/** Find by slug, Chinese or English name (ASCII case ignored); NULL when there is none. */
const CatalogWord *catalog_find_word(const CatalogWord *words, size_t count, const char *text);

/** A course with a longer lesson is an HD course video rather than a micro-lecture, when nobody said otherwise. */
#define COURSE_MICRO_MAX_US (20 * G_TIME_SPAN_MINUTE)

typedef struct {
  char *id, *title, *summary;
  char *kind, *category;        /**< slugs; category may be empty */
  char **audiences, **tags;     /**< NULL-terminated, never NULL */
  char *language;               /**< BCP 47 */
  char *institution, *division; /**< name, 12-digit code; may be empty */
  int64_t created_us, updated_us;
  int64_t lesson_count, duration_us;
  char *asset_id; /**< of the first lesson, or NULL */
  AssetState asset_state;
  double asset_progress;
  bool has_poster;
} CatalogCourse;
void catalog_course_free(CatalogCourse *course);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CatalogCourse, catalog_course_free)

typedef struct {
  char *id, *title;
  int64_t position; /**< from 1 */
  char *asset_id;
} CatalogLesson;
void catalog_lesson_free(CatalogLesson *lesson);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CatalogLesson, catalog_lesson_free)

/** NOT_FOUND when there is none. `ret_lessons`: array of CatalogLesson *, by position. */
bool catalog_load_course(Catalog *catalog, const char *course_id, CatalogCourse **ret_course,
                         GPtrArray **ret_lessons, GError **error);

typedef enum { COURSE_SORT_NEWEST, COURSE_SORT_TITLE, COURSE_SORT_DURATION } CourseSort;

#define COURSE_PAGE_LIMIT_MAX 100
typedef struct {
  const char *text; /**< words that title, summary, tags or institution shall hold (all of them); NULL: any */
  const char *category, *audience, *kind; /**< slugs; NULL: any */
  const char *division;                   /**< prefix of the code; NULL: any */
  CourseSort sort;
  int limit;          /**< 1 to COURSE_PAGE_LIMIT_MAX */
  const char *cursor; /**< `next` of the page before; NULL: first page. INVALID when it is not ours */
} CourseQuery;

typedef struct {
  char *value; /**< slug */
  int64_t count;
} CourseFacetCount;

typedef struct {
  GPtrArray *courses; /**< CatalogCourse * */
  char *next;         /**< NULL at the end */
  int64_t total;
  GArray *categories, *audiences, *kinds; /**< CourseFacetCount of the whole result, most first */
} CoursePage;
void course_page_free(CoursePage *page);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CoursePage, course_page_free)

/** One page in the order of `sort`: newest first, by title, or shortest first; equal ones by id, so that pages neither
 * repeat nor skip a course. Words of `text` are told apart by white space and taken literally; ASCII case is ignored;
 * at most 16 words narrow the result. INVALID for a limit or a cursor that is not ours, or a text over 1 KiB. */
bool catalog_query_courses(Catalog *catalog, const CourseQuery *query, CoursePage **ret_page, GError **error);
