#include "server/http/http_tls.h"

#include "base/log.h"
#include "server/http/http_error.h"

#include <string.h>
#include <sys/stat.h>

#define CHAIN_MAX 16
/** Handshakes under way still use a certificate that was replaced; after this none does. */
#define RETIRED_US (10 * G_TIME_SPAN_MINUTE)

typedef struct {
  gnutls_pcert_st chain[CHAIN_MAX];
  unsigned chain_length;
  gnutls_privkey_t key;
  int64_t retired_us;
} Certificate;

typedef struct {
  struct timespec modified;
  off_t size;
  ino_t inode;
} FileStamp;

static struct {
  GMutex lock;
  char *paths[2]; /**< certificate, key */
  FileStamp stamps[2];
  Certificate *current;
  GPtrArray *retired;
} tls;

static void certificate_free(gpointer data) {
  Certificate *certificate = data;
  for (unsigned i = 0; i < certificate->chain_length; i++)
    gnutls_pcert_deinit(&certificate->chain[i]);
  if (certificate->key != NULL)
    gnutls_privkey_deinit(certificate->key);
  g_free(certificate);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Certificate, certificate_free)

static bool fail(const char *path, const char *why, GError **error) {
  g_set_error(error, HTTP_ERROR, HTTP_ERROR_TLS, "%s: %s", path, why);
  return false;
}

static bool read_datum(const char *path, gnutls_datum_t *ret_datum, GError **error) {
  char *text = NULL;
  gsize size = 0;
  g_autoptr(GError) failure = NULL;
  if (!g_file_get_contents(path, &text, &size, &failure))
    return fail(path, failure->message, error);
  *ret_datum = (gnutls_datum_t){.data = (unsigned char *)text, .size = (unsigned)size};
  return true;
}

static bool read_chain(Certificate *certificate, const char *path, GError **error) {
  gnutls_datum_t datum = {0};
  unsigned count = CHAIN_MAX;
  if (!read_datum(path, &datum, error))
    return false;
  int status = gnutls_pcert_list_import_x509_raw(certificate->chain, &count, &datum, GNUTLS_X509_FMT_PEM, 0);
  g_free(datum.data);
  if (status < 0)
    return fail(path, gnutls_strerror(status), error);
  certificate->chain_length = count;
  return true;
}

static bool read_key(Certificate *certificate, const char *path, GError **error) {
  gnutls_datum_t datum = {0};
  if (!read_datum(path, &datum, error))
    return false;
  int status = gnutls_privkey_init(&certificate->key);
  if (status == 0)
    status = gnutls_privkey_import_x509_raw(certificate->key, &datum, GNUTLS_X509_FMT_PEM, NULL, 0);
  gnutls_memset(datum.data, 0, datum.size);
  g_free(datum.data);
  return status == 0 || fail(path, gnutls_strerror(status), error);
}

static bool belong_together(const Certificate *certificate) {
  unsigned char own[64], certified[64];
  size_t own_size = sizeof own, certified_size = sizeof certified;
  gnutls_pubkey_t public_key = NULL;
  bool is_same = gnutls_pubkey_init(&public_key) == 0 &&
                 gnutls_pubkey_import_privkey(public_key, certificate->key, 0, 0) == 0 &&
                 gnutls_pubkey_get_key_id(public_key, GNUTLS_KEYID_USE_SHA256, own, &own_size) == 0 &&
                 gnutls_pubkey_get_key_id(certificate->chain[0].pubkey, GNUTLS_KEYID_USE_SHA256, certified,
                                          &certified_size) == 0 &&
                 own_size == certified_size && memcmp(own, certified, own_size) == 0;
  if (public_key != NULL)
    gnutls_pubkey_deinit(public_key);
  return is_same;
}

static Certificate *read_certificate(const char *certificate_path, const char *key_path, GError **error) {
  g_autoptr(Certificate) certificate = g_new0(Certificate, 1);
  if (!read_chain(certificate, certificate_path, error) || !read_key(certificate, key_path, error))
    return NULL;
  if (!belong_together(certificate)) {
    fail(key_path, "is not the key of the certificate", error);
    return NULL;
  }
  return g_steal_pointer(&certificate);
}

static FileStamp read_stamp(const char *path) {
  struct stat status;
  if (stat(path, &status) != 0)
    return (FileStamp){0};
  return (FileStamp){.modified = status.st_mtim, .size = status.st_size, .inode = status.st_ino};
}

static bool is_same_stamp(const FileStamp *a, const FileStamp *b) {
  return a->size == b->size && a->inode == b->inode && a->modified.tv_sec == b->modified.tv_sec &&
         a->modified.tv_nsec == b->modified.tv_nsec;
}

bool http_tls_load(const char *certificate_path, const char *key_path, GError **error) {
  FileStamp stamps[2] = {read_stamp(certificate_path), read_stamp(key_path)};
  Certificate *certificate = read_certificate(certificate_path, key_path, error);
  if (certificate == NULL)
    return false;
  http_tls_clear();
  tls.paths[0] = g_strdup(certificate_path);
  tls.paths[1] = g_strdup(key_path);
  memcpy(tls.stamps, stamps, sizeof tls.stamps);
  tls.current = certificate;
  tls.retired = g_ptr_array_new_with_free_func(certificate_free);
  return true;
}

static void replace(Certificate *certificate) {
  g_mutex_lock(&tls.lock);
  tls.current->retired_us = g_get_monotonic_time();
  g_ptr_array_add(tls.retired, tls.current);
  tls.current = certificate;
  g_mutex_unlock(&tls.lock);
  const char *const fields[] = {"file", tls.paths[0], NULL};
  log_event(LOG_LEVEL_INFO, "the TLS certificate was read anew", fields);
}

void http_tls_refresh(void) {
  if (tls.current == NULL)
    return;
  while (tls.retired->len > 0 &&
         ((const Certificate *)g_ptr_array_index(tls.retired, 0))->retired_us + RETIRED_US < g_get_monotonic_time())
    g_ptr_array_remove_index(tls.retired, 0);
  FileStamp stamps[2] = {read_stamp(tls.paths[0]), read_stamp(tls.paths[1])};
  if (is_same_stamp(&stamps[0], &tls.stamps[0]) && is_same_stamp(&stamps[1], &tls.stamps[1]))
    return;
  memcpy(tls.stamps, stamps, sizeof tls.stamps);
  g_autoptr(GError) error = NULL;
  Certificate *certificate = read_certificate(tls.paths[0], tls.paths[1], &error);
  if (certificate != NULL)
    replace(certificate);
  else
    log_warning("the TLS certificate stays as it was: %s", error->message);
}

int64_t http_tls_expires_s(void) {
  gnutls_x509_crt_t parsed = NULL;
  int64_t expires_s = 0;
  g_mutex_lock(&tls.lock);
  if (tls.current != NULL && gnutls_pcert_export_x509(&tls.current->chain[0], &parsed) == 0) {
    expires_s = (int64_t)gnutls_x509_crt_get_expiration_time(parsed);
    gnutls_x509_crt_deinit(parsed);
  }
  g_mutex_unlock(&tls.lock);
  return expires_s;
}

void http_tls_clear(void) {
  g_clear_pointer(&tls.current, certificate_free);
  g_clear_pointer(&tls.retired, g_ptr_array_unref);
  g_clear_pointer(&tls.paths[0], g_free);
  g_clear_pointer(&tls.paths[1], g_free);
}

int http_tls_retrieve(gnutls_session_t session, const gnutls_datum_t *request_names, int name_count,
                      const gnutls_pk_algorithm_t *algorithms, int algorithm_count, gnutls_pcert_st **ret_chain,
                      unsigned int *ret_chain_length, gnutls_privkey_t *ret_key) {
  (void)session;
  (void)request_names;
  (void)name_count;
  (void)algorithms;
  (void)algorithm_count;
  g_mutex_lock(&tls.lock);
  *ret_chain = tls.current->chain;
  *ret_chain_length = tls.current->chain_length;
  *ret_key = tls.current->key;
  g_mutex_unlock(&tls.lock);
  return 0;
}
