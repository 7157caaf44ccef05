/** Courses and lessons: what residents look for. */
#pragma once

#include "catalog/asset.h"
#include "catalog/catalog.h"
#include "catalog/viewer.h"

/** Closed word lists with Chinese and English names. */
typedef struct {
  const char *slug, *zh, *en;
} CatalogWord;
const CatalogWord *catalog_categories(size_t *ret_count);
const CatalogWord *catalog_audiences(size_t *ret_count);
const CatalogWord *catalog_kinds(size_t *ret_count);
const CatalogWord *catalog_levels(size_t *ret_count);
const CatalogWord *catalog_licences(size_t *ret_count);
const CatalogWord *catalog_course_states(size_t *ret_count); /**< but "deleted", which nobody sets by hand */
const CatalogWord *catalog_visibilities(size_t *ret_count);
const CatalogWord *catalog_institution_kinds(size_t *ret_count);
const CatalogWord *catalog_collection_kinds(size_t *ret_count);
/** Find by slug, Chinese or English name (ASCII case ignored); NULL when there is none. */
const CatalogWord *catalog_find_word(const CatalogWord *words, size_t count, const char *text);

/** A course with a longer lesson is an HD course video rather than a micro-lecture, when nobody said otherwise. */
#define COURSE_MICRO_MAX_US (20 * G_TIME_SPAN_MINUTE)

typedef struct {
  gint references; /**< atomic; a course that was loaded does not change */
  char *id, *title, *summary;
  char *kind, *category;        /**< slugs; category may be empty */
  char **audiences, **tags;     /**< NULL-terminated, never NULL */
  char *language;               /**< BCP 47 */
  char *institution, *division; /**< name, 12-digit code; may be empty */
  char *institution_id;         /**< NULL: none, or only a name is known */
  char *division_name;          /**< Chinese; NULL when there is no division or it is not in the tree */
  char *level, *licence, *term; /**< slugs and a free text like "2026 春季"; may be empty */
  char *state, *visibility;     /**< slugs: catalog_course_states(), catalog_visibilities() */
  char *visible_to;             /**< see catalog/viewer.h: a secret when visibility is "link" */
  char **lecturers;             /**< names in order; NULL-terminated, never NULL */
  char **lecturer_ids;          /**< beside `lecturers` */
  int64_t popularity;           /**< weighted plays, see catalog/popularity.h */
  int64_t row_version;          /**< grows with every edit */
  int64_t change_seq;           /**< see catalog/course_change.h */
  int64_t created_us, updated_us;
  int64_t lesson_count, duration_us;
  char *asset_id; /**< of the first lesson, or NULL */
  AssetState asset_state;
  double asset_progress;
  bool has_poster;
} CatalogCourse;
CatalogCourse *catalog_course_ref(CatalogCourse *course);
/** Give a reference back; the last one frees it. */
void catalog_course_free(CatalogCourse *course);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CatalogCourse, catalog_course_free)

typedef struct {
  char *id, *title;
  int64_t position; /**< from 1 */
  char *asset_id;
  char *sign_asset_id; /**< the interpreter's picture in sign language, or NULL */
} CatalogLesson;
void catalog_lesson_free(CatalogLesson *lesson);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CatalogLesson, catalog_lesson_free)

/** NOT_FOUND when there is none, also of a course that was deleted. Whoever asks for somebody else calls
 * catalog_may_see_course() first. `ret_lessons`: array of CatalogLesson *, by position. */
bool catalog_load_course(Catalog *catalog, const char *course_id, CatalogCourse **ret_course,
                         GPtrArray **ret_lessons, GError **error);

typedef enum {
  COURSE_SORT_NEWEST,
  COURSE_SORT_TITLE,
  COURSE_SORT_DURATION,
  COURSE_SORT_RELEVANCE,  /**< the index only; without a text: by popularity */
  COURSE_SORT_POPULARITY, /**< the index only */
} CourseSort;

#define COURSE_PAGE_LIMIT_MAX 100
typedef struct {
  const char *text; /**< words that title, summary, tags or institution shall hold (all of them); NULL: any */
  const char *category, *audience, *kind; /**< slugs; NULL: any */
  const char *division;                   /**< prefix of the code; NULL: any */
  const char *level, *institution;        /**< slug, name; NULL: any; the index only */
  const char *band;                       /**< of duration: search_band_name(); NULL: any; the index only */
  const CatalogViewer *viewer; /**< who asks; NULL: somebody unknown, who sees public published courses */
  CourseSort sort;
  int limit;          /**< 1 to COURSE_PAGE_LIMIT_MAX */
  const char *cursor; /**< `next` of the page before; NULL: first page. INVALID when it is not ours */
} CourseQuery;

typedef struct {
  char *value; /**< slug */
  int64_t count;
} CourseFacetCount;

typedef struct {
  int64_t start, end; /**< in units of UTF-16, as JavaScript counts; `end` behind the last one */
} CourseRange;

typedef struct {
  char *lesson_id, *text;
  int64_t start_us;
  bool is_chapter; /**< title of a lesson or chapter; else a caption */
} CourseMoment;

/** Why a course was found. */
typedef struct {
  GArray *title, *summary; /**< CourseRange of the words that were asked for */
  GArray *moments;         /**< CourseMoment: where they are said or headed, the best few */
} CourseHit;

/** What was written of a page for an answer. */
typedef struct {
  GBytes *text;
  char *tag; /**< that tells it from others */
} CourseWritten;

typedef struct {
  gint references;        /**< atomic; a page that was given out does not change */
  CourseWritten *written; /**< see course_page_take_written() */
  GPtrArray *courses;     /**< CatalogCourse * */
  GPtrArray *hits;        /**< CourseHit *, beside `courses`; NULL without a text or without the index */
  char *next;             /**< NULL at the end */
  int64_t total;
  GArray *categories, *audiences, *kinds;                /**< CourseFacetCount of the whole result, most first */
  GArray *levels, *durations, *institutions, *divisions; /**< the same; empty without the index */
  bool is_relaxed, is_corrected;                         /**< as in SearchResult of catalog/search/search_find.h */
} CoursePage;
/** An empty page, with its arrays. */
CoursePage *course_page_new(void);
CoursePage *course_page_ref(CoursePage *page);
/** Give a reference back; the last one frees it. */
void course_page_free(CoursePage *page);
/** Pages are kept for the next that ask the same; so may be what a caller made of one. NULL: nothing yet. Owned by the
 * page. Threads: any. */
const CourseWritten *course_page_written(CoursePage *page);
/** Takes both; returns what is kept, which may be what another thread has given. */
const CourseWritten *course_page_take_written(CoursePage *page, GBytes *text, const char *tag);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CoursePage, course_page_free)

/** One page in the order of `sort`: newest first, by title, or shortest first; equal ones by id, so that pages neither
 * repeat nor skip a course. Words of `text` are told apart by white space and taken literally; ASCII case is ignored;
 * at most 16 words narrow the result. INVALID for a limit or a cursor that is not ours, or a text over 1 KiB. */
bool catalog_query_courses(Catalog *catalog, const CourseQuery *query, CoursePage **ret_page, GError **error);
