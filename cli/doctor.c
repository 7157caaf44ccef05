#include "cli/doctor.h"
#include "base/log.h"
#include "base/path.h"
#include "base/units.h"
#include "cli/command.h"
#include "cli/data_folder.h"
#include "cli/listen_address.h"
#include "cli/sibling.h"
#include "cli/texts.h"

#include <errno.h>
#include <gio/gio.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

void doctor_report(Doctor *doctor, FindingLevel level, const char *format, ...) {
  static const Text words[] = {
      [FINDING_OK] = {"正常  ", "ok    "},
      [FINDING_WARN] = {"注意  ", "warn  "},
      [FINDING_FAIL] = {"失败  ", "fail  "},
  };
  va_list arguments;
  va_start(arguments, format);
  g_autofree char *text = g_strdup_vprintf(format, arguments);
  va_end(arguments);
  printf("%s%s\n", text_of(&words[level]), text);
  doctor->has_failed |= level == FINDING_FAIL;
}

static void check_program(Doctor *doctor, const char *name) {
  g_autofree char *path = sibling_path(name);
  if (sibling_is_there(name))
    doctor_report(doctor, FINDING_OK, text_pick("程序 %s", "program %s"), path);
  else
    doctor_report(doctor, FINDING_FAIL, text_pick("缺少程序 %s", "the program %s is missing"), path);
}

/** The transcoder looks at codecs and plugins itself; its lines are shown as they are. */
static void check_codecs(Doctor *doctor) {
  if (!sibling_is_there(SIBLING_TRANSCODER))
    return;
  g_autofree char *path = sibling_path(SIBLING_TRANSCODER);
  const char *argv[] = {path, "check", NULL};
  g_autofree char *output = NULL;
  g_autoptr(GError) error = NULL;
  int wait_status = 0;
  if (!g_spawn_sync(NULL, (char **)argv, NULL, G_SPAWN_DEFAULT, NULL, NULL, &output, NULL, &wait_status, &error)) {
    doctor_report(doctor, FINDING_FAIL, text_pick("编解码组件：%s", "codecs: %s"), error->message);
    return;
  }
  g_auto(GStrv) lines = g_strsplit(output, "\n", -1);
  for (char **line = lines; *line; line++)
    if (**line)
      printf("      %s\n", *line);
  if (g_spawn_check_wait_status(wait_status, &error))
    doctor_report(doctor, FINDING_OK, text_pick("编解码组件齐全", "codecs are complete"));
  else
    doctor_report(doctor, FINDING_FAIL, text_pick("编解码组件：%s", "codecs: %s"), error->message);
}

static void check_web(Doctor *doctor) {
  g_autofree char *program_dir = path_program_dir();
  const char *given = cli_option_text(doctor->options->settings.web_dir);
  g_autofree char *folder =
      given ? g_strdup(given) : g_build_filename(program_dir, "..", "share", "kapok", "web", NULL);
  g_autofree char *index = g_build_filename(folder, "home.html", NULL);
  if (g_file_test(index, G_FILE_TEST_IS_REGULAR))
    doctor_report(doctor, FINDING_OK, text_pick("网页 %s", "web pages %s"), folder);
  else
    doctor_report(doctor, FINDING_FAIL, text_pick("找不到网页 %s", "the web pages %s are missing"), index);
}

/** True when the folder can hold files. */
static bool check_data_folder(Doctor *doctor) {
  const char *folder = doctor->data_dir;
  if (!g_file_test(folder, G_FILE_TEST_EXISTS)) {
    doctor_report(doctor, FINDING_WARN,
                  text_pick("数据文件夹 %s 还没有，启动时建立", "the data folder %s is not there yet"), folder);
    return false;
  }
  g_autofree char *probe = g_build_filename(folder, ".doctor-XXXXXX", NULL);
  int descriptor = g_mkstemp(probe);
  if (descriptor < 0) {
    doctor_report(doctor, FINDING_FAIL,
                  text_pick("数据文件夹 %s 不可写：%s", "the data folder %s is not writable: %s"), folder,
                  g_strerror(errno));
    return false;
  }
  close(descriptor);
  g_unlink(probe);
  doctor_report(doctor, FINDING_OK, text_pick("数据文件夹 %s 可写", "the data folder %s is writable"), folder);
  return true;
}

static void check_space(Doctor *doctor, const BlobStore *store) {
  g_autoptr(GError) error = NULL;
  int64_t free_bytes = 0;
  if (!blob_store_free_space(store, &free_bytes, &error)) {
    doctor_report(doctor, FINDING_FAIL, text_pick("剩余空间：%s", "free space: %s"), error->message);
    return;
  }
  int64_t needed_bytes = doctor->options->settings.min_free_space_bytes;
  g_autofree char *free_text = units_format_size_short(free_bytes);
  g_autofree char *needed_text = units_format_size_short(needed_bytes);
  FindingLevel level = free_bytes < needed_bytes       ? FINDING_FAIL
                       : free_bytes / 4 < needed_bytes ? FINDING_WARN
                                                       : FINDING_OK;
  doctor_report(doctor, level,
                text_pick("剩余空间 %s（低于 %s 时停止转码）", "free space %s (transcoding stops below %s)"),
                free_text, needed_text);
}

static void check_catalog(Doctor *doctor) {
  g_autofree char *path = data_folder_catalog_path(doctor->data_dir);
  if (!g_file_test(path, G_FILE_TEST_EXISTS)) {
    doctor_report(doctor, FINDING_WARN, text_pick("目录库还没有", "there is no catalog yet"));
    return;
  }
  g_autoptr(GError) error = NULL;
  g_auto(DataFolder) folder = {0};
  if (!data_folder_open(doctor->data_dir, &folder, &error) || !catalog_check(folder.catalog, &error)) {
    doctor_report(doctor, FINDING_FAIL, text_pick("目录库：%s", "catalog: %s"), error->message);
    return;
  }
  doctor_report(doctor, FINDING_OK, text_pick("目录库完好（版本 %d）", "the catalog is sound (version %d)"),
                catalog_schema_version(folder.catalog));
  check_space(doctor, folder.store);
}

static void check_listen(Doctor *doctor) {
  g_autoptr(GError) error = NULL;
  g_auto(ListenAddress) address = {0};
  if (!listen_address_parse(doctor->options->settings.listen, &address, &error))
    doctor_report(doctor, FINDING_FAIL, "%s", error->message);
  else if (listen_address_probe(&address, &error))
    doctor_report(doctor, FINDING_OK, text_pick("监听地址 %s 可用", "the address %s is free"),
                  doctor->options->settings.listen);
  else if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_ADDRESS_IN_USE))
    doctor_report(doctor, FINDING_WARN, text_pick("%s；Kapok 在运行时属于正常", "%s; right while Kapok runs"),
                  error->message);
  else
    doctor_report(doctor, FINDING_FAIL, "%s", error->message);
}

int cli_doctor_run(const CliOptions *options, char *const *arguments) {
  (void)arguments;
  log_init("doctor", LOG_LEVEL_ERROR, options->settings.log_format);
  Doctor doctor = {.options = options, .data_dir = options->settings.data_dir};
  check_program(&doctor, SIBLING_SERVER);
  check_program(&doctor, SIBLING_TRANSCODER);
  check_codecs(&doctor);
  check_web(&doctor);
  if (check_data_folder(&doctor)) {
    doctor_check_folder(&doctor);
    check_catalog(&doctor);
  }
  check_listen(&doctor);
  doctor_check_server(&doctor);
  doctor_check_system(&doctor);
  return doctor.has_failed ? CLI_EXIT_FAILURE : CLI_EXIT_OK;
}
