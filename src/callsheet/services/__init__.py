"""Use cases: each function is one thing that somebody does.

Every one of them asks who may, opens a transaction through the journal's commands (each command
happens once), locks in the same order (domains, wallets, projects, each by id), reads again,
decides, writes and journals.
"""
