-- What reviewers said of courses that were handed in; and the order in which work on lessons is listed.

CREATE TABLE course_review (
  id          INTEGER PRIMARY KEY,
  course_id   TEXT NOT NULL REFERENCES course ON DELETE CASCADE,
  at_us       INTEGER NOT NULL,
  actor       TEXT NOT NULL,
  is_approved INTEGER NOT NULL CHECK (is_approved IN (0, 1)),
  remark      TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE INDEX course_review_by_course ON course_review (course_id, id);
CREATE TRIGGER review_goes_with_course AFTER UPDATE OF state ON course WHEN NEW.state = 'deleted' BEGIN
  DELETE FROM course_review WHERE course_id = NEW.id;
END;

CREATE INDEX course_by_state ON course (state) WHERE state <> 'published';
CREATE INDEX asset_by_created ON asset (created_us DESC, id DESC);
