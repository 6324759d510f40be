"""The statements that rebuild the books, one per kind of row.

Each answers (which, wallet, field, stored, rebuilt), a row per difference. ``{wallet:column}`` and
``{transfer}`` become the limits to certain wallets, or nothing.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final


def scoped(statement: str, wallet_ids: Sequence[int] | None) -> str:
    """The statement for all wallets (None), or for those that its parameter ``ids`` names."""
    if wallet_ids is None:
        return re.sub(r"\{(wallet:[\w.]+|transfer)\}", "TRUE", statement)
    statement = re.sub(r"\{wallet:([\w.]+)\}", r"\1 = ANY (%(ids)s)", statement)
    return statement.replace(
        "{transfer}",
        "(t.from_wallet_id = ANY (%(ids)s)"
        " OR (t.to_seq IS NOT NULL AND t.to_wallet_id = ANY (%(ids)s)))",
    )


_WALLET: Final = """
WITH leg AS (
    SELECT t.from_wallet_id AS wallet_id, t.from_bucket AS bucket, -t.amount::bigint AS credits,
        CASE WHEN t.kind = 'lend' THEN t.amount END AS lent,
        CASE WHEN t.kind = 'repay' THEN -t.amount END AS borrowed,
        t.from_wallet_id <> t.to_wallet_id AS crosses, 1 AS places, t.at
    FROM credits_transfer t WHERE {wallet:t.from_wallet_id}
    UNION ALL
    SELECT t.to_wallet_id, t.to_bucket, t.amount,
        CASE WHEN t.kind = 'repay' THEN -t.amount END,
        CASE WHEN t.kind = 'lend' THEN t.amount END,
        t.from_wallet_id <> t.to_wallet_id,
        CASE WHEN t.from_wallet_id <> t.to_wallet_id THEN 1 ELSE 0 END, t.at
    FROM credits_transfer t WHERE {wallet:t.to_wallet_id}
), rebuilt AS (
    SELECT wallet_id,
        sum(credits) FILTER (WHERE bucket = 'issued') AS issued,
        sum(credits) FILTER (WHERE bucket = 'available') AS available,
        sum(credits) FILTER (WHERE bucket = 'held') AS held,
        sum(credits) FILTER (WHERE bucket = 'consumed') AS consumed,
        sum(credits) FILTER (WHERE bucket = 'expired') AS expired,
        sum(credits) FILTER (WHERE crosses) AS net_in,
        sum(lent) AS lent, sum(borrowed) AS borrowed, sum(places) AS seq, max(at) AS last_at
    FROM leg GROUP BY wallet_id
)
SELECT coalesce(w.id, r.wallet_id)::text, coalesce(w.id, r.wallet_id), v.field, v.stored, v.rebuilt
FROM (SELECT * FROM credits_wallet WHERE {wallet:id}) w
FULL JOIN rebuilt r ON r.wallet_id = w.id
CROSS JOIN LATERAL (VALUES
    ('issued', w.issued::text, coalesce(r.issued, 0)::text),
    ('available', w.available::text, coalesce(r.available, 0)::text),
    ('held', w.held::text, coalesce(r.held, 0)::text),
    ('consumed', w.consumed::text, coalesce(r.consumed, 0)::text),
    ('expired', w.expired::text, coalesce(r.expired, 0)::text),
    ('net_in', w.net_in::text, coalesce(r.net_in, 0)::text),
    ('lent', w.lent::text, coalesce(r.lent, 0)::text),
    ('borrowed', w.borrowed::text, coalesce(r.borrowed, 0)::text),
    ('overdraft', w.overdraft::text, greatest(0, -coalesce(r.available, 0))::text),
    ('seq', w.seq::text, coalesce(r.seq, 0)::text),
    ('last_at', w.last_at::text, r.last_at::text)
) v (field, stored, rebuilt)
WHERE v.stored IS DISTINCT FROM v.rebuilt
ORDER BY 2, 3
"""

# Every transfer stands once in the chain of each wallet that it concerns. A link is the SHA-256 of
# the link before and of everything that the transfer says.
_CHAIN: Final = """
WITH said AS (
    SELECT t.*, concat(
        t.kind, '|', t.amount, '|', t.from_wallet_id, '|', t.from_bucket, '|',
        t.to_wallet_id, '|', t.to_bucket, '|', coalesce(t.hold_id::text, '-'), '|',
        coalesce(t.lot_id::text, '-'), '|', coalesce(t.grant_id::text, '-'), '|',
        coalesce(t.order_id::text, '-'), '|', coalesce(encode(note.digest, 'hex'), '-'), '|',
        t.n, '|', length(c.actor), '|', length(c.name), '|',
        c.actor, '|', c.name, '|', c.key) AS words
    FROM credits_transfer t
    LEFT JOIN journal_command c ON c.id = t.command_id
    LEFT JOIN journal_note note ON note.id = c.note_id
    WHERE {transfer}
), place AS (
    SELECT from_wallet_id AS wallet_id, from_seq AS seq, from_hash AS hash, at, words FROM said
    WHERE {wallet:from_wallet_id}
    UNION ALL
    SELECT to_wallet_id, to_seq, to_hash, at, words FROM said
    WHERE to_seq IS NOT NULL AND {wallet:to_wallet_id}
), link AS (
    SELECT wallet_id, seq, hash, at, words,
        lag(seq, 1, 0::bigint) OVER chain AS seq_before,
        lag(hash, 1, decode(repeat('00', 32), 'hex')) OVER chain AS hash_before,
        lag(at) OVER chain AS at_before
    FROM place WINDOW chain AS (PARTITION BY wallet_id ORDER BY seq)
)
SELECT concat(l.wallet_id, '/', l.seq), l.wallet_id, v.field, v.stored, v.rebuilt
FROM (
    SELECT *, sha256(hash_before || convert_to(
        concat(seq, '|', extract(epoch FROM at), '|', words), 'UTF8')) AS rebuilt
    FROM link
    OFFSET 0 -- hash once for each link, before anything is compared
) l
CROSS JOIN LATERAL (VALUES
    ('place', l.seq::text, (l.seq_before + 1)::text),
    ('hash', encode(l.hash, 'hex'), encode(l.rebuilt, 'hex')),
    ('at', l.at::text, greatest(l.at, l.at_before)::text)
) v (field, stored, rebuilt)
WHERE (l.seq <> l.seq_before + 1 OR l.hash IS DISTINCT FROM l.rebuilt OR l.at < l.at_before)
    AND v.stored IS DISTINCT FROM v.rebuilt
UNION ALL
SELECT concat(w.id, '/end'), w.id, 'head', encode(w.head, 'hex'),
    encode(coalesce(l.hash, decode(repeat('00', 32), 'hex')), 'hex')
FROM credits_wallet w
LEFT JOIN LATERAL (
    (SELECT t.from_seq AS seq, t.from_hash AS hash FROM credits_transfer t
        WHERE t.from_wallet_id = w.id ORDER BY t.from_seq DESC LIMIT 1)
    UNION ALL
    (SELECT t.to_seq, t.to_hash FROM credits_transfer t
        WHERE t.to_wallet_id = w.id AND t.to_seq IS NOT NULL ORDER BY t.to_seq DESC LIMIT 1)
    ORDER BY seq DESC LIMIT 1
) l ON true
WHERE {wallet:w.id} AND w.head IS DISTINCT FROM coalesce(l.hash, decode(repeat('00', 32), 'hex'))
ORDER BY 2, 1
"""

_TRANSFER: Final = """
WITH rule (kind, from_bucket, to_bucket, crosses) AS (VALUES
    ('grant', 'issued', 'available', false), ('revoke', 'available', 'issued', false),
    ('allocate', 'available', 'available', true), ('reclaim', 'available', 'available', true),
    ('reassign', 'available', 'available', true), ('lend', 'available', 'available', true),
    ('repay', 'available', 'available', true), ('hold', 'available', 'held', false),
    ('release', 'held', 'available', false), ('consume', 'held', 'consumed', false),
    ('restore', 'consumed', 'available', false),
    ('adjust', 'issued', 'available', false), ('adjust', 'available', 'issued', false),
    ('expire', 'available', 'expired', false))
SELECT t.id::text, t.from_wallet_id, v.field, v.stored, v.rebuilt
FROM credits_transfer t
LEFT JOIN rule r ON r.kind = t.kind AND r.from_bucket = t.from_bucket
    AND r.to_bucket = t.to_bucket AND r.crosses = (t.from_wallet_id <> t.to_wallet_id)
CROSS JOIN LATERAL (VALUES
    ('buckets', CASE WHEN r.kind IS NULL THEN concat(t.kind, ' ', t.from_bucket, '>', t.to_bucket)
        END, NULL),
    ('amount', CASE WHEN t.amount <= 0 THEN t.amount::text END, NULL),
    ('hold', CASE WHEN (t.hold_id IS NOT NULL)
        <> (t.kind IN ('hold', 'release', 'consume', 'restore', 'lend', 'repay'))
        THEN coalesce(t.hold_id::text, 'none') END, NULL)
) v (field, stored, rebuilt)
WHERE {transfer} AND v.stored IS NOT NULL
ORDER BY t.id
"""

_COMMAND: Final = """
SELECT t.command_id::text, min(t.from_wallet_id), 'transfers',
    concat(count(*), ' numbered ', min(t.n), ' to ', max(t.n)), concat(max(t.n), ' numbered from 1')
FROM credits_transfer t
GROUP BY t.command_id
HAVING min(t.n) <> 1 OR count(*) <> max(t.n)
UNION ALL
SELECT t.command_id::text, min(t.from_wallet_id), 'command', NULL, 'named by a transfer'
FROM credits_transfer t
WHERE NOT EXISTS (SELECT FROM journal_command c WHERE c.id = t.command_id)
GROUP BY t.command_id
ORDER BY 1
"""

# What a hold used up may be restored once and after its end. Here: what it held without a lot, and
# the place in the chain; by lot, see below.
_HOLD: Final = """
WITH rebuilt AS (
    SELECT t.hold_id,
        min(t.from_wallet_id) FILTER (WHERE t.kind NOT IN ('lend', 'repay')) AS wallet_id,
        max(t.from_wallet_id) FILTER (WHERE t.kind NOT IN ('lend', 'repay')) AS last_wallet_id,
        sum(CASE t.kind WHEN 'hold' THEN t.amount WHEN 'release' THEN -t.amount
            WHEN 'consume' THEN -t.amount ELSE 0 END) AS credits,
        min(t.at) AS opened_at,
        max(t.at) FILTER (WHERE t.kind IN ('release', 'consume')) AS ended_at,
        max(t.from_seq) FILTER (WHERE t.kind IN ('hold', 'release', 'consume')) AS end_place,
        min(t.from_seq) FILTER (WHERE t.kind = 'restore') AS restore_place,
        sum(t.amount) FILTER (WHERE t.kind = 'restore' AND t.lot_id IS NULL) AS restored,
        sum(t.amount) FILTER (WHERE t.kind = 'consume' AND t.lot_id IS NULL) AS consumed
    FROM credits_transfer t WHERE t.hold_id IS NOT NULL AND {transfer} GROUP BY t.hold_id
)
SELECT coalesce(h.id, r.hold_id)::text, coalesce(h.wallet_id, r.wallet_id), v.field, v.stored,
    v.rebuilt
FROM (SELECT * FROM credits_hold WHERE {wallet:wallet_id}) h
FULL JOIN (SELECT * FROM rebuilt WHERE {wallet:wallet_id}) r ON r.hold_id = h.id
CROSS JOIN LATERAL (VALUES
    ('credits', h.credits::text, r.credits::text),
    ('wallet', h.wallet_id::text,
        CASE WHEN r.last_wallet_id > r.wallet_id THEN 'several' ELSE r.wallet_id::text END),
    ('opened_at', h.opened_at::text, r.opened_at::text),
    ('closed_at', h.closed_at::text, CASE WHEN r.credits = 0 THEN r.ended_at::text END),
    ('restored', least(coalesce(r.restored, 0), coalesce(r.consumed, 0))::text,
        coalesce(r.restored, 0)::text),
    ('restore_place', r.restore_place::text, CASE WHEN r.restore_place IS NOT NULL
        AND r.credits = 0 THEN greatest(r.restore_place, r.end_place + 1)::text END)
) v (field, stored, rebuilt)
WHERE v.stored IS DISTINCT FROM v.rebuilt
ORDER BY 1, 3
"""

_BORROWING: Final = """
WITH leg AS (
    SELECT t.hold_id, CASE t.kind WHEN 'lend' THEN t.from_wallet_id ELSE t.to_wallet_id END
        AS lender_id, CASE t.kind WHEN 'lend' THEN t.to_wallet_id ELSE t.from_wallet_id END
        AS borrower_id, CASE t.kind WHEN 'lend' THEN t.amount ELSE -t.amount END AS credits
    FROM credits_transfer t WHERE t.kind IN ('lend', 'repay') AND {transfer}
), rebuilt AS (
    SELECT hold_id, lender_id, min(borrower_id) AS borrower_id, sum(credits) AS credits
    FROM leg GROUP BY hold_id, lender_id
), stored AS (
    SELECT b.*, h.wallet_id AS borrower_id FROM credits_borrowing b
    JOIN credits_hold h ON h.id = b.hold_id WHERE {wallet:h.wallet_id}
)
SELECT concat(coalesce(b.hold_id, r.hold_id), ' from wallet ', coalesce(b.lender_id, r.lender_id)),
    coalesce(b.borrower_id, r.borrower_id), v.field, v.stored, v.rebuilt
FROM stored b
FULL JOIN (SELECT * FROM rebuilt WHERE {wallet:borrower_id}) r
    ON r.hold_id = b.hold_id AND r.lender_id = b.lender_id
CROSS JOIN LATERAL (VALUES
    ('credits', b.credits::text, r.credits::text),
    ('borrower', b.borrower_id::text, r.borrower_id::text)
) v (field, stored, rebuilt)
WHERE v.stored IS DISTINCT FROM v.rebuilt
ORDER BY 1
"""

_HOLD_LOT: Final = """
WITH rebuilt AS (
    SELECT t.hold_id, t.lot_id, min(t.from_wallet_id) AS wallet_id,
        coalesce(sum(CASE t.kind WHEN 'hold' THEN t.amount ELSE -t.amount END)
            FILTER (WHERE t.kind <> 'restore'), 0) AS credits,
        sum(t.amount) FILTER (WHERE t.kind = 'restore') AS restored,
        sum(t.amount) FILTER (WHERE t.kind = 'consume') AS consumed
    FROM credits_transfer t
    WHERE t.hold_id IS NOT NULL AND t.lot_id IS NOT NULL AND {transfer}
    GROUP BY t.hold_id, t.lot_id
), stored AS (
    SELECT p.*, h.wallet_id FROM credits_holdlot p
    JOIN credits_hold h ON h.id = p.hold_id WHERE {wallet:h.wallet_id}
)
SELECT concat(coalesce(p.hold_id, r.hold_id), ' of lot ', coalesce(p.lot_id, r.lot_id)),
    coalesce(p.wallet_id, r.wallet_id), v.field, v.stored, v.rebuilt
FROM stored p
FULL JOIN rebuilt r ON r.hold_id = p.hold_id AND r.lot_id = p.lot_id
CROSS JOIN LATERAL (VALUES
    ('credits', p.credits::text, r.credits::text),
    ('restored', least(coalesce(r.restored, 0), coalesce(r.consumed, 0))::text,
        coalesce(r.restored, 0)::text)
) v (field, stored, rebuilt)
WHERE v.stored IS DISTINCT FROM v.rebuilt
ORDER BY 1, 3
"""

_LOT: Final = """
WITH leg AS (
    SELECT t.lot_id, t.from_wallet_id AS wallet_id, t.from_bucket AS bucket, -t.amount AS credits
    FROM credits_transfer t WHERE t.lot_id IS NOT NULL AND {transfer}
    UNION ALL
    SELECT t.lot_id, t.from_wallet_id, t.to_bucket, t.amount
    FROM credits_transfer t WHERE t.lot_id IS NOT NULL AND {transfer}
), rebuilt AS (
    SELECT lot_id, min(wallet_id) AS wallet_id,
        coalesce(sum(credits) FILTER (WHERE bucket = 'available'), 0) AS available,
        coalesce(sum(credits) FILTER (WHERE bucket = 'held'), 0) AS held,
        coalesce(sum(credits) FILTER (WHERE bucket = 'consumed'), 0) AS consumed,
        coalesce(sum(credits) FILTER (WHERE bucket = 'expired'), 0) AS expired
    FROM leg GROUP BY lot_id
)
SELECT coalesce(l.id, r.lot_id)::text, coalesce(l.wallet_id, r.wallet_id), v.field, v.stored,
    v.rebuilt
FROM (SELECT * FROM credits_lot WHERE {wallet:wallet_id}) l
FULL JOIN rebuilt r ON r.lot_id = l.id
CROSS JOIN LATERAL (VALUES
    ('wallet', l.wallet_id::text, coalesce(r.wallet_id, l.wallet_id)::text),
    ('available', l.available::text, coalesce(r.available, 0)::text),
    ('held', l.held::text, coalesce(r.held, 0)::text),
    ('consumed', l.consumed::text, coalesce(r.consumed, 0)::text),
    ('expired', l.expired::text, coalesce(r.expired, 0)::text)
) v (field, stored, rebuilt)
WHERE v.stored IS DISTINCT FROM v.rebuilt
ORDER BY 1, 3
"""

_ORDER: Final = """
WITH rebuilt AS (
    SELECT t.order_id, min(t.from_wallet_id) AS source_id, sum(t.amount) AS taken
    FROM credits_transfer t WHERE t.order_id IS NOT NULL AND {wallet:t.from_wallet_id}
    GROUP BY t.order_id
)
SELECT coalesce(o.id, r.order_id)::text, coalesce(o.source_id, r.source_id), v.field, v.stored,
    v.rebuilt
FROM (SELECT * FROM credits_standingorder WHERE {wallet:source_id}) o
FULL JOIN rebuilt r ON r.order_id = o.id
CROSS JOIN LATERAL (VALUES
    ('taken', o.taken::text, coalesce(r.taken, 0)::text),
    ('source', o.source_id::text, coalesce(r.source_id, o.source_id)::text)
) v (field, stored, rebuilt)
WHERE v.stored IS DISTINCT FROM v.rebuilt
ORDER BY 1
"""

_GRANT: Final = """
WITH rebuilt AS (
    SELECT t.grant_id, min(t.from_wallet_id) AS wallet_id,
        coalesce(sum(t.amount) FILTER (WHERE t.to_bucket = 'available'), 0) AS given,
        coalesce(sum(t.amount) FILTER (WHERE t.to_bucket = 'issued'), 0) AS revoked
    FROM credits_transfer t WHERE t.grant_id IS NOT NULL AND {wallet:t.from_wallet_id}
    GROUP BY t.grant_id
)
SELECT coalesce(g.id, r.grant_id)::text, coalesce(g.wallet_id, r.wallet_id), v.field, v.stored,
    v.rebuilt
FROM (SELECT * FROM credits_grant WHERE {wallet:wallet_id}) g
FULL JOIN rebuilt r ON r.grant_id = g.id
CROSS JOIN LATERAL (VALUES
    ('posted', g.posted::text, (coalesce(r.given, 0) > 0)::text),
    ('credits', g.credits::text, CASE WHEN r.given > 0 THEN r.given ELSE g.credits END::text),
    ('wallet', g.wallet_id::text, coalesce(r.wallet_id, g.wallet_id)::text),
    ('revoked', least(coalesce(r.revoked, 0), coalesce(r.given, 0))::text,
        coalesce(r.revoked, 0)::text)
) v (field, stored, rebuilt)
WHERE v.stored IS DISTINCT FROM v.rebuilt
ORDER BY 1
"""

CHECKS: Final = {
    "wallet": _WALLET,
    "chain": _CHAIN,
    "transfer": _TRANSFER,
    "command": _COMMAND,
    "hold": _HOLD,
    "borrowing": _BORROWING,
    "hold lot": _HOLD_LOT,
    "lot": _LOT,
    "order": _ORDER,
    "grant": _GRANT,
}

WHOLE_ONLY: Final = frozenset({"command"})
"""Checks of rows that belong to no wallet: run when everything is verified."""

KEPT: Final = """
SELECT concat(k.wallet_id, '/', k.seq), k.wallet_id, 'hash',
    coalesce(encode(t.hash, 'hex'), 'missing'), encode(k.head, 'hex')
FROM (SELECT %(wallet)s::bigint AS wallet_id, %(seq)s::bigint AS seq, %(head)s::bytea AS head) k
LEFT JOIN LATERAL (
    SELECT from_hash AS hash FROM credits_transfer
    WHERE from_wallet_id = k.wallet_id AND from_seq = k.seq
    UNION ALL
    SELECT to_hash FROM credits_transfer
    WHERE to_wallet_id = k.wallet_id AND to_seq = k.seq AND to_seq IS NOT NULL
    UNION ALL
    SELECT decode(repeat('00', 32), 'hex') WHERE k.seq = 0
) t ON true
WHERE t.hash IS DISTINCT FROM k.head
"""
