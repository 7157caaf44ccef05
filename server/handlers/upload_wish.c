#include "server/handlers/upload_wish.h"

#include "base/id.h"
#include "catalog/place.h"
#include "catalog/record_store.h"
#include "server/access.h"
#include "server/handlers/upload_receive.h"

#include <string.h>

#define INSTITUTIONS_MAX 50

/** Where new courses of an institution, given by id or name, belong; both NULL when there is none of that name yet. */
static void find_institution(const ServerContext *server, const char *institution, Place *ret_place,
                             char **ret_name) {
  g_autoptr(CatalogRecord) record = NULL;
  g_autoptr(RecordPage) page = NULL;
  if (id_is_valid(institution))
    catalog_load_record(server->catalog, RECORD_INSTITUTION, institution, &record, NULL);
  RecordQuery query = {.text = institution, .limit = INSTITUTIONS_MAX};
  if (record == NULL && catalog_query_records(server->catalog, RECORD_INSTITUTION, &query, &page, NULL))
    for (guint i = 0; i < page->records->len && record == NULL; i++)
      if (strcmp(catalog_record_get(page->records->pdata[i], "name"), institution) == 0)
        record = g_ptr_array_steal_index(page->records, i);
  if (record == NULL)
    return;
  *ret_name = g_strdup(catalog_record_get(record, "name"));
  *ret_place = (Place){g_strdup(catalog_record_get(record, "division")), g_strdup(record->id)};
}

/** The institution at which who asks may upload, when they may at one. */
static const char *own_institution(const HttpRequest *request) {
  const AccessIdentity *identity = access_identity(request);
  for (size_t i = 0; i < identity->grant_count; i++) {
    const RoleGrant *grant = &identity->grants[i];
    if (role_rights(grant->role) & RIGHT_UPLOAD && grant->institution_id != NULL &&
        grant->institution_id[0] != '\0')
      return grant->institution_id;
  }
  return NULL;
}

/** The place of a new course. The institution's name goes into the metadata when it was not said, or by its id. */
static void place_new_course(const ServerContext *server, const HttpRequest *request, const UploadWish *wish,
                             GString *metadata, Place *ret_place) {
  const char *institution = wish->institution != NULL ? wish->institution : own_institution(request);
  g_autofree char *name = NULL;
  if (institution == NULL)
    return;
  find_institution(server, institution, ret_place, &name);
  if (name == NULL || (wish->institution != NULL && strcmp(wish->institution, name) == 0))
    return;
  if (wish->institution != NULL) { /* given by its id: the name goes first and is found first */
    g_autofree char *rest = g_strdup(metadata->str);
    g_string_truncate(metadata, 0);
    upload_metadata_add(metadata, "institution", name);
    g_string_append_printf(metadata, ",%s", rest);
  } else {
    upload_metadata_add(metadata, "institution", name);
  }
}

/** The right to put something there; `*ret_may_publish`: also to show it to everybody. */
static bool check_right(const ServerContext *server, const HttpRequest *request, HttpResponse *response,
                        const UploadWish *wish, GString *metadata, bool *ret_may_publish) {
  g_auto(Place) place = {0};
  *ret_may_publish = true;
  if (wish->replaces_id != NULL || wish->course_id != NULL) {
    const char *kind = wish->replaces_id != NULL ? "asset" : "course";
    const char *id = wish->replaces_id != NULL ? wish->replaces_id : wish->course_id;
    if (access_may_at(server->access, request, RIGHT_UPLOAD, kind, id))
      return true;
    return access_require(request, response, RIGHT_UPLOAD, &place);
  }
  place_new_course(server, request, wish, metadata, &place);
  *ret_may_publish = access_may(request, RIGHT_PUBLISH, &place);
  return access_require(request, response, RIGHT_UPLOAD, &place);
}

bool upload_wish_check(const ServerContext *server, const HttpRequest *request, HttpResponse *response,
                       GString *metadata, int64_t length_bytes, bool *ret_is_draft) {
  g_auto(UploadWish) wish = {0}, final = {0};
  g_autoptr(GError) error = NULL;
  bool may_publish = false;
  upload_wish_read(metadata->str, &wish);
  if (!check_right(server, request, response, &wish, metadata, &may_publish))
    return false;
  upload_wish_read(metadata->str, &final);
  if (!upload_check_wish(server->catalog, &final, length_bytes, upload_desk_limits(server->uploads), &error)) {
    upload_set_error(response, request, error);
    return false;
  }
  *ret_is_draft = !may_publish;
  return true;
}

bool upload_is_theirs(const HttpRequest *request, const CatalogUpload *upload) {
  return strcmp(access_actor(request), upload->owner) == 0 || access_may_everywhere(request, RIGHT_OPERATE);
}

void upload_write_json(JsonWriter *writer, const CatalogUpload *upload, int64_t offset_bytes, int64_t keep_us) {
  static const char *const kinds[] = {"whole", "partial", "final"};
  g_auto(UploadWish) wish = {0};
  upload_wish_read(upload->metadata, &wish);
  json_writer_begin_object(writer);
  json_writer_member_string(writer, "id", upload->id);
  json_writer_member_string(writer, "state", upload->is_done ? "done" : upload->error != NULL ? "refused" : "open");
  json_writer_member_string(writer, "kind", kinds[upload->kind]);
  json_writer_member_string(writer, "name", wish.name);
  json_writer_member_string(writer, "title", wish.title);
  json_writer_name(writer, "length");
  if (upload->length_bytes >= 0)
    json_writer_int(writer, upload->length_bytes);
  else
    json_writer_null(writer);
  json_writer_member_int(writer, "offset", upload->is_done ? upload->length_bytes : offset_bytes);
  json_writer_member_string(writer, "asset_id", upload->asset_id);
  json_writer_member_string(writer, "course_id", upload->course_id);
  json_writer_member_string(writer, "attachment_id", upload->attachment_id);
  json_writer_member_string(writer, "error", upload->error);
  handler_write_time(writer, "created", upload->created_us);
  handler_write_time(writer, "expires", upload->created_us + keep_us);
  json_writer_end_object(writer);
}

void upload_set_outcome(HttpResponse *response, const CatalogUpload *upload) {
  if (upload->asset_id != NULL)
    http_response_set_header(response, "Kapok-Asset", upload->asset_id);
  if (upload->course_id != NULL)
    http_response_set_header(response, "Kapok-Course", upload->course_id);
  if (upload->attachment_id != NULL)
    http_response_set_header(response, "Kapok-Attachment", upload->attachment_id);
}
