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
  failures       INTEGER NOT NULL DEFAULT 0, -- that its worker reported
  losses         INTEGER NOT NULL DEFAULT 0, -- attempts whose worker was lost
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
CREATE INDEX job_ready ON job (priority DESC, institution, id, not_before_us) WHERE state = 'ready' AND is_paused = 0;
CREATE INDEX job_running ON job (lease_until_us) WHERE state = 'running';
CREATE INDEX job_open ON job (state, institution, kind, is_paused) WHERE state = 'ready' OR state = 'running';

-- How many jobs ended how, and their weight: counted as they end, so that nobody has to look through all of them.
CREATE TABLE job_tally (
  kind   TEXT NOT NULL,
  state  TEXT NOT NULL,
  jobs   INTEGER NOT NULL,
  weight INTEGER NOT NULL,
  PRIMARY KEY (kind, state)
) STRICT, WITHOUT ROWID;
INSERT INTO job_tally SELECT kind, state, COUNT(*), SUM(weight) FROM job
  WHERE state IN ('done', 'failed', 'cancelled') GROUP BY kind, state;
CREATE TRIGGER job_ends AFTER UPDATE OF state ON job
  WHEN NEW.state IN ('done', 'failed', 'cancelled') AND NEW.state <> OLD.state
BEGIN
  INSERT INTO job_tally VALUES (NEW.kind, NEW.state, 1, NEW.weight)
    ON CONFLICT (kind, state) DO UPDATE SET jobs = jobs + 1, weight = weight + excluded.weight;
END;

-- How much of the workers each institution has had, in weight of the jobs claimed; one that comes back is brought
-- forward, so that it gets no arrears. Every institution with open jobs has a row. Among jobs of equal priority the
-- institution that had least comes first.
CREATE TABLE institution_share (
  institution TEXT NOT NULL PRIMARY KEY,
  served      INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;

ALTER TABLE asset ADD COLUMN institution TEXT NOT NULL DEFAULT ''; -- of its course when it was taken in
ALTER TABLE asset ADD COLUMN is_paused INTEGER NOT NULL DEFAULT 0;
ALTER TABLE asset ADD COLUMN playable_us INTEGER NOT NULL DEFAULT 0;   -- when it became playable; 0: not known
ALTER TABLE asset ADD COLUMN segment_frames BLOB;                      -- frames of each planned segment, int32 LE
ALTER TABLE asset ADD COLUMN replaces_id TEXT REFERENCES asset;       -- takes that asset's place once it is ready
ALTER TABLE asset ADD COLUMN replaced_by TEXT REFERENCES asset;
ALTER TABLE asset ADD COLUMN retired_us INTEGER NOT NULL DEFAULT 0;    -- when it was replaced; swept a while later

CREATE INDEX asset_by_replaced ON asset (replaces_id) WHERE replaces_id IS NOT NULL;
CREATE INDEX asset_by_playable ON asset (playable_us, created_us) WHERE playable_us > 0;
UPDATE asset SET institution = COALESCE((SELECT course.institution FROM lesson JOIN course ON course.id = lesson.course_id
  WHERE lesson.asset_id = asset.id ORDER BY lesson.id LIMIT 1), '');
UPDATE job SET institution = (SELECT asset.institution FROM asset WHERE asset.id = job.asset_id);
INSERT INTO institution_share (institution) SELECT DISTINCT institution FROM job WHERE state IN ('ready', 'running');

ALTER TABLE worker ADD COLUMN is_short_of_space INTEGER NOT NULL DEFAULT 0; -- it takes no jobs until there is room

ALTER TABLE track ADD COLUMN role TEXT NOT NULL DEFAULT 'main' CHECK (role IN ('main', 'alternate', 'description'));
ALTER TABLE track ADD COLUMN label TEXT NOT NULL DEFAULT '';           -- as the source names it
ALTER TABLE track ADD COLUMN sound_index INTEGER NOT NULL DEFAULT 0;   -- audio: span_index of the job that makes it

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
