-- Imports that came over the network: what was sent, how far it is, and what became of each row. The file is in the folder
-- `imports` beside the catalog until the import has ended.
CREATE TABLE import (
  id              TEXT NOT NULL PRIMARY KEY,
  owner           TEXT NOT NULL, -- who began it, as in the audit log
  person_id       TEXT, -- whose rights count, as they are while it runs; NULL: the operator's
  scopes          INTEGER NOT NULL, -- rights that may be used at all
  idempotency_key TEXT,
  name            TEXT NOT NULL, -- of the file
  kind            TEXT NOT NULL, -- of its records, where lines do not say
  format          TEXT NOT NULL CHECK (format IN ('csv', 'xlsx', 'jsonl')),
  institution_id  TEXT NOT NULL DEFAULT '', -- of new records that name none
  is_dry_run      INTEGER NOT NULL,
  size_bytes      INTEGER NOT NULL,
  state           TEXT NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'running', 'done', 'failed', 'cancelled')),
  runner          TEXT, -- the process that works on it
  position        INTEGER NOT NULL DEFAULT -1, -- rows of the file that were taken; -1: not begun
  rows_total      INTEGER NOT NULL DEFAULT 0,
  created         INTEGER NOT NULL DEFAULT 0,
  updated         INTEGER NOT NULL DEFAULT 0,
  unchanged       INTEGER NOT NULL DEFAULT 0,
  failed          INTEGER NOT NULL DEFAULT 0,
  error           TEXT, -- why nothing more of it was taken, in Chinese and English
  created_us      INTEGER NOT NULL,
  started_us      INTEGER NOT NULL DEFAULT 0,
  finished_us     INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX import_by_owner ON import (owner, created_us);
CREATE INDEX import_open ON import (created_us) WHERE state IN ('waiting', 'running');
CREATE UNIQUE INDEX import_by_key ON import (owner, idempotency_key) WHERE idempotency_key IS NOT NULL;

CREATE TABLE import_row (
  import_id  TEXT NOT NULL REFERENCES import ON DELETE CASCADE,
  line       INTEGER NOT NULL,
  result     TEXT NOT NULL CHECK (result IN ('created', 'updated', 'unchanged', 'failed')),
  kind       TEXT NOT NULL,
  record_id  TEXT NOT NULL,
  title      TEXT NOT NULL,
  message_zh TEXT NOT NULL,
  message_en TEXT NOT NULL,
  PRIMARY KEY (import_id, line)
) STRICT, WITHOUT ROWID;
CREATE INDEX import_row_failed ON import_row (import_id, line) WHERE result = 'failed';

-- An attachment that an import brought without its file: its key begins with "absent/" until the file comes.
DROP TRIGGER attachment_file_comes;
CREATE TRIGGER attachment_file_comes AFTER INSERT ON attachment WHEN substr(NEW.blob_key, 1, 7) <> 'absent/' BEGIN
  INSERT INTO stored_file (blob_key, kind, size_bytes) VALUES (NEW.blob_key, 'attachment', NEW.size_bytes);
END;
CREATE TRIGGER attachment_file_is_filled AFTER UPDATE OF blob_key ON attachment WHEN NEW.blob_key <> OLD.blob_key BEGIN
  DELETE FROM stored_file WHERE blob_key = OLD.blob_key;
  INSERT INTO stored_file (blob_key, kind, size_bytes) VALUES (NEW.blob_key, 'attachment', NEW.size_bytes);
END;
