-- Every stored file that the catalog lists, with its length and checksum as far as they are known; what each asset
-- takes; how much an institution may have; since when an asset has belonged to no lesson.

-- Kept by the triggers below: a row comes and goes with the row that names the file. `size_bytes` and `checksum`
-- (SHA-256) are filled in when the file is published, or by the sealer later.
CREATE TABLE stored_file (
  blob_key   TEXT NOT NULL PRIMARY KEY,
  asset_id   TEXT REFERENCES asset ON DELETE CASCADE, -- NULL: belongs to no asset
  kind       TEXT NOT NULL CHECK (kind IN ('source', 'derived', 'attachment')),
  size_bytes INTEGER,
  checksum   BLOB CHECK (checksum IS NULL OR (length(checksum) = 32 AND size_bytes IS NOT NULL))
) STRICT, WITHOUT ROWID;
CREATE INDEX stored_file_by_asset ON stored_file (asset_id);
CREATE INDEX stored_file_unsealed ON stored_file (blob_key) WHERE checksum IS NULL;

CREATE TABLE asset_usage (
  asset_id      TEXT NOT NULL PRIMARY KEY REFERENCES asset ON DELETE CASCADE,
  source_bytes  INTEGER NOT NULL DEFAULT 0,
  derived_bytes INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;

CREATE TRIGGER stored_file_comes AFTER INSERT ON stored_file WHEN NEW.asset_id IS NOT NULL BEGIN
  INSERT INTO asset_usage (asset_id, source_bytes, derived_bytes)
    VALUES (NEW.asset_id, IIF(NEW.kind = 'source', COALESCE(NEW.size_bytes, 0), 0),
            IIF(NEW.kind = 'source', 0, COALESCE(NEW.size_bytes, 0)))
    ON CONFLICT (asset_id) DO UPDATE SET source_bytes = source_bytes + excluded.source_bytes,
      derived_bytes = derived_bytes + excluded.derived_bytes;
END;
CREATE TRIGGER stored_file_is_measured AFTER UPDATE OF size_bytes ON stored_file WHEN NEW.asset_id IS NOT NULL BEGIN
  UPDATE asset_usage SET
    source_bytes = source_bytes + IIF(NEW.kind = 'source', COALESCE(NEW.size_bytes, 0) - COALESCE(OLD.size_bytes, 0), 0),
    derived_bytes = derived_bytes
      + IIF(NEW.kind = 'source', 0, COALESCE(NEW.size_bytes, 0) - COALESCE(OLD.size_bytes, 0))
    WHERE asset_id = NEW.asset_id;
END;
CREATE TRIGGER stored_file_goes AFTER DELETE ON stored_file WHEN OLD.asset_id IS NOT NULL BEGIN
  UPDATE asset_usage SET source_bytes = source_bytes - IIF(OLD.kind = 'source', COALESCE(OLD.size_bytes, 0), 0),
    derived_bytes = derived_bytes - IIF(OLD.kind = 'source', 0, COALESCE(OLD.size_bytes, 0))
    WHERE asset_id = OLD.asset_id;
END;

-- What is there already: the length of a span file is where its last segment ends.
INSERT INTO stored_file (blob_key, asset_id, kind, size_bytes)
  SELECT source_key, id, 'source', source_size_bytes FROM asset WHERE source_key <> '';
INSERT OR IGNORE INTO stored_file (blob_key, asset_id, kind)
  SELECT poster_key, id, 'derived' FROM asset WHERE poster_key IS NOT NULL;
INSERT OR IGNORE INTO stored_file (blob_key, asset_id, kind, size_bytes)
  SELECT span.blob_key, track.asset_id, 'derived', (SELECT MAX(segment.offset + segment.length) FROM segment
    WHERE segment.track_id = span.track_id AND segment.span_index = span.span_index)
  FROM span JOIN track ON track.id = span.track_id;
INSERT OR IGNORE INTO stored_file (blob_key, asset_id, kind) SELECT blob_key, asset_id, 'derived' FROM caption;
INSERT OR IGNORE INTO stored_file (blob_key, asset_id, kind) SELECT blob_key, asset_id, 'derived' FROM storyboard_sheet;

CREATE TRIGGER asset_file_comes AFTER INSERT ON asset WHEN NEW.source_key <> '' BEGIN
  INSERT INTO stored_file (blob_key, asset_id, kind, size_bytes)
    VALUES (NEW.source_key, NEW.id, 'source', NEW.source_size_bytes);
END;
CREATE TRIGGER asset_source_changes AFTER UPDATE OF source_key ON asset WHEN NEW.source_key <> OLD.source_key BEGIN
  DELETE FROM stored_file WHERE blob_key = OLD.source_key;
  INSERT INTO stored_file (blob_key, asset_id, kind, size_bytes)
    SELECT NEW.source_key, NEW.id, 'source', NEW.source_size_bytes WHERE NEW.source_key <> '';
END;
CREATE TRIGGER asset_poster_changes AFTER UPDATE OF poster_key ON asset WHEN NEW.poster_key IS NOT OLD.poster_key BEGIN
  DELETE FROM stored_file WHERE blob_key = OLD.poster_key;
  INSERT OR IGNORE INTO stored_file (blob_key, asset_id, kind)
    SELECT NEW.poster_key, NEW.id, 'derived' WHERE NEW.poster_key IS NOT NULL;
END;
CREATE TRIGGER span_file_comes AFTER INSERT ON span BEGIN
  INSERT INTO stored_file (blob_key, asset_id, kind)
    SELECT NEW.blob_key, asset_id, 'derived' FROM track WHERE id = NEW.track_id;
END;
CREATE TRIGGER span_file_goes AFTER DELETE ON span BEGIN
  DELETE FROM stored_file WHERE blob_key = OLD.blob_key;
END;
CREATE TRIGGER caption_file_comes AFTER INSERT ON caption BEGIN
  INSERT OR IGNORE INTO stored_file (blob_key, asset_id, kind) VALUES (NEW.blob_key, NEW.asset_id, 'derived');
END;
CREATE TRIGGER caption_file_changes AFTER UPDATE OF blob_key ON caption WHEN NEW.blob_key <> OLD.blob_key BEGIN
  DELETE FROM stored_file WHERE blob_key = OLD.blob_key;
  INSERT OR IGNORE INTO stored_file (blob_key, asset_id, kind) VALUES (NEW.blob_key, NEW.asset_id, 'derived');
END;
CREATE TRIGGER caption_file_goes AFTER DELETE ON caption BEGIN
  DELETE FROM stored_file WHERE blob_key = OLD.blob_key;
END;
CREATE TRIGGER sheet_file_comes AFTER INSERT ON storyboard_sheet BEGIN
  INSERT OR IGNORE INTO stored_file (blob_key, asset_id, kind) VALUES (NEW.blob_key, NEW.asset_id, 'derived');
END;
CREATE TRIGGER sheet_file_goes AFTER DELETE ON storyboard_sheet BEGIN
  DELETE FROM stored_file WHERE blob_key = OLD.blob_key;
END;

-- What an institution may have, where it differs from the settings; NULL: as the settings say, 0: no limit.
CREATE TABLE institution_quota (
  institution  TEXT NOT NULL PRIMARY KEY CHECK (institution <> ''), -- its name, as in asset.institution
  bytes_max    INTEGER CHECK (bytes_max >= 0),
  lessons_max  INTEGER CHECK (lessons_max >= 0)
) STRICT, WITHOUT ROWID;
CREATE INDEX asset_by_institution ON asset (institution);

-- When the last lesson that named the asset went (0: one names it, or none ever did). After a grace its files go.
ALTER TABLE asset ADD COLUMN orphaned_us INTEGER NOT NULL DEFAULT 0;
CREATE INDEX asset_by_orphaned ON asset (orphaned_us) WHERE orphaned_us > 0;
CREATE TRIGGER lesson_asset_comes AFTER INSERT ON lesson BEGIN
  UPDATE asset SET orphaned_us = 0 WHERE id = NEW.asset_id AND orphaned_us > 0;
END;
CREATE TRIGGER lesson_asset_changes AFTER UPDATE OF asset_id ON lesson WHEN NEW.asset_id <> OLD.asset_id BEGIN
  UPDATE asset SET orphaned_us = 0 WHERE id = NEW.asset_id AND orphaned_us > 0;
  UPDATE asset SET orphaned_us = CAST((julianday('now') - 2440587.5) * 86400000000 AS INTEGER)
    WHERE id = OLD.asset_id AND NOT EXISTS (SELECT 1 FROM lesson WHERE asset_id = OLD.asset_id);
END;
CREATE TRIGGER lesson_asset_goes AFTER DELETE ON lesson BEGIN
  UPDATE asset SET orphaned_us = CAST((julianday('now') - 2440587.5) * 86400000000 AS INTEGER)
    WHERE id = OLD.asset_id AND NOT EXISTS (SELECT 1 FROM lesson WHERE asset_id = OLD.asset_id);
END;
