/** Every setting of Kapok, declared once in settings.c as an OptionSpec table (base/option_table.h): name, type,
 * range, default and help serve the config file, the command line, `kapok --help-config` and docs/config.md. */
#pragma once

#include "base/log.h"
#include "base/option_table.h"

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

/** What the port without TLS does where there is one with. */
typedef enum { PLAIN_HTTP_SERVE, PLAIN_HTTP_REDIRECT } PlainHttp;

typedef enum { SECOND_FACTOR_OPTIONAL, SECOND_FACTOR_REQUIRED } SecondFactor;

/** Whether televisions find Kapok by DLNA: in a room profile only, always, never. */
typedef enum { DLNA_MODE_AUTO, DLNA_MODE_ON, DLNA_MODE_OFF } DlnaMode;
typedef enum { DLNA_LANGUAGE_ZH, DLNA_LANGUAGE_EN } DlnaLanguage;

typedef struct {
  char *data_dir;                    /**< --data: the folder that holds everything */
  char *listen;                      /**< --listen HOST:PORT */
  char *web_dir;                     /**< built pages; empty: ../share/kapok/web beside the program */
  int64_t workers;                   /**< transcoder workers; 0: settings_worker_count() chooses */
  int64_t connection_limit;          /**< open HTTP connections at most */
  char *tls_listen;                  /**< --tls-listen HOST:PORT; empty: no TLS */
  char *tls_certificate, *tls_key;   /**< PEM files */
  int64_t hsts_us;                   /**< Strict-Transport-Security; 0: none */
  int plain_http;                    /**< PlainHttp */
  int64_t address_limit;             /**< open HTTP connections of one address at most; 0: no limit */
  int64_t head_timeout_us;           /**< for the head of a request */
  int64_t min_rate_bps;              /**< bytes per second of bodies in and answers out, at least */
  char *trusted_proxies;             /**< addresses and networks whose X-Forwarded-For is believed */
  int64_t send_buffer_bytes;         /**< of each connection in the kernel; 0: as the system sees fit */
  int64_t request_head_bytes;        /**< per connection, for request head and answer head */
  int64_t cache_bytes;               /**< memory for ready answers at most */
  int64_t view_cache_bytes;          /**< memory for remuxed segments and heads of MP4 files at most */
  bool http_front;                   /**< ready answers go out past the HTTP library */
  int64_t http_threads;              /**< HTTP threads; 0: one per core */
  int64_t idle_timeout_us;           /**< an HTTP connection without traffic is closed after this */
  char *api_token_file;              /**< holds the token of editors; empty: nobody edits over HTTP */
  int64_t session_lifetime_us;       /**< a session that is not used ends after this */
  int64_t staff_session_lifetime_us; /**< the same of people with a role */
  int staff_second_factor;           /**< SecondFactor */
  char *oidc_issuer;                 /**< the OpenID provider's address; empty: none */
  char *oidc_client_id;              /**< what we are called there */
  char *oidc_secret_file;            /**< holds the client's secret; empty: a public client */
  char *oidc_login_claim;            /**< claim that becomes the login of a new account */
  char *oidc_name_claim;             /**< claim that becomes its name */
  char *oidc_label;                  /**< on the button; empty: the pages' own words */
  int64_t media_link_lifetime_us;    /**< of signed addresses of media, at least */
  char *room;                        /**< --room: id or name of the room that this server is for; empty: none */
  char *room_network;                /**< addresses and networks that stand in the room, between commas */
  int dlna;                          /**< DlnaMode; settings_has_dlna() */
  char *dlna_interface;              /**< network interfaces, between commas; empty: all but loopback */
  char *dlna_name;                   /**< that televisions show; empty: made of the room's */
  int dlna_language;                 /**< DlnaLanguage, of folders */
  int64_t dlna_port;                 /**< of descriptions and control; 0: any */
  LogLevel log_level;
  LogFormat log_format;
  char *access_log;            /**< "stderr" or a file; empty: none */
  int access_log_format;       /**< AccessLogFormat of server/access_log.h */
  int64_t access_log_bytes;    /**< a larger file is begun anew; 0: never */
  int64_t access_log_keep;     /**< earlier files that stay */
  int64_t segment_duration_us; /**< target duration of a media segment */
  int64_t span_duration_us;    /**< a span after the first; the first is one segment */
  char *x264_preset;           /**< speed preset of x264 */
  int64_t job_lease_us;        /**< a job whose worker is silent this long goes to another */
  int64_t job_timeout_us;      /**< a child without progress for this long is ended */
  int64_t span_time_limit_us;  /**< a span that takes longer in all is ended */
  int64_t retired_keep_us;     /**< how long media stay after they were replaced */
  int64_t audit_keep_us;       /**< how long entries of the audit log stay; 0: for ever */
  int64_t deleted_keep_us;     /**< how long media stay after their lesson was deleted */
  int64_t quota_bytes;   /**< that an institution may have stored, unless it has a quota of its own; 0: no limit */
  int64_t quota_lessons; /**< lessons, likewise */
  char *watch_folder;    /**< folders whose files become lessons, between ':' */
  int64_t watch_settle_us;        /**< a file there is taken when it has not changed for so long */
  int64_t upload_keep_us;         /**< an upload that nothing is added to is forgotten after this */
  int64_t uploads_per_person;     /**< that run at once, at most */
  int64_t upload_limit;           /**< the same of everybody together */
  int64_t min_free_space_bytes;   /**< below this no job is taken */
  int64_t max_source_bytes;       /**< larger sources are refused */
  int64_t max_source_duration_us; /**< longer sources are refused */
  int64_t search_memory_bytes;    /**< of the mapped search index that may stay in memory */
  int64_t max_source_pixels;      /**< width times height at most */
} Settings;

/** The table; `*ret_count` entries, in the order of docs/config.md. */
const OptionSpec *settings_option_table(size_t *ret_count);

/** A new object with the defaults. */
Settings *settings_new(void);
void settings_free(Settings *settings);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Settings, settings_free)

/** Defaults, then the config file of `--config FILE` in `argv` if given, then the settings in `argv`, which are
 * taken off as by option_table_parse_args() together with --config; then settings_check(). `own` lists further
 * options of the caller. Returns a new object or NULL with `error` (OPTION_ERROR) naming file, line and option. */
Settings *settings_load(char **argv, const char *const *own, GError **error);

/** Check what concerns more than one setting (OPTION_ERROR_VALUE). */
bool settings_check(const Settings *settings, GError **error);

/** Whether televisions shall find Kapok by DLNA. */
bool settings_has_dlna(const Settings *settings);

/** Whether transcoder workers go by the setting of that name. */
bool settings_is_for_workers(const char *name);

/** What `kapok --help-config` prints and docs/config.md holds: the whole reference in Markdown; caller frees. */
char *settings_format_reference(void);
/** The commented example that config/kapok.conf.example holds; caller frees. */
char *settings_format_example(void);

/** How many transcoder workers to run: as many as the settings say, or, when they say 0, one for every two processor
 * cores (an encode uses several threads), at most one for every WORKER_MEMORY_BYTES of the machine's memory, at least
 * one. */
#define WORKER_MEMORY_BYTES (INT64_C(1536) << 20)
unsigned settings_worker_count(const Settings *settings);
/** The rule for 0; exposed for its test. Memory below 0: not known. */
unsigned settings_choose_worker_count(unsigned cores, int64_t memory_bytes);
