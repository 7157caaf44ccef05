#include "dlna/object_property.h"

#include <string.h>

static SearchProperty none(void) {
  return (SearchProperty){NULL, NULL};
}

/** Empty ones are not there. */
static SearchProperty words(const char *text, const char *folded) {
  return *text ? (SearchProperty){text, folded} : none();
}

static SearchProperty written(const SearchSubject *subject, const char *text) {
  g_strlcpy(subject->text, text, OBJECT_PROPERTY_TEXT_SIZE);
  return (SearchProperty){subject->text, NULL};
}

static SearchProperty id_of(const SearchSubject *subject) {
  g_autofree char *id = content_object_id(subject->object);
  return written(subject, id);
}

static SearchProperty date_of(const SearchSubject *subject) {
  g_autoptr(GDateTime) created =
      g_date_time_new_from_unix_utc(subject->object->lesson->shelf->created_us / G_USEC_PER_SEC);
  g_autofree char *date = created != NULL ? g_date_time_format(created, "%Y-%m-%d") : NULL;
  return date != NULL ? written(subject, date) : none();
}

static SearchProperty ref_of(const SearchSubject *subject) {
  if (strcmp(subject->object->parent->id, CONTENT_ALL_ID) == 0)
    return none();
  g_autofree char *id = g_strconcat(CONTENT_ALL_ID, "/", subject->object->lesson->shelf->id, NULL);
  return written(subject, id);
}

static SearchProperty find_of_lesson(const SearchSubject *subject, const char *name) {
  const ContentLesson *lesson = subject->object->lesson;
  const ShelfLesson *shelf = lesson->shelf;
  if (strcmp(name, "dc:creator") == 0 || strcmp(name, "upnp:artist") == 0)
    return words(shelf->lecturers, lesson->folded_lecturers);
  if (strcmp(name, "upnp:genre") == 0)
    return words(lesson->genre, lesson->folded_genre);
  if (strcmp(name, "upnp:album") == 0)
    return words(shelf->course_title, lesson->folded_course);
  if (strcmp(name, "dc:description") == 0)
    return words(shelf->summary, lesson->folded_summary);
  if (strcmp(name, "dc:date") == 0)
    return date_of(subject);
  if (strcmp(name, "@refID") == 0)
    return ref_of(subject);
  if (strcmp(name, "res") == 0)
    return (SearchProperty){"", NULL};
  if (strcmp(name, "res@protocolInfo") == 0)
    return (SearchProperty){shelf->has_video ? "http-get:*:video/mp4:*" : "http-get:*:audio/mp4:*", NULL};
  return none();
}

SearchProperty object_property_find(gconstpointer data, const char *name) {
  const SearchSubject *subject = data;
  const ContentObject *object = subject->object;
  if (strcmp(name, "dc:title") == 0)
    return words(content_object_title(object),
                 object->folder != NULL ? object->folder->folded_title : object->lesson->folded_title);
  if (strcmp(name, "upnp:class") == 0)
    return (SearchProperty){content_object_class(object), NULL};
  if (strcmp(name, "@id") == 0)
    return id_of(subject);
  if (strcmp(name, "@parentID") == 0)
    return (SearchProperty){object->parent != NULL ? object->parent->id : "-1", NULL};
  return object->lesson != NULL ? find_of_lesson(subject, name) : none();
}
