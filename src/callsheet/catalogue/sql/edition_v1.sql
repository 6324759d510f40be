-- Whatever changes a setting of the studio gives all of them a new mark, in the same transaction.
-- A mark is drawn and never comes again, so that what was read under it stays true of it, also
-- where the change is rolled back.
CREATE FUNCTION callsheet_new_edition_v1() RETURNS trigger LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = public, pg_temp AS $body$
BEGIN
    UPDATE catalogue_edition SET mark = gen_random_uuid();
    RETURN NULL;
END
$body$;

REVOKE ALL ON FUNCTION callsheet_new_edition_v1() FROM PUBLIC;
