"""The staff administration: one module per noun. Django finds it by its name."""

from callsheet.web.admin import (
    accounts,
    catalogue,
    journal,
    ledger,
    members,
    organizations,
    people,
    projects,
    subscriptions,
    wallets,
)

__all__ = [
    "accounts",
    "catalogue",
    "journal",
    "ledger",
    "members",
    "organizations",
    "people",
    "projects",
    "subscriptions",
    "wallets",
]
