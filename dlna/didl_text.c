#include "dlna/didl_text.h"

#include <libgupnp-av/gupnp-av.h>
#include <libxml/tree.h>
#include <string.h>

#define SEC_NAMESPACE "http://www.sec.co.kr/"
#define DATE_SIZE 32

struct DidlText {
  const char *base_url;
  const SizeBook *sizes;
  GUPnPDIDLLiteWriter *writer;
  xmlNs *sec; /**< NULL: not declared yet; the document's */
};

DidlText *didl_text_new(const char *base_url, const SizeBook *sizes) {
  DidlText *text = g_new0(DidlText, 1);
  *text = (DidlText){.base_url = base_url, .sizes = sizes, .writer = gupnp_didl_lite_writer_new(NULL)};
  return text;
}

void didl_text_free(DidlText *text) {
  if (text == NULL)
    return;
  g_object_unref(text->writer);
  g_free(text);
}

/** Without what XML cannot hold. */
static char *clean(const char *text) {
  char *cleaned = g_utf8_make_valid(text, -1);
  for (char *at = cleaned; *at; at++)
    if ((unsigned char)*at < ' ' && *at != '\n' && *at != '\t')
      *at = ' ';
  return cleaned;
}

static void set_common(GUPnPDIDLLiteObject *to, const ContentObject *object) {
  g_autofree char *id = content_object_id(object), *title = clean(content_object_title(object));
  gupnp_didl_lite_object_set_id(to, id);
  gupnp_didl_lite_object_set_parent_id(to, object->parent != NULL ? object->parent->id : "-1");
  gupnp_didl_lite_object_set_restricted(to, TRUE);
  gupnp_didl_lite_object_set_title(to, title);
  gupnp_didl_lite_object_set_upnp_class(to, content_object_class(object));
}

void didl_text_add_folder(DidlText *text, const ContentObject *object) {
  g_autoptr(GUPnPDIDLLiteContainer) container = gupnp_didl_lite_writer_add_container(text->writer);
  set_common(GUPNP_DIDL_LITE_OBJECT(container), object);
  gupnp_didl_lite_container_set_searchable(container, TRUE);
  gupnp_didl_lite_container_set_child_count(container, (gint)object->folder->children->len);
}

/* --- lessons --- */

static void set_words(GUPnPDIDLLiteObject *to, const ShelfLesson *shelf, const char *genre) {
  char date[DATE_SIZE] = "";
  g_autofree char *lecturers = clean(shelf->lecturers), *course = clean(shelf->course_title),
                  *summary = clean(shelf->summary);
  g_autoptr(GDateTime) created = g_date_time_new_from_unix_utc(shelf->created_us / G_USEC_PER_SEC);
  g_autofree char *written = created != NULL ? g_date_time_format(created, "%Y-%m-%d") : NULL;
  g_strlcpy(date, written != NULL ? written : "", sizeof date);
  if (*lecturers)
    gupnp_didl_lite_object_set_creator(to, lecturers);
  if (*genre)
    gupnp_didl_lite_object_set_genre(to, genre);
  gupnp_didl_lite_object_set_album(to, course);
  if (*summary)
    gupnp_didl_lite_object_set_description(to, summary);
  if (*date)
    gupnp_didl_lite_object_set_date(to, date);
  gupnp_didl_lite_object_set_track_number(to, (int)shelf->position);
}

static xmlNs *need_sec(DidlText *text) {
  if (text->sec == NULL)
    text->sec = xmlNewNs(gupnp_didl_lite_writer_get_xml_node(text->writer), (const xmlChar *)SEC_NAMESPACE,
                         (const xmlChar *)"sec");
  return text->sec;
}

/** For Samsung, which takes one. */
static void add_sec_captions(DidlText *text, GUPnPDIDLLiteObject *to, const char *url) {
  xmlNs *sec = need_sec(text);
  static const char *const names[] = {"CaptionInfo", "CaptionInfoEx"};
  for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
    xmlNode *node = xmlNewTextChild(gupnp_didl_lite_object_get_xml_node(to), sec, (const xmlChar *)names[i],
                                    (const xmlChar *)url);
    xmlSetNsProp(node, sec, (const xmlChar *)"type", (const xmlChar *)"srt");
  }
}

static void add_caption_resource(GUPnPDIDLLiteObject *to, const char *url) {
  g_autoptr(GUPnPDIDLLiteResource) resource = gupnp_didl_lite_object_add_resource(to);
  gupnp_didl_lite_resource_set_uri(resource, url);
  xmlSetProp(gupnp_didl_lite_resource_get_xml_node(resource), (const xmlChar *)"protocolInfo",
             (const xmlChar *)"http-get:*:text/srt:*");
}

static void add_file(const DidlText *text, GUPnPDIDLLiteObject *to, const ShelfLesson *shelf,
                     const LessonFile *file, const char *caption_url) {
  g_autoptr(GUPnPDIDLLiteResource) resource = gupnp_didl_lite_object_add_resource(to);
  g_autofree char *url = g_strconcat(text->base_url, file->path, NULL);
  g_autofree char *protocol = g_strdup_printf("http-get:*:%s:%s", file->mime, file->features);
  int64_t size_bytes = size_book_find(text->sizes, file->path);
  gupnp_didl_lite_resource_set_uri(resource, url);
  xmlSetProp(gupnp_didl_lite_resource_get_xml_node(resource), (const xmlChar *)"protocolInfo",
             (const xmlChar *)protocol);
  gupnp_didl_lite_resource_set_duration(resource, (glong)(shelf->duration_us / G_USEC_PER_SEC));
  gupnp_didl_lite_resource_set_bitrate(resource,
                                       (int)(file->bitrate_bps / 8)); /* bytes per second (§ res@bitrate) */
  if (size_bytes >= 0)
    gupnp_didl_lite_resource_set_size64(resource, size_bytes);
  if (file->channels > 0)
    gupnp_didl_lite_resource_set_audio_channels(resource, file->channels);
  if (file->width > 0) {
    gupnp_didl_lite_resource_set_width(resource, file->width);
    gupnp_didl_lite_resource_set_height(resource, file->height);
  }
  if (caption_url != NULL) {
    gupnp_didl_lite_resource_set_subtitle_file_uri(resource, caption_url);
    gupnp_didl_lite_resource_set_subtitle_file_type(resource, "SRT");
  }
}

static char *caption_url(const DidlText *text, const ContentLesson *lesson, const CatalogCaption *caption) {
  g_autofree char *path = lesson_files_caption_path(lesson, caption);
  return g_strconcat(text->base_url, path, NULL);
}

static void add_files(DidlText *text, GUPnPDIDLLiteObject *to, const ContentLesson *lesson,
                      const LessonFiles *files) {
  const CatalogCaption *first =
      files->captions->len > 0 ? &g_array_index(files->captions, CatalogCaption, 0) : NULL;
  g_autofree char *first_url = first != NULL ? caption_url(text, lesson, first) : NULL;
  for (guint i = 0; i < files->files->len; i++)
    add_file(text, to, lesson->shelf, &g_array_index(files->files, LessonFile, i), i == 0 ? first_url : NULL);
  for (guint i = 0; i < files->captions->len; i++) {
    g_autofree char *url = caption_url(text, lesson, &g_array_index(files->captions, CatalogCaption, i));
    add_caption_resource(to, url);
  }
  if (first != NULL)
    add_sec_captions(text, to, first_url);
}

/** The library names a profile for small pictures, which posters need not be. */
static void drop_poster_profile(GUPnPDIDLLiteObject *to) {
  for (xmlNode *node = gupnp_didl_lite_object_get_xml_node(to)->children; node != NULL; node = node->next)
    if (strcmp((const char *)node->name, "albumArtURI") == 0)
      xmlUnsetNsProp(node, gupnp_didl_lite_object_get_dlna_namespace(to), (const xmlChar *)"profileID");
}

void didl_text_add_lesson(DidlText *text, const ContentObject *object, const LessonFiles *files) {
  g_autoptr(GUPnPDIDLLiteItem) item = gupnp_didl_lite_writer_add_item(text->writer);
  GUPnPDIDLLiteObject *to = GUPNP_DIDL_LITE_OBJECT(item);
  const ContentLesson *lesson = object->lesson;
  set_common(to, object);
  if (strcmp(object->parent->id, CONTENT_ALL_ID) != 0) {
    g_autofree char *first_name = g_strconcat(CONTENT_ALL_ID, "/", lesson->shelf->id, NULL);
    gupnp_didl_lite_item_set_ref_id(item, first_name);
  }
  set_words(to, lesson->shelf, lesson->genre);
  if (lesson->shelf->has_poster) {
    g_autofree char *poster = g_strconcat(text->base_url, "/media/", lesson->shelf->asset_id, "/poster.jpg", NULL);
    gupnp_didl_lite_object_set_album_art(to, poster);
    drop_poster_profile(to);
  }
  if (files != NULL)
    add_files(text, to, lesson, files);
}

char *didl_text_write(DidlText *text, const char *filter) {
  gupnp_didl_lite_writer_filter(text->writer, *filter != '\0' ? filter : "*");
  return gupnp_didl_lite_writer_get_string(text->writer);
}
