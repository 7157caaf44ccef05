-- Uploads: what comes, for whom, and what became of it. The bytes are in the folder `uploads` beside the catalog.
CREATE TABLE upload (
  id            TEXT NOT NULL PRIMARY KEY,
  owner         TEXT NOT NULL, -- who began it, as in the audit log
  kind          TEXT NOT NULL DEFAULT 'whole' CHECK (kind IN ('whole', 'partial', 'final')),
  parts         TEXT NOT NULL DEFAULT '', -- of a final one: ids of the partial ones, between spaces
  length_bytes  INTEGER CHECK (length_bytes >= 0), -- NULL: not said yet
  metadata      TEXT NOT NULL DEFAULT '', -- Upload-Metadata
  is_draft      INTEGER NOT NULL DEFAULT 0, -- a new course waits for its review
  is_done       INTEGER NOT NULL DEFAULT 0,
  error         TEXT, -- why it could not be taken in the last time
  asset_id      TEXT,
  course_id     TEXT,
  attachment_id TEXT,
  blob_key      TEXT, -- where its bytes are once it is done
  created_us    INTEGER NOT NULL,
  finished_us   INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX upload_by_owner ON upload (owner, created_us);

-- The same source twice is stored and encoded once.
CREATE INDEX stored_source_by_checksum ON stored_file (checksum) WHERE kind = 'source' AND checksum IS NOT NULL;
