-- The one funnel of the ledger: a batch of moves, all or none, once per command.
--
-- p_command names a command that is open in this transaction (its moves are appended); when it is
-- null, the command (p_actor, p_name, p_key) is begun and closed here, or found done and answered.
-- p_moves is an array of
--   {kind, amount, source, target, hold, ref, lot, grant, order, down, opening}
-- where source and target are wallets, ref names a hold that this batch opens, down turns an
-- adjustment downwards and opening lets a hold overdraw.
-- Answers {"command", "replayed", "transfers": [ids], "holds": [id per move, or null]}.
-- Refusals are raised with SQLSTATE CS4xx, the code as MESSAGE and facts as JSON in DETAIL.
--
-- Order of work: the command first, because its unique key makes repeated requests wait for each
-- other; then the wallets in the order of their ids; then, for each move, the guarded update of its
-- wallets, because the shortest way to their row locks is the fastest one under contention; then
-- what hangs on the wallet (hold, borrowing, lot, order), which its row lock protects too.
-- Rows of wallets are locked FOR NO KEY UPDATE: foreign keys to a wallet may be written meanwhile.
--
-- New in version 2: restore, which brings back what a hold that is over had used up.
CREATE FUNCTION callsheet_post_v2(
    p_command bigint,
    p_actor text,
    p_name text,
    p_key text,
    p_input_hash bytea,
    p_moves jsonb,
    p_at timestamptz,
    p_note_digest bytea
) RETURNS jsonb
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = public, pg_temp
-- Plans are kept as long as a connection lives; one made while a table was nearly empty would go on
-- reading it from end to end when it is large.
SET enable_seqscan = off
AS $body$
DECLARE
    v_command bigint := p_command;
    v_actor text := p_actor;
    v_name text := p_name;
    v_key text := p_key;
    v_hash bytea;
    v_answer jsonb;
    v_n integer := 0;
    v_ids bigint[];
    v_refs jsonb := '{}';
    v_transfers bigint[] := '{}';
    v_holds bigint[] := '{}';
    v_cross boolean;
    v_from_bucket text;
    v_to_bucket text;
    v_target bigint;
    v_hold bigint;
    v_hold_credits integer;
    v_consumed bigint;
    v_opened boolean;
    v_open boolean;
    v_unfilled bigint[] := '{}';
    v_now timestamptz := coalesce(p_at, clock_timestamp());
    v_at timestamptz;
    v_refusal text;
    v_content text;
    v_guard integer;
    v_from_seq bigint;
    v_from_hash bytea;
    v_to_seq bigint;
    v_to_hash bytea;
    v_billing text;
    v_transfer bigint;
    m record;
BEGIN
    IF v_command IS NULL THEN
        INSERT INTO journal_command (actor, name, key, input_hash, answer, at)
        VALUES (p_actor, p_name, p_key, p_input_hash, '{}', v_now)
        ON CONFLICT (actor, name, key) DO NOTHING
        RETURNING id INTO v_command;
        IF v_command IS NULL THEN
            SELECT c.id, c.input_hash INTO v_command, v_hash FROM journal_command c
            WHERE c.actor = p_actor AND c.name = p_name AND c.key = p_key;
            IF v_hash <> p_input_hash THEN
                RAISE EXCEPTION 'command_reused' USING ERRCODE = 'CS409', DETAIL = '{}';
            END IF;
            SELECT jsonb_build_object(
                'command', v_command, 'replayed', true,
                'transfers', coalesce(jsonb_agg(t.id ORDER BY t.n), '[]'),
                'holds', coalesce(jsonb_agg(t.hold_id ORDER BY t.n), '[]'))
            INTO v_answer FROM credits_transfer t WHERE t.command_id = v_command;
            RETURN v_answer;
        END IF;
    ELSE
        SELECT c.actor, c.name, c.key, c.answer INTO v_actor, v_name, v_key, v_answer
        FROM journal_command c WHERE c.id = v_command;
        IF v_actor IS NULL OR v_answer IS NOT NULL THEN
            RAISE EXCEPTION 'command_not_open' USING ERRCODE = 'CS409', DETAIL = '{}';
        END IF;
        SELECT coalesce(max(t.n), 0) INTO v_n FROM credits_transfer t
        WHERE t.command_id = v_command;
    END IF;

    -- Several wallets are locked in the order of their ids; a single one by its own update.
    IF jsonb_array_length(p_moves) > 1 OR (p_moves -> 0 ->> 'target') IS NOT NULL THEN
        SELECT array_agg(DISTINCT x.id) INTO v_ids FROM (
            SELECT (move ->> 'source')::bigint AS id FROM jsonb_array_elements(p_moves) move
            UNION SELECT (move ->> 'target')::bigint FROM jsonb_array_elements(p_moves) move
        ) x WHERE x.id IS NOT NULL;
        IF cardinality(v_ids) > 1 THEN
            PERFORM 1 FROM credits_wallet w WHERE w.id = ANY (v_ids) ORDER BY w.id FOR NO KEY UPDATE;
        END IF;
    END IF;

    FOR m IN
        SELECT * FROM jsonb_to_recordset(p_moves) AS x(
            kind text, amount bigint, source bigint, target bigint, hold bigint, ref text,
            lot bigint, "grant" bigint, "order" bigint, down boolean, opening boolean)
    LOOP
        v_n := v_n + 1;
        IF m.amount IS NULL OR m.amount <= 0 THEN
            RAISE EXCEPTION 'amount_not_positive' USING ERRCODE = 'CS422',
                DETAIL = json_build_object('amount', m.amount)::text;
        ELSIF m.amount > 1000000000 THEN
            RAISE EXCEPTION 'amount_too_large' USING ERRCODE = 'CS422',
                DETAIL = json_build_object('amount', m.amount)::text;
        END IF;
        v_cross := false;
        CASE m.kind
            WHEN 'hold' THEN v_from_bucket := 'available'; v_to_bucket := 'held';
            WHEN 'release' THEN v_from_bucket := 'held'; v_to_bucket := 'available';
            WHEN 'consume' THEN v_from_bucket := 'held'; v_to_bucket := 'consumed';
            WHEN 'restore' THEN v_from_bucket := 'consumed'; v_to_bucket := 'available';
            WHEN 'expire' THEN v_from_bucket := 'available'; v_to_bucket := 'expired';
            WHEN 'grant' THEN v_from_bucket := 'issued'; v_to_bucket := 'available';
            WHEN 'revoke' THEN v_from_bucket := 'available'; v_to_bucket := 'issued';
            WHEN 'adjust' THEN
                IF m.down THEN v_from_bucket := 'available'; v_to_bucket := 'issued';
                ELSE v_from_bucket := 'issued'; v_to_bucket := 'available'; END IF;
            WHEN 'allocate', 'reclaim', 'reassign', 'lend', 'repay' THEN
                v_from_bucket := 'available'; v_to_bucket := 'available'; v_cross := true;
            ELSE
                RAISE EXCEPTION 'unknown_kind' USING ERRCODE = 'CS422',
                    DETAIL = json_build_object('kind', m.kind)::text;
        END CASE;
        v_target := CASE WHEN v_cross THEN m.target ELSE m.source END;
        IF v_cross AND (v_target IS NULL OR v_target = m.source) THEN
            RAISE EXCEPTION 'same_wallet' USING ERRCODE = 'CS422', DETAIL = '{}';
        END IF;

        -- A hold that this move opens gets its number now, because the chain names it, and its
        -- row after the wallet's.
        v_hold := m.hold;
        v_opened := false;
        IF v_hold IS NULL THEN
            IF m.kind IN ('hold', 'lend') AND m.ref IS NOT NULL THEN
                v_hold := (v_refs ->> m.ref)::bigint;
            END IF;
            IF v_hold IS NULL AND (m.kind = 'hold' OR (m.kind = 'lend' AND m.ref IS NOT NULL)) THEN
                v_hold := nextval('credits_hold_id_seq');
                v_opened := true;
                IF m.ref IS NOT NULL THEN
                    v_refs := v_refs || jsonb_build_object(m.ref, v_hold);
                END IF;
            ELSIF v_hold IS NULL
                AND m.kind IN ('release', 'consume', 'restore', 'lend', 'repay') THEN
                RAISE EXCEPTION 'hold_missing' USING ERRCODE = 'CS422', DETAIL = '{}';
            END IF;
        ELSIF m.kind NOT IN ('hold', 'release', 'consume', 'restore', 'lend', 'repay') THEN
            RAISE EXCEPTION 'misplaced' USING ERRCODE = 'CS422',
                DETAIL = json_build_object('kind', m.kind, 'what', 'hold')::text;
        END IF;
        IF m."order" IS NOT NULL
            AND m.kind NOT IN ('revoke', 'adjust', 'allocate', 'reclaim', 'reassign') THEN
            RAISE EXCEPTION 'misplaced' USING ERRCODE = 'CS422',
                DETAIL = json_build_object('kind', m.kind, 'what', 'order')::text;
        END IF;
        IF m."grant" IS NOT NULL AND m.kind NOT IN ('grant', 'adjust', 'revoke') THEN
            RAISE EXCEPTION 'misplaced' USING ERRCODE = 'CS422',
                DETAIL = json_build_object('kind', m.kind, 'what', 'grant')::text;
        END IF;
        IF m.lot IS NOT NULL AND v_cross THEN
            RAISE EXCEPTION 'misplaced' USING ERRCODE = 'CS422',
                DETAIL = json_build_object('kind', m.kind, 'what', 'lot')::text;
        END IF;

        -- Names that somebody chose come last and with their lengths, so that no two commands
        -- read the same.
        v_content := format('%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s',
            m.kind, m.amount, m.source, v_from_bucket, v_target, v_to_bucket,
            coalesce(v_hold::text, '-'), coalesce(m.lot::text, '-'),
            coalesce(m."grant"::text, '-'), coalesce(m."order"::text, '-'),
            coalesce(encode(p_note_digest, 'hex'), '-'), v_n, length(v_actor), length(v_name),
            v_actor, v_name, v_key);

        -- What may overdraw: an adjustment downwards, and the opening holds of an import.
        v_guard := CASE
            WHEN v_from_bucket <> 'available' THEN -2147483648
            WHEN m.kind = 'adjust' OR (m.kind = 'hold' AND m.opening) THEN -2147483648
            ELSE m.amount END;

        v_to_seq := NULL;
        v_to_hash := NULL;
        IF NOT v_cross THEN
            UPDATE credits_wallet w SET
                issued = w.issued + CASE 'issued'
                    WHEN v_to_bucket THEN m.amount WHEN v_from_bucket THEN -m.amount ELSE 0 END,
                available = w.available + CASE 'available'
                    WHEN v_to_bucket THEN m.amount WHEN v_from_bucket THEN -m.amount ELSE 0 END,
                held = w.held + CASE 'held'
                    WHEN v_to_bucket THEN m.amount WHEN v_from_bucket THEN -m.amount ELSE 0 END,
                consumed = w.consumed + CASE 'consumed'
                    WHEN v_to_bucket THEN m.amount WHEN v_from_bucket THEN -m.amount ELSE 0 END,
                expired = w.expired + CASE v_to_bucket WHEN 'expired' THEN m.amount ELSE 0 END,
                overdraft = CASE v_from_bucket
                    WHEN 'available' THEN
                        CASE WHEN v_guard < 0 THEN greatest(w.overdraft, m.amount - w.available)
                        ELSE w.overdraft END
                    ELSE CASE v_to_bucket WHEN 'available'
                        THEN least(w.overdraft, greatest(0, -(w.available + m.amount)))
                        ELSE w.overdraft END END,
                seq = w.seq + 1,
                last_at = greatest(w.last_at, v_now),
                head = sha256(w.head || convert_to(
                    (w.seq + 1) || '|' || extract(epoch FROM greatest(w.last_at, v_now)) || '|'
                    || v_content, 'UTF8'))
            WHERE w.id = m.source AND w.available >= v_guard
                AND CASE v_from_bucket WHEN 'held' THEN w.held >= m.amount
                    WHEN 'consumed' THEN w.consumed >= m.amount ELSE true END
                AND (m.kind NOT IN ('consume', 'restore', 'expire')
                    OR w.billing = 'pay_as_you_go')
            RETURNING w.seq, w.head, w.last_at, w.billing
            INTO v_from_seq, v_from_hash, v_at, v_billing;
        ELSE
            -- Both wallets get the later of their times. Who may give to whom is checked here as
            -- well: the wallets of one organization, its pool on the right side. What was lent may
            -- always be repaid, also when the account has left or borrowing has been switched off.
            SELECT greatest(s.last_at, t.last_at, v_now),
                CASE
                    WHEN s.billing <> 'subscription' OR t.billing <> 'subscription'
                        THEN 'lots_stay'
                    WHEN m.kind = 'repay' THEN NULL
                    WHEN coalesce(s.organization_id, sa.organization_id)
                        IS DISTINCT FROM coalesce(t.organization_id, ta.organization_id)
                        OR coalesce(s.organization_id, sa.organization_id) IS NULL
                        THEN 'other_organization'
                    WHEN sa.type <> 'integrated' OR ta.type <> 'integrated'
                        OR (s.organization_id IS NOT NULL) <> (
                            m.kind = 'allocate' OR (m.kind = 'lend' AND sa.id IS NULL))
                        OR (t.organization_id IS NOT NULL) <> (m.kind = 'reclaim')
                        THEN 'wrong_wallets'
                    WHEN m.kind = 'lend' AND (NOT d.borrowing OR t.domain_id <> s.domain_id)
                        THEN 'borrowing_off'
                END
            INTO v_at, v_refusal
            FROM credits_wallet s
            JOIN credits_domain d ON d.id = s.domain_id
            LEFT JOIN tenants_account sa ON sa.id = s.account_id
            CROSS JOIN credits_wallet t
            LEFT JOIN tenants_account ta ON ta.id = t.account_id
            WHERE s.id = m.source AND t.id = v_target;
            IF NOT FOUND THEN
                RAISE EXCEPTION 'unknown_wallet' USING ERRCODE = 'CS404',
                    DETAIL = json_build_object('wallet', m.source, 'target', v_target)::text;
            ELSIF v_refusal IS NOT NULL THEN
                RAISE EXCEPTION '%', v_refusal USING
                    ERRCODE = CASE v_refusal WHEN 'borrowing_off' THEN 'CS409' ELSE 'CS422' END,
                    DETAIL = json_build_object('kind', m.kind, 'source', m.source,
                        'target', v_target)::text;
            END IF;
            UPDATE credits_wallet w SET
                available = w.available - m.amount,
                net_in = w.net_in - m.amount,
                lent = w.lent + CASE m.kind WHEN 'lend' THEN m.amount ELSE 0 END,
                borrowed = w.borrowed - CASE m.kind WHEN 'repay' THEN m.amount ELSE 0 END,
                seq = w.seq + 1,
                last_at = v_at,
                head = sha256(w.head || convert_to(
                    (w.seq + 1) || '|' || extract(epoch FROM v_at) || '|' || v_content, 'UTF8'))
            WHERE w.id = m.source AND w.available >= v_guard
                AND (m.kind <> 'lend' OR (w.available - m.amount >= w.floor
                    AND w.lent + m.amount <= coalesce(w.may_lend, 2147483647)))
                AND (m.kind <> 'repay' OR w.borrowed >= m.amount)
            RETURNING w.seq, w.head, w.billing INTO v_from_seq, v_from_hash, v_billing;
        END IF;
        IF v_from_seq IS NULL THEN
            SELECT CASE
                    WHEN m.kind IN ('consume', 'restore', 'expire')
                        AND w.billing <> 'pay_as_you_go' THEN 'credits_recycle'
                    WHEN v_from_bucket = 'consumed' THEN 'more_than_consumed'
                    WHEN v_from_bucket = 'held' OR (m.kind = 'repay' AND w.borrowed < m.amount)
                        THEN 'hold_too_small'
                    WHEN m.kind = 'lend' AND w.available - m.amount >= w.floor
                        THEN 'lending_limit'
                    ELSE 'not_enough_available' END,
                json_build_object('wallet', w.id, 'available', w.available, 'held', w.held,
                    'floor', w.floor, 'amount', m.amount, 'kind', m.kind)::text
            INTO v_refusal, v_content FROM credits_wallet w WHERE w.id = m.source;
            IF NOT FOUND THEN
                RAISE EXCEPTION 'unknown_wallet' USING ERRCODE = 'CS404',
                    DETAIL = json_build_object('wallet', m.source)::text;
            END IF;
            RAISE EXCEPTION '%', v_refusal USING DETAIL = v_content,
                ERRCODE = CASE v_refusal WHEN 'credits_recycle' THEN 'CS422' ELSE 'CS409' END;
        END IF;
        IF v_cross THEN
            UPDATE credits_wallet w SET
                available = w.available + m.amount,
                net_in = w.net_in + m.amount,
                overdraft = least(w.overdraft, greatest(0, -(w.available + m.amount))),
                lent = w.lent - CASE m.kind WHEN 'repay' THEN m.amount ELSE 0 END,
                borrowed = w.borrowed + CASE m.kind WHEN 'lend' THEN m.amount ELSE 0 END,
                seq = w.seq + 1,
                last_at = v_at,
                head = sha256(w.head || convert_to(
                    (w.seq + 1) || '|' || extract(epoch FROM v_at) || '|' || v_content, 'UTF8'))
            WHERE w.id = v_target
                AND (m.kind <> 'lend'
                    OR w.borrowed + m.amount <= coalesce(w.may_borrow, 2147483647))
                AND (m.kind <> 'repay' OR w.lent >= m.amount)
            RETURNING w.seq, w.head INTO v_to_seq, v_to_hash;
            IF v_to_seq IS NULL THEN
                RAISE EXCEPTION '%', CASE m.kind WHEN 'lend' THEN 'lending_limit'
                    ELSE 'hold_too_small' END USING ERRCODE = 'CS409',
                    DETAIL = json_build_object('wallet', v_target, 'amount', m.amount)::text;
            END IF;
        END IF;

        IF v_opened THEN
            INSERT INTO credits_hold (id, wallet_id, credits, opened_at)
            VALUES (v_hold, v_target, CASE m.kind WHEN 'hold' THEN m.amount ELSE 0 END, v_at);
            IF m.kind = 'lend' THEN
                v_unfilled := v_unfilled || v_hold;
            END IF;
        END IF;
        IF m.kind = 'restore' THEN
            -- What a hold used up is kept in its wallet's transfers and nowhere else. The wallet's
            -- row is locked, so they include every restore before this one, also of this batch.
            SELECT coalesce(sum(CASE t.kind WHEN 'consume' THEN t.amount ELSE -t.amount END), 0)
            INTO v_consumed FROM credits_transfer t
            WHERE t.from_wallet_id = m.source AND t.hold_id = v_hold
                AND t.kind IN ('consume', 'restore') AND t.lot_id IS NOT DISTINCT FROM m.lot;
            SELECT h.closed_at IS NULL INTO v_open FROM credits_hold h
            WHERE h.id = v_hold AND h.wallet_id = m.source;
            IF v_open THEN
                RAISE EXCEPTION 'hold_not_over' USING ERRCODE = 'CS409',
                    DETAIL = json_build_object('hold', v_hold)::text;
            ELSIF m.amount > v_consumed THEN
                RAISE EXCEPTION 'more_than_consumed' USING ERRCODE = 'CS409',
                    DETAIL = json_build_object('hold', v_hold, 'lot', m.lot, 'amount', m.amount,
                        'consumed', v_consumed)::text;
            END IF;
        ELSIF v_hold IS NOT NULL AND NOT (v_opened AND m.kind = 'hold') THEN
            IF m.kind = 'hold' THEN
                v_unfilled := array_remove(v_unfilled, v_hold);
                UPDATE credits_hold h SET credits = h.credits + m.amount
                WHERE h.id = v_hold AND h.wallet_id = m.source AND h.closed_at IS NULL;
            ELSIF m.kind IN ('release', 'consume') THEN
                UPDATE credits_hold h SET credits = h.credits - m.amount,
                    closed_at = CASE WHEN h.credits = m.amount THEN v_at END
                WHERE h.id = v_hold AND h.wallet_id = m.source AND h.closed_at IS NULL
                    AND h.credits >= m.amount
                RETURNING h.credits INTO v_hold_credits;
            ELSIF m.kind = 'lend' THEN
                INSERT INTO credits_borrowing (hold_id, lender_id, credits)
                SELECT h.id, m.source, m.amount FROM credits_hold h
                WHERE h.id = v_hold AND h.wallet_id = v_target AND h.closed_at IS NULL
                ON CONFLICT (hold_id, lender_id)
                DO UPDATE SET credits = credits_borrowing.credits + m.amount;
            ELSIF m.kind = 'repay' THEN
                UPDATE credits_borrowing b SET credits = b.credits - m.amount
                FROM credits_hold h
                WHERE b.hold_id = v_hold AND b.lender_id = v_target AND b.credits >= m.amount
                    AND h.id = b.hold_id AND h.wallet_id = m.source;
            END IF;
            IF NOT FOUND THEN
                RAISE EXCEPTION 'hold_too_small' USING ERRCODE = 'CS409',
                    DETAIL = json_build_object('hold', v_hold, 'amount', m.amount)::text;
            END IF;
        END IF;

        IF m.lot IS NOT NULL THEN
            UPDATE credits_lot l SET
                available = l.available + CASE 'available'
                    WHEN v_to_bucket THEN m.amount WHEN v_from_bucket THEN -m.amount ELSE 0 END,
                held = l.held + CASE 'held'
                    WHEN v_to_bucket THEN m.amount WHEN v_from_bucket THEN -m.amount ELSE 0 END,
                consumed = l.consumed + CASE 'consumed'
                    WHEN v_to_bucket THEN m.amount WHEN v_from_bucket THEN -m.amount ELSE 0 END,
                expired = l.expired + CASE v_to_bucket WHEN 'expired' THEN m.amount ELSE 0 END
            WHERE l.id = m.lot AND l.wallet_id = m.source;
            IF NOT FOUND THEN
                RAISE EXCEPTION 'unknown_lot' USING ERRCODE = 'CS404',
                    DETAIL = json_build_object('lot', m.lot)::text;
            END IF;
            IF m.kind = 'hold' THEN
                INSERT INTO credits_holdlot (hold_id, lot_id, credits)
                VALUES (v_hold, m.lot, m.amount)
                ON CONFLICT (hold_id, lot_id)
                DO UPDATE SET credits = credits_holdlot.credits + m.amount;
            ELSIF m.kind IN ('release', 'consume') THEN
                UPDATE credits_holdlot p SET credits = p.credits - m.amount
                WHERE p.hold_id = v_hold AND p.lot_id = m.lot AND p.credits >= m.amount;
                IF NOT FOUND THEN
                    RAISE EXCEPTION 'hold_too_small' USING ERRCODE = 'CS409',
                        DETAIL = json_build_object('hold', v_hold, 'lot', m.lot)::text;
                END IF;
            END IF;
        ELSIF v_billing = 'pay_as_you_go' THEN
            -- Only what an import found in production is held without a lot, and comes back so.
            IF m.kind IN ('release', 'consume') THEN
                IF v_hold_credits < (SELECT coalesce(sum(p.credits), 0) FROM credits_holdlot p
                    WHERE p.hold_id = v_hold) THEN
                    RAISE EXCEPTION 'lot_missing' USING ERRCODE = 'CS422',
                        DETAIL = json_build_object('wallet', m.source)::text;
                END IF;
            ELSIF m.kind <> 'restore' AND (m.opening IS NOT TRUE OR m.kind <> 'hold') THEN
                RAISE EXCEPTION 'lot_missing' USING ERRCODE = 'CS422',
                    DETAIL = json_build_object('wallet', m.source)::text;
            END IF;
        END IF;

        -- A grant enters its wallet once and whole; only what entered can be taken back.
        IF m."grant" IS NOT NULL THEN
            UPDATE credits_grant g SET posted = true
            WHERE g.id = m."grant" AND g.wallet_id = m.source
                AND CASE WHEN v_to_bucket = 'available'
                    THEN NOT g.posted AND g.credits = m.amount
                    ELSE g.posted AND g.credits - m.amount >= (
                        SELECT coalesce(sum(t.amount), 0) FROM credits_transfer t
                        WHERE t.grant_id = g.id AND t.to_bucket = 'issued') END;
            IF NOT FOUND THEN
                RAISE EXCEPTION '%', CASE v_to_bucket WHEN 'available' THEN 'grant_posted_before'
                    ELSE 'grant_not_posted' END USING ERRCODE = 'CS409',
                    DETAIL = json_build_object('grant', m."grant")::text;
            END IF;
        END IF;
        IF m."order" IS NOT NULL THEN
            UPDATE credits_standingorder o SET taken = o.taken + m.amount
            WHERE o.id = m."order" AND o.source_id = m.source AND o.canceled_at IS NULL
                AND o.target_id IS NOT DISTINCT FROM CASE WHEN v_cross THEN v_target END
                AND o.taken + m.amount <= o.amount
                AND v_from_bucket = 'available'
                AND (o.after_id IS NULL OR o.taken + m.amount
                    <= (SELECT a.taken FROM credits_standingorder a WHERE a.id = o.after_id));
            IF NOT FOUND THEN
                RAISE EXCEPTION 'order_overtaken' USING ERRCODE = 'CS409',
                    DETAIL = json_build_object('order', m."order")::text;
            END IF;
        END IF;

        INSERT INTO credits_transfer (command_id, n, kind, amount, from_wallet_id, from_bucket,
            to_wallet_id, to_bucket, hold_id, lot_id, grant_id, order_id,
            from_seq, from_hash, to_seq, to_hash, at)
        VALUES (v_command, v_n, m.kind, m.amount, m.source, v_from_bucket,
            v_target, v_to_bucket, v_hold, m.lot, m."grant", m."order",
            v_from_seq, v_from_hash, v_to_seq, v_to_hash, v_at)
        RETURNING id INTO v_transfer;
        v_transfers := v_transfers || v_transfer;
        v_holds := v_holds || v_hold;
    END LOOP;

    IF cardinality(v_unfilled) > 0 THEN -- lent for a hold that never came
        RAISE EXCEPTION 'hold_missing' USING ERRCODE = 'CS422', DETAIL = '{}';
    END IF;
    RETURN jsonb_build_object('command', v_command, 'replayed', false,
        'transfers', to_jsonb(v_transfers), 'holds', to_jsonb(v_holds));
END
$body$;

-- Runs with its owner's rights: nobody but the application calls it.
REVOKE ALL ON FUNCTION callsheet_post_v2(
    bigint, text, text, text, bytea, jsonb, timestamptz, bytea) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION callsheet_post_v2(
    bigint, text, text, text, bytea, jsonb, timestamptz, bytea) TO callsheet_app;
