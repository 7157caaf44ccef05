/** Objects as DIDL-Lite, the XML in which ContentDirectory answers.
 *
 * Captions are offered in every way that receivers look for: as resources of their own (text/srt), by Samsung's
 * sec:CaptionInfoEx, and by pv:subtitleFileUri beside the file. Threads: one. */
#pragma once

#include "dlna/content_tree.h"
#include "dlna/lesson_files.h"
#include "dlna/size_book.h"

typedef struct DidlText DidlText;

/** `base_url`: of our HTTP server as the receiver reaches it, "http://192.168.1.5:8080". All borrowed until it is freed. */
DidlText *didl_text_new(const char *base_url, const SizeBook *sizes);
void didl_text_free(DidlText *text);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(DidlText, didl_text_free)

void didl_text_add_folder(DidlText *text, const ContentObject *object);
/** `files` NULL: without resources. */
void didl_text_add_lesson(DidlText *text, const ContentObject *object, const LessonFiles *files);

/** The XML, with what `filter` leaves ("*": all). To be called once. Caller frees. */
char *didl_text_write(DidlText *text, const char *filter);
