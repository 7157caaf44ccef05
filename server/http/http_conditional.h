/** Conditional requests (RFC 9110 §13). Parser of outside bytes; pure. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

typedef enum {
  HTTP_CONDITIONAL_PASS,         /**< go on */
  HTTP_CONDITIONAL_NOT_MODIFIED, /**< answer 304 (GET and HEAD) */
  HTTP_CONDITIONAL_FAILED,       /**< answer 412 */
} HttpConditional;

/** The four headers as sent, NULL when absent. */
typedef struct {
  const char *if_match, *if_none_match, *if_modified_since, *if_unmodified_since;
} HttpPreconditions;

/** Judge in the order of §13.2.2, for GET and HEAD. `etag` is quoted (a strong one, or weak with W/), or NULL;
 * `last_modified_s` 0 for none. */
HttpConditional http_conditional_evaluate(const HttpPreconditions *sent, const char *etag, int64_t last_modified_s);

/** Whether `etag` is in the list of entity tags `list`; "*" holds any. With `is_strong` weak tags never match. */
bool http_conditional_list_has(const char *list, const char *etag, bool is_strong);
