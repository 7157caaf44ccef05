#include "cli/doctor.h"
#include "cli/sibling.h"
#include "cli/texts.h"

#include <string.h>
#include <sys/stat.h>

#define EXPIRY_WARNING_DAYS 14

/** "0.0.0.0/0" and "::/0" in any of their spellings that people use. */
static bool trusts_everybody(const char *proxies) {
  return strstr(proxies, "/0,") || strstr(proxies, "/0 ") || g_str_has_suffix(proxies, "/0");
}

static bool is_loopback(const char *address) {
  return g_str_has_prefix(address, "127.") || g_str_has_prefix(address, "[::1]") ||
         g_str_has_prefix(address, "localhost:");
}

static void check_exposure(Doctor *doctor) {
  const Settings *settings = &doctor->options->settings;
  if (trusts_everybody(settings->trusted_proxies))
    doctor_report(doctor, FINDING_FAIL,
                  text_pick("trusted-proxies 相信所有地址：谁都能冒充别人的地址",
                            "trusted-proxies trusts every address: anybody can pretend to be anybody"));
  bool has_tls = *settings->tls_listen && settings->plain_http == PLAIN_HTTP_REDIRECT;
  if (*settings->api_token_file && !has_tls && !is_loopback(settings->listen))
    doctor_report(
        doctor, FINDING_WARN,
        text_pick("口令会不加密地经过网络：用 tls-listen 和 plain-http = redirect，或在 127.0.0.1 上放在代理后面",
                  "tokens go over the network in the clear: use tls-listen and plain-http = redirect, or listen on "
                  "127.0.0.1 behind a proxy"));
}

static void check_secret_file(Doctor *doctor, const char *name, const char *path) {
  struct stat status;
  if (*path && stat(path, &status) == 0 && status.st_mode & (S_IROTH | S_IWOTH))
    doctor_report(doctor, FINDING_WARN,
                  text_pick("%s 人人可读：chmod o-rwx %s", "everybody may read %s: chmod o-rwx %s"), name, path);
}

/** A line of `kapok-server --check`: "certificate-days N" or "wrong MESSAGE". */
static void read_line(Doctor *doctor, const char *line) {
  static const char days_word[] = "certificate-days ", wrong_word[] = "wrong ";
  if (g_str_has_prefix(line, wrong_word)) {
    doctor_report(doctor, FINDING_FAIL, text_pick("设置：%s", "settings: %s"), line + strlen(wrong_word));
    return;
  }
  if (!g_str_has_prefix(line, days_word))
    return;
  gint64 days = g_ascii_strtoll(line + strlen(days_word), NULL, 10);
  if (days < 0)
    doctor_report(doctor, FINDING_FAIL, text_pick("证书已经过期 %lld 天", "the certificate ended %lld days ago"),
                  (long long)-days);
  else
    doctor_report(doctor, days < EXPIRY_WARNING_DAYS ? FINDING_WARN : FINDING_OK,
                  text_pick("证书还有 %lld 天到期", "the certificate is good for %lld days"), (long long)days);
}

void doctor_check_server(Doctor *doctor) {
  check_exposure(doctor);
  check_secret_file(doctor, "tls-key", doctor->options->settings.tls_key);
  check_secret_file(doctor, "api-token-file", doctor->options->settings.api_token_file);
  if (!sibling_is_there(SIBLING_SERVER))
    return;
  g_auto(GStrv) argv = sibling_argv(SIBLING_SERVER, "--check", doctor->options);
  g_autofree char *output = NULL;
  g_autoptr(GError) error = NULL;
  if (!g_spawn_sync(NULL, argv, NULL, G_SPAWN_DEFAULT, NULL, NULL, &output, NULL, NULL, &error)) {
    doctor_report(doctor, FINDING_FAIL, "%s", error->message);
    return;
  }
  g_auto(GStrv) lines = g_strsplit(output, "\n", -1);
  for (char **line = lines; *line; line++)
    read_line(doctor, *line);
}
