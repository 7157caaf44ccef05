/** Everything that people have put into the catalog, as text: what catalog_import() takes back. */
#pragma once

#include "catalog/record.h"

/** Called with each piece of text in order; false ends the export with its error. */
typedef bool (*ExportWriteFunc)(const char *text, size_t size, gpointer user_data, GError **error);

/** An export that is asked for piece by piece: what is written while it goes on may be in it or not. */
typedef struct Export Export;
/** As catalog_export_lines(). `catalog` is borrowed. */
Export *export_new_lines(Catalog *catalog);
/** As catalog_export_table(). */
Export *export_new_table(Catalog *catalog, RecordKind kind);
/** Of one institution, with what belongs to it: lecturers, rooms, courses in every state with lessons and attachments,
 * channels with their schedules. Fails with NOT_FOUND at the first piece when there is none of that id. */
Export *export_new_institution_lines(Catalog *catalog, const char *institution_id);
/** A table of what belongs to an institution; NULL: to all. Of courses, lecturers, rooms or channels. */
Export *export_new_institution_table(Catalog *catalog, RecordKind kind, const char *institution_id);
void export_free(Export *export);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Export, export_free)
/** Append the next piece to `text`, some records; `*ret_is_end` when there is no more. */
bool export_next(Export *export, GString *text, bool *ret_is_end, GError **error);

/** JSON lines of all divisions, institutions, lecturers, rooms, courses with their lessons and attachments,
 * collections, and channels with their newest schedules, in an order in which each names only what came before; `kind_of` is the first member. Secrets of links are
 * in it; deleted courses and the audit log are not. Reads page by page: what is edited meanwhile may be in it or not. */
bool catalog_export_lines(Catalog *catalog, ExportWriteFunc write, gpointer user_data, GError **error);

/** A table (CSV, UTF-8 with a byte order mark, so that spreadsheet programs read it) of all records of one kind. */
bool catalog_export_table(Catalog *catalog, RecordKind kind, ExportWriteFunc write, gpointer user_data,
                          GError **error);
