/** Lists in the cell of a table: entries separated by '|', or, when one of them holds a separator, a JSON array of texts. */
#pragma once

/** `cell` as a record's list (joined by RECORD_LIST_SEPARATOR); ';', '、' and '；' separate too. NULL for a JSON array that is
 * none of texts. Caller frees. */
char *table_list_parse(const char *cell);

/** The cell for a record's list; caller frees. */
char *table_list_write(const char *list);
