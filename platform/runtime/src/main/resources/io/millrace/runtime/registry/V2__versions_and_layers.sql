-- Runs on H2 and on PostgreSQL. On H2 each statement is committed on its own, so a start that was killed in the middle
-- runs this again.
ALTER TABLE functions ADD COLUMN IF NOT EXISTS ephemeral_storage_megabytes INTEGER DEFAULT 512 NOT NULL;
ALTER TABLE functions ADD COLUMN IF NOT EXISTS architecture VARCHAR DEFAULT 'x86_64' NOT NULL;
-- ARNs of layer versions in their order, as a JSON array.
ALTER TABLE functions ADD COLUMN IF NOT EXISTS layers VARCHAR DEFAULT '[]' NOT NULL;

-- Rows are written once and never changed.
CREATE TABLE IF NOT EXISTS function_versions (
    function_name VARCHAR(64) NOT NULL REFERENCES functions (name) ON DELETE CASCADE,
    version_number INTEGER NOT NULL,
    handler VARCHAR NOT NULL,
    runtime VARCHAR NOT NULL,
    role VARCHAR,
    description VARCHAR NOT NULL,
    timeout_millis BIGINT NOT NULL,
    memory_size_megabytes INTEGER NOT NULL,
    ephemeral_storage_megabytes INTEGER NOT NULL,
    architecture VARCHAR NOT NULL,
    layers VARCHAR NOT NULL,
    environment VARCHAR NOT NULL,
    code_sha256 CHAR(64) NOT NULL,
    code_size BIGINT NOT NULL,
    revision_id VARCHAR NOT NULL,
    last_modified TIMESTAMP WITH TIME ZONE NOT NULL,
    source_description VARCHAR NOT NULL,
    PRIMARY KEY (function_name, version_number)
);

-- Outlives the function: a number is never given twice for one name.
CREATE TABLE IF NOT EXISTS version_numbers (
    function_name VARCHAR(64) PRIMARY KEY,
    last_number INTEGER NOT NULL
);

CREATE TABLE IF NOT EXISTS aliases (
    function_name VARCHAR(64) NOT NULL REFERENCES functions (name) ON DELETE CASCADE,
    name VARCHAR(128) NOT NULL,
    function_version VARCHAR NOT NULL,
    description VARCHAR NOT NULL,
    additional_version VARCHAR,
    additional_weight DOUBLE PRECISION,
    revision_id VARCHAR NOT NULL,
    PRIMARY KEY (function_name, name)
);

CREATE TABLE IF NOT EXISTS provisioned_concurrency (
    function_name VARCHAR(64) NOT NULL REFERENCES functions (name) ON DELETE CASCADE,
    qualifier VARCHAR(128) NOT NULL,
    requested INTEGER NOT NULL,
    last_modified TIMESTAMP WITH TIME ZONE NOT NULL,
    PRIMARY KEY (function_name, qualifier)
);

-- Never deleted, for the same reason as version_numbers.
CREATE TABLE IF NOT EXISTS layers (
    name VARCHAR(140) PRIMARY KEY,
    last_number INTEGER NOT NULL
);

-- A deleted version stays, because functions that use it go on working.
CREATE TABLE IF NOT EXISTS layer_versions (
    layer_name VARCHAR(140) NOT NULL REFERENCES layers (name),
    version_number INTEGER NOT NULL,
    description VARCHAR NOT NULL,
    license_info VARCHAR,
    compatible_runtimes VARCHAR NOT NULL,
    compatible_architectures VARCHAR NOT NULL,
    code_sha256 CHAR(64) NOT NULL,
    code_size BIGINT NOT NULL,
    created TIMESTAMP WITH TIME ZONE NOT NULL,
    deleted BOOLEAN NOT NULL,
    PRIMARY KEY (layer_name, version_number)
);
