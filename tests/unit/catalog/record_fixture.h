/** Records for tests. */
#pragma once

#include "catalog/division.h"
#include "catalog/record_store.h"
#include "tests/unit/catalog/catalog_fixture.h"

/** The city, two counties, a township and a village. */
static inline void fixture_add_divisions(const Fixture *fixture) {
  static const char text[] = "code,name\n510400000000,攀枝花市\n510402000000,东区\n510403000000,西区\n"
                             "510402001000,某街道\n510402001003,某社区\n";
  g_autoptr(GError) error = NULL;
  g_autoptr(GArray) rows = NULL, faults = NULL;
  DivisionCounts counts = {0};
  g_assert_true(division_table_parse(text, strlen(text), &rows, &faults, &error));
  g_assert_true(catalog_put_divisions(fixture->catalog, "tester", rows, &counts, &error));
}

/** Pairs of field and value, NULL at the end; fails with the reason when it is refused. Returns the new id. */
static inline char *fixture_make_record(const Fixture *fixture, RecordKind kind, ...) {
  g_autoptr(GError) error = NULL;
  g_autoptr(CatalogRecord) record = catalog_record_new(kind), made = NULL;
  va_list pairs;
  va_start(pairs, kind);
  for (const char *field = va_arg(pairs, const char *); field; field = va_arg(pairs, const char *))
    catalog_record_set(record, field, va_arg(pairs, const char *));
  va_end(pairs);
  catalog_create_record(fixture->catalog, "tester", record, NULL, &made, NULL, NULL, &error);
  g_assert_no_error(error);
  return g_strdup(made->id);
}

static inline CatalogRecord *fixture_load_record(const Fixture *fixture, RecordKind kind, const char *id) {
  g_autoptr(GError) error = NULL;
  CatalogRecord *record = NULL;
  catalog_load_record(fixture->catalog, kind, id, &record, &error);
  g_assert_no_error(error);
  return record;
}

/** Set one field; the reason of a refusal, or RECORD_FAULT_NONE. */
static inline RecordFaultReason fixture_set_field(const Fixture *fixture, RecordKind kind, const char *id,
                                                  const char *field, const char *value) {
  g_autoptr(GError) error = NULL;
  g_autoptr(CatalogRecord) patch = catalog_record_new(kind), made = NULL;
  RecordFault fault = {0};
  patch->id = g_strdup(id);
  catalog_record_set(patch, field, value);
  bool is_done = catalog_update_record(fixture->catalog, "tester", patch, 0, &made, &fault, &error);
  g_assert_true(is_done || fault.reason != RECORD_FAULT_NONE);
  return fault.reason;
}
