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
CREATE FUNCTION callsheet_post_v1(
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
    v_opened boolean;
    v_at timestamptz;
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
        VALUES (p_actor, p_name, p_key, p_input_hash, '{}', p_at)
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
            PERFORM 1 FROM credits_wallet w WHERE w.id = ANY (v_ids) ORDER BY w.id FOR UPDATE;
        END IF;
    END IF;

    FOR m IN
        SELECT * FROM jsonb_to_recordset(p_moves) AS x(
            kind text, amount integer, source bigint, target bigint, hold bigint, ref text,
            lot bigint, "grant" bigint, "order" bigint, down boolean, opening boolean)
    LOOP
        v_n := v_n + 1;
        IF m.amount IS NULL OR m.amount <= 0 THEN
            RAISE EXCEPTION 'amount_not_positive' USING ERRCODE = 'CS422',
                DETAIL = json_build_object('amount', m.amount)::text;
        END IF;
        v_cross := false;
        CASE m.kind
            WHEN 'hold' THEN v_from_bucket := 'available'; v_to_bucket := 'held';
            WHEN 'release' THEN v_from_bucket := 'held'; v_to_bucket := 'available';
            WHEN 'consume' THEN v_from_bucket := 'held'; v_to_bucket := 'consumed';
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

        v_hold := m.hold;
        v_opened := false;
        IF m.kind IN ('hold', 'lend') AND v_hold IS NULL THEN
            IF m.ref IS NOT NULL THEN v_hold := (v_refs ->> m.ref)::bigint; END IF;
            IF v_hold IS NULL THEN
                INSERT INTO credits_hold (wallet_id, credits, opened_at)
                VALUES (v_target, CASE WHEN m.kind = 'hold' THEN m.amount ELSE 0 END, p_at)
                RETURNING id INTO v_hold;
                v_opened := true;
                IF m.ref IS NOT NULL THEN
                    v_refs := v_refs || jsonb_build_object(m.ref, v_hold);
                END IF;
            END IF;
        ELSIF m.kind IN ('release', 'consume', 'repay') AND v_hold IS NULL THEN
            RAISE EXCEPTION 'hold_missing' USING ERRCODE = 'CS422', DETAIL = '{}';
        END IF;

        v_content := format('%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s',
            m.kind, m.amount, m.source, v_from_bucket, v_target, v_to_bucket,
            coalesce(v_hold::text, '-'), coalesce(m.lot::text, '-'),
            coalesce(m."grant"::text, '-'), coalesce(m."order"::text, '-'),
            coalesce(encode(p_note_digest, 'hex'), '-'), v_n, v_actor, v_name, v_key);

        -- What may overdraw: an adjustment downwards, and the opening holds of an import.
        v_guard := CASE
            WHEN v_from_bucket <> 'available' THEN -2147483648
            WHEN m.kind = 'adjust' OR (m.kind = 'hold' AND m.opening) THEN -2147483648
            ELSE m.amount END;

        v_to_seq := NULL;
        v_to_hash := NULL;
        IF NOT v_cross THEN
            UPDATE credits_wallet w SET
                issued = w.issued
                    + CASE v_to_bucket WHEN 'issued' THEN m.amount ELSE 0 END
                    - CASE v_from_bucket WHEN 'issued' THEN m.amount ELSE 0 END,
                available = w.available
                    + CASE v_to_bucket WHEN 'available' THEN m.amount ELSE 0 END
                    - CASE v_from_bucket WHEN 'available' THEN m.amount ELSE 0 END,
                held = w.held
                    + CASE v_to_bucket WHEN 'held' THEN m.amount ELSE 0 END
                    - CASE v_from_bucket WHEN 'held' THEN m.amount ELSE 0 END,
                consumed = w.consumed + CASE v_to_bucket WHEN 'consumed' THEN m.amount ELSE 0 END,
                expired = w.expired + CASE v_to_bucket WHEN 'expired' THEN m.amount ELSE 0 END,
                overdraft = CASE v_from_bucket
                    WHEN 'available' THEN
                        CASE WHEN v_guard < 0 THEN greatest(w.overdraft, m.amount - w.available)
                        ELSE w.overdraft END
                    ELSE CASE v_to_bucket WHEN 'available'
                        THEN least(w.overdraft, greatest(0, -(w.available + m.amount)))
                        ELSE w.overdraft END END,
                seq = w.seq + 1,
                last_at = greatest(w.last_at, p_at),
                head = sha256(w.head || convert_to(
                    (w.seq + 1) || '|' || extract(epoch FROM greatest(w.last_at, p_at)) || '|'
                    || v_content, 'UTF8'))
            WHERE w.id = m.source AND w.available >= v_guard
            RETURNING w.seq, w.head, w.last_at, w.billing
            INTO v_from_seq, v_from_hash, v_at, v_billing;
        ELSE
            SELECT greatest(max(w.last_at), p_at) INTO v_at
            FROM credits_wallet w WHERE w.id IN (m.source, v_target);
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
                AND (m.kind <> 'lend' OR w.available - m.amount >= w.floor)
            RETURNING w.seq, w.head, w.billing INTO v_from_seq, v_from_hash, v_billing;
        END IF;
        IF v_from_seq IS NULL OR NOT FOUND THEN
            IF NOT EXISTS (SELECT 1 FROM credits_wallet w WHERE w.id = m.source) THEN
                RAISE EXCEPTION 'unknown_wallet' USING ERRCODE = 'CS404',
                    DETAIL = json_build_object('wallet', m.source)::text;
            END IF;
            RAISE EXCEPTION 'not_enough_available' USING ERRCODE = 'CS409',
                DETAIL = (SELECT json_build_object('wallet', w.id, 'available', w.available,
                    'floor', w.floor, 'amount', m.amount, 'kind', m.kind)::text
                    FROM credits_wallet w WHERE w.id = m.source);
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
            RETURNING w.seq, w.head INTO v_to_seq, v_to_hash;
            IF v_to_seq IS NULL THEN
                RAISE EXCEPTION 'unknown_wallet' USING ERRCODE = 'CS404',
                    DETAIL = json_build_object('wallet', v_target)::text;
            END IF;
        END IF;

        IF v_hold IS NOT NULL AND NOT (v_opened AND m.kind = 'hold') THEN
            IF m.kind = 'hold' THEN
                UPDATE credits_hold h SET credits = h.credits + m.amount
                WHERE h.id = v_hold AND h.wallet_id = m.source AND h.closed_at IS NULL;
            ELSIF m.kind IN ('release', 'consume') THEN
                UPDATE credits_hold h SET credits = h.credits - m.amount,
                    closed_at = CASE WHEN h.credits = m.amount THEN v_at END
                WHERE h.id = v_hold AND h.wallet_id = m.source AND h.closed_at IS NULL
                    AND h.credits >= m.amount;
            ELSIF m.kind = 'lend' THEN
                INSERT INTO credits_borrowing (hold_id, lender_id, credits)
                VALUES (v_hold, m.source, m.amount)
                ON CONFLICT (hold_id, lender_id)
                DO UPDATE SET credits = credits_borrowing.credits + m.amount;
            ELSIF m.kind = 'repay' THEN
                UPDATE credits_borrowing b SET credits = b.credits - m.amount
                WHERE b.hold_id = v_hold AND b.lender_id = v_target AND b.credits >= m.amount;
            END IF;
            IF NOT FOUND THEN
                RAISE EXCEPTION 'hold_too_small' USING ERRCODE = 'CS409',
                    DETAIL = json_build_object('hold', v_hold, 'amount', m.amount)::text;
            END IF;
        END IF;

        IF m.lot IS NOT NULL THEN
            UPDATE credits_lot l SET
                available = l.available
                    + CASE WHEN v_to_bucket = 'available' THEN m.amount ELSE 0 END
                    - CASE WHEN v_from_bucket = 'available' THEN m.amount ELSE 0 END,
                held = l.held
                    + CASE WHEN v_to_bucket = 'held' THEN m.amount ELSE 0 END
                    - CASE WHEN v_from_bucket = 'held' THEN m.amount ELSE 0 END,
                consumed = l.consumed + CASE WHEN v_to_bucket = 'consumed' THEN m.amount ELSE 0 END,
                expired = l.expired + CASE WHEN v_to_bucket = 'expired' THEN m.amount ELSE 0 END
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
        ELSIF v_billing = 'pay_as_you_go' AND m.kind IN ('grant', 'revoke', 'expire', 'hold')
            AND m.opening IS NOT TRUE THEN
            RAISE EXCEPTION 'lot_missing' USING ERRCODE = 'CS422',
                DETAIL = json_build_object('wallet', m.source)::text;
        END IF;

        IF m."grant" IS NOT NULL THEN
            UPDATE credits_grant g SET posted = true
            WHERE g.id = m."grant" AND g.wallet_id = m.source
                AND (m.kind <> 'grant' OR NOT g.posted);
            IF NOT FOUND THEN
                RAISE EXCEPTION 'grant_posted_before' USING ERRCODE = 'CS409',
                    DETAIL = json_build_object('grant', m."grant")::text;
            END IF;
        END IF;
        IF m."order" IS NOT NULL THEN
            UPDATE credits_standingorder o SET taken = o.taken + m.amount
            WHERE o.id = m."order" AND o.source_id = m.source AND o.canceled_at IS NULL
                AND o.target_id IS NOT DISTINCT FROM CASE WHEN v_cross THEN v_target END
                AND o.taken + m.amount <= o.amount;
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

    RETURN jsonb_build_object('command', v_command, 'replayed', false,
        'transfers', to_jsonb(v_transfers), 'holds', to_jsonb(v_holds));
END
$body$;
