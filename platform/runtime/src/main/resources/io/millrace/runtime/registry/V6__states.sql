-- Runs on H2 and on PostgreSQL. On H2 each statement is committed on its own, so a start that was killed in the middle
-- runs this again.

-- How far the last change of a function has come.
ALTER TABLE functions ADD COLUMN IF NOT EXISTS state VARCHAR(32) DEFAULT 'ACTIVE' NOT NULL;
ALTER TABLE functions ADD COLUMN IF NOT EXISTS state_reason VARCHAR DEFAULT '' NOT NULL;
-- The version that comes with the change.
ALTER TABLE functions ADD COLUMN IF NOT EXISTS pending_version INTEGER;
