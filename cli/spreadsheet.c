#include "cli/spreadsheet.h"

#include "cli/texts.h"

#include <gio/gio.h>
#include <sys/resource.h>

#define PROGRAM "xlsx2csv"
#define MEMORY_BYTES_MAX ((rlim_t)2 << 30)
#define PROCESSOR_SECONDS_MAX 300
#define PIECE_BYTES 65536

/* Runs in the child before the program: system calls only. */
static void limit_child(gpointer unused) {
  (void)unused;
  setrlimit(RLIMIT_AS, &(struct rlimit){MEMORY_BYTES_MAX, MEMORY_BYTES_MAX});
  setrlimit(RLIMIT_CPU, &(struct rlimit){PROCESSOR_SECONDS_MAX, PROCESSOR_SECONDS_MAX});
  setrlimit(RLIMIT_FSIZE, &(struct rlimit){0, 0});
}

static GByteArray *read_all(GInputStream *stream, gsize size_max, GError **error) {
  g_autoptr(GByteArray) text = g_byte_array_new();
  g_autofree guint8 *piece = g_malloc(PIECE_BYTES);
  gssize got = 0;
  while ((got = g_input_stream_read(stream, piece, PIECE_BYTES, NULL, error)) > 0) {
    if (text->len + (gsize)got > size_max) {
      g_set_error_literal(error, G_IO_ERROR, G_IO_ERROR_NO_SPACE, text_pick("表格太大", "the sheet is too large"));
      return NULL;
    }
    g_byte_array_append(text, piece, (guint)got);
  }
  return got < 0 ? NULL : g_steal_pointer(&text);
}

static GSubprocess *start(const char *path, GError **error) {
  g_autofree char *program = g_find_program_in_path(PROGRAM);
  if (!program) {
    g_set_error(error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND,
                text_pick("读取 .xlsx 需要程序 %s：请安装它，或把表格另存为 CSV",
                          "reading .xlsx needs the program %s: install it, or save the sheet as CSV"),
                PROGRAM);
    return NULL;
  }
  g_autoptr(GSubprocessLauncher) launcher =
      g_subprocess_launcher_new(G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_SILENCE);
  g_subprocess_launcher_set_child_setup(launcher, limit_child, NULL, NULL);
  g_autofree char *absolute = g_canonicalize_filename(path, NULL); /* a name is no option then */
  const char *const argv[] = {program, absolute, NULL};
  return g_subprocess_launcher_spawnv(launcher, argv, error);
}

GBytes *spreadsheet_load(const char *path, gsize size_max, GError **error) {
  g_autoptr(GSubprocess) child = NULL;
  if (!g_file_test(path, G_FILE_TEST_IS_REGULAR)) {
    g_set_error(error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND, text_pick("没有文件 %s", "there is no file %s"), path);
    return NULL;
  }
  child = start(path, error);
  if (!child)
    return NULL;
  g_autoptr(GByteArray) text = read_all(g_subprocess_get_stdout_pipe(child), size_max, error);
  if (!text)
    g_subprocess_force_exit(child);
  if (!g_subprocess_wait(child, NULL, text ? error : NULL) || !text)
    return NULL;
  if (!g_subprocess_get_successful(child)) {
    g_set_error(error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
                text_pick("%s 不是能够读取的 .xlsx 表格", "%s is no .xlsx sheet that can be read"), path);
    return NULL;
  }
  return g_byte_array_free_to_bytes(g_steal_pointer(&text));
}
