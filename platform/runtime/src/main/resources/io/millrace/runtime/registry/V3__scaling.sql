-- Runs on H2 and on PostgreSQL. On H2 each statement is committed on its own, so a start that was killed in the middle
-- runs this again.

-- Not tied to functions: who deletes and creates one again need not tell its scaling again.
CREATE TABLE IF NOT EXISTS scalable_targets (
    function_name VARCHAR(64) NOT NULL,
    qualifier VARCHAR(128) NOT NULL,
    id VARCHAR NOT NULL,
    minimum INTEGER NOT NULL,
    maximum INTEGER NOT NULL,
    scale_in_suspended BOOLEAN NOT NULL,
    scale_out_suspended BOOLEAN NOT NULL,
    schedule_suspended BOOLEAN NOT NULL,
    created TIMESTAMP WITH TIME ZONE NOT NULL,
    registered TIMESTAMP WITH TIME ZONE NOT NULL,
    PRIMARY KEY (function_name, qualifier)
);

-- There is one metric, and so one policy for each target.
CREATE TABLE IF NOT EXISTS scaling_policies (
    function_name VARCHAR(64) NOT NULL,
    qualifier VARCHAR(128) NOT NULL,
    name VARCHAR(256) NOT NULL,
    id VARCHAR NOT NULL,
    target DOUBLE PRECISION NOT NULL,
    scale_out_cooldown_seconds BIGINT NOT NULL,
    scale_in_cooldown_seconds BIGINT NOT NULL,
    scale_in_disabled BOOLEAN NOT NULL,
    created TIMESTAMP WITH TIME ZONE NOT NULL,
    PRIMARY KEY (function_name, qualifier),
    FOREIGN KEY (function_name, qualifier)
        REFERENCES scalable_targets (function_name, qualifier) ON DELETE CASCADE
);

CREATE TABLE IF NOT EXISTS scheduled_actions (
    function_name VARCHAR(64) NOT NULL,
    qualifier VARCHAR(128) NOT NULL,
    name VARCHAR(256) NOT NULL,
    id VARCHAR NOT NULL,
    schedule VARCHAR NOT NULL,
    time_zone VARCHAR,
    starts TIMESTAMP WITH TIME ZONE,
    ends TIMESTAMP WITH TIME ZONE,
    minimum INTEGER,
    maximum INTEGER,
    created TIMESTAMP WITH TIME ZONE NOT NULL,
    PRIMARY KEY (function_name, qualifier, name),
    FOREIGN KEY (function_name, qualifier)
        REFERENCES scalable_targets (function_name, qualifier) ON DELETE CASCADE
);
