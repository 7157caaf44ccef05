-- People: accounts, the roles they hold, and the secrets by which they are known again (stored as SHA-256 only).

CREATE TABLE person (
  id          TEXT NOT NULL PRIMARY KEY,
  login       TEXT NOT NULL UNIQUE CHECK (login <> ''), -- folded: small letters, one form
  name        TEXT NOT NULL CHECK (name <> ''),
  division    TEXT NOT NULL DEFAULT '', -- where they live or work; a code, or empty
  password    TEXT,                     -- argon2id, as libsodium writes it; NULL: they come by another way
  subject     TEXT UNIQUE,              -- at the OIDC provider
  is_disabled INTEGER NOT NULL DEFAULT 0 CHECK (is_disabled IN (0, 1)),
  totp_secret TEXT,                     -- base 32; NULL: no second factor
  totp_step   INTEGER NOT NULL DEFAULT 0, -- the last 30 s whose code was taken: none is taken twice
  row_version INTEGER NOT NULL DEFAULT 1,
  created_us  INTEGER NOT NULL,
  updated_us  INTEGER NOT NULL
) STRICT;

-- At an institution, over a division with all below it, or, with neither, everywhere.
CREATE TABLE person_role (
  person_id      TEXT NOT NULL REFERENCES person ON DELETE CASCADE,
  role           TEXT NOT NULL CHECK (role IN ('teacher', 'host', 'reviewer', 'manager', 'administrator')),
  division       TEXT NOT NULL DEFAULT '',
  institution_id TEXT NOT NULL DEFAULT '',
  PRIMARY KEY (person_id, role, division, institution_id)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER institution_goes_from_roles AFTER DELETE ON institution BEGIN
  DELETE FROM person_role WHERE institution_id = OLD.id;
END;

CREATE TABLE credential (
  id           TEXT NOT NULL PRIMARY KEY,
  kind         TEXT NOT NULL CHECK (kind IN ('session', 'device', 'token', 'recovery', 'room')),
  hash         TEXT NOT NULL UNIQUE,
  old_hash     TEXT UNIQUE,                -- of the secret before the last rotation
  old_until_us INTEGER NOT NULL DEFAULT 0, -- 0: good until the new one has been used
  person_id    TEXT REFERENCES person ON DELETE CASCADE,
  room_id      TEXT REFERENCES room ON DELETE CASCADE,
  label        TEXT NOT NULL DEFAULT '',
  scopes       INTEGER NOT NULL DEFAULT 0, -- bits of catalog/role.h
  is_strong    INTEGER NOT NULL DEFAULT 0, -- a second factor was shown
  created_us   INTEGER NOT NULL,
  rotated_us   INTEGER NOT NULL,
  expires_us   INTEGER NOT NULL
) STRICT;
CREATE INDEX credential_by_person ON credential (person_id, kind);
CREATE INDEX credential_by_room ON credential (room_id);
CREATE INDEX credential_by_expiry ON credential (expires_us);

-- Receivers without a keyboard that ask to be signed in (RFC 8628).
CREATE TABLE device_grant (
  hash       TEXT NOT NULL PRIMARY KEY, -- of the device code
  user_code  TEXT NOT NULL UNIQUE,
  state      TEXT NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'approved', 'denied')),
  label      TEXT NOT NULL DEFAULT '',
  person_id  TEXT REFERENCES person ON DELETE CASCADE,
  expires_us INTEGER NOT NULL
) STRICT;
CREATE INDEX device_grant_by_person ON device_grant (person_id);

-- Short codes by which people in a room join it.
CREATE TABLE room_code (
  code       TEXT NOT NULL PRIMARY KEY,
  room_id    TEXT NOT NULL UNIQUE REFERENCES room ON DELETE CASCADE,
  expires_us INTEGER NOT NULL
) STRICT;

