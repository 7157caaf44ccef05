#include "server/channel_book.h"

#include "base/log.h"
#include "catalog/version.h"

#include <string.h>

/** Lines of the log for one channel at once. */
#define PROBLEM_LINES_MAX 5

struct ChannelBook {
  Catalog *catalog;
  GMutex lock;        /**< guards the rest */
  GHashTable *sheets; /**< id -> ChannelSheet */
  GHashTable *told;   /**< id -> hash of the problems that were logged */
  uint64_t version;   /**< of the catalog, that the sheets were loaded at */
};

static void sheet_clear(gpointer data) {
  ChannelSheet *sheet = data;
  catalog_channel_free(sheet->channel);
}

ChannelSheet *channel_sheet_ref(ChannelSheet *sheet) {
  return g_atomic_rc_box_acquire(sheet);
}

void channel_sheet_unref(ChannelSheet *sheet) {
  if (sheet != NULL)
    g_atomic_rc_box_release_full(sheet, sheet_clear);
}

static ChannelSheet *sheet_new(CatalogChannel *channel) {
  ChannelSheet *sheet = g_atomic_rc_box_new0(ChannelSheet);
  sheet->channel = channel;
  sheet->gate = (CourseGate){"published", catalog_record_get(channel->record, "visibility"),
                             catalog_record_get(channel->record, "visible_to"),
                             catalog_record_get(channel->record, "division"),
                             catalog_record_get(channel->record, "institution_id")};
  return sheet;
}

ChannelBook *channel_book_new(Catalog *catalog) {
  ChannelBook *book = g_new0(ChannelBook, 1);
  book->catalog = catalog;
  g_mutex_init(&book->lock);
  book->sheets = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify)channel_sheet_unref);
  book->told = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
  return book;
}

void channel_book_free(ChannelBook *book) {
  if (book == NULL)
    return;
  g_hash_table_unref(book->sheets);
  g_hash_table_unref(book->told);
  g_mutex_clear(&book->lock);
  g_free(book);
}

static char *describe(const ChannelProblem *problem) {
  const char *id = problem->item->course_id != NULL ? problem->item->course_id : problem->item->lesson_id;
  return problem->lesson != NULL
             ? g_strdup_printf("lesson %s (%s) of %s %s", problem->lesson->id, problem->lesson->title,
                               problem->lesson->course_id, channel_lesson_state_en(problem->state))
             : g_strdup_printf("%s %s", id, channel_lesson_state_en(problem->state));
}

/** Log what cannot be shown, once for each set of problems. */
static void tell_problems_locked(ChannelBook *book, const CatalogChannel *channel) {
  g_autoptr(GArray) problems = catalog_channel_problems(channel);
  g_autoptr(GString) text = g_string_new(NULL);
  for (guint i = 0; i < problems->len; i++) {
    g_autofree char *line = describe(&g_array_index(problems, ChannelProblem, i));
    g_string_append_printf(text, "%s\n", line);
  }
  guint hash = problems->len > 0 ? g_str_hash(text->str) : 0;
  const char *id = channel->record->id;
  if (GPOINTER_TO_UINT(g_hash_table_lookup(book->told, id)) == hash)
    return;
  g_hash_table_insert(book->told, g_strdup(id), GUINT_TO_POINTER(hash));
  g_auto(GStrv) lines = g_strsplit(text->str, "\n", PROBLEM_LINES_MAX + 1);
  for (guint i = 0; i < MIN(problems->len, PROBLEM_LINES_MAX); i++)
    log_warning("channel %s (%s): filler plays in its place: %s", id, catalog_record_get(channel->record, "title"),
                lines[i]);
  if (problems->len > PROBLEM_LINES_MAX)
    log_warning("channel %s: and %u more", id, problems->len - PROBLEM_LINES_MAX);
}

/** Forget what was loaded before the catalog changed. */
static void renew_locked(ChannelBook *book) {
  uint64_t version = catalog_version(book->catalog);
  if (version != book->version)
    g_hash_table_remove_all(book->sheets);
  book->version = version;
}

static bool load_locked(ChannelBook *book, const char *id, ChannelSheet **ret_sheet, GError **error) {
  ChannelSheet *sheet = g_hash_table_lookup(book->sheets, id);
  if (sheet == NULL) {
    CatalogChannel *channel = NULL;
    if (!catalog_load_channel(book->catalog, id, &channel, error))
      return false;
    tell_problems_locked(book, channel);
    sheet = sheet_new(channel);
    g_hash_table_insert(book->sheets, g_strdup(id), sheet);
  }
  *ret_sheet = channel_sheet_ref(sheet);
  return true;
}

bool channel_book_load(ChannelBook *book, const char *id, ChannelSheet **ret_sheet, GError **error) {
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&book->lock);
  renew_locked(book);
  return load_locked(book, id, ret_sheet, error);
}

static int64_t number_of(const ChannelSheet *sheet) {
  return g_ascii_strtoll(catalog_record_get(sheet->channel->record, "number"), NULL, 10);
}

static int compare_numbers(gconstpointer a, gconstpointer b) {
  int64_t left = number_of(*(ChannelSheet *const *)a), right = number_of(*(ChannelSheet *const *)b);
  return left < right ? -1 : left > right;
}

bool channel_book_list(ChannelBook *book, GPtrArray **ret_sheets, GError **error) {
  g_autoptr(RecordPage) page = NULL;
  const RecordQuery query = {.limit = CHANNEL_BOOK_MAX};
  if (!catalog_query_records(book->catalog, RECORD_CHANNEL, &query, &page, error))
    return false;
  g_autoptr(GPtrArray) sheets = g_ptr_array_new_with_free_func((GDestroyNotify)channel_sheet_unref);
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&book->lock);
  renew_locked(book);
  for (guint i = 0; i < page->records->len; i++) {
    const CatalogRecord *record = page->records->pdata[i];
    ChannelSheet *sheet = NULL;
    g_autoptr(GError) cause = NULL;
    if (load_locked(book, record->id, &sheet, &cause))
      g_ptr_array_add(sheets, sheet);
    else if (!g_error_matches(cause, CATALOG_ERROR, CATALOG_ERROR_NOT_FOUND)) { /* it went meanwhile */
      g_propagate_error(error, g_steal_pointer(&cause));
      return false;
    }
  }
  g_ptr_array_sort(sheets, compare_numbers);
  *ret_sheets = g_steal_pointer(&sheets);
  return true;
}
