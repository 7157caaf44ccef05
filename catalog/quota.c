#include "catalog/quota.h"

#include "base/units.h"
#include "catalog/quota_check.h"

#include <inttypes.h>

static void clear_usage(gpointer data) {
  g_free(((QuotaUsage *)data)->institution);
}

/* `columns` from `first` on: bytes_max, lessons_max, NULL where nothing is set. */
static void take_limits(Statement *statement, int first, const Quota *defaults, QuotaUsage *usage) {
  usage->has_own_bytes = !statement_is_null(statement, first);
  usage->has_own_lessons = !statement_is_null(statement, first + 1);
  bool has_quota = *usage->institution != '\0';
  usage->quota.bytes_max = usage->has_own_bytes ? statement_int(statement, first)
                           : has_quota          ? defaults->bytes_max
                                                : 0;
  usage->quota.lessons_max = usage->has_own_lessons ? statement_int(statement, first + 1)
                             : has_quota            ? defaults->lessons_max
                                                    : 0;
}

bool catalog_list_usage(Catalog *catalog, const Quota *defaults, GArray **ret_usage, GError **error) {
  g_auto(Transaction) transaction = {0};
  if (!transaction_begin_read(&transaction, catalog, error))
    return false;
  g_auto(Statement) statement = statement_use(transaction.connection, STATEMENT_LIST_USAGE);
  g_autoptr(GArray) list = g_array_new(FALSE, FALSE, sizeof(QuotaUsage));
  g_array_set_clear_func(list, clear_usage);
  while (statement_next_row(&statement)) {
    QuotaUsage usage = {.institution = g_strdup(statement_text(&statement, 0)),
                        .source_bytes = statement_int(&statement, 1),
                        .derived_bytes = statement_int(&statement, 2),
                        .lesson_count = statement_int(&statement, 3)};
    take_limits(&statement, 4, defaults, &usage);
    g_array_append_val(list, usage);
  }
  if (!statement_check(&statement, error))
    return false;
  *ret_usage = g_steal_pointer(&list);
  return true;
}

static Argument limit_argument(int64_t limit) {
  return limit == QUOTA_AS_SETTINGS ? argument_text(NULL) : argument_int(limit);
}

bool catalog_set_quota(Catalog *catalog, const char *institution, int64_t bytes_max, int64_t lessons_max,
                       GError **error) {
  if (!*institution || bytes_max < QUOTA_AS_SETTINGS || lessons_max < QUOTA_AS_SETTINGS) {
    g_set_error_literal(error, CATALOG_ERROR, CATALOG_ERROR_INVALID,
                        "a quota needs the name of an institution, and limits from 0 on");
    return false;
  }
  g_auto(Transaction) transaction = {0};
  bool is_gone = bytes_max == QUOTA_AS_SETTINGS && lessons_max == QUOTA_AS_SETTINGS;
  if (!transaction_begin_write(&transaction, catalog, error))
    return false;
  bool is_set =
      is_gone ? connection_run(transaction.connection, STATEMENT_DELETE_QUOTA, error, argument_text(institution))
              : connection_run(transaction.connection, STATEMENT_SET_QUOTA, error, argument_text(institution),
                               limit_argument(bytes_max), limit_argument(lessons_max));
  return is_set && transaction_commit(&transaction, error);
}

bool catalog_load_quota(Catalog *catalog, const char *institution, Quota *ret_quota, GError **error) {
  g_auto(Transaction) transaction = {0};
  bool has_row = false;
  if (!transaction_begin_read(&transaction, catalog, error))
    return false;
  g_auto(Statement) statement = statement_use(transaction.connection, STATEMENT_FIND_QUOTA);
  statement_bind(&statement, argument_text(institution));
  if (!statement_find_row(&statement, &has_row, error))
    return false;
  bool has_bytes = has_row && !statement_is_null(&statement, 0);
  bool has_lessons = has_row && !statement_is_null(&statement, 1);
  ret_quota->bytes_max = has_bytes ? statement_int(&statement, 0) : QUOTA_AS_SETTINGS;
  ret_quota->lessons_max = has_lessons ? statement_int(&statement, 1) : QUOTA_AS_SETTINGS;
  return true;
}

/* --- the check --- */

static bool refuse_bytes(const QuotaUsage *usage, int64_t added_bytes, GError **error) {
  g_autofree char *used = units_format_size_short(usage->source_bytes + usage->derived_bytes);
  g_autofree char *limit = units_format_size_short(usage->quota.bytes_max);
  g_autofree char *added = units_format_size_short(added_bytes);
  g_set_error(
      error, CATALOG_ERROR, CATALOG_ERROR_QUOTA,
      "机构“%s”的存储空间配额不够：已用 %s，上限 %s，这次需要 %s · the storage quota of \"%s\" is too small: "
      "%s of %s are used, %s are needed",
      usage->institution, used, limit, added, usage->institution, used, limit, added);
  return false;
}

static bool refuse_lessons(const QuotaUsage *usage, GError **error) {
  int64_t count = usage->lesson_count, limit = usage->quota.lessons_max;
  g_set_error(error, CATALOG_ERROR, CATALOG_ERROR_QUOTA,
              "机构“%s”的课时数已到配额：已有 %" PRId64 " 个，上限 %" PRId64
              " 个 · \"%s\" has all lessons of its quota: "
              "%" PRId64 ", and at most %" PRId64 " are allowed",
              usage->institution, count, limit, usage->institution, count, limit);
  return false;
}

bool quota_check(Connection *connection, const char *institution, const Quota *defaults, int64_t added_bytes,
                 int64_t added_lessons, GError **error) {
  if (!*institution)
    return true;
  QuotaUsage usage = {.institution = (char *)institution};
  g_auto(Statement) statement = statement_use(connection, STATEMENT_LOAD_USAGE);
  statement_bind(&statement, argument_text(institution));
  if (!statement_load_row(&statement, error, "no usage"))
    return false;
  usage.source_bytes = statement_int(&statement, 0);
  usage.derived_bytes = statement_int(&statement, 1);
  usage.lesson_count = statement_int(&statement, 2);
  take_limits(&statement, 3, defaults, &usage);
  const Quota *quota = &usage.quota;
  if (quota->bytes_max > 0 && usage.source_bytes + usage.derived_bytes + added_bytes > quota->bytes_max)
    return refuse_bytes(&usage, added_bytes, error);
  if (quota->lessons_max > 0 && added_lessons > 0 && usage.lesson_count + added_lessons > quota->lessons_max)
    return refuse_lessons(&usage, error);
  return true;
}

bool catalog_check_quota(Catalog *catalog, const char *institution, const Quota *defaults, int64_t added_bytes,
                         int64_t added_lessons, GError **error) {
  g_auto(Transaction) transaction = {0};
  return transaction_begin_read(&transaction, catalog, error) &&
         quota_check(transaction.connection, institution, defaults, added_bytes, added_lessons, error);
}
