/** How much of the store each institution may have. What counts is all that is stored for its lessons: sources, what was
 * made of them, what was replaced and is not removed yet; and the number of its lessons. An institution is known by the
 * name that its sources were taken in with; lessons without one have no quota. */
#pragma once

#include "catalog/catalog.h"

/** Limits; 0: none. */
typedef struct {
  int64_t bytes_max;
  int64_t lessons_max;
} Quota;

typedef struct {
  char *institution; /**< "" for lessons without one */
  int64_t source_bytes, derived_bytes, lesson_count;
  Quota quota;                         /**< what holds for it */
  bool has_own_bytes, has_own_lessons; /**< set for it; else as the settings say */
} QuotaUsage;

/** Every institution that has lessons or a quota, most bytes first. Array of QuotaUsage that frees what they hold. */
bool catalog_list_usage(Catalog *catalog, const Quota *defaults, GArray **ret_usage, GError **error);

#define QUOTA_AS_SETTINGS (-1)
/** Set what differs from the settings for an institution; QUOTA_AS_SETTINGS takes a limit back. INVALID for an empty
 * name or another negative number. */
bool catalog_set_quota(Catalog *catalog, const char *institution, int64_t bytes_max, int64_t lessons_max,
                       GError **error);
/** What was set for it; QUOTA_AS_SETTINGS where nothing was. */
bool catalog_load_quota(Catalog *catalog, const char *institution, Quota *ret_quota, GError **error);

/** Does so much more fit? CATALOG_ERROR_QUOTA when it does not, with a message in Chinese and English that names the
 * institution, what it has and what it may have. */
bool catalog_check_quota(Catalog *catalog, const char *institution, const Quota *defaults, int64_t added_bytes,
                         int64_t added_lessons, GError **error);
