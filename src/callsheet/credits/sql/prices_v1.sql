-- The prices of a subscription adjoin: no day between two of them without one, none with two.
-- Checked by one who holds the subscription's row, so that two at a time cannot both be right.
CREATE FUNCTION callsheet_prices_adjoin_v1() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
    PERFORM 1 FROM credits_subscription s WHERE s.id = NEW.subscription_id FOR NO KEY UPDATE;
    IF EXISTS (
        SELECT 1 FROM (
            SELECT p.ends_on, lead(p.starts_on) OVER (ORDER BY p.starts_on) AS next_starts_on
            FROM credits_priceperiod p
            WHERE p.subscription_id = NEW.subscription_id
                AND (p.ends_on IS NULL OR p.ends_on > p.starts_on)
        ) period
        WHERE period.next_starts_on IS NOT NULL
            AND period.ends_on IS DISTINCT FROM period.next_starts_on
    ) THEN
        RAISE EXCEPTION 'the prices of subscription % leave a gap or overlap', NEW.subscription_id
            USING ERRCODE = 'CS405';
    END IF;
    RETURN NULL;
END
$body$;

REVOKE ALL ON FUNCTION callsheet_prices_adjoin_v1() FROM PUBLIC;
