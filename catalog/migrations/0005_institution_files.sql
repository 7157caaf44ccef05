-- A renamed institution keeps its quota and what counts for it.

CREATE TRIGGER institution_takes_its_files AFTER UPDATE OF name ON institution
  WHEN NEW.name <> OLD.name AND NOT EXISTS (SELECT 1 FROM institution WHERE name = OLD.name)
BEGIN
  UPDATE asset SET institution = NEW.name WHERE institution = OLD.name;
  UPDATE OR IGNORE institution_quota SET institution = NEW.name WHERE institution = OLD.name;
END;
