#include "dlna/room_programme.h"

#include "catalog/channel.h"
#include "catalog/record_store.h"

#include <string.h>

typedef struct {
  int64_t begin_us;
  char *lesson_id;
} Showing;

static void showing_clear(gpointer data) {
  g_free(((Showing *)data)->lesson_id);
}

static gint compare_showings(gconstpointer a, gconstpointer b) {
  const Showing *first = a, *second = b;
  return (first->begin_us > second->begin_us) - (first->begin_us < second->begin_us);
}

static bool is_of_room(const CatalogRecord *channel, const char *room_id) {
  return strcmp(catalog_record_get(channel, "visibility"), "room") == 0 &&
         strcmp(catalog_record_get(channel, "visible_to"), room_id) == 0;
}

static bool add_channel(Catalog *catalog, const char *id, int64_t now_us, GArray *showings, GError **error) {
  g_autoptr(CatalogChannel) channel = NULL;
  if (!catalog_load_channel(catalog, id, &channel, error))
    return false;
  g_autoptr(GArray) plays = catalog_channel_plays(channel, now_us, now_us + ROOM_PROGRAMME_US, true);
  for (guint i = 0; i < plays->len; i++) {
    const CatalogChannelPlay *play = &g_array_index(plays, CatalogChannelPlay, i);
    Showing showing = {play->begin_us, NULL};
    if (play->lesson == NULL)
      continue;
    showing.lesson_id = g_strdup(play->lesson->id);
    g_array_append_val(showings, showing);
  }
  return true;
}

/** Every showing of the room's channels. */
static bool list_showings(Catalog *catalog, const char *room_id, int64_t now_us, GArray *showings, GError **error) {
  g_autoptr(RecordPage) page = NULL;
  const RecordQuery query = {.limit = RECORD_PAGE_LIMIT_MAX};
  if (!catalog_query_records(catalog, RECORD_CHANNEL, &query, &page, error))
    return false;
  for (guint i = 0; i < page->records->len; i++) {
    const CatalogRecord *channel = g_ptr_array_index(page->records, i);
    if (is_of_room(channel, room_id) && !add_channel(catalog, channel->id, now_us, showings, error))
      return false;
  }
  return true;
}

bool room_programme_load(Catalog *catalog, const char *room_id, int64_t now_us, GPtrArray **ret_lesson_ids,
                         GError **error) {
  g_autoptr(GArray) showings = g_array_new(FALSE, FALSE, sizeof(Showing));
  g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);
  g_array_set_clear_func(showings, showing_clear);
  if (!list_showings(catalog, room_id, now_us, showings, error))
    return false;
  g_array_sort(showings, compare_showings);
  GPtrArray *ids = g_ptr_array_new_with_free_func(g_free);
  for (guint i = 0; i < showings->len && ids->len < ROOM_PROGRAMME_LESSONS_MAX; i++) {
    char *id = g_array_index(showings, Showing, i).lesson_id;
    if (g_hash_table_add(seen, id))
      g_ptr_array_add(ids, g_strdup(id));
  }
  *ret_lesson_ids = ids;
  return true;
}
