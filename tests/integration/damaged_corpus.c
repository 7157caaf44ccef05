/** Damages media files in many ways, the same ways in every run, and puts each result through the transcoder's real,
 * sandboxed children as a worker would: probe, then the first span, the sound and the poster. No child may die of a
 * signal, outlast its time, or leave a file outside its work folder or larger than there is reason for.
 *
 * Usage: damaged_corpus PROGRAM COUNT FILE...
 * PROGRAM is kapok-transcoder; COUNT files are made, of all FILEs in turn. Prints what became of them; a case that goes
 * wrong is named with its number and kept (its path is printed) to be looked at. */

#include "base/path.h"
#include "base/settings.h"
#include "transcoder/child_process.h"
#include "transcoder/encode_plan.h"
#include "transcoder/error.h"
#include "transcoder/event.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SEED 20240501
#define HEAD_BYTES 4096
#define THREADS 2
/** A child says something at least this often, or is hung: a generous multiple of what any takes here. Times
 * KAPOK_DAMAGED_PATIENCE, for children under sanitizers and busy machines. */
#define SILENCE_MAX_US (20 * G_TIME_SPAN_SECOND)
#define JOB_MAX_US (60 * G_TIME_SPAN_SECOND)
#define WORK_BYTES_MAX (64 << 20)

typedef struct {
  const char *program;
  char **files;
  size_t file_count;
  Settings *settings;
  char *root;
  int64_t patience;
  GMutex mutex; /**< guards what is below */
  int taken, count, refused, made, failed_later, wrong;
} Corpus;

/** One damaged file. */
typedef struct {
  Corpus *corpus;
  int number;
  int fd;
  char *work_dir, *path;
  char *plan_json;
  char *trouble; /**< what went wrong with us, not with the file */
} Case;

static size_t random_below(GRand *random, size_t limit) {
  return limit > 0 ? (size_t)(g_rand_double(random) * (double)limit) : 0;
}

/** A place in the file, in its head or its tail more often than elsewhere. */
static size_t choose_place(GRand *random, size_t size) {
  size_t edge = MIN(size, HEAD_BYTES);
  switch (g_rand_int_range(random, 0, 4)) {
  case 0:
    return random_below(random, edge);
  case 1:
    return size - 1 - random_below(random, edge);
  default:
    return random_below(random, size);
  }
}

static void flip_bytes(GRand *random, GByteArray *bytes) {
  for (int i = 1 << g_rand_int_range(random, 0, 8); i > 0; i--)
    bytes->data[choose_place(random, bytes->len)] ^= (guint8)g_rand_int_range(random, 1, 256);
}

static void flip_head(GRand *random, GByteArray *bytes) {
  for (int i = g_rand_int_range(random, 1, 24); i > 0; i--)
    bytes->data[random_below(random, MIN(bytes->len, HEAD_BYTES))] ^= (guint8)(1 << g_rand_int_range(random, 0, 8));
}

static void cut_end(GRand *random, GByteArray *bytes) {
  g_byte_array_set_size(bytes, (guint)(1 + random_below(random, bytes->len)));
}

/** How long a run of damage from `place` on is: short ones are as likely as long ones. */
static size_t choose_length(GRand *random, const GByteArray *bytes, size_t place, int bits_max) {
  size_t length = (size_t)1 << g_rand_int_range(random, 0, bits_max);
  return MIN(length, bytes->len - place);
}

static void cut_middle(GRand *random, GByteArray *bytes) {
  size_t place = choose_place(random, bytes->len);
  g_byte_array_remove_range(bytes, (guint)place, (guint)choose_length(random, bytes, place, 20));
  if (bytes->len == 0)
    g_byte_array_set_size(bytes, 1);
}

static void zero_run(GRand *random, GByteArray *bytes) {
  size_t place = choose_place(random, bytes->len);
  memset(bytes->data + place, 0, choose_length(random, bytes, place, 18));
}

static void shuffle_blocks(GRand *random, GByteArray *bytes) {
  size_t block = (size_t)1 << g_rand_int_range(random, 4, 14);
  if (bytes->len < 2 * block)
    return;
  g_autofree guint8 *held = g_malloc(block);
  for (int i = g_rand_int_range(random, 1, 12); i > 0; i--) {
    guint8 *a = bytes->data + random_below(random, bytes->len - block);
    guint8 *b = bytes->data + random_below(random, bytes->len - block);
    memcpy(held, a, block);
    memmove(a, b, block);
    memcpy(b, held, block);
  }
}

static void insert_noise(GRand *random, GByteArray *bytes) {
  size_t place = choose_place(random, bytes->len), length = (size_t)1 << g_rand_int_range(random, 0, 15);
  guint old = bytes->len;
  g_byte_array_set_size(bytes, old + (guint)length);
  memmove(bytes->data + place + length, bytes->data + place, old - place);
  for (size_t i = 0; i < length; i++)
    bytes->data[place + i] = (guint8)g_rand_int(random);
}

/** Numbers that sizes and counts are not. */
static void write_numbers(GRand *random, GByteArray *bytes) {
  static const guint32 numbers[] = {0, 1, 0x7fffffff, 0x80000000, 0xffffffff, 0xfffffff0, 0x10000, 0x00ffffff};
  for (int i = g_rand_int_range(random, 1, 6); i > 0 && bytes->len > 8; i--) {
    guint32 number = GUINT32_TO_BE(numbers[g_rand_int_range(random, 0, G_N_ELEMENTS(numbers))]);
    size_t place = choose_place(random, bytes->len - sizeof number);
    memcpy(bytes->data + place, &number, sizeof number);
  }
}

static void sprinkle(GRand *random, GByteArray *bytes) {
  size_t every = (size_t)g_rand_int_range(random, 50, 5000);
  for (size_t i = random_below(random, every); i < bytes->len; i += 1 + random_below(random, 2 * every))
    bytes->data[i] = (guint8)g_rand_int(random);
}

static void (*const mutators[])(GRand *, GByteArray *) = {flip_bytes,    flip_head, cut_end,        cut_middle,
                                                          zero_run,      flip_head, shuffle_blocks, insert_noise,
                                                          write_numbers, sprinkle};

/** The bytes of case `number`: of the file whose turn it is, damaged in the way whose turn it is. */
static GByteArray *damage(const Corpus *corpus, int number, GError **error) {
  g_autofree char *contents = NULL;
  gsize size;
  if (!g_file_get_contents(corpus->files[(size_t)number % corpus->file_count], &contents, &size, error))
    return NULL;
  GByteArray *bytes = g_byte_array_new();
  g_byte_array_append(bytes, (const guint8 *)contents, (guint)size);
  GRand *random = g_rand_new_with_seed(SEED + (guint32)number);
  mutators[((size_t)number / corpus->file_count) % G_N_ELEMENTS(mutators)](random, bytes);
  g_rand_free(random);
  return bytes;
}

static bool open_case(Case *item, Corpus *corpus, int number, GError **error) {
  *item = (Case){.corpus = corpus, .number = number, .fd = -1};
  g_autoptr(GByteArray) bytes = damage(corpus, number, error);
  if (bytes == NULL)
    return false;
  item->path = g_strdup_printf("%s/case-%d", corpus->root, number);
  item->work_dir = g_strdup_printf("%s/work-%d", corpus->root, number);
  if (g_mkdir(item->work_dir, 0700) < 0 ||
      !g_file_set_contents(item->path, (const char *)bytes->data, (gssize)bytes->len, error))
    return false;
  item->fd = g_open(item->path, O_RDONLY | O_CLOEXEC, 0);
  return item->fd >= 0;
}

/** What lies in the work folder; nothing may lie deeper. */
static int64_t work_bytes(const Case *item) {
  g_autoptr(GDir) folder = g_dir_open(item->work_dir, 0, NULL);
  int64_t total = 0;
  const char *name;
  while (folder != NULL && (name = g_dir_read_name(folder)) != NULL) {
    g_autofree char *path = g_build_filename(item->work_dir, name, NULL);
    struct stat status;
    if (lstat(path, &status) < 0 || !S_ISREG(status.st_mode))
      return INT64_MAX;
    total += status.st_size;
  }
  return total;
}

static void blame(Case *item, const char *what, const char *detail) {
  if (item->trouble == NULL)
    item->trouble = g_strdup_printf("%s: %s", what, detail);
}

/** Take an event. False when the child has told how it ended with a failure. */
static bool take_line(Case *item, const char *what, const char *line) {
  Event event = {0};
  g_autoptr(GError) error = NULL;
  if (!event_parse(line, &event, &error)) {
    blame(item, what, error->message);
    return false;
  }
  if (event.type == EVENT_PROBED) {
    g_free(item->plan_json);
    item->plan_json = g_steal_pointer(&event.text);
  }
  bool ok = event.type != EVENT_FAILED;
  if (!ok && (g_str_equal(event.code, "internal") || g_str_equal(event.code, "storage")))
    blame(item, what, event.text);
  event_clear(&event);
  return ok;
}

/** True when it did its job; false when it said why not. All else is trouble. */
static bool run_child(Case *item, const char *what, const Request *request) {
  g_autoptr(GError) error = NULL;
  g_autoptr(ChildProcess) child = child_process_start_program(item->corpus->program, request, item->fd, &error);
  if (child == NULL) {
    blame(item, what, error->message);
    return false;
  }
  gint64 start_us = g_get_monotonic_time(), heard_us = start_us;
  bool ok = true;
  while (true) {
    g_autofree char *line = NULL;
    ChildSays says = child_process_listen(child, 1000, -1, &line);
    gint64 now_us = g_get_monotonic_time();
    if (says == CHILD_SAYS_END)
      break;
    if (says == CHILD_SAYS_LINE) {
      ok = take_line(item, what, line) && ok;
      heard_us = now_us;
    }
    int64_t patience = item->corpus->patience;
    if (now_us - heard_us > SILENCE_MAX_US * patience || now_us - start_us > JOB_MAX_US * patience) {
      blame(item, what, "it hangs");
      return false;
    }
  }
  if (!child_process_wait(child, &error)) {
    blame(item, what, error->message);
    return false;
  }
  if (work_bytes(item) > WORK_BYTES_MAX)
    blame(item, what, "the work folder holds what it should not");
  return ok;
}

static Request make_request(const Case *item, JobKind kind) {
  return (Request){
      .kind = kind,
      .work_dir = item->work_dir,
      .worker = getpid(),
      .cores = 1,
      .limits = {.max_duration_us = G_TIME_SPAN_HOUR, .max_pixels = item->corpus->settings->max_source_pixels}};
}

/** The plan a worker would make, with one rung. False when the file is refused. */
static bool make_plan(Case *item, EncodePlan *ret_plan) {
  g_auto(EncodePlan) found = {0};
  g_autoptr(GError) error = NULL;
  if (!encode_plan_from_json(item->plan_json, &found, &error)) {
    blame(item, "plan", error->message);
    return false;
  }
  if (!encode_plan_make(&found.source, item->corpus->settings, ret_plan, &error))
    return false;
  ret_plan->rung_count = MIN(ret_plan->rung_count, 1);
  return true;
}

/** The jobs of a planned lesson. True when all did what they are for. */
static bool run_jobs(Case *item, const EncodePlan *plan) {
  bool ok = true;
  if (plan->rung_count > 0) {
    Request request = make_request(item, plan->source.timing.is_linear ? JOB_KIND_VIDEO : JOB_KIND_SPAN);
    request.plan = *plan;
    ok = run_child(item, "pictures", &request) && ok;
  }
  if (plan->source.has_audio) {
    Request request = make_request(item, JOB_KIND_AUDIO);
    request.plan = *plan;
    ok = run_child(item, "sound", &request) && ok;
  }
  Request request = make_request(item, JOB_KIND_POSTER);
  request.plan = *plan;
  return run_child(item, "poster", &request) && ok;
}

/** Counts the case and clears it away, but for what went wrong. */
static void close_case(Case *item, bool is_planned, bool is_made) {
  Corpus *corpus = item->corpus;
  path_remove_tree(item->work_dir, NULL);
  close(item->fd);
  g_mutex_lock(&corpus->mutex);
  if (item->trouble != NULL) {
    printf("not ok - case %d, %s: %s\n", item->number, item->path, item->trouble);
    fflush(stdout);
    corpus->wrong++;
  } else {
    g_unlink(item->path);
  }
  corpus->refused += !is_planned;
  corpus->made += is_planned && is_made;
  corpus->failed_later += is_planned && !is_made;
  g_mutex_unlock(&corpus->mutex);
  g_free(item->path);
  g_free(item->work_dir);
  g_free(item->plan_json);
  g_free(item->trouble);
}

static void run_case(Corpus *corpus, int number) {
  Case item;
  g_autoptr(GError) error = NULL;
  if (!open_case(&item, corpus, number, &error))
    g_error("case %d cannot be made: %s", number, error != NULL ? error->message : g_strerror(errno));
  Request probe = make_request(&item, JOB_KIND_PROBE);
  g_auto(EncodePlan) plan = {0};
  bool is_planned = run_child(&item, "probe", &probe) && item.plan_json != NULL && make_plan(&item, &plan);
  close_case(&item, is_planned, is_planned && run_jobs(&item, &plan));
}

static gpointer run_cases(gpointer data) {
  Corpus *corpus = data;
  while (true) {
    g_mutex_lock(&corpus->mutex);
    int number = corpus->taken < corpus->count ? corpus->taken++ : -1;
    g_mutex_unlock(&corpus->mutex);
    if (number < 0)
      return NULL;
    run_case(corpus, number);
  }
}

int main(int argc, char **argv) {
  if (argc < 4) {
    fputs("Usage: damaged_corpus PROGRAM COUNT FILE...\n", stderr);
    return 2;
  }
  Corpus corpus = {.program = argv[1], .count = atoi(argv[2]), .files = argv + 3, .file_count = (size_t)argc - 3};
  const char *only = g_getenv("KAPOK_CASE"), *patience = g_getenv("KAPOK_DAMAGED_PATIENCE");
  corpus.patience = patience != NULL ? MAX(atoi(patience), 1) : 1;
  if (only != NULL) {
    corpus.taken = atoi(only);
    corpus.count = corpus.taken + 1;
  }
  g_autoptr(GError) error = NULL;
  corpus.settings = settings_new();
  corpus.settings->segment_duration_us = corpus.settings->span_duration_us = 2 * G_USEC_PER_SEC;
  g_free(corpus.settings->x264_preset);
  corpus.settings->x264_preset = g_strdup("ultrafast");
  corpus.root = g_dir_make_tmp("kapok-damaged-XXXXXX", &error);
  if (corpus.root == NULL)
    g_error("%s", error->message);
  GThread *threads[THREADS];
  for (int i = 0; i < THREADS; i++)
    threads[i] = g_thread_new("cases", run_cases, &corpus);
  for (int i = 0; i < THREADS; i++)
    g_thread_join(threads[i]);
  printf("# %d damaged files: %d refused by the probe, %d made, %d failed later with words; %d wrong\n",
         corpus.count, corpus.refused, corpus.made, corpus.failed_later, corpus.wrong);
  if (g_rmdir(corpus.root) < 0 && corpus.wrong == 0) {
    printf("not ok - something was left in %s\n", corpus.root);
    corpus.wrong++;
  }
  g_free(corpus.root);
  settings_free(corpus.settings);
  return corpus.wrong > 0 ? 1 : 0;
}
