-- Runs on H2 and on PostgreSQL. On H2 each statement is committed on its own, so a start that was killed in the middle
-- runs this again.

-- How far event source mappings have come in sources that do not keep that themselves. Not in the documents: these
-- change with every batch.
CREATE TABLE IF NOT EXISTS checkpoints (
    mapping VARCHAR(36) NOT NULL,
    source_partition VARCHAR(512) NOT NULL,
    position_done VARCHAR(1024) NOT NULL,
    PRIMARY KEY (mapping, source_partition)
);
