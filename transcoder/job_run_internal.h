/** A job under way, as job_run.c and job_results.c share it. */
#pragma once

#include "transcoder/child_process.h"
#include "transcoder/event.h"
#include "transcoder/job_run.h"
#include "transcoder/request.h"

/** A job, and the spans after it that its child goes on with. */
typedef struct {
  const JobContext *context;
  const CatalogJob *job; /**< whose results come now */
  CatalogJob *own_job;   /**< the same, when it was claimed on the way */
  GQueue following;      /**< CatalogJob: claimed after it, in order; the last is the one that is read */
  Request request;
  ChildProcess *child;
  double progress; /**< of what is read */
  gint64 start_us; /**< of `job`; monotonic, as the others */
  gint64 last_progress_us, last_renew_us;
  GArray *spans;                /**< EventSpan, not yet published */
  char *plan_json;              /**< PROBE: what the child found */
  char *poster_file;            /**< in the work folder; its key once it is stored */
  GArray *slides;               /**< int64_t: changes seen, in microseconds of the lesson */
  CatalogStoryboard storyboard; /**< sheet_keys are files in the work folder */
  GArray *chapters;             /**< CatalogChapter, of the source's own */
  GArray *captions;             /**< CatalogCaption, blob_key is a file in the work folder */
  bool wants_next;              /**< the child has read all it was told to, and waits */
  bool is_done;
  bool is_lease_unsure; /**< said once, not at every missed renewal */
} JobRun;

/** The child's result is not believable: INTERNAL. Always false. */
bool job_results_distrust(GError **error, const char *what);

/** The job that the child reads for. */
const CatalogJob *job_run_newest(const JobRun *run);

/** Take in what the child says. */
bool job_results_take_line(JobRun *run, const char *line, GError **error);

/** Whether `job`, which others follow, has all its spans. */
bool job_results_is_whole(const JobRun *run);

/** Record what has come for `job` as its end. */
bool job_results_finish(JobRun *run, GError **error);

/** Give up copying because of `cause`. */
bool job_results_encode_instead(const JobRun *run, const GError *cause, GError **error);
