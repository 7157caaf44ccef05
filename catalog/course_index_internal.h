/** What course_index.c and course_search.c share. */
#pragma once

#include "catalog/course_cache.h"
#include "catalog/course_index.h"
#include "catalog/search/search_cache.h"
#include "catalog/search/search_find.h"
#include "catalog/search/search_index.h"

/** So many changes of the index in a second are a stream, for which no reader waits. */
#define COURSE_INDEX_BUSY_COUNT 5

struct CourseIndex {
  Catalog *catalog;
  const BlobStore *store;
  SearchIndex *search;
  CourseIndexLogFunc log;
  int64_t memory_bytes;
  SearchCache *results;
  CourseCache *courses;
  LruCache *pages; /* CoursePage * */
  GThread *follower, *merger;
  GMutex mutex; /* guards what follows */
  GCond changed;
  bool is_stopping, is_wanted;                 /* somebody waits for the newest changes */
  int64_t applied_us[COURSE_INDEX_BUSY_COUNT]; /* monotonic: when something was put in, the last times */
  unsigned applied_count;
  int64_t change_seq;    /* that is in the index */
  uint64_t seen_version; /* of the catalog, at which `seen_last` was its last change */
  int64_t seen_last;
};

/** The index for a request; waits a little for a change that was just made. */
SearchSnapshot *course_index_snapshot(CourseIndex *index);
/** Is all in it that the catalog has now? */
bool course_index_is_current(CourseIndex *index, const SearchSnapshot *snapshot);
