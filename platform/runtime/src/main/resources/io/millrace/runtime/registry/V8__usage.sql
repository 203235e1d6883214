-- Runs on H2 and on PostgreSQL. On H2 each statement is committed on its own, so a start that was killed in the middle
-- runs this again.

-- What functions used, added up every few seconds. It outlives the functions.
CREATE TABLE IF NOT EXISTS usage_by_day (
    usage_day DATE NOT NULL,
    function_name VARCHAR(64) NOT NULL,
    function_version VARCHAR(16) NOT NULL,
    requests BIGINT NOT NULL,
    megabyte_millis BIGINT NOT NULL,
    cold_starts BIGINT NOT NULL,
    bytes_in BIGINT NOT NULL,
    bytes_out BIGINT NOT NULL,
    PRIMARY KEY (usage_day, function_name, function_version)
);
