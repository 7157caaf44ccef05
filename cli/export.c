/* kapok export: everything as JSON lines, or one kind of records as a table. */
#include "catalog/export.h"
#include "base/log.h"
#include "cli/command.h"
#include "cli/data_folder.h"
#include "cli/texts.h"

#include <errno.h>
#include <gio/gio.h>
#include <glib/gstdio.h>
#include <stdio.h>

static bool write_piece(const char *text, size_t size, gpointer user_data, GError **error) {
  if (fwrite(text, 1, size, user_data) == size)
    return true;
  g_set_error(error, G_IO_ERROR, g_io_error_from_errno(errno), text_pick("写入失败：%s", "cannot write: %s"),
              g_strerror(errno));
  return false;
}

static bool export_to(Catalog *catalog, const char *kind_name, FILE *out, GError **error) {
  RecordKind kind = RECORD_COURSE;
  if (!kind_name)
    return catalog_export_lines(catalog, write_piece, out, error) && write_piece("", 0, out, error);
  record_spec_find(kind_name, &kind);
  return catalog_export_table(catalog, kind, write_piece, out, error);
}

static bool close_file(FILE *out, const char *path, GError **error) {
  if (fflush(out) == 0)
    return true;
  g_set_error(error, G_IO_ERROR, g_io_error_from_errno(errno), "%s: %s", path, g_strerror(errno));
  return false;
}

/* A pipe or a device: there is nothing to put in its place. */
static bool is_special(const char *path) {
  return g_file_test(path, G_FILE_TEST_EXISTS) && !g_file_test(path, G_FILE_TEST_IS_REGULAR);
}

/* A regular file is there whole or not at all. */
static bool export_file(Catalog *catalog, const char *kind_name, const char *path, GError **error) {
  bool is_direct = is_special(path);
  g_autofree char *partial = is_direct ? g_strdup(path) : g_strconcat(path, ".part", NULL);
  FILE *out = g_fopen(partial, "we");
  if (!out) {
    g_set_error(error, G_IO_ERROR, g_io_error_from_errno(errno), "%s: %s", partial, g_strerror(errno));
    return false;
  }
  bool is_written = export_to(catalog, kind_name, out, error) && close_file(out, partial, error);
  fclose(out);
  if (is_direct || (is_written && g_rename(partial, path) == 0))
    return is_written;
  if (is_written)
    g_set_error(error, G_IO_ERROR, g_io_error_from_errno(errno), "%s: %s", path, g_strerror(errno));
  g_unlink(partial);
  return false;
}

int cli_export_run(const CliOptions *options, char *const *arguments) {
  log_init("export", options->settings.log_level, options->settings.log_format);
  const char *kind_name = cli_option_text(options->kind);
  RecordKind kind = RECORD_COURSE;
  if (kind_name && !record_spec_find(kind_name, &kind)) {
    text_print_error(text_pick("没有“%s”这一类", "there is no kind %s"), kind_name);
    return CLI_EXIT_USAGE;
  }
  g_autoptr(GError) error = NULL;
  g_auto(DataFolder) folder = {0};
  if (!data_folder_open_existing(options->settings.data_dir, &folder, &error) ||
      !(arguments[0] ? export_file(folder.catalog, kind_name, arguments[0], &error)
                     : export_to(folder.catalog, kind_name, stdout, &error) && close_file(stdout, "-", &error))) {
    text_print_error("%s", error->message);
    return CLI_EXIT_FAILURE;
  }
  return CLI_EXIT_OK;
}
