/** Works on the import jobs of the data folder (catalog/import_job.h), one after the other, on a thread of its own.
 * Threads: any. */
#pragma once

#include "catalog/import_job.h"

typedef struct ImportDesk ImportDesk;

/** `catalog` is borrowed. */
ImportDesk *import_desk_new(Catalog *catalog, const char *data_dir);
/** Waits for the batch that is being taken in; the rest of the job goes on with the next start. NULL is fine. */
void import_desk_free(ImportDesk *desk);

/** Take no more jobs and leave the one that runs to another process. NULL is fine. */
void import_desk_let_go(ImportDesk *desk);

/** There is a new job. */
void import_desk_wake(ImportDesk *desk);

/** The folder of the files. */
const char *import_desk_folder(const ImportDesk *desk);
