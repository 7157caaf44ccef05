#include "catalog/caption.h"

#include "base/blob_store.h"
#include "catalog/job_lease.h"

#include <string.h>

#define CAPTIONS_MAX 64

static bool starts_with(const char *language, const char *prefix) {
  return g_ascii_strncasecmp(language, prefix, strlen(prefix)) == 0;
}

static bool is_traditional(const char *language) {
  return starts_with(language, "zh-Hant") || starts_with(language, "zh-TW") || starts_with(language, "zh-HK") ||
         starts_with(language, "zh-MO");
}

static bool is_of(const char *language, const char *primary) {
  size_t length = strlen(primary);
  return starts_with(language, primary) && (language[length] == '\0' || language[length] == '-');
}

const char *caption_label(const char *language) {
  if (is_traditional(language))
    return "繁體中文";
  if (is_of(language, "zh"))
    return "中文";
  if (is_of(language, "en"))
    return "English";
  return is_of(language, "und") ? "字幕" : language;
}

bool caption_is_same_language(const char *first, const char *second) {
  if (g_ascii_strcasecmp(first, second) == 0)
    return true;
  if (is_of(first, "zh") && is_of(second, "zh"))
    return is_traditional(first) == is_traditional(second);
  return (!strchr(first, '-') && is_of(second, first)) || (!strchr(second, '-') && is_of(first, second));
}

/* What the asset has: languages and labels. */
typedef struct {
  GPtrArray *languages, *labels;
} Present;

static void present_clear(Present *present) {
  g_clear_pointer(&present->languages, g_ptr_array_unref);
  g_clear_pointer(&present->labels, g_ptr_array_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Present, present_clear)

static bool load_present(Connection *connection, const char *asset_id, Present *present, GError **error) {
  present->languages = g_ptr_array_new_with_free_func(g_free);
  present->labels = g_ptr_array_new_with_free_func(g_free);
  g_auto(Statement) statement = statement_use(connection, STATEMENT_LIST_CAPTIONS);
  statement_bind(&statement, argument_text(asset_id));
  while (statement_next_row(&statement)) {
    g_ptr_array_add(present->languages, statement_dup_text(&statement, 0));
    g_ptr_array_add(present->labels, statement_dup_text(&statement, 1));
  }
  return statement_check(&statement, error);
}

static bool has_language(const GPtrArray *languages, guint count, const char *language) {
  for (guint i = 0; i < count; i++)
    if (caption_is_same_language(languages->pdata[i], language))
      return true;
  return false;
}

char *caption_choose_label(const GPtrArray *labels, const char *wanted) {
  g_autofree char *label = g_strdup(wanted);
  for (int number = 2; g_ptr_array_find_with_equal_func((GPtrArray *)labels, label, g_str_equal, NULL); number++) {
    g_free(label);
    label = g_strdup_printf("%s %d", wanted, number);
  }
  return g_steal_pointer(&label);
}

static bool check_captions(const CatalogCaption *captions, size_t count, GError **error) {
  bool is_valid = count <= CAPTIONS_MAX;
  for (size_t i = 0; is_valid && i < count; i++)
    is_valid = captions[i].language[0] && captions[i].label && g_utf8_validate(captions[i].label, -1, NULL) &&
               blob_key_is_valid(captions[i].blob_key);
  if (!is_valid)
    g_set_error(error, CATALOG_ERROR, CATALOG_ERROR_INVALID,
                "captions: too many, or one without language, label or key");
  return is_valid;
}

/* Two tracks of one language in the source are both kept: only what was there before wins. */
static bool insert_captions(Connection *connection, const char *asset_id, const CatalogCaption *captions,
                            size_t count, GError **error) {
  g_auto(Present) present = {0};
  if (!load_present(connection, asset_id, &present, error))
    return false;
  guint before = present.languages->len;
  for (size_t i = 0; i < count; i++) {
    if (has_language(present.languages, before, captions[i].language))
      continue;
    g_autofree char *label = caption_choose_label(present.labels, captions[i].label);
    if (!connection_run(connection, STATEMENT_INSERT_CAPTION, error, argument_text(asset_id),
                        argument_text(captions[i].language), argument_text(label),
                        argument_text(captions[i].blob_key)))
      return false;
    g_ptr_array_add(present.labels, g_steal_pointer(&label));
  }
  return true;
}

bool catalog_publish_captions(Catalog *catalog, const CatalogJob *job, const char *owner,
                              const CatalogCaption *captions, size_t count, GError **error) {
  if (!check_captions(captions, count, error))
    return false;
  g_auto(Transaction) transaction = {0};
  JobLease lease = {0};
  if (!job_lease_begin(&transaction, catalog, job, owner, &lease, error))
    return false;
  if (lease.kind != JOB_KIND_TEXT) {
    g_set_error(error, CATALOG_ERROR, CATALOG_ERROR_INVALID, "a %s job publishes no captions",
                job_kind_name(lease.kind));
    return false;
  }
  return insert_captions(transaction.connection, lease.asset_id, captions, count, error) &&
         job_lease_finish(transaction.connection, job->id, &lease, NULL, NULL, error) &&
         transaction_commit(&transaction, error);
}
