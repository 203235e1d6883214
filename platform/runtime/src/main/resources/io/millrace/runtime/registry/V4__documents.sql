-- Runs on H2 and on PostgreSQL. On H2 each statement is committed on its own, so a start that was killed in the middle
-- runs this again.

-- What is kept whole and only found by its key. Not tied to functions by the database: those of an embedding service
-- are in no table.
CREATE TABLE IF NOT EXISTS documents (
    kind VARCHAR(32) NOT NULL,
    owner VARCHAR(256) NOT NULL,
    name VARCHAR(256) NOT NULL,
    content TEXT NOT NULL,
    PRIMARY KEY (kind, owner, name)
);
