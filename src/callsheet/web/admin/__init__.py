"""The staff administration: one module per noun. Django finds it by its name."""

from callsheet.web.admin import (
    accounts,
    calendar,
    catalogue,
    journal,
    ledger,
    members,
    notifications,
    organizations,
    people,
    projects,
    records,
    samples,
    subscriptions,
    wallets,
)

__all__ = [
    "accounts",
    "calendar",
    "catalogue",
    "journal",
    "ledger",
    "members",
    "notifications",
    "organizations",
    "people",
    "projects",
    "records",
    "samples",
    "subscriptions",
    "wallets",
]
