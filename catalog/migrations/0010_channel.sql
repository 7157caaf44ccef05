-- Linear channels: what they are, and what they play. A schedule is a JSON document (catalog/channel_document.h) whose
-- references may come to nothing: then filler plays. Each edit is in force from a moment of the future on, so that what
-- was announced stays; the one before it stays for as long as its hours can be asked for.

CREATE TABLE channel (
  id             TEXT NOT NULL PRIMARY KEY,
  title          TEXT NOT NULL CHECK (title <> ''),
  number         INTEGER NOT NULL UNIQUE CHECK (number > 0),
  summary        TEXT NOT NULL DEFAULT '',
  logo           TEXT NOT NULL DEFAULT '', -- the address of a picture, or empty
  division       TEXT NOT NULL DEFAULT '',
  institution_id TEXT REFERENCES institution,
  visibility     TEXT NOT NULL DEFAULT 'public'
    CHECK (visibility IN ('public', 'division', 'institution', 'room', 'link')),
  visible_to     TEXT NOT NULL DEFAULT '', -- as of a course
  row_version    INTEGER NOT NULL DEFAULT 1,
  created_us     INTEGER NOT NULL,
  updated_us     INTEGER NOT NULL
) STRICT;
CREATE INDEX channel_by_title ON channel (title, id);
CREATE INDEX channel_by_institution ON channel (institution_id);

CREATE TABLE channel_schedule (
  channel_id TEXT NOT NULL REFERENCES channel ON DELETE CASCADE,
  from_us    INTEGER NOT NULL, -- in force from then until the next row's; 0: always
  document   TEXT NOT NULL,
  PRIMARY KEY (channel_id, from_us)
) STRICT, WITHOUT ROWID;
