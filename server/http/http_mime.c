#include "server/http/http_mime.h"

#include <glib.h>
#include <string.h>

static const struct {
  const char *extension, *mime;
} types[] = {
    {"css", "text/css; charset=utf-8"},
    {"gif", "image/gif"},
    {"html", "text/html; charset=utf-8"},
    {"ico", "image/x-icon"},
    {"jpeg", "image/jpeg"},
    {"jpg", "image/jpeg"},
    {"js", "text/javascript; charset=utf-8"},
    {"json", "application/json"},
    {"m3u8", "application/vnd.apple.mpegurl"},
    {"m4a", "audio/mp4"},
    {"m4s", "video/mp4"},
    {"map", "application/json"},
    {"md", "text/markdown; charset=utf-8"},
    {"mjs", "text/javascript; charset=utf-8"},
    {"mp4", "video/mp4"},
    {"mpd", "application/dash+xml"},
    {"pdf", "application/pdf"},
    {"png", "image/png"},
    {"svg", "image/svg+xml"},
    {"ts", "video/mp2t"},
    {"ttf", "font/ttf"},
    {"txt", "text/plain; charset=utf-8"},
    {"vtt", "text/vtt; charset=utf-8"},
    {"wasm", "application/wasm"},
    {"webmanifest", "application/manifest+json"},
    {"webp", "image/webp"},
    {"woff", "font/woff"},
    {"woff2", "font/woff2"},
    {"xml", "application/xml"},
    {"yaml", "application/yaml"},
};

const char *http_mime_of_name(const char *name) {
  const char *dot = strrchr(name, '.');
  const char *slash = strrchr(name, '/');
  if (dot != NULL && (slash == NULL || dot > slash))
    for (size_t i = 0; i < G_N_ELEMENTS(types); i++)
      if (g_ascii_strcasecmp(dot + 1, types[i].extension) == 0)
        return types[i].mime;
  return "application/octet-stream";
}

bool http_mime_is_compressible(const char *mime) {
  static const char *const prefixes[] = {"text/",
                                         "application/json",
                                         "application/manifest+json",
                                         "application/xml",
                                         "image/svg+xml",
                                         "application/dash+xml",
                                         "application/wasm",
                                         "font/ttf",
                                         "image/x-icon",
                                         "application/problem+json",
                                         "application/vnd.apple.mpegurl"};
  for (size_t i = 0; i < G_N_ELEMENTS(prefixes); i++)
    if (g_str_has_prefix(mime, prefixes[i]))
      return true;
  return false;
}
