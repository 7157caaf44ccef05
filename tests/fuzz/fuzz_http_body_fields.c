/* Bodies of sign-in and the like: JSON and forms; and codes in them. */
#include "catalog/person.h"
#include "catalog/totp.h"
#include "server/body_fields.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void read_all(const BodyFields *fields) {
  static const char *const names[] = {"login", "password", "code", "days", "scopes", "is_disabled", ""};
  for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
    const char *text = body_fields_find(fields, names[i]);
    int64_t step = 0;
    if (text != NULL) {
      g_free(person_fold_login(text));
      g_assert_true(g_utf8_validate(text, -1, NULL));
      totp_find_step("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ", text, 59, &step);
      totp_find_step(text, "287082", 59, &step);
    }
    for (const char *const *item = body_fields_find_list(fields, names[i]); item != NULL && *item != NULL; item++)
      g_assert_true(strlen(*item) <= BODY_FIELDS_BYTES_MAX);
    body_fields_get_bool(fields, names[i], false);
    body_fields_get_int(fields, names[i], 0);
  }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  g_autoptr(BodyFields) json = body_fields_parse_json((const char *)data, size);
  g_autoptr(BodyFields) form = body_fields_parse_form((const char *)data, size);
  if (json != NULL)
    read_all(json);
  if (form != NULL)
    read_all(form);
  return 0;
}
