#include "transcoder/explain.h"

#include "base/log.h"
#include "base/path.h"
#include "catalog/chapter.h"
#include "catalog/failure.h"
#include "transcoder/child_process.h"
#include "transcoder/error.h"
#include "transcoder/event.h"
#include "transcoder/explain_text.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define LISTEN_MS 1000

enum { EXIT_GOOD = 0, EXIT_REFUSED = 1, EXIT_USAGE = 2 };

typedef enum { FORMAT_ZH, FORMAT_EN, FORMAT_JSON } Format;

static bool parse_format(const char *text, Format *ret_format) {
  static const char *const names[] = {[FORMAT_ZH] = "zh", [FORMAT_EN] = "en", [FORMAT_JSON] = "json"};
  for (size_t i = 0; i < G_N_ELEMENTS(names); i++)
    if (g_strcmp0(text, names[i]) == 0) {
      *ret_format = (Format)i;
      return true;
    }
  return false;
}

/** A descriptor of a regular file, or -1. */
static int open_file(const char *path, int64_t *ret_size, GError **error) {
  struct stat status = {0};
  int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  int failure = errno;
  if (fd >= 0 && fstat(fd, &status) == 0 && S_ISREG(status.st_mode)) {
    *ret_size = (int64_t)status.st_size;
    return fd;
  }
  if (fd >= 0)
    close(fd);
  g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_FAILED, "%s", fd >= 0 ? "not a regular file" : g_strerror(failure));
  return -1;
}

/** What the child has found. */
typedef struct {
  char *plan_json;  /**< NULL: not yet */
  GArray *chapters; /**< of CatalogChapter */
} Findings;

static void findings_clear(Findings *findings) {
  g_clear_pointer(&findings->plan_json, g_free);
  g_clear_pointer(&findings->chapters, g_array_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Findings, findings_clear)

/** Take one line of the child; false when it says that the file is no good. */
static bool take_line(const char *line, Findings *findings, GError **error) {
  Event event = {0};
  if (!event_parse(line, &event, error))
    return false;
  bool is_good = event.type != EVENT_FAILED;
  if (!is_good)
    g_set_error_literal(error, TRANSCODER_ERROR, (gint)transcoder_error_from_code(event.code), event.text);
  if (event.type == EVENT_PROBED) {
    g_free(findings->plan_json);
    findings->plan_json = g_steal_pointer(&event.text);
  }
  if (event.type == EVENT_CHAPTER && findings->chapters->len < SOURCE_CHAPTERS_MAX) {
    CatalogChapter chapter = {.start_us = event.start_us, .title = g_steal_pointer(&event.label)};
    g_array_append_val(findings->chapters, chapter);
  }
  event_clear(&event);
  return is_good;
}

static bool follow(ChildProcess *child, int64_t timeout_us, Findings *findings, GError **error) {
  gint64 deadline_us = g_get_monotonic_time() + timeout_us;
  ChildSays says = CHILD_SAYS_NOTHING;
  while (says != CHILD_SAYS_END) {
    g_autofree char *line = NULL;
    says = child_process_listen(child, LISTEN_MS, -1, &line);
    if (says == CHILD_SAYS_LINE && !take_line(line, findings, error))
      return false;
    if (g_get_monotonic_time() > deadline_us) {
      g_set_error_literal(error, TRANSCODER_ERROR, TRANSCODER_ERROR_TIMEOUT, "looking at it takes too long");
      return false;
    }
  }
  if (!child_process_wait(child, error))
    return false;
  if (findings->plan_json == NULL) {
    g_set_error_literal(error, TRANSCODER_ERROR, TRANSCODER_ERROR_INTERNAL, "the child ended without a word");
    return false;
  }
  return true;
}

/** Let a child look at the file behind `fd`, in a work folder of its own. */
static bool probe(int fd, const Settings *settings, Findings *findings, GError **error) {
  g_auto(Request) request = {
      .kind = JOB_KIND_PROBE,
      .worker = getpid(),
      .limits = {.max_duration_us = settings->max_source_duration_us, .max_pixels = settings->max_source_pixels},
  };
  request.work_dir = g_dir_make_tmp("kapok-explain-XXXXXX", error);
  if (request.work_dir == NULL)
    return false;
  g_autoptr(ChildProcess) child = child_process_start(&request, fd, error);
  bool ok = child != NULL && follow(child, settings->job_timeout_us, findings, error);
  g_clear_pointer(&child, child_process_free);
  path_remove_tree(request.work_dir, NULL);
  return ok;
}

static bool make_plan(int fd, const Settings *settings, Findings *findings, EncodePlan *ret_plan, GError **error) {
  g_auto(EncodePlan) found = {0};
  if (!probe(fd, settings, findings, error) || !encode_plan_from_json(findings->plan_json, &found, error) ||
      !encode_plan_make(&found.source, settings, ret_plan, error))
    return false;
  encode_plan_use_copy(ret_plan, &found.copy);
  return true;
}

static void report(const char *file, Format format, const GError *error) {
  if (error->domain == G_FILE_ERROR) {
    fprintf(stderr, format == FORMAT_EN ? "kapok: cannot read %s: %s\n" : "kapok: 无法读取“%s”：%s\n", file,
            error->message);
    return;
  }
  const char *code = transcoder_error_code(error);
  fprintf(stderr, "kapok: %s: %s\n", file, format == FORMAT_EN ? failure_text_en(code) : failure_text_zh(code));
  if (format != FORMAT_EN)
    fprintf(stderr, "       %s\n", failure_text_en(code));
  fprintf(stderr, "       (%s: %s)\n", code, error->message);
}

static bool explain(const char *file, Format format, const Settings *settings, GError **error) {
  g_auto(EncodePlan) plan = {0};
  g_auto(Findings) findings = {.chapters = catalog_chapters_new()};
  int64_t size_bytes = 0;
  int fd = open_file(file, &size_bytes, error);
  if (fd < 0)
    return false;
  bool ok = size_bytes <= settings->max_source_bytes;
  if (!ok)
    g_set_error(error, TRANSCODER_ERROR, TRANSCODER_ERROR_TOO_LARGE, "%" G_GINT64_FORMAT " bytes", size_bytes);
  ok = ok && make_plan(fd, settings, &findings, &plan, error);
  close(fd);
  if (!ok)
    return false;
  g_autofree char *name = g_filename_display_basename(file);
  Explanation explanation = {
      .file_name = name, .file_size_bytes = size_bytes, .plan = &plan, .chapters = findings.chapters};
  g_autoptr(GString) text = g_string_new(NULL);
  if (format == FORMAT_JSON)
    explain_text_write_json(text, &explanation);
  else
    explain_text_write(text, &explanation, format == FORMAT_EN);
  fputs(text->str, stdout);
  return true;
}

int explain_run(char **argv) {
  Format format;
  if (argv[0] == NULL || argv[1] == NULL || !parse_format(argv[0], &format)) {
    fputs("Usage: kapok-transcoder explain zh|en|json FILE [SETTINGS]\n", stderr);
    return EXIT_USAGE;
  }
  g_autoptr(GError) error = NULL;
  char **rest = argv + 2;
  g_autoptr(Settings) settings = settings_load(rest, NULL, &error);
  if (settings == NULL) {
    fprintf(stderr, "kapok-transcoder: %s\n", error->message);
    return EXIT_USAGE;
  }
  log_init("explain", LOG_LEVEL_ERROR, settings->log_format);
  if (explain(argv[1], format, settings, &error) && fflush(stdout) == 0)
    return EXIT_GOOD;
  if (error != NULL)
    report(argv[1], format, error);
  return EXIT_REFUSED;
}
