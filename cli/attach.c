/* kapok attach: a PDF becomes an attachment of a course. */
#include "base/log.h"
#include "catalog/attachment.h"
#include "cli/actor.h"
#include "cli/command.h"
#include "cli/data_folder.h"
#include "cli/texts.h"

#include <stdio.h>

int cli_attach_run(const CliOptions *options, char *const *arguments) {
  log_init("attach", options->settings.log_level, options->settings.log_format);
  g_autoptr(GError) error = NULL;
  g_autoptr(CatalogRecord) record = NULL;
  g_auto(DataFolder) folder = {0};
  g_autofree char *actor = cli_actor();
  if (!data_folder_open_existing(options->settings.data_dir, &folder, &error) ||
      !attachment_take_file(folder.catalog, folder.store, actor, arguments[0], arguments[1],
                            cli_option_text(options->title), &record, &error)) {
    text_print_error("%s", error->message);
    return CLI_EXIT_FAILURE;
  }
  g_autofree char *title = text_one_line(catalog_record_get(record, "title"));
  printf("%s\t%s\n", record->id, title);
  return CLI_EXIT_OK;
}
