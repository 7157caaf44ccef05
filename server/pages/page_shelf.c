#include "server/pages/page_shelf.h"

#include "base/log.h"

struct PageSheet {
  gatomicrefcount references;
  GBytes *bytes; /**< what it was made from */
  PageTemplate *page;
  json_t *texts;
};

struct PageShelf {
  WebFiles *web;
  GMutex lock;
  GHashTable *sheets; /**< char * -> PageSheet *; guarded by lock */
};

void page_sheet_unref(PageSheet *sheet) {
  if (sheet == NULL || !g_atomic_ref_count_dec(&sheet->references))
    return;
  g_bytes_unref(sheet->bytes);
  page_template_free(sheet->page);
  json_decref(sheet->texts);
  g_free(sheet);
}

static void unref(gpointer data) {
  page_sheet_unref(data);
}

PageShelf *page_shelf_new(WebFiles *web) {
  PageShelf *shelf = g_new0(PageShelf, 1);
  shelf->web = web;
  g_mutex_init(&shelf->lock);
  shelf->sheets = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, unref);
  return shelf;
}

void page_shelf_free(PageShelf *shelf) {
  if (shelf == NULL)
    return;
  g_hash_table_unref(shelf->sheets);
  g_mutex_clear(&shelf->lock);
  g_free(shelf);
}

/** NULL when it is broken. */
static PageSheet *sheet_make(GBytes *bytes, const char *name, bool is_texts) {
  gsize size = 0;
  const char *data = g_bytes_get_data(bytes, &size);
  g_autoptr(PageSheet) sheet = g_new0(PageSheet, 1);
  g_autoptr(GError) error = NULL;
  json_error_t json_error = {0};
  g_atomic_ref_count_init(&sheet->references);
  sheet->bytes = g_bytes_ref(bytes);
  if (is_texts)
    sheet->texts = json_loadb(data, size, 0, &json_error);
  else
    sheet->page = page_template_parse(data, size, &error);
  if (sheet->texts != NULL || sheet->page != NULL)
    return g_steal_pointer(&sheet);
  log_error("the page file %s is broken: %s", name, error != NULL ? error->message : json_error.text);
  return NULL;
}

static PageSheet *find(PageShelf *shelf, const char *name, bool is_texts) {
  g_autoptr(GBytes) bytes = web_files_load(shelf->web, name);
  if (bytes == NULL)
    return NULL;
  g_autoptr(GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new(&shelf->lock);
  PageSheet *sheet = g_hash_table_lookup(shelf->sheets, name);
  if (sheet == NULL || sheet->bytes != bytes) {
    sheet = sheet_make(bytes, name, is_texts);
    if (sheet == NULL)
      return NULL;
    if (g_hash_table_size(shelf->sheets) >= PAGE_SHELF_ENTRIES_MAX)
      g_hash_table_remove_all(shelf->sheets);
    g_hash_table_replace(shelf->sheets, g_strdup(name), sheet);
  }
  g_atomic_ref_count_inc(&sheet->references);
  return sheet;
}

PageSheet *page_shelf_find_template(PageShelf *shelf, const char *name) {
  return find(shelf, name, false);
}

PageSheet *page_shelf_find_texts(PageShelf *shelf, const char *language) {
  g_autofree char *name = g_strdup_printf("texts/%s.json", language);
  return find(shelf, name, true);
}

const PageTemplate *page_sheet_template(const PageSheet *sheet) {
  return sheet->page;
}

const json_t *page_sheet_texts(const PageSheet *sheet) {
  return sheet->texts;
}
