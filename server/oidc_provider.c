#include "server/oidc_provider.h"

#include "base/base64url.h"
#include "base/log.h"
#include "server/oidc_error.h"
#include "server/web_fetch.h"

#include <jansson.h>
#include <string.h>

#define KEEP_US (60 * 60 * G_TIME_SPAN_SECOND)
/** Keys are not asked for again sooner, whatever tokens say, and a provider that failed is left alone for so long. */
#define PAUSE_US (20 * G_TIME_SPAN_SECOND)
#define DISCOVERY_PATH "/.well-known/openid-configuration"
#define SCOPES "openid profile"

struct OidcProvider {
  char *issuer, *client_id, *secret;      /**< secret NULL: a public client */
  char *login_claim, *name_claim, *label; /**< label NULL: none is set */
  GMutex lock;
  /* under lock; 0: never */
  int64_t described_us, keys_us, failed_us;
  char *failure;
  char *authorization_url, *token_url, *keys_url, *user_info_url; /**< user_info_url NULL: it has none */
  bool takes_secret_in_form; /**< client_secret_post, and not client_secret_basic */
  JwkSet *keys;
};

/** What one sign-in works with of all that, so that it waits without the lock. */
typedef struct {
  char *token_url, *user_info_url;
  bool takes_secret_in_form;
} Addresses;

static void addresses_clear(Addresses *addresses) {
  g_free(addresses->token_url);
  g_free(addresses->user_info_url);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Addresses, addresses_clear)

static char *load_secret(const char *path, GError **error) {
  g_autofree char *text = NULL;
  if (!g_file_get_contents(path, &text, NULL, error))
    return NULL;
  text[strcspn(text, "\r\n")] = '\0';
  if (text[0] != '\0')
    return g_steal_pointer(&text);
  g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_INVAL, "%s must hold the client's secret in its first line", path);
  return NULL;
}

bool oidc_provider_open(const Settings *settings, OidcProvider **ret_provider, GError **error) {
  g_autofree char *secret = NULL;
  *ret_provider = NULL;
  if (settings->oidc_issuer[0] == '\0')
    return true;
  if (settings->oidc_secret_file[0] != '\0') {
    secret = load_secret(settings->oidc_secret_file, error);
    if (secret == NULL)
      return false;
  }
  OidcProvider *provider = g_new0(OidcProvider, 1);
  g_mutex_init(&provider->lock);
  provider->issuer = g_strdup(settings->oidc_issuer);
  provider->client_id = g_strdup(settings->oidc_client_id);
  provider->secret = g_steal_pointer(&secret);
  provider->login_claim = g_strdup(settings->oidc_login_claim);
  provider->name_claim = g_strdup(settings->oidc_name_claim);
  provider->label = settings->oidc_label[0] != '\0' ? g_strdup(settings->oidc_label) : NULL;
  *ret_provider = provider;
  return true;
}

static void forget_description(OidcProvider *provider) {
  g_clear_pointer(&provider->authorization_url, g_free);
  g_clear_pointer(&provider->token_url, g_free);
  g_clear_pointer(&provider->keys_url, g_free);
  g_clear_pointer(&provider->user_info_url, g_free);
}

void oidc_provider_free(OidcProvider *provider) {
  if (provider == NULL)
    return;
  forget_description(provider);
  jwk_set_free(provider->keys);
  g_free(provider->failure);
  g_free(provider->issuer);
  g_free(provider->client_id);
  g_free(provider->secret);
  g_free(provider->login_claim);
  g_free(provider->name_claim);
  g_free(provider->label);
  g_mutex_clear(&provider->lock);
  g_free(provider);
}

/* --- one sign-in --- */

static void derive(const char *secret, const char *what, char ret_text[65]) {
  g_autofree char *digest =
      g_compute_hmac_for_string(G_CHECKSUM_SHA256, (const guchar *)secret, strlen(secret), what, -1);
  g_strlcpy(ret_text, digest, 65);
}

void oidc_flow_derive(const char *secret, OidcFlow *ret_flow) {
  g_autoptr(GChecksum) checksum = g_checksum_new(G_CHECKSUM_SHA256);
  guint8 digest[32];
  gsize size = sizeof digest;
  derive(secret, "state", ret_flow->state);
  derive(secret, "nonce", ret_flow->nonce);
  derive(secret, "verifier", ret_flow->verifier);
  g_checksum_update(checksum, (const guchar *)ret_flow->verifier, -1);
  g_checksum_get_digest(checksum, digest, &size);
  g_autofree char *challenge = base64url_encode_bytes(digest, size);
  g_strlcpy(ret_flow->challenge, challenge, sizeof ret_flow->challenge);
}

/* --- what the provider says of itself --- */

/** Sets OIDC_ERROR_PROVIDER; always false. */
static G_GNUC_PRINTF(2, 3) bool fail(GError **error, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  if (error != NULL)
    *error = g_error_new_valist(OIDC_ERROR, OIDC_ERROR_PROVIDER, format, arguments);
  va_end(arguments);
  return false;
}

/** A JSON object from that address; NULL with an error. */
static json_t *load_object(const char *url, GError **error) {
  g_auto(WebAnswer) answer = {0};
  if (!web_fetch(&(WebRequest){.url = url}, &answer, error))
    return NULL;
  json_t *object = answer.status == 200 ? json_loadb(answer.body->str, answer.body->len, 0, NULL) : NULL;
  if (json_is_object(object))
    return object;
  json_decref(object);
  fail(error, "%s does not answer with a JSON object", url);
  return NULL;
}

static char *dup_address(const json_t *description, const char *name) {
  const char *url = json_string_value(json_object_get(description, name));
  return url != NULL && web_fetch_is_safe(url) ? g_strdup(url) : NULL;
}

static bool lists(const json_t *list, const char *text) {
  for (size_t i = 0; i < json_array_size(list); i++)
    if (g_strcmp0(json_string_value(json_array_get(list, i)), text) == 0)
      return true;
  return false;
}

/** OpenID Connect Discovery 1.0 §4.3: the issuer must be the very one that was asked. */
static bool take_description(OidcProvider *provider, const json_t *description, GError **error) {
  const char *issuer = json_string_value(json_object_get(description, "issuer"));
  const json_t *methods = json_object_get(description, "token_endpoint_auth_methods_supported");
  if (issuer == NULL || strcmp(issuer, provider->issuer) != 0)
    return fail(error, "the provider calls itself %s, which is not the setting oidc-issuer",
                issuer != NULL ? issuer : "nothing");
  forget_description(provider);
  provider->authorization_url = dup_address(description, "authorization_endpoint");
  provider->token_url = dup_address(description, "token_endpoint");
  provider->keys_url = dup_address(description, "jwks_uri");
  provider->user_info_url = dup_address(description, "userinfo_endpoint");
  provider->takes_secret_in_form = lists(methods, "client_secret_post") && !lists(methods, "client_secret_basic");
  if (provider->authorization_url != NULL && provider->token_url != NULL && provider->keys_url != NULL)
    return true;
  forget_description(provider);
  return fail(error, "%s names no safe addresses to sign in at", provider->issuer);
}

static bool load_description(OidcProvider *provider, GError **error) {
  size_t length = strlen(provider->issuer);
  int stem = (int)(length > 0 && provider->issuer[length - 1] == '/' ? length - 1 : length);
  g_autofree char *url = g_strdup_printf("%.*s" DISCOVERY_PATH, stem, provider->issuer);
  json_t *description = load_object(url, error);
  bool is_good = description != NULL && take_description(provider, description, error);
  json_decref(description);
  if (is_good)
    provider->described_us = g_get_monotonic_time();
  return is_good;
}

static bool load_keys(OidcProvider *provider, GError **error) {
  g_auto(WebAnswer) answer = {0};
  provider->keys_us = g_get_monotonic_time();
  if (!web_fetch(&(WebRequest){.url = provider->keys_url}, &answer, error))
    return false;
  JwkSet *keys = jwk_set_parse(answer.body->str, answer.body->len, error);
  if (keys == NULL)
    return false;
  jwk_set_free(provider->keys);
  provider->keys = keys;
  return true;
}

static bool is_old(int64_t time_us, int64_t age_us) {
  return time_us == 0 || g_get_monotonic_time() - time_us > age_us;
}

/** See that the description and the keys are there and no older than KEEP_US. When the provider fails an old description goes on
 * being used, and without one it is not asked again for PAUSE_US. */
static bool refresh_locked(OidcProvider *provider, GError **error) {
  g_autoptr(GError) cause = NULL;
  bool is_stale = is_old(provider->described_us, KEEP_US) || provider->keys == NULL;
  if (!is_stale)
    return true;
  if (is_old(provider->failed_us, PAUSE_US)) {
    if (load_description(provider, &cause) && load_keys(provider, &cause))
      return true;
    provider->failed_us = g_get_monotonic_time();
    g_free(provider->failure);
    provider->failure = g_strdup(cause->message);
  }
  return (provider->token_url != NULL && provider->keys != NULL) || fail(error, "%s", provider->failure);
}

/** False with an error when the provider is not known. */
static bool copy_addresses(OidcProvider *provider, Addresses *ret_addresses, GError **error) {
  g_mutex_lock(&provider->lock);
  bool is_known = refresh_locked(provider, error);
  if (is_known)
    *ret_addresses = (Addresses){g_strdup(provider->token_url), g_strdup(provider->user_info_url),
                                 provider->takes_secret_in_form};
  g_mutex_unlock(&provider->lock);
  return is_known;
}

/* --- there and back --- */

static void append_param(GString *out, const char *name, const char *value) {
  char last = out->len > 0 ? out->str[out->len - 1] : '?';
  if (last != '?' && last != '&')
    g_string_append_c(out, '&');
  g_string_append_printf(out, "%s=", name);
  g_string_append_uri_escaped(out, value, NULL, false);
}

char *oidc_provider_begin(OidcProvider *provider, const OidcFlow *flow, const char *redirect_uri, GError **error) {
  g_mutex_lock(&provider->lock);
  GString *url = refresh_locked(provider, error) ? g_string_new(provider->authorization_url) : NULL;
  g_mutex_unlock(&provider->lock);
  if (url == NULL)
    return NULL;
  g_string_append_c(url, strchr(url->str, '?') != NULL ? '&' : '?');
  append_param(url, "response_type", "code");
  append_param(url, "client_id", provider->client_id);
  append_param(url, "redirect_uri", redirect_uri);
  append_param(url, "scope", SCOPES);
  append_param(url, "state", flow->state);
  append_param(url, "nonce", flow->nonce);
  append_param(url, "code_challenge", flow->challenge);
  append_param(url, "code_challenge_method", "S256");
  return g_string_free(url, false);
}

/** What the provider gives for a code. */
typedef struct {
  char *id_token, *access_token; /**< access_token NULL: none */
} Tokens;

static void tokens_clear(Tokens *tokens) {
  g_free(tokens->id_token);
  g_free(tokens->access_token);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Tokens, tokens_clear)

static bool read_tokens(const WebAnswer *answer, Tokens *ret_tokens, GError **error) {
  json_t *object = json_loadb(answer->body->str, answer->body->len, 0, NULL);
  const char *reason = json_string_value(json_object_get(object, "error"));
  const char *token = answer->status == 200 ? json_string_value(json_object_get(object, "id_token")) : NULL;
  if (token != NULL)
    *ret_tokens = (Tokens){g_strdup(token), g_strdup(json_string_value(json_object_get(object, "access_token")))};
  else
    g_set_error(error, OIDC_ERROR,
                reason != NULL && answer->status < 500 ? OIDC_ERROR_REFUSED : OIDC_ERROR_PROVIDER,
                "the provider gave no ID token (%ld): %.100s", answer->status,
                reason != NULL ? reason : "it says no reason");
  json_decref(object);
  return token != NULL;
}

static bool ask_for_tokens(const OidcProvider *provider, const Addresses *addresses, GString *form,
                           Tokens *ret_tokens, GError **error) {
  g_auto(WebAnswer) answer = {0};
  /* RFC 6749 §2.3.1: both are escaped before they are put together. */
  g_autofree char *user = g_uri_escape_string(provider->client_id, NULL, false);
  g_autofree char *password = provider->secret != NULL ? g_uri_escape_string(provider->secret, NULL, false) : NULL;
  bool is_basic = provider->secret != NULL && !addresses->takes_secret_in_form;
  if (!is_basic)
    append_param(form, "client_id", provider->client_id);
  if (provider->secret != NULL && !is_basic)
    append_param(form, "client_secret", provider->secret);
  WebRequest request = {.url = addresses->token_url,
                        .form = form->str,
                        .user = is_basic ? user : NULL,
                        .password = is_basic ? password : NULL};
  return web_fetch(&request, &answer, error) && read_tokens(&answer, ret_tokens, error);
}

static bool verify(OidcProvider *provider, const IdToken *token, const OidcFlow *flow, GError **error) {
  const IdTokenExpectation expected = {.issuer = provider->issuer,
                                       .client_id = provider->client_id,
                                       .nonce = flow->nonce,
                                       .now_s = g_get_real_time() / G_USEC_PER_SEC};
  g_autoptr(GError) cause = NULL;
  bool is_unknown = false;
  g_mutex_lock(&provider->lock);
  bool is_good = id_token_verify(token, provider->keys, &expected, &is_unknown, &cause);
  if (is_unknown && is_old(provider->keys_us, PAUSE_US) && load_keys(provider, NULL)) {
    g_clear_error(&cause);
    is_good = id_token_verify(token, provider->keys, &expected, &is_unknown, &cause);
  }
  g_mutex_unlock(&provider->lock);
  if (!is_good)
    g_propagate_error(error, g_steal_pointer(&cause));
  return is_good;
}

/** What UserInfo says, which must be of the same person; NULL: nothing. Caller frees. */
static json_t *load_user_info(const Addresses *addresses, const char *access_token, const char *subject) {
  g_auto(WebAnswer) answer = {0};
  g_autoptr(GError) error = NULL;
  if (addresses->user_info_url == NULL || access_token == NULL)
    return NULL;
  if (!web_fetch(&(WebRequest){.url = addresses->user_info_url, .bearer = access_token}, &answer, &error)) {
    log_warning("%s", error->message);
    return NULL;
  }
  json_t *object = answer.status == 200 ? json_loadb(answer.body->str, answer.body->len, 0, NULL) : NULL;
  if (g_strcmp0(json_string_value(json_object_get(object, "sub")), subject) == 0)
    return object;
  json_decref(object);
  return NULL;
}

static void describe(const OidcProvider *provider, const Addresses *addresses, const IdToken *token,
                     const char *access_token, OidcPerson *ret_person) {
  const char *subject = id_token_find(token, "sub");
  const char *login = id_token_find(token, provider->login_claim),
             *name = id_token_find(token, provider->name_claim);
  json_t *more = login == NULL || name == NULL ? load_user_info(addresses, access_token, subject) : NULL;
  if (login == NULL)
    login = json_string_value(json_object_get(more, provider->login_claim));
  if (name == NULL)
    name = json_string_value(json_object_get(more, provider->name_claim));
  *ret_person = (OidcPerson){.subject = g_strdup_printf("%s %s", provider->issuer, subject),
                             .login = g_strdup(login),
                             .name = g_strdup(name),
                             .is_strong = id_token_names(token, "amr", "mfa")};
  json_decref(more);
}

bool oidc_provider_redeem(OidcProvider *provider, const OidcFlow *flow, const char *code, const char *redirect_uri,
                          OidcPerson *ret_person, GError **error) {
  g_auto(Addresses) addresses = {0};
  g_auto(Tokens) tokens = {0};
  if (!copy_addresses(provider, &addresses, error))
    return false;
  g_autoptr(GString) form = g_string_new(NULL);
  append_param(form, "grant_type", "authorization_code");
  append_param(form, "code", code);
  append_param(form, "redirect_uri", redirect_uri);
  append_param(form, "code_verifier", flow->verifier);
  if (!ask_for_tokens(provider, &addresses, form, &tokens, error))
    return false;
  g_autoptr(IdToken) token = id_token_parse(tokens.id_token, error);
  if (token == NULL || !verify(provider, token, flow, error))
    return false;
  describe(provider, &addresses, token, tokens.access_token, ret_person);
  return true;
}

void oidc_person_clear(OidcPerson *person) {
  g_free(person->subject);
  g_free(person->login);
  g_free(person->name);
  *person = (OidcPerson){0};
}

const char *oidc_provider_label(const OidcProvider *provider) {
  return provider->label;
}
