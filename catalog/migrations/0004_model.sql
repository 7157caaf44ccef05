-- The city's model: divisions, institutions, lecturers, rooms, collections and attachments; states and visibility of
-- courses; a number for every change that shows in a course; who changed what; keys of creates that are not repeated.

CREATE TABLE division (
  code        TEXT NOT NULL PRIMARY KEY CHECK (length(code) = 12 AND code NOT GLOB '*[^0-9]*'),
  parent      TEXT REFERENCES division,
  level       INTEGER NOT NULL CHECK (level BETWEEN 1 AND 4), -- 1 city, 2 county, 3 township, 4 village
  name        TEXT NOT NULL CHECK (name <> ''),
  name_en     TEXT NOT NULL DEFAULT '',
  row_version INTEGER NOT NULL DEFAULT 1,
  created_us  INTEGER NOT NULL,
  updated_us  INTEGER NOT NULL
) STRICT;
CREATE INDEX division_by_parent ON division (parent, code);

CREATE TABLE institution (
  id          TEXT NOT NULL PRIMARY KEY,
  name        TEXT NOT NULL CHECK (name <> ''),
  division    TEXT NOT NULL DEFAULT '', -- a code, or empty
  kind        TEXT NOT NULL DEFAULT '',
  row_version INTEGER NOT NULL DEFAULT 1,
  created_us  INTEGER NOT NULL,
  updated_us  INTEGER NOT NULL,
  UNIQUE (name, division)
) STRICT;

CREATE TABLE lecturer (
  id             TEXT NOT NULL PRIMARY KEY,
  name           TEXT NOT NULL CHECK (name <> ''),
  title          TEXT NOT NULL DEFAULT '',
  institution_id TEXT REFERENCES institution,
  bio            TEXT NOT NULL DEFAULT '',
  row_version    INTEGER NOT NULL DEFAULT 1,
  created_us     INTEGER NOT NULL,
  updated_us     INTEGER NOT NULL
) STRICT;
CREATE INDEX lecturer_by_name ON lecturer (name, id);
CREATE INDEX lecturer_by_institution ON lecturer (institution_id);

CREATE TABLE room (
  id             TEXT NOT NULL PRIMARY KEY,
  name           TEXT NOT NULL CHECK (name <> ''),
  division       TEXT NOT NULL DEFAULT '',
  institution_id TEXT REFERENCES institution,
  row_version    INTEGER NOT NULL DEFAULT 1,
  created_us     INTEGER NOT NULL,
  updated_us     INTEGER NOT NULL
) STRICT;
CREATE INDEX room_by_name ON room (name, id);
CREATE INDEX room_by_institution ON room (institution_id);

-- `institution` stays as the name that is shown: kept equal to the named institution's by the triggers below.
ALTER TABLE course ADD COLUMN institution_id TEXT REFERENCES institution;
ALTER TABLE course ADD COLUMN level TEXT NOT NULL DEFAULT '';
ALTER TABLE course ADD COLUMN licence TEXT NOT NULL DEFAULT '';
ALTER TABLE course ADD COLUMN term TEXT NOT NULL DEFAULT '';
ALTER TABLE course ADD COLUMN state TEXT NOT NULL DEFAULT 'published'
  CHECK (state IN ('draft', 'review', 'published', 'withdrawn', 'deleted'));
ALTER TABLE course ADD COLUMN visibility TEXT NOT NULL DEFAULT 'public'
  CHECK (visibility IN ('public', 'division', 'institution', 'room', 'link'));
-- the division's code, the institution's or the room's id, or the link's secret
ALTER TABLE course ADD COLUMN visible_to TEXT NOT NULL DEFAULT '';
ALTER TABLE course ADD COLUMN popularity INTEGER NOT NULL DEFAULT 0;
ALTER TABLE course ADD COLUMN row_version INTEGER NOT NULL DEFAULT 1;
-- Grows with every change that shows in any course: each course has the number of its last one. -1 asks the trigger
-- course_number for the next.
ALTER TABLE course ADD COLUMN change_seq INTEGER NOT NULL DEFAULT 0;

CREATE TABLE course_lecturer (
  course_id   TEXT NOT NULL REFERENCES course ON DELETE CASCADE,
  position    INTEGER NOT NULL,
  lecturer_id TEXT NOT NULL REFERENCES lecturer,
  PRIMARY KEY (course_id, position),
  UNIQUE (course_id, lecturer_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX course_lecturer_by_lecturer ON course_lecturer (lecturer_id);

CREATE TABLE attachment (
  id          TEXT NOT NULL PRIMARY KEY,
  course_id   TEXT NOT NULL REFERENCES course ON DELETE CASCADE,
  position    INTEGER NOT NULL,
  title       TEXT NOT NULL CHECK (title <> ''),
  name        TEXT NOT NULL,
  blob_key    TEXT NOT NULL UNIQUE,
  size_bytes  INTEGER NOT NULL,
  row_version INTEGER NOT NULL DEFAULT 1,
  created_us  INTEGER NOT NULL,
  updated_us  INTEGER NOT NULL
) STRICT;
CREATE INDEX attachment_by_course ON attachment (course_id, position);

CREATE TRIGGER attachment_file_comes AFTER INSERT ON attachment BEGIN
  INSERT INTO stored_file (blob_key, kind, size_bytes) VALUES (NEW.blob_key, 'attachment', NEW.size_bytes);
END;
CREATE TRIGGER attachment_file_goes AFTER DELETE ON attachment BEGIN
  DELETE FROM stored_file WHERE blob_key = OLD.blob_key;
END;

CREATE TABLE collection (
  id          TEXT NOT NULL PRIMARY KEY,
  kind        TEXT NOT NULL DEFAULT 'plain',
  title       TEXT NOT NULL CHECK (title <> ''),
  summary     TEXT NOT NULL DEFAULT '',
  division    TEXT NOT NULL DEFAULT '',
  row_version INTEGER NOT NULL DEFAULT 1,
  created_us  INTEGER NOT NULL,
  updated_us  INTEGER NOT NULL
) STRICT;
CREATE INDEX collection_by_title ON collection (title, id);

CREATE TABLE collection_course (
  collection_id TEXT NOT NULL REFERENCES collection ON DELETE CASCADE,
  position      INTEGER NOT NULL,
  course_id     TEXT NOT NULL REFERENCES course ON DELETE CASCADE,
  PRIMARY KEY (collection_id, position),
  UNIQUE (collection_id, course_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX collection_course_by_course ON collection_course (course_id);

CREATE TABLE audit (
  id        INTEGER PRIMARY KEY,
  at_us     INTEGER NOT NULL,
  actor     TEXT NOT NULL,
  kind      TEXT NOT NULL, -- of what was changed, as RecordSpec names it
  record_id TEXT NOT NULL,
  action    TEXT NOT NULL,
  changes   TEXT NOT NULL  -- JSON: {"field":[before,after],...}
) STRICT;
CREATE INDEX audit_by_record ON audit (kind, record_id, id);

CREATE TABLE idempotency (
  key          TEXT NOT NULL PRIMARY KEY,
  request_hash TEXT NOT NULL,
  kind         TEXT NOT NULL,
  record_id    TEXT NOT NULL,
  row_version  INTEGER NOT NULL,
  created_us   INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX idempotency_by_created ON idempotency (created_us);

-- What was text becomes a row. Thirteen hexadecimal digits are a valid id.
INSERT INTO institution (id, name, created_us, updated_us)
  SELECT substr(lower(hex(randomblob(7))), 1, 13), institution, MIN(created_us), MIN(created_us)
  FROM course WHERE institution <> '' GROUP BY institution;
UPDATE course SET institution_id = (SELECT id FROM institution WHERE name = course.institution)
  WHERE institution <> '';
UPDATE course SET change_seq = rowid;

CREATE INDEX course_by_change ON course (change_seq);
CREATE INDEX course_by_institution ON course (institution_id);
CREATE INDEX course_by_division ON course (division);
CREATE INDEX course_by_popularity ON course (popularity DESC, id);

-- The next number. An UPDATE of several courses gives each one its own.
CREATE TRIGGER course_is_new AFTER INSERT ON course BEGIN
  UPDATE course SET change_seq = -1 WHERE id = NEW.id;
END;
CREATE TRIGGER course_number AFTER UPDATE OF change_seq ON course WHEN NEW.change_seq = -1 BEGIN
  UPDATE course SET change_seq = 1 + MAX(OLD.change_seq, (SELECT MAX(change_seq) FROM course)) WHERE id = NEW.id;
END;
CREATE TRIGGER course_changes AFTER UPDATE OF title, summary, kind, category, language, institution, institution_id,
  division, level, licence, term, state, visibility, visible_to, row_version ON course
BEGIN
  UPDATE course SET change_seq = -1 WHERE id = NEW.id;
END;

CREATE TRIGGER course_audience_comes AFTER INSERT ON course_audience BEGIN
  UPDATE course SET change_seq = -1 WHERE id = NEW.course_id;
END;
CREATE TRIGGER course_audience_goes AFTER DELETE ON course_audience BEGIN
  UPDATE course SET change_seq = -1 WHERE id = OLD.course_id;
END;
CREATE TRIGGER course_tag_comes AFTER INSERT ON course_tag BEGIN
  UPDATE course SET change_seq = -1 WHERE id = NEW.course_id;
END;
CREATE TRIGGER course_tag_goes AFTER DELETE ON course_tag BEGIN
  UPDATE course SET change_seq = -1 WHERE id = OLD.course_id;
END;
CREATE TRIGGER course_lecturer_comes AFTER INSERT ON course_lecturer BEGIN
  UPDATE course SET change_seq = -1 WHERE id = NEW.course_id;
END;
CREATE TRIGGER course_lecturer_goes AFTER DELETE ON course_lecturer BEGIN
  UPDATE course SET change_seq = -1 WHERE id = OLD.course_id;
END;
CREATE TRIGGER lesson_comes AFTER INSERT ON lesson BEGIN
  UPDATE course SET change_seq = -1 WHERE id = NEW.course_id;
END;
CREATE TRIGGER lesson_changes AFTER UPDATE ON lesson BEGIN
  UPDATE course SET change_seq = -1 WHERE id IN (OLD.course_id, NEW.course_id);
END;
CREATE TRIGGER lesson_goes AFTER DELETE ON lesson BEGIN
  UPDATE course SET change_seq = -1 WHERE id = OLD.course_id;
END;
CREATE TRIGGER attachment_comes AFTER INSERT ON attachment BEGIN
  UPDATE course SET change_seq = -1 WHERE id = NEW.course_id;
END;
CREATE TRIGGER attachment_changes AFTER UPDATE ON attachment BEGIN
  UPDATE course SET change_seq = -1 WHERE id = NEW.course_id;
END;
CREATE TRIGGER attachment_goes AFTER DELETE ON attachment BEGIN
  UPDATE course SET change_seq = -1 WHERE id = OLD.course_id;
END;

-- What shows of others.
CREATE TRIGGER institution_is_renamed AFTER UPDATE OF name ON institution WHEN NEW.name <> OLD.name BEGIN
  UPDATE course SET institution = NEW.name WHERE institution_id = NEW.id;
END;
CREATE TRIGGER lecturer_is_renamed AFTER UPDATE OF name ON lecturer WHEN NEW.name <> OLD.name BEGIN
  UPDATE course SET change_seq = -1
    WHERE id IN (SELECT course_id FROM course_lecturer WHERE lecturer_id = NEW.id);
END;
CREATE TRIGGER division_is_renamed AFTER UPDATE OF name, name_en ON division
  WHEN NEW.name <> OLD.name OR NEW.name_en <> OLD.name_en
BEGIN
  UPDATE course SET change_seq = -1 WHERE division = NEW.code;
END;

-- Captions, chapters, and what an asset shows: its state, length and poster.
CREATE TRIGGER caption_comes AFTER INSERT ON caption BEGIN
  UPDATE course SET change_seq = -1 WHERE id IN (SELECT course_id FROM lesson WHERE asset_id = NEW.asset_id);
END;
CREATE TRIGGER caption_changes AFTER UPDATE ON caption BEGIN
  UPDATE course SET change_seq = -1 WHERE id IN (SELECT course_id FROM lesson WHERE asset_id = NEW.asset_id);
END;
CREATE TRIGGER caption_goes AFTER DELETE ON caption BEGIN
  UPDATE course SET change_seq = -1 WHERE id IN (SELECT course_id FROM lesson WHERE asset_id = OLD.asset_id);
END;
CREATE TRIGGER chapter_comes AFTER INSERT ON chapter BEGIN
  UPDATE course SET change_seq = -1 WHERE id IN (SELECT course_id FROM lesson WHERE asset_id = NEW.asset_id);
END;
CREATE TRIGGER chapter_changes AFTER UPDATE ON chapter BEGIN
  UPDATE course SET change_seq = -1 WHERE id IN (SELECT course_id FROM lesson WHERE asset_id = NEW.asset_id);
END;
CREATE TRIGGER chapter_goes AFTER DELETE ON chapter BEGIN
  UPDATE course SET change_seq = -1 WHERE id IN (SELECT course_id FROM lesson WHERE asset_id = OLD.asset_id);
END;
CREATE TRIGGER asset_shows AFTER UPDATE OF state, duration_us, poster_key ON asset
  WHEN NEW.state <> OLD.state OR NEW.duration_us <> OLD.duration_us OR NEW.poster_key IS NOT OLD.poster_key
BEGIN
  UPDATE course SET change_seq = -1 WHERE id IN (SELECT course_id FROM lesson WHERE asset_id = NEW.id);
END;
