-- First floor: assets with tracks and published segments, courses with lessons, jobs.

PRAGMA application_id = 0x4B41504B; -- "KAPK": CATALOG_APPLICATION_ID of migration.h

CREATE TABLE asset (
  id                TEXT NOT NULL PRIMARY KEY,
  state             TEXT NOT NULL DEFAULT 'queued' CHECK (state IN ('queued', 'playable', 'ready', 'failed')),
  error_code        TEXT,
  error_detail      TEXT,
  source_key        TEXT NOT NULL,
  source_name       TEXT NOT NULL,
  source_size_bytes INTEGER NOT NULL,
  has_video         INTEGER NOT NULL DEFAULT 0,
  has_audio         INTEGER NOT NULL DEFAULT 0,
  duration_us       INTEGER NOT NULL DEFAULT 0,
  target_duration_s INTEGER NOT NULL DEFAULT 0,
  plan              TEXT,
  poster_key        TEXT,
  created_us        INTEGER NOT NULL,
  updated_us        INTEGER NOT NULL,
  ready_us          INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE TABLE course (
  id          TEXT NOT NULL PRIMARY KEY,
  title       TEXT NOT NULL CHECK (title <> ''),
  summary     TEXT NOT NULL DEFAULT '',
  kind        TEXT NOT NULL DEFAULT 'micro',
  category    TEXT NOT NULL DEFAULT '',
  language    TEXT NOT NULL DEFAULT 'zh-CN',
  institution TEXT NOT NULL DEFAULT '',
  division    TEXT NOT NULL DEFAULT '',
  created_us  INTEGER NOT NULL,
  updated_us  INTEGER NOT NULL
) STRICT;
CREATE INDEX course_by_created ON course (created_us DESC, id);
CREATE INDEX course_by_category ON course (category, created_us DESC);

CREATE TABLE course_audience (
  course_id TEXT NOT NULL REFERENCES course ON DELETE CASCADE,
  audience  TEXT NOT NULL,
  PRIMARY KEY (course_id, audience)
) STRICT, WITHOUT ROWID;

CREATE TABLE course_tag (
  course_id TEXT NOT NULL REFERENCES course ON DELETE CASCADE,
  tag       TEXT NOT NULL,
  PRIMARY KEY (course_id, tag)
) STRICT, WITHOUT ROWID;

CREATE TABLE lesson (
  id        TEXT NOT NULL PRIMARY KEY,
  course_id TEXT NOT NULL REFERENCES course ON DELETE CASCADE,
  position  INTEGER NOT NULL,
  title     TEXT NOT NULL,
  asset_id  TEXT NOT NULL REFERENCES asset,
  UNIQUE (course_id, position)
) STRICT;
CREATE INDEX lesson_by_asset ON lesson (asset_id);

CREATE TABLE caption (
  asset_id TEXT NOT NULL REFERENCES asset ON DELETE CASCADE,
  language TEXT NOT NULL,
  label    TEXT NOT NULL,
  blob_key TEXT NOT NULL,
  PRIMARY KEY (asset_id, language)
) STRICT, WITHOUT ROWID;

CREATE TABLE track (
  id             INTEGER PRIMARY KEY,
  asset_id       TEXT NOT NULL REFERENCES asset ON DELETE CASCADE,
  name           TEXT NOT NULL,
  kind           TEXT NOT NULL CHECK (kind IN ('video', 'audio')),
  codec          TEXT NOT NULL DEFAULT '',
  bitrate_bps    INTEGER NOT NULL,
  width          INTEGER NOT NULL DEFAULT 0,
  height         INTEGER NOT NULL DEFAULT 0,
  frame_rate_num INTEGER NOT NULL DEFAULT 0,
  frame_rate_den INTEGER NOT NULL DEFAULT 1,
  channels       INTEGER NOT NULL DEFAULT 0,
  language       TEXT NOT NULL DEFAULT '',
  timescale_hz   INTEGER NOT NULL,
  segment_total  INTEGER NOT NULL,
  segment_count  INTEGER NOT NULL DEFAULT 0, -- published without a gap from the first on
  is_complete    INTEGER NOT NULL DEFAULT 0,
  init           BLOB,
  UNIQUE (asset_id, name)
) STRICT;

-- A published span file. Its rows come with its segments in one transaction.
CREATE TABLE span (
  track_id   INTEGER NOT NULL REFERENCES track ON DELETE CASCADE,
  span_index INTEGER NOT NULL,
  blob_key   TEXT NOT NULL UNIQUE,
  PRIMARY KEY (track_id, span_index)
) STRICT, WITHOUT ROWID;

CREATE TABLE segment (
  track_id      INTEGER NOT NULL,
  segment_index INTEGER NOT NULL,
  span_index    INTEGER NOT NULL,
  offset        INTEGER NOT NULL,
  length        INTEGER NOT NULL,
  decode_time   INTEGER NOT NULL,
  duration      INTEGER NOT NULL,
  PRIMARY KEY (track_id, segment_index),
  FOREIGN KEY (track_id, span_index) REFERENCES span ON DELETE CASCADE
) STRICT, WITHOUT ROWID;

CREATE TABLE job (
  id             INTEGER PRIMARY KEY,
  asset_id       TEXT NOT NULL REFERENCES asset ON DELETE CASCADE,
  kind           TEXT NOT NULL CHECK (kind IN ('probe', 'audio', 'span', 'poster')),
  span_index     INTEGER NOT NULL DEFAULT 0,
  state          TEXT NOT NULL DEFAULT 'ready' CHECK (state IN ('ready', 'running', 'done', 'failed', 'cancelled')),
  priority       INTEGER NOT NULL DEFAULT 0,
  weight         INTEGER NOT NULL DEFAULT 1,
  progress       REAL NOT NULL DEFAULT 0,
  attempt        INTEGER NOT NULL DEFAULT 0,
  failures       INTEGER NOT NULL DEFAULT 0,
  not_before_us  INTEGER NOT NULL DEFAULT 0,
  owner          TEXT,
  lease_until_us INTEGER NOT NULL DEFAULT 0,
  error_code     TEXT,
  error_detail   TEXT,
  created_us     INTEGER NOT NULL,
  finished_us    INTEGER NOT NULL DEFAULT 0,
  UNIQUE (asset_id, kind, span_index)
) STRICT;
CREATE INDEX job_ready ON job (priority DESC, id) WHERE state = 'ready';
CREATE INDEX job_running ON job (lease_until_us) WHERE state = 'running';

CREATE TABLE worker (
  owner   TEXT NOT NULL PRIMARY KEY,
  beat_us INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
