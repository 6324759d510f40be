"""Wallets and the ledger: credits are a capacity that is occupied and comes back.

Only :mod:`callsheet.credits.post` writes transfers, by one database function.
"""
