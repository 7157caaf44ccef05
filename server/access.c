#include "server/access.h"

#include "server/http/http_problem.h"

#include <string.h>

#define SCHEME "Bearer "
#define TOKEN_FILE_BYTES_MAX 4096
#define DIGEST_LENGTH 64

struct Access {
  char digest[DIGEST_LENGTH + 1]; /**< SHA-256 of the token; empty: nobody may edit */
};

/** Digests are compared, so that neither the length nor the first wrong byte of a token shows in the time it takes. */
static void digest_of(const char *token, char ret_digest[DIGEST_LENGTH + 1]) {
  g_autofree char *digest = g_compute_checksum_for_string(G_CHECKSUM_SHA256, token, -1);
  g_strlcpy(ret_digest, digest, DIGEST_LENGTH + 1);
}

static bool load_token(Access *access, const char *token_file, GError **error) {
  g_autofree char *text = NULL;
  gsize size = 0;
  if (!g_file_get_contents(token_file, &text, &size, error))
    return false;
  g_strstrip(text);
  if (size > TOKEN_FILE_BYTES_MAX || strlen(text) < ACCESS_TOKEN_LENGTH_MIN || strpbrk(text, "\r\n\t ")) {
    g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_INVAL,
                "%s must hold one token of at least %d characters on one line", token_file,
                ACCESS_TOKEN_LENGTH_MIN);
    return false;
  }
  digest_of(text, access->digest);
  return true;
}

Access *access_new(const char *token_file, GError **error) {
  g_autoptr(Access) access = g_new0(Access, 1);
  if (token_file != NULL && token_file[0] != '\0' && !load_token(access, token_file, error))
    return NULL;
  return g_steal_pointer(&access);
}

void access_free(Access *access) {
  g_free(access);
}

static bool is_equal(const char *a, const char *b) {
  unsigned difference = 0;
  for (size_t i = 0; i < DIGEST_LENGTH; i++)
    difference |= (unsigned char)a[i] ^ (unsigned char)b[i];
  return difference == 0;
}

bool access_is_editor(const Access *access, const HttpRequest *request) {
  const char *sent = http_request_find_header(request, "Authorization");
  if (access->digest[0] == '\0' || sent == NULL || g_ascii_strncasecmp(sent, SCHEME, strlen(SCHEME)) != 0)
    return false;
  char digest[DIGEST_LENGTH + 1];
  digest_of(sent + strlen(SCHEME), digest);
  return is_equal(digest, access->digest);
}

bool access_check(const Access *access, const HttpRequest *request, HttpResponse *response) {
  const HttpRoute *route = request->match != NULL ? request->match->route : NULL;
  if (route == NULL || !(route->flags & HTTP_ROUTE_EDIT) || access_is_editor(access, request))
    return true;
  http_problem_set(response, request, HTTP_PROBLEM_FORBIDDEN, NULL);
  return false;
}

const CatalogViewer *access_viewer(const Access *access, const HttpRequest *request) {
  return access_is_editor(access, request) ? &catalog_viewer_everything : NULL;
}

const char *access_actor(const Access *access, const HttpRequest *request) {
  return access_is_editor(access, request) ? "api:administrator" : "api";
}
