/** Sort criteria of UPnP's ContentDirectory, "+dc:title,-dc:date". Parser of outside bytes. Threads: any. */
#pragma once

#include <glib.h>
#include <stdbool.h>

#define SORT_KEYS_MAX 8
#define SORT_CRITERIA_BYTES_MAX 512

typedef enum { SORT_BY_TITLE, SORT_BY_DATE, SORT_BY_CLASS, SORT_BY_DURATION, SORT_BY_NUMBER } SortBy;

/** What GetSortCapabilities says. */
#define SORT_CAPABILITIES "dc:title,dc:date,upnp:class,res@duration,upnp:originalTrackNumber"

typedef struct {
  struct {
    SortBy by;
    bool is_descending;
  } keys[SORT_KEYS_MAX];
  size_t count; /**< 0: the order that things have */
} SortCriteria;

/** False for a property that cannot be sorted by, or what is no such list; `*ret_criteria` is then untouched. */
bool sort_criteria_parse(const char *text, SortCriteria *ret_criteria);
