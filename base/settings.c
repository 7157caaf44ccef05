#include "base/settings.h"

#include <stddef.h>
#include <string.h>
#include <unistd.h>

#define SECOND INT64_C(1000000)
#define MINUTE (60 * SECOND)
#define HOUR (60 * MINUTE)
#define KIB (INT64_C(1) << 10)
#define MIB (INT64_C(1) << 20)
#define GIB (INT64_C(1) << 30)
#define TIB (INT64_C(1) << 40)

G_STATIC_ASSERT(sizeof(LogLevel) == sizeof(int) && sizeof(LogFormat) == sizeof(int)); /* ENUM fields are int */

static const char *const log_levels[] = {"debug", "info", "warning", "error", NULL};
static const char *const plain_http_choices[] = {"serve", "redirect", NULL};
static const char *const second_factor_choices[] = {"optional", "required", NULL};
static const char *const dlna_modes[] = {"auto", "on", "off", NULL};
static const char *const dlna_languages[] = {"zh", "en", NULL};
static const char *const log_formats[] = {"text", "json", NULL};
static const char *const access_log_formats[] = {"combined", "json", NULL};
static const char *const x264_presets[] = {"ultrafast", "superfast", "veryfast", "faster",   "fast",
                                           "medium",    "slow",      "slower",   "veryslow", NULL};

static const OptionSpec table[] = {
    {.name = "data",
     .type = OPTION_TYPE_PATH,
     .offset = offsetof(Settings, data_dir),
     .default_text = "./kapok-data",
     .value_name = "DIR",
     .help = "The folder that holds everything: the catalog, sources, renditions and temporary files. It is made "
             "when it is missing and must be on one local file system."},
    {.name = "listen",
     .type = OPTION_TYPE_ADDRESS,
     .offset = offsetof(Settings, listen),
     .default_text = "0.0.0.0:8080",
     .value_name = "HOST:PORT",
     .help = "The address and port that the HTTP server listens on. An empty host means every address, IPv6 "
             "included; port 0 takes a free port."},
    {.name = "tls-listen",
     .type = OPTION_TYPE_ADDRESS,
     .offset = offsetof(Settings, tls_listen),
     .default_text = "",
     .value_name = "HOST:PORT",
     .help = "The address and port for HTTPS, beside the one of listen. Empty: no TLS."},
    {.name = "tls-certificate",
     .type = OPTION_TYPE_PATH,
     .offset = offsetof(Settings, tls_certificate),
     .default_text = "",
     .value_name = "FILE",
     .help = "PEM file with the server's certificate first and those between it and the root after it. It is read "
             "anew when it "
             "or the key changes."},
    {.name = "tls-key",
     .type = OPTION_TYPE_PATH,
     .offset = offsetof(Settings, tls_key),
     .default_text = "",
     .value_name = "FILE",
     .help = "PEM file with the key of tls-certificate."},
    {.name = "hsts",
     .type = OPTION_TYPE_DURATION,
     .offset = offsetof(Settings, hsts_us),
     .default_text = "0s",
     .min = 0,
     .max = 731 * 24 * HOUR,
     .value_name = "DURATION",
     .help = "For so long browsers come back by HTTPS only (Strict-Transport-Security). 0 does not say so; begin "
             "with a short "
             "time."},
    {.name = "plain-http",
     .type = OPTION_TYPE_ENUM,
     .offset = offsetof(Settings, plain_http),
     .default_text = "serve",
     .choices = plain_http_choices,
     .value_name = "WHAT",
     .help = "With HTTPS, what the port without it does: serve everything, or redirect pages and API to HTTPS and "
             "go on serving "
             "media, which old boxes and televisions fetch, /healthz and /metrics."},
    {.name = "web",
     .type = OPTION_TYPE_PATH,
     .offset = offsetof(Settings, web_dir),
     .default_text = "",
     .value_name = "DIR",
     .help = "The folder of the built pages. When empty, ../share/kapok/web beside the program."},
    {.name = "workers",
     .type = OPTION_TYPE_INT,
     .offset = offsetof(Settings, workers),
     .default_text = "0",
     .min = 0,
     .max = 256,
     .value_name = "N",
     .help = "Transcoder workers that run side by side. Each takes one usual job at a time, which uses several "
             "threads, and "
             "an urgent one beside it. 0 means one for every two processor cores, but not more than one for every "
             "1.5 GiB of memory."},
    {.name = "connection-limit",
     .type = OPTION_TYPE_INT,
     .offset = offsetof(Settings, connection_limit),
     .default_text = "4096",
     .min = 16,
     .max = 1000000,
     .value_name = "N",
     .help = "Open HTTP connections at most; what comes beyond is answered with 503."},
    {.name = "http-threads",
     .type = OPTION_TYPE_INT,
     .offset = offsetof(Settings, http_threads),
     .default_text = "0",
     .min = 0,
     .max = 256,
     .value_name = "N",
     .help = "Threads that serve HTTP; 0 means one per processor core."},
    {.name = "http-front",
     .type = OPTION_TYPE_BOOL,
     .offset = offsetof(Settings, http_front),
     .default_text = "yes",
     .value_name = "YES",
     .help = "Without TLS, media that many ask for alike go out by the quickest way, past the HTTP library. Turned "
             "off, "
             "the library answers everything: slower, otherwise the same."},
    {.name = "idle-timeout",
     .type = OPTION_TYPE_DURATION,
     .offset = offsetof(Settings, idle_timeout_us),
     .default_text = "60s",
     .min = SECOND,
     .max = HOUR,
     .value_name = "DURATION",
     .help = "An HTTP connection without traffic is closed after this."},
    {.name = "address-connection-limit",
     .type = OPTION_TYPE_INT,
     .offset = offsetof(Settings, address_limit),
     .default_text = "512",
     .min = 0,
     .max = 1000000,
     .value_name = "N",
     .help = "Open HTTP connections of one network address at most; what comes beyond is answered with 429. A "
             "school or a "
             "village may stand behind one address. 0 means no limit; trusted proxies have none."},
    {.name = "head-timeout",
     .type = OPTION_TYPE_DURATION,
     .offset = offsetof(Settings, head_timeout_us),
     .default_text = "15s",
     .min = 0,
     .max = HOUR,
     .value_name = "DURATION",
     .help = "The head of a request must be there so long after its first byte, or the connection is closed. 0 "
             "means no "
             "limit."},
    {.name = "min-rate",
     .type = OPTION_TYPE_SIZE,
     .offset = offsetof(Settings, min_rate_bps),
     .default_text = "512",
     .min = 0,
     .max = 16 * MIB,
     .value_name = "SIZE",
     .help =
         "Bytes per second, over a quarter of a minute, that a client must send of a body and take of an answer; "
         "slower connections are closed. 0 means no limit."},
    {.name = "trusted-proxies",
     .type = OPTION_TYPE_STRING,
     .offset = offsetof(Settings, trusted_proxies),
     .default_text = "127.0.0.1, ::1",
     .value_name = "LIST",
     .help = "Addresses and networks of the proxies in front, between commas (10.0.0.0/8, fd00::/8). Of them alone "
             "X-Forwarded-For is believed, and they may open any number of connections."},
    {.name = "request-head-size",
     .type = OPTION_TYPE_SIZE,
     .offset = offsetof(Settings, request_head_bytes),
     .default_text = "8KiB",
     .min = 4 * KIB,
     .max = MIB,
     .value_name = "SIZE",
     .help = "Room of a connection for the head of a request (its first line and its headers, cookies among them) "
             "and that "
             "of its answer. Longer heads are refused with 431. It is memory that every open connection takes, and "
             "time at every request."},
    {.name = "cache-size",
     .type = OPTION_TYPE_SIZE,
     .offset = offsetof(Settings, cache_bytes),
     .default_text = "64MiB",
     .min = MIB,
     .max = 1024 * 1024 * MIB,
     .value_name = "SIZE",
     .help =
         "Memory for ready answers (playlists, pages, heads of segments) at most. Segments themselves are sent out "
         "of mapped files, which the system's file cache holds."},
    {.name = "view-cache-size",
     .type = OPTION_TYPE_SIZE,
     .offset = offsetof(Settings, view_cache_bytes),
     .default_text = "128MiB",
     .min = MIB,
     .max = 1024 * 1024 * MIB,
     .value_name = "SIZE",
     .help =
         "Memory at most for what is made from stored segments when a receiver asks for it: segments of the "
         "MPEG-TS "
         "view and of channels, heads of MP4 files. What was asked for least recently is dropped and made again."},
    {.name = "send-buffer",
     .type = OPTION_TYPE_SIZE,
     .offset = offsetof(Settings, send_buffer_bytes),
     .default_text = "256KiB",
     .min = 0,
     .max = 64 * MIB,
     .value_name = "SIZE",
     .help = "What the kernel holds for each HTTP connection while it sends. It bounds the speed of one connection "
             "to so "
             "many bytes per round trip; 0 leaves it to the system."},
    {.name = "api-token-file",
     .type = OPTION_TYPE_PATH,
     .offset = offsetof(Settings, api_token_file),
     .default_text = "",
     .value_name = "FILE",
     .help =
         "Whoever sends the token in the first line of this file (at least 20 characters; `Authorization: Bearer "
         "TOKEN`) may edit the catalog over the API and sees courses in every state. Empty: nobody may. Let only "
         "Kapok's user read the file, and let the token travel over HTTPS alone."},
    {.name = "session-lifetime",
     .type = OPTION_TYPE_DURATION,
     .offset = offsetof(Settings, session_lifetime_us),
     .default_text = "30d",
     .min = HOUR,
     .max = 366 * 24 * HOUR,
     .value_name = "DURATION",
     .help = "Somebody who has not come by for so long is signed out."},
    {.name = "staff-session-lifetime",
     .type = OPTION_TYPE_DURATION,
     .offset = offsetof(Settings, staff_session_lifetime_us),
     .default_text = "12h",
     .min = 10 * MINUTE,
     .max = 366 * 24 * HOUR,
     .value_name = "DURATION",
     .help = "The same for people with a role."},
    {.name = "staff-second-factor",
     .type = OPTION_TYPE_ENUM,
     .offset = offsetof(Settings, staff_second_factor),
     .default_text = "optional",
     .choices = second_factor_choices,
     .value_name = "WHAT",
     .help = "With required, roles count only in sessions that began with a code of an authenticator (TOTP); with "
             "optional, people set one up as they like."},
    {.name = "oidc-issuer",
     .type = OPTION_TYPE_STRING,
     .offset = offsetof(Settings, oidc_issuer),
     .default_text = "",
     .value_name = "URL",
     .help =
         "The OpenID provider at which people of a university or a city sign in, such as "
         "https://id.example.edu.cn: what its /.well-known/openid-configuration calls issuer, to the letter. Give "
         "it HOST/sign-in/oidc/callback as redirect address. Empty: there is none."},
    {.name = "oidc-client-id",
     .type = OPTION_TYPE_STRING,
     .offset = offsetof(Settings, oidc_client_id),
     .default_text = "",
     .value_name = "ID",
     .help = "What the provider calls this server."},
    {.name = "oidc-client-secret-file",
     .type = OPTION_TYPE_PATH,
     .offset = offsetof(Settings, oidc_secret_file),
     .default_text = "",
     .value_name = "FILE",
     .help = "Holds the secret that goes with oidc-client-id in its first line. Empty: the provider gave none."},
    {.name = "oidc-login-claim",
     .type = OPTION_TYPE_STRING,
     .offset = offsetof(Settings, oidc_login_claim),
     .default_text = "preferred_username",
     .value_name = "CLAIM",
     .help = "What the provider says that becomes the login of a new account. Later the account is known by the "
             "provider's own id of the person (sub), whatever the name is then."},
    {.name = "oidc-name-claim",
     .type = OPTION_TYPE_STRING,
     .offset = offsetof(Settings, oidc_name_claim),
     .default_text = "name",
     .value_name = "CLAIM",
     .help = "What the provider says that becomes the name of a new account."},
    {.name = "oidc-label",
     .type = OPTION_TYPE_STRING,
     .offset = offsetof(Settings, oidc_label),
     .default_text = "",
     .value_name = "TEXT",
     .help = "What the button on the page for signing in says, such as the university's name. Empty: words of the "
             "page."},
    {.name = "media-link-lifetime",
     .type = OPTION_TYPE_DURATION,
     .offset = offsetof(Settings, media_link_lifetime_us),
     .default_text = "12h",
     .min = 10 * MINUTE,
     .max = 30 * 24 * HOUR,
     .value_name = "DURATION",
     .help = "How long the signed addresses work that those get who may see a lesson which is not public."},
    {.name = "room",
     .type = OPTION_TYPE_STRING,
     .offset = offsetof(Settings, room),
     .default_text = "",
     .value_name = "ROOM",
     .help =
         "The room profile: this server stands in one activity room, whose id or name this is. Whoever asks from "
         "room-network is in that room without signing in and sees what the room may see, televisions find the "
         "lessons by DLNA, and they come over HTTP without TLS. Empty: no room."},
    {.name = "room-network",
     .type = OPTION_TYPE_STRING,
     .offset = offsetof(Settings, room_network),
     .default_text =
         "127.0.0.0/8, ::1, 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16, 169.254.0.0/16, fc00::/7, fe80::/10",
     .value_name = "LIST",
     .help =
         "Addresses and networks that stand in the room of the setting room, between commas. The default is every "
         "private network; name the room's own where others reach this server from private addresses too."},
    {.name = "dlna",
     .type = OPTION_TYPE_ENUM,
     .offset = offsetof(Settings, dlna),
     .default_text = "auto",
     .choices = dlna_modes,
     .value_name = "WHEN",
     .help =
         "Whether televisions of the local network find Kapok as a media server (DLNA, UPnP): auto does in a room "
         "profile only. Everybody on those networks may then see every public lesson, and what the room may see."},
    {.name = "dlna-interface",
     .type = OPTION_TYPE_STRING,
     .offset = offsetof(Settings, dlna_interface),
     .default_text = "",
     .value_name = "LIST",
     .help = "Network interfaces for DLNA between commas, by name (eth0) or address. Empty: all that can "
             "multicast, but "
             "not loopback."},
    {.name = "dlna-name",
     .type = OPTION_TYPE_STRING,
     .offset = offsetof(Settings, dlna_name),
     .default_text = "",
     .value_name = "NAME",
     .help = "What televisions call this server. Empty: Kapok's name and that of the room."},
    {.name = "dlna-language",
     .type = OPTION_TYPE_ENUM,
     .offset = offsetof(Settings, dlna_language),
     .default_text = "zh",
     .choices = dlna_languages,
     .value_name = "LANGUAGE",
     .help = "The language of folders and categories in DLNA: televisions do not say which one they want."},
    {.name = "dlna-port",
     .type = OPTION_TYPE_INT,
     .offset = offsetof(Settings, dlna_port),
     .default_text = "0",
     .min = 0,
     .max = 65535,
     .value_name = "PORT",
     .help = "The TCP port of DLNA's descriptions and control on each interface; 0 takes a free one. A firewall "
             "must let "
             "it through from the local network, and UDP port 1900. Media come from the port of listen."},
    {.name = "log-level",
     .type = OPTION_TYPE_ENUM,
     .offset = offsetof(Settings, log_level),
     .default_text = "info",
     .choices = log_levels,
     .value_name = "LEVEL",
     .help = "The least severe events that are logged."},
    {.name = "log-format",
     .type = OPTION_TYPE_ENUM,
     .offset = offsetof(Settings, log_format),
     .default_text = "text",
     .choices = log_formats,
     .value_name = "FORMAT",
     .help = "Log lines for people, or one JSON object per line for a log collector."},
    {.name = "access-log",
     .type = OPTION_TYPE_PATH,
     .offset = offsetof(Settings, access_log),
     .default_text = "",
     .value_name = "FILE",
     .help =
         "One line for every HTTP request, those for segments too, goes to this file, or to standard error with "
         "the "
         "word stderr. Written once a second; opened anew when the file was moved away. Secrets in addresses are "
         "left out. Empty: no access log."},
    {.name = "access-log-format",
     .type = OPTION_TYPE_ENUM,
     .offset = offsetof(Settings, access_log_format),
     .default_text = "combined",
     .choices = access_log_formats,
     .value_name = "FORMAT",
     .help =
         "The combined format of Apache and nginx, or one JSON object per line, which holds more: duration, route, "
         "whether the answer was ready in memory and whether it went out whole."},
    {.name = "access-log-size",
     .type = OPTION_TYPE_SIZE,
     .offset = offsetof(Settings, access_log_bytes),
     .default_text = "100MiB",
     .min = 0,
     .max = TIB,
     .value_name = "SIZE",
     .help = "A larger access log is moved to FILE.1, that one to FILE.2 and so on. 0 leaves it to others, such as "
             "logrotate."},
    {.name = "access-log-keep",
     .type = OPTION_TYPE_INT,
     .offset = offsetof(Settings, access_log_keep),
     .default_text = "5",
     .min = 1,
     .max = 1000,
     .value_name = "N",
     .help = "How many earlier files of the access log stay."},
    {.name = "segment-duration",
     .type = OPTION_TYPE_DURATION,
     .offset = offsetof(Settings, segment_duration_us),
     .default_text = "6s",
     .min = 2 * SECOND,
     .max = 10 * SECOND,
     .value_name = "DURATION",
     .help = "The target duration of a media segment. Lessons that are already there keep theirs."},
    {.name = "span-duration",
     .type = OPTION_TYPE_DURATION,
     .offset = offsetof(Settings, span_duration_us),
     .default_text = "36s",
     .min = 2 * SECOND,
     .max = 10 * MINUTE,
     .value_name = "DURATION",
     .help =
         "The duration of a span, the run of segments that one job encodes; at least segment-duration. The "
         "first span of a lesson is one segment long, so that it plays early, and the next ones double until they "
         "are full."},
    {.name = "x264-preset",
     .type = OPTION_TYPE_STRING,
     .offset = offsetof(Settings, x264_preset),
     .default_text = "veryfast",
     .choices = x264_presets,
     .value_name = "PRESET",
     .help = "The speed preset of x264: slower presets give a better picture at the same bit rate."},
    {.name = "job-lease",
     .type = OPTION_TYPE_DURATION,
     .offset = offsetof(Settings, job_lease_us),
     .default_text = "30s",
     .min = 2 * SECOND,
     .max = HOUR,
     .value_name = "DURATION",
     .help = "A job whose worker has been silent this long goes to another worker."},
    {.name = "job-timeout",
     .type = OPTION_TYPE_DURATION,
     .offset = offsetof(Settings, job_timeout_us),
     .default_text = "5min",
     .min = 5 * SECOND,
     .max = 24 * HOUR,
     .value_name = "DURATION",
     .help = "An encode that makes no progress for this long is ended and counts as failed."},
    {.name = "span-time-limit",
     .type = OPTION_TYPE_DURATION,
     .offset = offsetof(Settings, span_time_limit_us),
     .default_text = "30min",
     .min = 10 * SECOND,
     .max = 24 * HOUR,
     .value_name = "DURATION",
     .help =
         "The encode of one span that takes longer than this in all is ended and counts as failed, even while it "
         "makes progress."},
    {.name = "retired-keep",
     .type = OPTION_TYPE_DURATION,
     .offset = offsetof(Settings, retired_keep_us),
     .default_text = "24h",
     .min = 0,
     .max = 365 * 24 * HOUR,
     .value_name = "DURATION",
     .help =
         "When a lesson's source was replaced, what was made of the old one can be played this long under its old "
         "addresses, so that nobody is interrupted; then it is removed."},
    {.name = "deleted-keep",
     .type = OPTION_TYPE_DURATION,
     .offset = offsetof(Settings, deleted_keep_us),
     .default_text = "7d",
     .min = 0,
     .max = 3650 * 24 * HOUR,
     .value_name = "DURATION",
     .help =
         "When a lesson was deleted, its source and what was made of it stay this long; then they are removed."},
    {.name = "audit-keep",
     .type = OPTION_TYPE_DURATION,
     .offset = offsetof(Settings, audit_keep_us),
     .default_text = "0s",
     .min = 0,
     .max = INT64_C(36500) * 24 * HOUR,
     .value_name = "DURATION",
     .help = "Entries of the audit log that are older than this are removed; 0 keeps them for ever."},
    {.name = "quota-size",
     .type = OPTION_TYPE_SIZE,
     .offset = offsetof(Settings, quota_bytes),
     .default_text = "0",
     .min = 0,
     .max = 1024 * TIB,
     .value_name = "SIZE",
     .help = "How much an institution may have stored, sources and renditions together; 0 means no limit. "
             "`kapok quota` sets it for single institutions. It is looked at when a source is taken in."},
    {.name = "quota-lessons",
     .type = OPTION_TYPE_INT,
     .offset = offsetof(Settings, quota_lessons),
     .default_text = "0",
     .min = 0,
     .max = 100000000,
     .value_name = "N",
     .help = "How many lessons an institution may have; 0 means no limit."},
    {.name = "watch-folder",
     .type = OPTION_TYPE_STRING,
     .offset = offsetof(Settings, watch_folder),
     .default_text = "",
     .value_name = "LIST",
     .help =
         "Folders whose files become lessons, between colons; behind a folder may stand = and the institution of "
         "what is put there (/srv/in:/srv/xiqu=西区社区学院). In a sub-folder named as a category they get that. "
         "What was taken goes to the sub-folder done, what cannot be to failed, with the reason."},
    {.name = "watch-settle",
     .type = OPTION_TYPE_DURATION,
     .offset = offsetof(Settings, watch_settle_us),
     .default_text = "10s",
     .min = SECOND,
     .max = HOUR,
     .value_name = "DURATION",
     .help = "A file in a watch folder is taken when it has not changed for so long and nobody has it open for "
             "writing."},
    {.name = "upload-keep",
     .type = OPTION_TYPE_DURATION,
     .offset = offsetof(Settings, upload_keep_us),
     .default_text = "7d",
     .min = MINUTE,
     .max = 365 * 24 * HOUR,
     .value_name = "DURATION",
     .help =
         "An upload that is not finished and to which nothing was added for so long is removed; finished ones are "
         "remembered as long."},
    {.name = "uploads-per-person",
     .type = OPTION_TYPE_INT,
     .offset = offsetof(Settings, uploads_per_person),
     .default_text = "6",
     .min = 1,
     .max = 10000,
     .value_name = "N",
     .help = "Uploads of one person that may run at once; what comes beyond is answered with 429."},
    {.name = "upload-limit",
     .type = OPTION_TYPE_INT,
     .offset = offsetof(Settings, upload_limit),
     .default_text = "64",
     .min = 1,
     .max = 10000,
     .value_name = "N",
     .help =
         "Uploads that may run at once in all, each with a thread and a megabyte of memory; what comes beyond is "
         "answered with 503."},
    {.name = "min-free-space",
     .type = OPTION_TYPE_SIZE,
     .offset = offsetof(Settings, min_free_space_bytes),
     .default_text = "1GiB",
     .min = 0,
     .max = 1024 * TIB,
     .value_name = "SIZE",
     .help = "Jobs wait, and uploads are answered with 507, while the file system of the data folder has less free "
             "space "
             "than this. `kapok status` and /metrics say so."},
    {.name = "max-source-size",
     .type = OPTION_TYPE_SIZE,
     .offset = offsetof(Settings, max_source_bytes),
     .default_text = "64GiB",
     .min = MIB,
     .max = 1024 * TIB,
     .value_name = "SIZE",
     .help = "Larger sources are refused."},
    {.name = "max-source-duration",
     .type = OPTION_TYPE_DURATION,
     .offset = offsetof(Settings, max_source_duration_us),
     .default_text = "12h",
     .min = SECOND,
     .max = 7 * 24 * HOUR,
     .value_name = "DURATION",
     .help = "Longer sources are refused."},
    {.name = "search-memory",
     .type = OPTION_TYPE_SIZE,
     .offset = offsetof(Settings, search_memory_bytes),
     .default_text = "512MiB",
     .min = 16 * MIB,
     .max = TIB,
     .value_name = "SIZE",
     .help = "How much of the search index, whose files are mapped, and of what is kept of answers may stay in the "
             "server's "
             "memory at a time."},
    {.name = "max-source-pixels",
     .type = OPTION_TYPE_INT,
     .offset = offsetof(Settings, max_source_pixels),
     .default_text = "36000000",
     .min = 65536,
     .max = INT64_C(16384) * 16384,
     .value_name = "N",
     .help =
         "Sources with more pixels in a picture (width times height) are refused. The default admits 8K video."},
};

static const char reference_intro[] =
    "# Settings of Kapok\n"
    "\n"
    "`kapok --help-config` prints this page.\n"
    "\n"
    "Every setting has one name, used in the config file and on the command line. The config file is named with\n"
    "`--config FILE`; what the command line says wins over it. `config/kapok.conf.example` lists all settings.\n"
    "\n"
    "The config file is UTF-8 text of `name = value` lines. `#` at the start of a line or after a space starts a\n"
    "comment. A value in double quotes may hold `#` and spaces at its ends; write `\\\"` and `\\\\` for a quote "
    "and a\n"
    "backslash there. A setting may be given once. An unknown name or a wrong value stops the start with the file\n"
    "and the line.\n"
    "\n"
    "On the command line write `--name VALUE` or `--name=VALUE`, the second form for values that start with `--`.\n"
    "\n"
    "| type | written as |\n"
    "|---|---|\n"
    "| size | `10` (bytes), `4K` `8M` `2G` `1T` or `4KiB` `8MiB` ... (powers of 1024), `4KB` `8MB` ... (powers of "
    "1000) |\n"
    "| duration | `250ms`, `6s`, `5min`, `2h`, `1d`; a number alone is seconds |\n"
    "| bit rate | `800000` (bits per second), `64k`, `4.5M` (powers of 1000) |\n"
    "| address | `HOST:PORT`, `[IPV6]:PORT` or `:PORT` |\n"
    "\n";

const OptionSpec *settings_option_table(size_t *ret_count) {
  *ret_count = G_N_ELEMENTS(table);
  return table;
}

Settings *settings_new(void) {
  Settings *settings = g_new0(Settings, 1);
  option_table_set_defaults(table, G_N_ELEMENTS(table), settings);
  return settings;
}

void settings_free(Settings *settings) {
  if (!settings)
    return;
  option_table_clear(table, G_N_ELEMENTS(table), settings);
  g_free(settings);
}

bool settings_check(const Settings *settings, GError **error) {
  if (*settings->tls_listen && (!*settings->tls_certificate || !*settings->tls_key)) {
    g_set_error(error, OPTION_ERROR, OPTION_ERROR_VALUE, "tls-listen needs tls-certificate and tls-key");
    return false;
  }
  if (*settings->room && settings->plain_http == PLAIN_HTTP_REDIRECT && *settings->tls_listen) {
    g_set_error(error, OPTION_ERROR, OPTION_ERROR_VALUE,
                "room needs plain-http = serve: televisions of a room ask without TLS");
    return false;
  }
  if (*settings->oidc_issuer && !*settings->oidc_client_id) {
    g_set_error(error, OPTION_ERROR, OPTION_ERROR_VALUE, "oidc-issuer needs oidc-client-id");
    return false;
  }
  if (settings->span_duration_us < settings->segment_duration_us) {
    g_set_error(error, OPTION_ERROR, OPTION_ERROR_VALUE, "span-duration must be at least segment-duration");
    return false;
  }
  return true;
}

bool settings_has_dlna(const Settings *settings) {
  return settings->dlna == DLNA_MODE_ON || (settings->dlna == DLNA_MODE_AUTO && settings->room[0] != '\0');
}

bool settings_is_for_workers(const char *name) {
  static const char *const names[] = {"log-level",
                                      "log-format",
                                      "segment-duration",
                                      "span-duration",
                                      "x264-preset",
                                      "job-lease",
                                      "job-timeout",
                                      "span-time-limit",
                                      "min-free-space",
                                      "max-source-size",
                                      "max-source-duration",
                                      "max-source-pixels",
                                      NULL};
  return g_strv_contains(names, name);
}

unsigned settings_choose_worker_count(unsigned cores, int64_t memory_bytes) {
  unsigned by_cores = MAX(cores / 2, 1);
  if (memory_bytes < 0)
    return by_cores;
  int64_t by_memory = MAX(memory_bytes / WORKER_MEMORY_BYTES, 1);
  return by_memory < by_cores ? (unsigned)by_memory : by_cores;
}

unsigned settings_worker_count(const Settings *settings) {
  if (settings->workers > 0)
    return (unsigned)settings->workers;
  long pages = sysconf(_SC_PHYS_PAGES), page_bytes = sysconf(_SC_PAGESIZE);
  int64_t memory_bytes = pages > 0 && page_bytes > 0 ? (int64_t)pages * page_bytes : -1;
  return settings_choose_worker_count(g_get_num_processors(), memory_bytes);
}

/* Take `--config FILE` off `argv`; `*ret_path` points into it or is NULL. */
static bool take_config_path(char **argv, const char **ret_path, GError **error) {
  const char *path = NULL;
  char **kept = argv;
  for (; *argv && strcmp(*argv, "--") != 0; argv++) {
    if (g_str_has_prefix(*argv, "--config=")) {
      path = *argv + strlen("--config=");
    } else if (strcmp(*argv, "--config") != 0) {
      *kept++ = *argv;
    } else if (argv[1] && !g_str_has_prefix(argv[1], "--")) {
      path = *++argv;
    } else {
      g_set_error(error, OPTION_ERROR, OPTION_ERROR_SYNTAX, "command line: config: its value is missing");
      return false;
    }
  }
  while (*argv)
    *kept++ = *argv++;
  *kept = NULL;
  *ret_path = path;
  return true;
}

Settings *settings_load(char **argv, const char *const *own, GError **error) {
  g_autoptr(Settings) settings = settings_new();
  const char *path = NULL;
  if (!take_config_path(argv, &path, error))
    return NULL;
  if (path && !option_table_load_file(table, G_N_ELEMENTS(table), settings, path, error))
    return NULL;
  if (!option_table_parse_args(table, G_N_ELEMENTS(table), settings, argv, own, error))
    return NULL;
  if (!settings_check(settings, error))
    return NULL;
  return g_steal_pointer(&settings);
}

char *settings_format_reference(void) {
  g_autofree char *reference = option_table_format_reference(table, G_N_ELEMENTS(table));
  return g_strconcat(reference_intro, reference, NULL);
}

/* `help` as comment lines of at most 100 columns. */
static void append_comment(GString *out, const char *help) {
  g_auto(GStrv) words = g_strsplit(help, " ", -1);
  size_t column = 0;
  for (char **word = words; *word; word++) {
    size_t length = strlen(*word) + 1;
    if (column == 0 || column + length > 100) {
      g_string_append(out, column == 0 ? "#" : "\n#");
      column = 1;
    }
    g_string_append_printf(out, " %s", *word);
    column += length;
  }
  g_string_append_c(out, '\n');
}

char *settings_format_example(void) {
  g_autoptr(GString) out = g_string_new(
      "# Example configuration of Kapok. Every setting is shown with its default; docs/config.md says more.\n"
      "# Start with: kapok serve --config /etc/kapok/kapok.conf\n");
  for (size_t i = 0; i < G_N_ELEMENTS(table); i++) {
    g_string_append_c(out, '\n');
    append_comment(out, table[i].help);
    g_string_append_printf(out, "#%s =%s%s\n", table[i].name, *table[i].default_text ? " " : "",
                           table[i].default_text);
  }
  return g_string_free(g_steal_pointer(&out), FALSE);
}
