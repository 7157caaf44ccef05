-- Where people who are signed in left off, so that they go on on another device.

CREATE TABLE watch_position (
  person_id   TEXT NOT NULL REFERENCES person ON DELETE CASCADE,
  lesson_id   TEXT NOT NULL REFERENCES lesson ON DELETE CASCADE,
  position_us INTEGER NOT NULL CHECK (position_us >= 0),
  duration_us INTEGER NOT NULL CHECK (duration_us >= 0),
  saved_us    INTEGER NOT NULL, -- when it was watched: the newest wins
  PRIMARY KEY (person_id, lesson_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX watch_position_by_time ON watch_position (person_id, saved_us DESC);
CREATE INDEX watch_position_by_lesson ON watch_position (lesson_id);
