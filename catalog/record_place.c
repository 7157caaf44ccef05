#include "catalog/record_place.h"

#include <string.h>

Right record_right(RecordKind kind) {
  return kind == RECORD_COURSE || kind == RECORD_ATTACHMENT ? RIGHT_EDIT : RIGHT_MANAGE;
}

/* The value of a field after the edit; "" where the kind has no such field. */
static const char *value_after(const CatalogRecord *current, const CatalogRecord *patch, const char *name) {
  int field = record_spec_find_field(record_spec(patch->kind), name);
  if (field < 0)
    return "";
  const char *value = patch->values[field];
  if (!value && current)
    value = current->values[field];
  return value ? value : "";
}

Place record_place_after(const CatalogRecord *current, const CatalogRecord *patch) {
  Place place = {value_after(current, patch, "division"), value_after(current, patch, "institution_id")};
  if (patch->kind == RECORD_INSTITUTION && current) /* it belongs to itself */
    place.institution_id = current->id;
  return place;
}

bool record_publishes(const CatalogRecord *current, const CatalogRecord *patch) {
  if (patch->kind != RECORD_COURSE)
    return false;
  const char *before = current ? catalog_record_get(current, "status") : "";
  const char *after = value_after(current, patch, "status");
  return strcmp(before, after) != 0 && (strcmp(after, "published") == 0 || strcmp(before, "published") == 0);
}
