#include "server/self_check.h"

#include "base/log.h"
#include "base/settings.h"
#include "server/access.h"
#include "server/access_log.h"
#include "server/http/http_proxies.h"
#include "server/http/http_tls.h"

#include <stdio.h>
#include <stdlib.h>

#define DAY_S (24 * 60 * 60)

static bool say(const GError *error) {
  if (error != NULL)
    printf("wrong %s\n", error->message);
  return error == NULL;
}

static bool check_certificate(const Settings *settings) {
  g_autoptr(GError) error = NULL;
  if (settings->tls_listen[0] == '\0')
    return true;
  if (!http_tls_load(settings->tls_certificate, settings->tls_key, &error))
    return say(error);
  int64_t left_s = http_tls_expires_s() - g_get_real_time() / G_TIME_SPAN_SECOND;
  printf("certificate-days %" G_GINT64_FORMAT "\n", left_s < 0 ? -1 + left_s / DAY_S : left_s / DAY_S);
  http_tls_clear();
  return left_s >= 0;
}

static bool check_proxies(const Settings *settings) {
  g_autoptr(GError) error = NULL;
  g_autoptr(HttpProxies) proxies G_GNUC_UNUSED =
      http_proxies_parse("trusted-proxies", settings->trusted_proxies, &error);
  return say(error);
}

static bool check_token(const Settings *settings) {
  g_autoptr(GError) error = NULL;
  g_autoptr(Access) access G_GNUC_UNUSED = access_new(NULL, settings, &error);
  return say(error);
}

static bool check_access_log(const Settings *settings) {
  g_autoptr(GError) error = NULL;
  if (settings->access_log[0] == '\0')
    return true;
  g_autoptr(AccessLog) log G_GNUC_UNUSED = access_log_open(settings->access_log, ACCESS_LOG_JSON, 0, 1, &error);
  return say(error);
}

int self_check_run(char **argv) {
  g_autoptr(GError) error = NULL;
  g_autoptr(Settings) settings = settings_load(argv, NULL, &error);
  log_init("server", LOG_LEVEL_ERROR, LOG_FORMAT_TEXT);
  if (settings == NULL) {
    say(error);
    return EXIT_FAILURE;
  }
  bool is_good = check_certificate(settings);
  is_good &= check_proxies(settings);
  is_good &= check_token(settings);
  is_good &= check_access_log(settings);
  return is_good ? EXIT_SUCCESS : EXIT_FAILURE;
}
