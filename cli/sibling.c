#include "cli/sibling.h"

#include "base/path.h"

char *sibling_path(const char *name) {
  g_autofree char *folder = path_program_dir();
  return g_build_filename(folder, name, NULL);
}

bool sibling_is_there(const char *name) {
  g_autofree char *path = sibling_path(name);
  return g_file_test(path, G_FILE_TEST_IS_REGULAR) && g_file_test(path, G_FILE_TEST_IS_EXECUTABLE);
}

char **sibling_argv(const char *name, const char *mode, const CliOptions *options) {
  GPtrArray *argv = g_ptr_array_new();
  g_ptr_array_add(argv, sibling_path(name));
  if (mode)
    g_ptr_array_add(argv, g_strdup(mode));
  cli_options_append_settings(options, argv);
  g_ptr_array_add(argv, NULL);
  return (char **)g_ptr_array_free(argv, FALSE);
}
