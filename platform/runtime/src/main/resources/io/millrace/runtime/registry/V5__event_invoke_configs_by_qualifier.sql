-- Runs on H2 and on PostgreSQL. On H2 each statement is committed on its own, so a start that was killed in the middle
-- runs this again.

-- A row only where somebody set something; an empty column follows the settings of the platform.
CREATE TABLE IF NOT EXISTS qualified_event_invoke_configs (
    function_name VARCHAR(64) NOT NULL REFERENCES functions (name) ON DELETE CASCADE,
    qualifier VARCHAR(128) NOT NULL,
    maximum_retry_attempts INTEGER,
    maximum_event_age_millis BIGINT,
    on_success VARCHAR,
    on_failure VARCHAR,
    last_modified TIMESTAMP WITH TIME ZONE NOT NULL,
    PRIMARY KEY (function_name, qualifier)
);

-- Its key was the function alone, and the two databases have different words for changing a key. Made here only for a
-- start that was killed after the last statement.
CREATE TABLE IF NOT EXISTS event_invoke_configs (
    function_name VARCHAR(64) PRIMARY KEY REFERENCES functions (name) ON DELETE CASCADE,
    maximum_retry_attempts INTEGER,
    maximum_event_age_millis BIGINT,
    on_success VARCHAR,
    on_failure VARCHAR,
    last_modified TIMESTAMP WITH TIME ZONE NOT NULL
);

INSERT INTO qualified_event_invoke_configs (function_name, qualifier, maximum_retry_attempts,
                                            maximum_event_age_millis, on_success, on_failure, last_modified)
SELECT function_name, '$LATEST', maximum_retry_attempts, maximum_event_age_millis, on_success, on_failure, last_modified
  FROM event_invoke_configs
 WHERE NOT EXISTS (SELECT 1 FROM qualified_event_invoke_configs moved
                    WHERE moved.function_name = event_invoke_configs.function_name);

DROP TABLE event_invoke_configs;
