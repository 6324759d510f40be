-- Triggers that refuse what no code may do, whoever connects as the application.
CREATE FUNCTION callsheet_refuse_change_v1() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
    RAISE EXCEPTION '% on % is refused: the books keep it as it is', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'CS405';
END
$body$;

CREATE FUNCTION callsheet_born_empty_v1() RETURNS trigger LANGUAGE plpgsql AS $body$
DECLARE
    v_row jsonb := to_jsonb(NEW);
    v_column text;
BEGIN
    FOREACH v_column IN ARRAY TG_ARGV LOOP
        IF coalesce(v_row ->> v_column, '0') NOT IN ('0', 'false') THEN
            RAISE EXCEPTION '% begins without %', TG_TABLE_NAME, v_column
                USING ERRCODE = 'CS405';
        END IF;
    END LOOP;
    RETURN NEW;
END
$body$;

CREATE FUNCTION callsheet_command_closed_v1() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public, pg_temp AS $body$
BEGIN
    IF EXISTS (SELECT 1 FROM journal_command c WHERE c.id = NEW.id AND c.answer IS NULL) THEN
        RAISE EXCEPTION 'command % was left without an answer', NEW.id USING ERRCODE = 'CS405';
    END IF;
    RETURN NULL;
END
$body$;

CREATE FUNCTION callsheet_answer_once_v1() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
    IF OLD.answer IS NOT NULL OR (NEW.actor, NEW.name, NEW.key, NEW.input_hash, NEW.at)
        IS DISTINCT FROM (OLD.actor, OLD.name, OLD.key, OLD.input_hash, OLD.at) THEN
        RAISE EXCEPTION 'a command is answered once' USING ERRCODE = 'CS405';
    END IF;
    RETURN NEW;
END
$body$;

REVOKE ALL ON FUNCTION callsheet_refuse_change_v1(), callsheet_born_empty_v1(),
    callsheet_command_closed_v1(), callsheet_answer_once_v1() FROM PUBLIC;
