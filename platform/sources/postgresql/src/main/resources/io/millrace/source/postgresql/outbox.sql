-- Change feeds of tables, for event source mappings of Millrace. PostgreSQL 13 or later.
--
-- Run it once in each database, and again to renew the functions; then, as the same user:
--
--   SELECT millrace.create_outbox('orders', retention => '7 days');
--   SELECT millrace.capture('public.orders', 'orders');       -- any number of tables
--   SELECT millrace.grant_reader('orders', 'millrace_reader'); -- unless the reader owns all of this
--
-- A program may also write changes of its own, in the transaction that they are part of:
--
--   INSERT INTO millrace.orders (table_name, keys, new_image) VALUES ('order_placed', '{"id": 7}', '{"total": 12.50}');
--
-- The end of it: SELECT millrace.stop_capture('public.orders', 'orders'); SELECT millrace.drop_outbox('orders');

CREATE SCHEMA IF NOT EXISTS millrace;

CREATE TABLE IF NOT EXISTS millrace.outboxes (
    name text PRIMARY KEY CHECK (name ~ '^[a-z][a-z0-9_]{0,39}$' AND name <> 'outboxes'),
    -- May be changed at any time.
    retention interval NOT NULL CHECK (retention > interval '0'),
    -- The highest number that was pruned.
    pruned bigint NOT NULL DEFAULT 0
);

-- Numbers a change. The transaction has its id before the change has its number, which readers rely on: once all
-- transactions are over whose ids were given when number n had been drawn, nothing up to n can appear any more.
CREATE OR REPLACE FUNCTION millrace.number_change() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    NEW.xact := pg_current_xact_id();
    NEW.number := nextval(TG_ARGV[0]::regclass);
    NEW.made := clock_timestamp();
    RETURN NEW;
END $$;

-- Wakes readers, at most ten times a second: PostgreSQL lets transactions that notify commit one after the other only.
-- The sequence keeps when that was last, in milliseconds; unlike a row it is shared at once and locks nobody out.
CREATE OR REPLACE FUNCTION millrace.wake() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    now_is bigint := (extract(epoch FROM clock_timestamp()) * 1000)::bigint;
    woken bigint;
BEGIN
    EXECUTE format('SELECT last_value FROM millrace.%I', TG_TABLE_NAME || '_woken') INTO woken;
    IF now_is NOT BETWEEN woken AND woken + 99 THEN
        PERFORM setval(format('millrace.%I', TG_TABLE_NAME || '_woken')::regclass, now_is);
        PERFORM pg_notify('millrace.' || TG_TABLE_NAME, '');
    END IF;
    RETURN NULL;
END $$;

-- So that a reader who comes too late is told.
CREATE OR REPLACE FUNCTION millrace.note_pruned() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    highest bigint;
BEGIN
    IF TG_OP = 'TRUNCATE' THEN
        EXECUTE format('SELECT last_value FROM millrace.%I', TG_TABLE_NAME || '_number') INTO highest;
    ELSE
        SELECT max(number) INTO highest FROM gone;
    END IF;
    UPDATE millrace.outboxes SET pruned = highest WHERE name = TG_TABLE_NAME AND pruned < highest;
    RETURN NULL;
END $$;

-- Writes what became of a row. An update that changes nothing is no change; one of the primary key is the end of one row
-- and the beginning of another. Rows of partitions are shown as those of their table.
CREATE OR REPLACE FUNCTION millrace.capture_change() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    write text := format('INSERT INTO millrace.%I (operation, schema_name, table_name, keys, new_image, old_image)'
            || ' VALUES ($1, $2, $3, $4, $5, $6)', TG_ARGV[0]);
    of_schema text;
    of_table text;
    new_image json;
    old_image json;
    new_keys jsonb;
    old_keys jsonb;
BEGIN
    IF TG_OP = 'UPDATE' THEN
        IF OLD *= NEW THEN
            RETURN NULL;
        END IF;
    END IF;
    IF TG_OP <> 'DELETE' THEN
        new_image := row_to_json(NEW);
    END IF;
    IF TG_OP <> 'INSERT' THEN
        old_image := row_to_json(OLD);
    END IF;
    SELECT n.nspname, c.relname INTO of_schema, of_table
        FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE c.oid = coalesce(pg_partition_root(TG_RELID), TG_RELID);
    SELECT coalesce(jsonb_object_agg(a.attname, new_image -> a.attname), '{}'),
            coalesce(jsonb_object_agg(a.attname, old_image -> a.attname), '{}')
        INTO new_keys, old_keys
        FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = ANY (i.indkey)
        WHERE i.indrelid = TG_RELID AND i.indisprimary;
    IF TG_OP = 'UPDATE' AND new_keys = old_keys THEN
        EXECUTE write USING 'MODIFY', of_schema, of_table, new_keys, new_image, old_image;
        RETURN NULL;
    END IF;
    IF TG_OP <> 'INSERT' THEN
        EXECUTE write USING 'REMOVE', of_schema, of_table, old_keys, NULL::json, old_image;
    END IF;
    IF TG_OP <> 'DELETE' THEN
        EXECUTE write USING 'INSERT', of_schema, of_table, new_keys, new_image, NULL::json;
    END IF;
    RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION millrace.create_outbox(outbox text, retention interval DEFAULT '24 hours') RETURNS void
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    INSERT INTO millrace.outboxes (name, retention) VALUES (outbox, create_outbox.retention);
    EXECUTE format($sql$
        CREATE TABLE millrace.%1$I (
            number bigint PRIMARY KEY,
            xact xid8 NOT NULL,
            made timestamptz NOT NULL,
            operation text NOT NULL DEFAULT 'INSERT' CHECK (operation IN ('INSERT', 'MODIFY', 'REMOVE')),
            schema_name text NOT NULL DEFAULT 'public',
            table_name text NOT NULL,
            keys jsonb NOT NULL DEFAULT '{}',
            new_image json,
            old_image json
        );
        CREATE SEQUENCE millrace.%2$I MINVALUE 0 START 0 OWNED BY millrace.%1$I.number;
        CREATE SEQUENCE millrace.%3$I MINVALUE 0 START 0 OWNED BY millrace.%1$I.number;
        SELECT nextval('millrace.%2$I'), nextval('millrace.%3$I');
        CREATE TRIGGER number_change BEFORE INSERT ON millrace.%1$I
            FOR EACH ROW EXECUTE FUNCTION millrace.number_change('millrace.%2$I');
        CREATE TRIGGER wake AFTER INSERT ON millrace.%1$I
            FOR EACH STATEMENT EXECUTE FUNCTION millrace.wake();
        CREATE TRIGGER note_pruned AFTER DELETE ON millrace.%1$I REFERENCING OLD TABLE AS gone
            FOR EACH STATEMENT EXECUTE FUNCTION millrace.note_pruned();
        CREATE TRIGGER note_truncated AFTER TRUNCATE ON millrace.%1$I
            FOR EACH STATEMENT EXECUTE FUNCTION millrace.note_pruned();
        $sql$, outbox, outbox || '_number', outbox || '_woken');
END $$;

-- From now on changes of the table's rows go to the outbox, in the transactions that make them. A TRUNCATE does not.
CREATE OR REPLACE FUNCTION millrace.capture(captured regclass, outbox text) RETURNS void
    LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM millrace.outboxes o WHERE o.name = outbox) THEN
        RAISE EXCEPTION 'There is no outbox %, expected one that millrace.create_outbox has made', outbox;
    END IF;
    IF (SELECT relnamespace FROM pg_catalog.pg_class WHERE oid = captured) = 'millrace'::regnamespace THEN
        RAISE EXCEPTION 'The table % is one of Millrace itself, expected another', captured;
    END IF;
    PERFORM millrace.stop_capture(captured, outbox);
    EXECUTE format('CREATE TRIGGER %I AFTER INSERT OR UPDATE OR DELETE ON %s'
            || ' FOR EACH ROW EXECUTE FUNCTION millrace.capture_change(%L)',
            'millrace_capture_' || outbox, captured, outbox);
END $$;

CREATE OR REPLACE FUNCTION millrace.stop_capture(captured regclass, outbox text) RETURNS void
    LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM pg_catalog.pg_trigger
            WHERE tgrelid = captured AND tgname = 'millrace_capture_' || outbox) THEN
        EXECUTE format('DROP TRIGGER %I ON %s', 'millrace_capture_' || outbox, captured);
    END IF;
END $$;

CREATE OR REPLACE FUNCTION millrace.grant_reader(outbox text, reader name) RETURNS void
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    EXECUTE format('GRANT USAGE ON SCHEMA millrace TO %1$I; GRANT SELECT ON millrace.outboxes, millrace.%2$I TO %1$I;'
            || ' GRANT SELECT ON SEQUENCE millrace.%3$I TO %1$I', reader, outbox, outbox || '_number');
END $$;

-- Deletes what is older than the outbox's retention, 10,000 changes at most, and says how many. The server does so about
-- once a minute while a mapping reads the outbox; where none may be, call it from cron.
CREATE OR REPLACE FUNCTION millrace.prune(outbox text) RETURNS bigint
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    oldest timestamptz;
    deleted bigint;
BEGIN
    SELECT now() - o.retention INTO STRICT oldest FROM millrace.outboxes o WHERE o.name = outbox;
    EXECUTE format('DELETE FROM millrace.%1$I WHERE number IN (SELECT number FROM'
            || ' (SELECT number, made FROM millrace.%1$I ORDER BY number LIMIT 10000) first WHERE made < $1)', outbox)
        USING oldest;
    GET DIAGNOSTICS deleted = ROW_COUNT;
    RETURN deleted;
END $$;

-- The outbox and all that it holds; nothing is captured into it any more.
CREATE OR REPLACE FUNCTION millrace.drop_outbox(outbox text) RETURNS void
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    captured regclass;
BEGIN
    FOR captured IN SELECT tgrelid FROM pg_trigger
            WHERE tgname = 'millrace_capture_' || outbox AND tgparentid = 0 LOOP
        PERFORM millrace.stop_capture(captured, outbox);
    END LOOP;
    EXECUTE format('DROP TABLE millrace.%I', outbox);
    DELETE FROM millrace.outboxes o WHERE o.name = outbox;
END $$;
