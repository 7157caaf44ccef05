/* kapok channel: which channels there are, and what of their schedules cannot be shown. */
#include "catalog/channel.h"
#include "base/log.h"
#include "cli/command.h"
#include "cli/data_folder.h"
#include "cli/texts.h"

#include <stdio.h>
#include <string.h>

#define NUMBER_CELLS 4
#define TITLE_CELLS 24

static int usage(void) {
  text_print_error(text_pick("用法：kapok channel list，或 kapok channel check [频道]",
                             "usage: kapok channel list, or kapok channel check [CHANNEL]"));
  return CLI_EXIT_USAGE;
}

static void print_cells(const char *text, int cells) {
  g_autofree char *fitted = text_fit(text, cells);
  printf("%s  ", fitted);
}

/** What is on now, for people; caller frees. */
static char *describe_now(const CatalogChannel *channel) {
  int64_t now_us = g_get_real_time();
  g_autoptr(GArray) plays = catalog_channel_plays(channel, now_us, now_us + 1, true);
  const CatalogChannelPlay *play = plays->len > 0 ? &g_array_index(plays, CatalogChannelPlay, 0) : NULL;
  if (play != NULL && play->kind == CHANNEL_PLAY_LESSON)
    return g_strdup_printf("%s / %s", play->lesson->course_title, play->lesson->title);
  return g_strdup(play != NULL && play->kind == CHANNEL_PLAY_FILLER ? text_pick("（垫片）", "(filler)")
                                                                    : text_pick("（空）", "(nothing)"));
}

static void print_channel(const CatalogChannel *channel) {
  g_autofree char *now = describe_now(channel);
  printf("%*s  %s  ", NUMBER_CELLS, catalog_record_get(channel->record, "number"), channel->record->id);
  print_cells(catalog_record_get(channel->record, "title"), TITLE_CELLS);
  puts(now);
}

/** Print what cannot be shown; how much it is. */
static guint print_problems(const CatalogChannel *channel) {
  g_autoptr(GArray) problems = catalog_channel_problems(channel);
  for (guint i = 0; i < problems->len; i++) {
    const ChannelProblem *problem = &g_array_index(problems, ChannelProblem, i);
    const char *id = problem->item->course_id != NULL ? problem->item->course_id : problem->item->lesson_id;
    g_autofree char *entry = problem->entry >= 0
                                 ? g_strdup_printf(text_pick("第 %d 条", "entry %d"), problem->entry + 1)
                                 : g_strdup(text_pick("垫片", "filler"));
    printf("%s\t%s\t%s\t%s\t%s\n", channel->record->id, entry, problem->lesson != NULL ? problem->lesson->id : id,
           problem->lesson != NULL ? problem->lesson->title : "",
           text_pick(channel_lesson_state_zh(problem->state), channel_lesson_state_en(problem->state)));
  }
  return problems->len;
}

static bool visit(Catalog *catalog, const char *id, bool is_check, guint *problem_count, GError **error) {
  g_autoptr(CatalogChannel) channel = NULL;
  if (!catalog_load_channel(catalog, id, &channel, error))
    return false;
  if (is_check)
    *problem_count += print_problems(channel);
  else
    print_channel(channel);
  return true;
}

static bool visit_all(Catalog *catalog, bool is_check, guint *problem_count, GError **error) {
  RecordQuery query = {.limit = RECORD_PAGE_LIMIT_MAX};
  g_autofree char *cursor = NULL;
  do {
    g_autoptr(RecordPage) page = NULL;
    query.cursor = cursor;
    if (!catalog_query_records(catalog, RECORD_CHANNEL, &query, &page, error))
      return false;
    for (guint i = 0; i < page->records->len; i++) {
      const CatalogRecord *record = page->records->pdata[i];
      if (!visit(catalog, record->id, is_check, problem_count, error))
        return false;
    }
    g_free(cursor);
    cursor = g_steal_pointer(&page->next);
  } while (cursor != NULL);
  return true;
}

int cli_channel_run(const CliOptions *options, char *const *arguments) {
  log_init("channel", options->settings.log_level, options->settings.log_format);
  bool is_check = strcmp(arguments[0], "check") == 0;
  if ((!is_check && strcmp(arguments[0], "list") != 0) || (!is_check && arguments[1] != NULL))
    return usage();
  g_autoptr(GError) error = NULL;
  g_auto(DataFolder) folder = {0};
  guint problem_count = 0;
  if (!data_folder_open_existing(options->settings.data_dir, &folder, &error) ||
      !(arguments[1] != NULL ? visit(folder.catalog, arguments[1], is_check, &problem_count, &error)
                             : visit_all(folder.catalog, is_check, &problem_count, &error))) {
    text_print_error("%s", error->message);
    return CLI_EXIT_FAILURE;
  }
  return problem_count == 0 ? CLI_EXIT_OK : CLI_EXIT_FAILURE;
}
