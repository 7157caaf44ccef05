#include "transcoder/request.h"

#include "transcoder/error.h"

#include <jansson.h>

void request_clear(Request *request) {
  g_clear_pointer(&request->work_dir, g_free);
  encode_plan_clear(&request->plan);
}

char *request_to_json(const Request *request) {
  g_autofree char *plan = encode_plan_to_json(&request->plan);
  json_t *root =
      json_pack("{s:i, s:i, s:I, s:i, s:s, s:I, s:I, s:s}", "kind", (int)request->kind, "worker",
                (int)request->worker, "span", (json_int_t)request->span_index, "sound", (int)request->sound,
                "work_dir", request->work_dir, "max_duration_us", (json_int_t)request->limits.max_duration_us,
                "max_pixels", (json_int_t)request->limits.max_pixels, "plan", plan);
  json_object_set_new(root, "is_urgent", json_boolean(request->is_urgent));
  json_object_set_new(root, "may_go_on", json_boolean(request->may_go_on));
  json_object_set_new(root, "cores", json_integer(request->cores));
  json_object_set_new(root, "first_rung", json_integer((json_int_t)request->first_rung));
  char *text = json_dumps(root, JSON_COMPACT);
  json_decref(root);
  char *line = g_strconcat(text, "\n", NULL);
  free(text);
  return line;
}

bool request_from_json(const char *json, Request *ret_request, GError **error) {
  json_error_t why;
  json_t *root = json_loads(json, 0, &why);
  int kind, worker, sound;
  const char *work_dir, *plan;
  json_int_t span, max_duration_us, max_pixels;
  bool ok = root != NULL &&
            json_unpack_ex(root, &why, 0, "{s:i, s:i, s:I, s:i, s:s, s:I, s:I, s:s}", "kind", &kind, "worker",
                           &worker, "span", &span, "sound", &sound, "work_dir", &work_dir, "max_duration_us",
                           &max_duration_us, "max_pixels", &max_pixels, "plan", &plan) == 0;
  Request request = {0};
  if (ok) {
    request.kind = (JobKind)kind;
    request.worker = worker;
    request.span_index = span;
    request.sound = (size_t)MAX(sound, 0);
    request.cores = (int32_t)CLAMP(json_integer_value(json_object_get(root, "cores")), 1, INT16_MAX);
    request.first_rung =
        (size_t)CLAMP(json_integer_value(json_object_get(root, "first_rung")), 0, LADDER_RUNGS_MAX);
    request.is_urgent = json_is_true(json_object_get(root, "is_urgent"));
    request.may_go_on = json_is_true(json_object_get(root, "may_go_on"));
    request.limits = (ProbeLimits){.max_duration_us = max_duration_us, .max_pixels = max_pixels};
    ok = encode_plan_from_json(plan, &request.plan, error);
    request.work_dir = g_strdup(work_dir);
  } else {
    g_set_error(error, TRANSCODER_ERROR, TRANSCODER_ERROR_INTERNAL, "the request cannot be read: %s", why.text);
  }
  json_decref(root);
  if (ok)
    *ret_request = request;
  else
    request_clear(&request);
  return ok;
}
