"""How the administration looks: warm greys, one accent, and who finds what in the sidebar."""

from __future__ import annotations

from typing import Any, Final

from django.templatetags.static import static
from django.urls import reverse_lazy

# Neutral warm greys, light to dark.
_GREYS: Final = {
    "50": "oklch(98.4% .003 80)",
    "100": "oklch(96.4% .004 80)",
    "200": "oklch(91.8% .006 80)",
    "300": "oklch(86% .008 80)",
    "400": "oklch(70% .012 75)",
    "500": "oklch(54% .014 70)",
    "600": "oklch(44% .014 65)",
    "700": "oklch(36.5% .013 60)",
    "800": "oklch(26.5% .010 55)",
    "900": "oklch(20.5% .008 55)",
    "950": "oklch(15% .007 55)",
}
# The one accent: a quiet teal, apart from the four hues that stand for a project's state.
_ACCENT: Final = {
    "50": "oklch(97.5% .014 195)",
    "100": "oklch(94% .03 195)",
    "200": "oklch(88.5% .05 195)",
    "300": "oklch(80.5% .07 195)",
    "400": "oklch(71% .085 195)",
    "500": "oklch(60% .085 197)",
    "600": "oklch(49.5% .075 199)",
    "700": "oklch(42.5% .065 201)",
    "800": "oklch(37% .055 203)",
    "900": "oklch(32% .045 205)",
    "950": "oklch(23% .035 207)",
}

_GROUPS: Final = [
    (
        "Customers",
        "customers",
        [
            ("Accounts", "storefront", "tenants_account"),
            ("Organizations", "domain", "tenants_organization"),
            ("Members", "group", "tenants_membership"),
            ("Invitations", "mail", "tenants_invitation"),
            ("Account managers", "support_agent", "tenants_accountmanagerassignment"),
            ("Brands", "sell", "projects_brand"),
        ],
    ),
    (
        "Credits",
        "credits",
        [
            ("Wallets", "view_week", "credits_wallet"),
            ("Subscriptions", "autorenew", "credits_subscription"),
            ("Grants", "add_card", "credits_grant"),
            ("Lots", "inventory_2", "credits_lot"),
            ("Standing orders", "event_repeat", "credits_standingorder"),
            ("Ledger", "receipt_long", "credits_transfer"),
            ("Holds", "lock", "credits_hold"),
            ("Admission domains", "hub", "credits_domain"),
        ],
    ),
    (
        "Projects",
        "projects",
        [
            ("Projects", "movie", "projects_project"),
            ("Deliverables", "checklist", "projects_deliverable"),
            ("Occupancy", "timeline", "projects_occupancy"),
            ("Fairness receipts", "balance", "projects_fairnessreceipt"),
        ],
    ),
    (
        "Calendar",
        "projects",
        [
            ("Entries", "calendar_month", "schedule_entry"),
            ("Campaigns", "campaign", "schedule_campaign"),
        ],
    ),
    (
        "Production",
        "projects",
        [
            ("Stages", "conversion_path", "projects_stagespell"),
            ("Clocks", "alarm", "projects_clock"),
            ("Samples", "package_2", "projects_sample"),
            ("Amendments", "edit_document", "projects_amendment"),
            ("Wishes to stop", "front_hand", "projects_stoprequest"),
            ("Assets", "image", "projects_asset"),
            ("Comments", "chat", "projects_comment"),
            ("Published dates", "event_available", "projects_publishedrange"),
            ("Guest links", "link", "projects_guestlink"),
        ],
    ),
    (
        "Catalogue",
        "catalogue",
        [
            ("Deliverable types", "category", "catalogue_deliverabletype"),
            ("Subscription plans", "layers", "catalogue_subscriptionplan"),
            ("Lead times", "schedule", "catalogue_leadtime"),
            ("Measured times", "timer", "catalogue_stagetime"),
            ("Studio rules", "rule", "catalogue_studiorules"),
            ("Edition of the settings", "update", "catalogue_edition"),
            ("Studio closures", "event_busy", "tenants_studioclosure"),
        ],
    ),
    (
        "People",
        "people",
        [
            ("People", "person", "tenants_user"),
            ("Absences", "beach_access", "tenants_absence"),
        ],
    ),
    (
        "Journal",
        "journal",
        [
            ("Events", "history", "journal_event"),
            ("Commands", "terminal", "journal_command"),
            ("Notes", "sticky_note_2", "journal_note"),
            ("Notifications", "notifications", "notifications_notification"),
            ("Mail", "mail", "notifications_mail"),
            ("Jobs", "pending_actions", "procrastinate_procrastinatejob"),
        ],
    ),
]


def unfold_settings(studio_name: str) -> dict[str, Any]:
    """Return the setting ``UNFOLD``. A group shows to whom `callsheet.web.roles` lets see it."""
    return {
        "SITE_TITLE": studio_name,
        "SITE_HEADER": studio_name,
        "SITE_SUBHEADER": "Callsheet",
        "SITE_SYMBOL": "view_week",
        "SITE_URL": None,
        "SHOW_HISTORY": True,
        "SHOW_VIEW_ON_SITE": False,
        "SHOW_BACK_BUTTON": True,
        "BORDER_RADIUS": "6px",
        "COLORS": {
            "base": _GREYS,
            "primary": _ACCENT,
            "font": {
                "subtle-light": "var(--color-base-500)",
                "subtle-dark": "var(--color-base-400)",
                "default-light": "var(--color-base-700)",
                "default-dark": "var(--color-base-200)",
                "important-light": "var(--color-base-900)",
                "important-dark": "var(--color-base-50)",
            },
        },
        "STYLES": [lambda request: static("callsheet/admin.css")],
        "DASHBOARD_CALLBACK": "callsheet.web.admin.dashboard.dashboard",
        "ACCOUNT": {
            "navigation": [
                {"title": "Change password", "link": reverse_lazy("account_change_password")},
                {"title": "Second factor", "link": reverse_lazy("mfa_index")},
            ]
        },
        "SIDEBAR": {
            "show_search": True,
            "show_all_applications": False,
            "navigation": [
                {
                    "title": title,
                    "separator": True,
                    "collapsible": False,
                    "items": [
                        {
                            "title": name,
                            "icon": icon,
                            "link": reverse_lazy(f"admin:{model}_changelist"),
                            "permission": f"callsheet.web.roles.sees_{group}",
                        }
                        for name, icon, model in items
                    ],
                }
                for title, group, items in _GROUPS
            ],
        },
    }
