/** What search criteria ask of objects. Threads: one. */
#pragma once

#include "dlna/content_tree.h"
#include "dlna/search_criteria.h"

/** What GetSearchCapabilities says. */
#define SEARCH_CAPABILITIES                                                                                        \
  "dc:title,dc:creator,dc:date,dc:description,upnp:class,upnp:genre,upnp:album,upnp:artist,@id,@parentID,@refID,"  \
  "res"

#define OBJECT_PROPERTY_TEXT_SIZE (CONTENT_ID_BYTES_MAX + 1)

/** An object that is looked at, and room for a text that is written for the look. */
typedef struct {
  const ContentObject *object;
  char *text;
} SearchSubject;

/** A SearchPropertyFunc; `subject` is a SearchSubject whose `text` has OBJECT_PROPERTY_TEXT_SIZE bytes, good until the next call. */
SearchProperty object_property_find(gconstpointer subject, const char *name);
