/** The certificate of the TLS port, read anew when its files change. Internal to server/http/.
 *
 * libmicrohttpd asks for the certificate by a callback that gets no pointer of ours, so the current one stands in a
 * variable of http_tls.c: there is one TLS port in a process.
 * Threads: load, refresh and clear are called by one thread at a time; the callback by any.
 */
#pragma once

#include <glib.h>
#include <gnutls/abstract.h>
#include <gnutls/gnutls.h>
#include <stdbool.h>
#include <stdint.h>

/** What is spoken: TLS 1.3 and 1.2 with forward secrecy, 128 bits and more (GnuTLS priority string). */
#define HTTP_TLS_PRIORITIES "SECURE128:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2:-RSA:%SERVER_PRECEDENCE"

/** Read the chain in `certificate_path` (PEM, the server's own first) and its key. False with HTTP_ERROR_TLS, which names the
 * file, when they cannot be read or do not belong together. */
bool http_tls_load(const char *certificate_path, const char *key_path, GError **error);

/** Read them again when one has changed since; what cannot be read leaves the certificate as it was and is logged once. */
void http_tls_refresh(void);

/** When the certificate ends, seconds since 1970; 0 when none is loaded. Any thread. */
int64_t http_tls_expires_s(void);

/** Forget everything; no connection may be left. */
void http_tls_clear(void);

/** For MHD_OPTION_HTTPS_CERT_CALLBACK. */
int http_tls_retrieve(gnutls_session_t session, const gnutls_datum_t *request_names, int name_count,
                      const gnutls_pk_algorithm_t *algorithms, int algorithm_count, gnutls_pcert_st **ret_chain,
                      unsigned int *ret_chain_length, gnutls_privkey_t *ret_key);
