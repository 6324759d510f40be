"""What the application's database role may do with these tables.

Balances, holds, lots and transfers are written by the ledger function alone, which runs with its
owner's rights; the application itself may only read them, create a wallet, a lot or an order, and
change a wallet's settings.
"""

TABLE_GRANTS = {
    "credits_wallet": (
        "SELECT, INSERT (account_id, organization_id, domain_id, billing, policy, issued,"
        " available, held, consumed, expired, net_in, overdraft, lent, borrowed, floor, may_borrow,"
        " may_lend, weight, gives_back, seq, head, last_at),"
        " UPDATE (domain_id, policy, floor, may_borrow, may_lend, weight, gives_back)"
    ),
    "credits_transfer": "SELECT",
    "credits_hold": "SELECT",
    "credits_borrowing": "SELECT",
    "credits_holdlot": "SELECT",
    "credits_lot": "SELECT, INSERT",
    "credits_grant": "SELECT, INSERT, UPDATE (ends_on)",
    "credits_standingorder": ("SELECT, INSERT, UPDATE (canceled_at, due_on, rank, reason, amount)"),
    "credits_priceperiod": "SELECT, INSERT, UPDATE (ends_on)",
}
