-- The interpreter's picture of a lesson in sign language: media of their own, shown beside the lesson's.

ALTER TABLE lesson ADD COLUMN sign_asset_id TEXT REFERENCES asset;
CREATE INDEX lesson_by_sign_asset ON lesson (sign_asset_id) WHERE sign_asset_id IS NOT NULL;

-- Both media of a lesson belong to it: see asset.orphaned_us.
DROP TRIGGER lesson_asset_comes;
DROP TRIGGER lesson_asset_changes;
DROP TRIGGER lesson_asset_goes;
CREATE TRIGGER lesson_asset_comes AFTER INSERT ON lesson BEGIN
  UPDATE asset SET orphaned_us = 0 WHERE id IN (NEW.asset_id, NEW.sign_asset_id) AND orphaned_us > 0;
END;
CREATE TRIGGER lesson_asset_changes AFTER UPDATE OF asset_id, sign_asset_id ON lesson
  WHEN NEW.asset_id <> OLD.asset_id OR NEW.sign_asset_id IS NOT OLD.sign_asset_id
BEGIN
  UPDATE asset SET orphaned_us = 0 WHERE id IN (NEW.asset_id, NEW.sign_asset_id) AND orphaned_us > 0;
  UPDATE asset SET orphaned_us = CAST((julianday('now') - 2440587.5) * 86400000000 AS INTEGER)
    WHERE id IN (OLD.asset_id, OLD.sign_asset_id)
      AND NOT EXISTS (SELECT 1 FROM lesson WHERE asset_id = asset.id)
      AND NOT EXISTS (SELECT 1 FROM lesson WHERE sign_asset_id = asset.id);
END;
CREATE TRIGGER lesson_asset_goes AFTER DELETE ON lesson BEGIN
  UPDATE asset SET orphaned_us = CAST((julianday('now') - 2440587.5) * 86400000000 AS INTEGER)
    WHERE id IN (OLD.asset_id, OLD.sign_asset_id)
      AND NOT EXISTS (SELECT 1 FROM lesson WHERE asset_id = asset.id)
      AND NOT EXISTS (SELECT 1 FROM lesson WHERE sign_asset_id = asset.id);
END;
CREATE TRIGGER sign_asset_shows AFTER UPDATE OF state ON asset WHEN NEW.state <> OLD.state BEGIN
  UPDATE course SET change_seq = -1 WHERE id IN (SELECT course_id FROM lesson WHERE sign_asset_id = NEW.id);
END;
