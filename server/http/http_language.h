/** The language of what people read in an answer (RFC 9110 §12.5.4). */
#pragma once

typedef enum { HTTP_LANGUAGE_ZH, HTTP_LANGUAGE_EN } HttpLanguage;

/** Chinese unless Accept-Language (NULL: none) prefers English. Pure; takes any bytes. */
HttpLanguage http_language_choose(const char *accept_language);
const char *http_language_tag(HttpLanguage language); /**< "zh-CN", "en" */
