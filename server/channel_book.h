/** The channels as they are now, loaded once per version of the catalog. What cannot be shown is told in the log when it
 * comes up.
 *
 * Threads: any, at once. */
#pragma once

#include "catalog/channel.h"

/** More channels are not shown. */
#define CHANNEL_BOOK_MAX 500

typedef struct ChannelBook ChannelBook;

/** A channel that is held: it stays as it is while somebody holds it. */
typedef struct {
  CatalogChannel *channel;
  CourseGate gate; /**< who may see it: viewer_may_see(); borrows from the record */
} ChannelSheet;
ChannelSheet *channel_sheet_ref(ChannelSheet *sheet);
void channel_sheet_unref(ChannelSheet *sheet);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ChannelSheet, channel_sheet_unref)

/** `catalog` is borrowed. */
ChannelBook *channel_book_new(Catalog *catalog);
void channel_book_free(ChannelBook *book);

/** By id; NOT_FOUND when there is none. */
bool channel_book_load(ChannelBook *book, const char *id, ChannelSheet **ret_sheet, GError **error);

/** All, by number. Array of ChannelSheet * that unrefs them. */
bool channel_book_list(ChannelBook *book, GPtrArray **ret_sheets, GError **error);
