#include "catalog/job.h"

#include "base/blob_store.h"
#include "catalog/asset_row.h"
#include "catalog/job_lease.h"
#include "catalog/replacement.h"

#include <inttypes.h>
#include <string.h>

static bool refuse(GError **error, CatalogError code, const CatalogPublication *publication, const char *reason) {
  g_set_error(error, CATALOG_ERROR, code, "span %" PRId64 " of track %s: %s", publication->span_index,
              publication->track_name, reason);
  return false;
}

static bool is_segment_valid(const CatalogSegment *segment) {
  return segment->offset >= 0 && segment->length > 0 && segment->decode_time >= 0 && segment->duration > 0;
}

static bool check_publication(const CatalogPublication *publication, GError **error) {
  if (!blob_key_is_valid(publication->blob_key))
    return refuse(error, CATALOG_ERROR_INVALID, publication, "the blob key is not valid");
  if (publication->span_index < 0 || publication->first_segment < 0 || publication->segment_count == 0)
    return refuse(error, CATALOG_ERROR_INVALID, publication, "it has no segments or a negative index");
  if (!publication->codec || !*publication->codec || !publication->init)
    return refuse(error, CATALOG_ERROR_INVALID, publication, "codec or init segment is missing");
  if (strlen(publication->codec) >= sizeof((CatalogTrack *)NULL)->codec)
    return refuse(error, CATALOG_ERROR_INVALID, publication, "the codec string is too long");
  const CatalogSegment *last = &publication->segments[publication->segment_count - 1];
  if (publication->measure && publication->measure->size_bytes != last->offset + last->length)
    return refuse(error, CATALOG_ERROR_INVALID, publication,
                  "the length of its file is not where its segments end");
  for (size_t i = 0; i < publication->segment_count; i++)
    if (!is_segment_valid(&publication->segments[i]))
      return refuse(error, CATALOG_ERROR_INVALID, publication,
                    "a segment has no size, no duration or negative values");
  return true;
}

/* `*ret_init` NULL until the first publication. */
static bool find_track(Connection *connection, const char *asset_id, const CatalogPublication *publication,
                       CatalogTrack *ret_track, GBytes **ret_init, GError **error) {
  g_auto(Statement) statement = statement_use(connection, STATEMENT_FIND_TRACK);
  statement_bind(&statement, argument_text(asset_id), argument_text(publication->track_name));
  bool has_row = false;
  if (!statement_find_row(&statement, &has_row, error))
    return false;
  if (!has_row)
    return refuse(error, CATALOG_ERROR_NOT_FOUND, publication, "no such track");
  *ret_track = asset_row_track(&statement);
  *ret_init = statement_is_null(&statement, ASSET_ROW_TRACK_INIT)
                  ? NULL
                  : statement_dup_bytes(&statement, ASSET_ROW_TRACK_INIT);
  return true;
}

static bool record_init(Connection *connection, const CatalogPublication *publication, const CatalogTrack *track,
                        GBytes *init, GError **error) {
  if (!init)
    return connection_run(connection, STATEMENT_SET_TRACK_INIT, error, argument_int(track->id),
                          argument_text(publication->codec), argument_bytes(publication->init));
  if (!g_str_equal(track->codec, publication->codec) || !g_bytes_equal(init, publication->init))
    return refuse(error, CATALOG_ERROR_CONFLICT, publication, "its init segment differs from the track's");
  return true;
}

/* The planned number of segments bounds a video track; an audio track's end is known with its last span. */
static bool check_end(const CatalogPublication *publication, const CatalogTrack *track, GError **error) {
  int64_t end = publication->first_segment + (int64_t)publication->segment_count;
  if (track->is_complete)
    return refuse(error, CATALOG_ERROR_CONFLICT, publication, "the track is complete already");
  if (track->kind == TRACK_KIND_VIDEO && end > track->segment_total)
    return refuse(error, CATALOG_ERROR_CONFLICT, publication, "it goes past the planned end of the track");
  return true;
}

static bool insert_segments(Connection *connection, const CatalogPublication *publication, int64_t track_id,
                            GError **error) {
  g_auto(Statement) statement = statement_use(connection, STATEMENT_INSERT_SEGMENT);
  for (size_t i = 0; i < publication->segment_count; i++) {
    const CatalogSegment *segment = &publication->segments[i];
    statement_rewind(&statement);
    statement_bind(&statement, argument_int(track_id), argument_int(publication->first_segment + (int64_t)i),
                   argument_int(publication->span_index), argument_int(segment->offset),
                   argument_int(segment->length), argument_int(segment->decode_time),
                   argument_int(segment->duration));
    if (!statement_run(&statement, error))
      return false;
  }
  return true;
}

static bool seal(Connection *connection, const CatalogPublication *publication, GError **error) {
  if (!publication->measure)
    return true;
  g_autoptr(GBytes) checksum = g_bytes_new(publication->measure->checksum, FILE_CHECKSUM_BYTES);
  return connection_run(connection, STATEMENT_SEAL_STORED_FILE, error, argument_text(publication->blob_key),
                        argument_int(publication->measure->size_bytes), argument_bytes(checksum));
}

static bool insert_span(Connection *connection, const CatalogPublication *publication, int64_t track_id,
                        GError **error) {
  if (connection_run(connection, STATEMENT_INSERT_SPAN, error, argument_int(track_id),
                     argument_int(publication->span_index), argument_text(publication->blob_key)) &&
      seal(connection, publication, error) && insert_segments(connection, publication, track_id, error))
    return true;
  g_prefix_error(error, "span %" PRId64 " of track %s: ", publication->span_index, publication->track_name);
  return false;
}

/* Goes on from `count` over the segments that follow without a gap. */
static bool advance_count(Connection *connection, int64_t track_id, int64_t count, int64_t *ret_count,
                          GError **error) {
  g_auto(Statement) statement = statement_use(connection, STATEMENT_LIST_SEGMENT_INDEXES);
  statement_bind(&statement, argument_int(track_id), argument_int(count));
  while (statement_next_row(&statement) && statement_int(&statement, 0) == count)
    count++;
  if (!statement_check(&statement, error))
    return false;
  *ret_count = count;
  return true;
}

static bool update_track(Connection *connection, const CatalogPublication *publication, const CatalogTrack *track,
                         GError **error) {
  int64_t count = 0;
  if (!advance_count(connection, track->id, track->segment_count, &count, error))
    return false;
  bool is_audio = track->kind == TRACK_KIND_AUDIO;
  int64_t end = publication->first_segment + (int64_t)publication->segment_count;
  bool is_end = is_audio && publication->is_last;
  if (is_end && count != end)
    return refuse(error, CATALOG_ERROR_CONFLICT, publication, "the last span of the track comes after a gap");
  int64_t total = is_end ? end : MAX(track->segment_total, count);
  bool is_complete = is_audio ? is_end : count == total;
  return connection_run(connection, STATEMENT_UPDATE_TRACK_COUNT, error, argument_int(track->id),
                        argument_int(count), argument_int(total), argument_int(is_complete));
}

/* A sound job makes the tracks of its own sound, span and video jobs all video tracks. */
static bool check_maker(const JobLease *lease, const CatalogPublication *publication, const CatalogTrack *track,
                        GError **error) {
  bool is_own = lease->kind == JOB_KIND_AUDIO
                    ? track->kind == TRACK_KIND_AUDIO && track->sound_index == lease->span_index
                    : track->kind == TRACK_KIND_VIDEO;
  return is_own || refuse(error, CATALOG_ERROR_CONFLICT, publication, "another job makes the track");
}

static bool publish_one(Connection *connection, const JobLease *lease, const CatalogPublication *publication,
                        GError **error) {
  CatalogTrack track = {0};
  g_autoptr(GBytes) init = NULL;
  return check_publication(publication, error) &&
         find_track(connection, lease->asset_id, publication, &track, &init, error) &&
         check_maker(lease, publication, &track, error) && check_end(publication, &track, error) &&
         record_init(connection, publication, &track, init, error) &&
         insert_span(connection, publication, track.id, error) &&
         update_track(connection, publication, &track, error);
}

/* A job may end only when what it is for has been published. */
static bool check_outcome(Connection *connection, const JobLease *lease, GError **error) {
  StatementId id = lease->kind == JOB_KIND_SPAN    ? STATEMENT_FIND_TRACK_WITHOUT_SPAN
                   : lease->kind == JOB_KIND_VIDEO ? STATEMENT_FIND_INCOMPLETE_VIDEO
                                                   : STATEMENT_FIND_INCOMPLETE_AUDIO;
  g_auto(Statement) statement = statement_use(connection, id);
  if (lease->kind == JOB_KIND_VIDEO)
    statement_bind(&statement, argument_text(lease->asset_id));
  else
    statement_bind(&statement, argument_text(lease->asset_id), argument_int(lease->span_index));
  bool has_row = false;
  if (!statement_find_row(&statement, &has_row, error))
    return false;
  if (!has_row)
    return true;
  g_set_error(error, CATALOG_ERROR, CATALOG_ERROR_CONFLICT, "the %s job cannot end: track %s lacks its part",
              job_kind_name(lease->kind), statement_text(&statement, 0));
  return false;
}

static bool publish_all(Connection *connection, const JobLease *lease, const CatalogPublication *publications,
                        size_t count, GError **error) {
  if (lease->kind != JOB_KIND_SPAN && lease->kind != JOB_KIND_VIDEO && lease->kind != JOB_KIND_AUDIO) {
    g_set_error(error, CATALOG_ERROR, CATALOG_ERROR_INVALID, "a %s job publishes no spans",
                job_kind_name(lease->kind));
    return false;
  }
  for (size_t i = 0; i < count; i++)
    if (!publish_one(connection, lease, &publications[i], error))
      return false;
  int64_t now_us = g_get_real_time();
  return connection_run(connection, STATEMENT_MAKE_ASSET_PLAYABLE, error, argument_text(lease->asset_id),
                        argument_int(now_us)) &&
         replacement_settle(connection, lease->asset_id, now_us, error);
}

bool catalog_publish(Catalog *catalog, const CatalogJob *job, const char *owner,
                     const CatalogPublication *publications, size_t count, bool finish, GError **error) {
  g_auto(Transaction) transaction = {0};
  JobLease lease = {0};
  if (!job_lease_begin(&transaction, catalog, job, owner, &lease, error) ||
      !publish_all(transaction.connection, &lease, publications, count, error))
    return false;
  if (finish && (!check_outcome(transaction.connection, &lease, error) ||
                 !job_lease_finish(transaction.connection, job->id, &lease, NULL, NULL, error)))
    return false;
  return transaction_commit(&transaction, error);
}

bool catalog_publish_poster(Catalog *catalog, const CatalogJob *job, const char *owner, const char *blob_key,
                            GError **error) {
  if (!blob_key_is_valid(blob_key)) {
    g_set_error(error, CATALOG_ERROR, CATALOG_ERROR_INVALID, "the blob key of the poster is not valid");
    return false;
  }
  g_auto(Transaction) transaction = {0};
  JobLease lease = {0};
  if (!job_lease_begin(&transaction, catalog, job, owner, &lease, error))
    return false;
  if (lease.kind != JOB_KIND_POSTER) {
    g_set_error(error, CATALOG_ERROR, CATALOG_ERROR_INVALID, "a %s job publishes no poster",
                job_kind_name(lease.kind));
    return false;
  }
  return connection_run(transaction.connection, STATEMENT_SET_POSTER, error, argument_text(lease.asset_id),
                        argument_text(blob_key), argument_int(g_get_real_time())) &&
         job_lease_finish(transaction.connection, job->id, &lease, NULL, NULL, error) &&
         transaction_commit(&transaction, error);
}

bool catalog_count_published_spans(Catalog *catalog, const char *asset_id, const char *track_name,
                                   int64_t *ret_count, GError **error) {
  g_auto(Transaction) transaction = {0};
  if (!transaction_begin_read(&transaction, catalog, error))
    return false;
  g_auto(Statement) statement = statement_use(transaction.connection, STATEMENT_COUNT_SPANS);
  statement_bind(&statement, argument_text(asset_id), argument_text(track_name));
  if (!statement_load_row(&statement, error, "no track %s/%s", asset_id, track_name))
    return false;
  *ret_count = statement_int(&statement, 0);
  return true;
}
