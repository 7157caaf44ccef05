/* ID tokens and key sets of an OpenID provider: the first line is a key set, the rest a token. What was not signed by one of the
 * keys is never good; none of the seeds is. */
#include "server/id_token.h"

#include <stddef.h>
#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  g_autofree char *text = g_strndup((const char *)data, size);
  char *token_text = strchr(text, '\n');
  if (token_text == NULL)
    return 0;
  *token_text++ = '\0';
  static const IdTokenExpectation expected = {
      .issuer = "https://id.example", .client_id = "kapok", .nonce = "n", .now_s = 1800000000};
  g_autoptr(JwkSet) keys = jwk_set_parse(text, strlen(text), NULL);
  g_autoptr(IdToken) token = id_token_parse(token_text, NULL);
  bool is_unknown = false;
  if (token != NULL) {
    id_token_find(token, "sub");
    id_token_names(token, "aud", "kapok");
  }
  if (token != NULL && keys != NULL)
    g_assert_false(id_token_verify(token, keys, &expected, &is_unknown, NULL));
  return 0;
}
