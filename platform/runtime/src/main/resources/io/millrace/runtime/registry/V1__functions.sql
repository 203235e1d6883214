-- Runs on H2 and on PostgreSQL. On H2 each table is committed on its own, so a killed first start leaves a part of
-- them and runs this again.
CREATE TABLE IF NOT EXISTS functions (
    name VARCHAR(64) PRIMARY KEY,
    handler VARCHAR NOT NULL,
    runtime VARCHAR NOT NULL,
    role VARCHAR,
    description VARCHAR NOT NULL,
    timeout_millis BIGINT NOT NULL,
    memory_size_megabytes INTEGER NOT NULL,
    environment VARCHAR NOT NULL,
    code_sha256 CHAR(64) NOT NULL,
    code_size BIGINT NOT NULL,
    reserved_concurrency INTEGER,
    revision_id VARCHAR NOT NULL,
    last_modified TIMESTAMP WITH TIME ZONE NOT NULL,
    created TIMESTAMP WITH TIME ZONE NOT NULL
);

-- A row only where somebody set something; an empty column follows the settings of the platform.
CREATE TABLE IF NOT EXISTS event_invoke_configs (
    function_name VARCHAR(64) PRIMARY KEY REFERENCES functions (name) ON DELETE CASCADE,
    maximum_retry_attempts INTEGER,
    maximum_event_age_millis BIGINT,
    on_success VARCHAR,
    on_failure VARCHAR,
    last_modified TIMESTAMP WITH TIME ZONE NOT NULL
);
