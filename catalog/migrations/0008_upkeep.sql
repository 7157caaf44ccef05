-- What runs now and then and must not run twice; the catalog's own mark, which a restore renews; keys of creates by person,
-- with the answer that was given.

CREATE TABLE upkeep (
  name     TEXT NOT NULL PRIMARY KEY,
  done_us  INTEGER NOT NULL,        -- when it was done last
  position TEXT NOT NULL DEFAULT '' -- how far it has come; empty: it is not under way
) STRICT, WITHOUT ROWID;

CREATE TABLE catalog_mark ( -- one row, made when it is first asked for
  id   INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
  mark TEXT NOT NULL
) STRICT;

ALTER TABLE idempotency RENAME TO idempotency_before;
DROP INDEX idempotency_by_created;
CREATE TABLE idempotency (
  actor        TEXT NOT NULL,
  key          TEXT NOT NULL,
  request_hash TEXT NOT NULL,
  kind         TEXT NOT NULL,
  record_id    TEXT NOT NULL,
  row_version  INTEGER NOT NULL DEFAULT 1,
  answer       TEXT,             -- NULL: not recorded yet, or none
  tag          TEXT,             -- the answer's entity tag
  created_us   INTEGER NOT NULL,
  PRIMARY KEY (actor, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX idempotency_by_created ON idempotency (created_us);
INSERT INTO idempotency (actor, key, request_hash, kind, record_id, row_version, created_us)
  SELECT 'api:administrator', key, request_hash, kind, record_id, row_version, created_us FROM idempotency_before;
DROP TABLE idempotency_before;
