/** catalog_check_quota() inside a transaction. Internal to catalog/. */
#pragma once

#include "catalog/quota.h"
#include "catalog/transaction.h"

bool quota_check(Connection *connection, const char *institution, const Quota *defaults, int64_t added_bytes,
                 int64_t added_lessons, GError **error);
