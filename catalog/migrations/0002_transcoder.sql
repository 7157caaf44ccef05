-- The transcoder's floor: kinds of job for one linear pass over the pictures, storyboards and embedded text; which
-- segments a job makes; fairness between institutions; pause; replacement of a lesson's source; alternate sound
-- tracks; storyboards, chapters and slide changes.

CREATE TABLE job_new (
  id             INTEGER PRIMARY KEY,
  asset_id       TEXT NOT NULL REFERENCES asset ON DELETE CASCADE,
  kind           TEXT NOT NULL
                 CHECK (kind IN ('probe', 'audio', 'span', 'video', 'poster', 'storyboard', 'text')),
  span_index     INTEGER NOT NULL DEFAULT 0, -- of a span job; of an audio job the number of its sound track
  first_segment  INTEGER NOT NULL DEFAULT 0, -- of a span job: the segments it makes
  segment_count  INTEGER NOT NULL DEFAULT 0,
  state          TEXT NOT NULL DEFAULT 'ready' CHECK (state IN ('ready', 'running', 'done', 'failed', 'cancelled')),
  priority       INTEGER NOT NULL DEFAULT 0,
  weight         INTEGER NOT NULL DEFAULT 1,
  institution    TEXT NOT NULL DEFAULT '',   -- of the asset: whose turn it is
  is_paused      INTEGER NOT NULL DEFAULT 0, -- as its asset: kept here for the claim's index
  progress       REAL NOT NULL DEFAULT 0,
  attempt        INTEGER NOT NULL DEFAULT 0,
  failures       INTEGER NOT NULL DEFAULT 0,
  not_before_us  INTEGER NOT NULL DEFAULT 0,
  owner          TEXT,
  lease_until_us INTEGER NOT NULL DEFAULT 0,
  error_code     TEXT,
  error_detail   TEXT,
  created_us     INTEGER NOT NULL,
  started_us     INTEGER NOT NULL DEFAULT 0, -- of the last attempt
  finished_us    INTEGER NOT NULL DEFAULT 0,
  UNIQUE (asset_id, kind, span_index)
) STRICT;
INSERT INTO job_new (id, asset_id, kind, span_index, state, priority, weight, progress, attempt, failures,
                     not_before_us, owner, lease_until_us, error_code, error_detail, created_us, finished_us)
  SELECT id, asset_id, kind, span_index, state, priority, weight, progress, attempt, failures, not_before_us, owner,
         lease_until_us, error_code, error_detail, created_us, finished_us FROM job;
DROP TABLE job;
ALTER TABLE job_new RENAME TO job;
CREATE INDEX job_ready ON job (priority DESC, institution, id) WHERE state = 'ready' AND is_paused = 0;
CREATE INDEX job_running ON job (lease_until_us) WHERE state = 'running';

-- How much of the workers each institution has had, in weight of the jobs claimed, brought forward so that one that
-- was away gets no arrears. Equal priorities go to the institution that had least.
CREATE TABLE institution_share (
  institution TEXT NOT NULL PRIMARY KEY,
  served      INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;

ALTER TABLE asset ADD COLUMN institution TEXT NOT NULL DEFAULT '';
ALTER TABLE asset ADD COLUMN is_paused INTEGER NOT NULL DEFAULT 0;
ALTER TABLE asset ADD COLUMN playable_us INTEGER NOT NULL DEFAULT 0;   -- when it became playable; 0: not yet
ALTER TABLE asset ADD COLUMN segment_frames BLOB;                      -- frames of each planned segment, int32 LE
ALTER TABLE asset ADD COLUMN replaces_id TEXT REFERENCES asset;       -- takes that asset's place once it is ready
ALTER TABLE asset ADD COLUMN replaced_by TEXT REFERENCES asset;
ALTER TABLE asset ADD COLUMN retired_us INTEGER NOT NULL DEFAULT 0;    -- when it was replaced; swept a while later

ALTER TABLE track ADD COLUMN role TEXT NOT NULL DEFAULT 'main' CHECK (role IN ('main', 'alternate', 'description'));
ALTER TABLE track ADD COLUMN label TEXT NOT NULL DEFAULT '';           -- as the source names it

-- Thumbnails of the lesson at even distances, row by row on sheets.
CREATE TABLE storyboard (
  asset_id    TEXT NOT NULL PRIMARY KEY REFERENCES asset ON DELETE CASCADE,
  interval_us INTEGER NOT NULL,
  tile_width  INTEGER NOT NULL,
  tile_height INTEGER NOT NULL,
  columns     INTEGER NOT NULL,
  rows        INTEGER NOT NULL,
  tile_count  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE storyboard_sheet (
  asset_id    TEXT NOT NULL REFERENCES storyboard ON DELETE CASCADE,
  sheet_index INTEGER NOT NULL,
  blob_key    TEXT NOT NULL UNIQUE,
  PRIMARY KEY (asset_id, sheet_index)
) STRICT, WITHOUT ROWID;

-- Chapters that the source brought.
CREATE TABLE chapter (
  asset_id TEXT NOT NULL REFERENCES asset ON DELETE CASCADE,
  start_us INTEGER NOT NULL,
  title    TEXT NOT NULL,
  PRIMARY KEY (asset_id, start_us)
) STRICT, WITHOUT ROWID;

-- Times at which the picture changed at once to another that stays: new slides. Offered as chapters when the source
-- brought none.
CREATE TABLE slide_change (
  asset_id TEXT NOT NULL REFERENCES asset ON DELETE CASCADE,
  time_us  INTEGER NOT NULL,
  PRIMARY KEY (asset_id, time_us)
) STRICT, WITHOUT ROWID;
