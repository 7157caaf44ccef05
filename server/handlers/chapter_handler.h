/** GET /media/{asset}/chapters.vtt, and the names of chapters. */
#pragma once

#include "catalog/chapter.h"
#include "server/http/http_language.h"
#include "server/http/http_router.h"

void chapter_handler_get(gpointer context, const HttpRequest *request, HttpResponse *response);

/** What chapter number `index` (from 0) is called: its own title, else "第 N 页" or "Slide N". Caller frees. */
char *chapter_handler_title(const CatalogChapter *chapter, guint index, HttpLanguage language);
