"""Organizations and accounts: opening them, and changing their names and how they work."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from callsheet.credits.models import Billing, Subscription, Wallet
from callsheet.credits.opening import open_pool, open_wallet
from callsheet.journal import events
from callsheet.journal.commands import Answer, OpenCommand, run
from callsheet.kit import clock
from callsheet.kit.actor import Actor
from callsheet.kit.errors import Conflict, NotFound, Refused
from callsheet.services.account_life import change_status
from callsheet.services.following import stir_queues
from callsheet.services.loading import account_of
from callsheet.tenants import checks
from callsheet.tenants.access import (
    check_can_administer,
    check_can_administer_organization,
    check_can_manage,
    check_is_manager,
)
from callsheet.tenants.models import (
    Account,
    AccountStatus,
    AccountType,
    Organization,
    ReleasePolicy,
)


def organization_of(organization_id: int) -> Organization:
    """The organization of that id. Raises ``NotFound``."""
    organization = Organization.objects.filter(pk=organization_id).first()
    if organization is None:
        raise NotFound("organization")
    return organization


def create_organization(
    actor: Actor,
    name: str,
    *,
    slug: str = "",
    time_zone: str = "UTC",
    country: str = "",
    currency: str = "EUR",
    key: str | None = None,
    note: str = "",
) -> Answer:
    """Open an organization with its empty pool and its admission domain.

    Account managers and studio admins. ``slug`` is its stable key (empty: made from the name).
    Answers ``{"organization", "key", "pool"}``. Raises ``Refused`` for a wrong field,
    ``Conflict("key_taken")``.
    """

    def work(command: OpenCommand) -> Answer:
        check_is_manager(actor)
        organization = Organization(**_place(name, slug, time_zone, country, currency))
        _check_key_free(Organization, organization.key)
        organization.save(force_insert=True)
        pool = open_pool(organization)
        events.record(
            "organization_created", "organization", organization.pk,
            command=command, organization_id=organization.pk, data={"name": organization.name},
        )  # fmt: skip
        return {"organization": organization.pk, "key": organization.key, "pool": pool.pk}

    given = {"name": name, "slug": slug, "time_zone": time_zone, "country": country}
    given["currency"] = currency
    return run(actor, "create_organization", key, given, work, note=note)


def create_account(
    actor: Actor,
    name: str,
    *,
    slug: str = "",
    account_type: str = AccountType.STANDALONE,
    organization_id: int | None = None,
    billing: str = Billing.SUBSCRIPTION,
    status: str = AccountStatus.ACTIVE,
    time_zone: str = "UTC",
    country: str = "",
    currency: str = "EUR",
    starts_on: date | None = None,
    key: str | None = None,
    note: str = "",
) -> Answer:
    """Open an account with its empty wallet.

    Account managers and studio admins. A standalone account has no organization, the other types
    need one; an integrated account works with the pool's credits and cannot pay as it goes. A new
    account is on trial or active, from ``starts_on`` (default: today in its time zone). Answers
    ``{"account", "key", "wallet"}``. Raises ``Refused`` for a wrong field,
    ``Conflict("key_taken")``, ``NotFound`` for an unknown organization.
    """

    def work(command: OpenCommand) -> Answer:
        check_is_manager(actor)
        account = Account(**_place(name, slug, time_zone, country, currency))
        account.type = _choice(account_type, AccountType, "account_type", "account type")
        account.organization = _organization_for(account.type, organization_id)
        account.status = _choice(status, AccountStatus, "status", "status")
        if account.status not in (AccountStatus.TRIAL, AccountStatus.ACTIVE):
            raise Refused(
                "status_not_for_new", "A new account is on trial or active.", field="status"
            )
        _choice(billing, Billing, "billing", "way of billing")
        if account.type == AccountType.INTEGRATED and billing != Billing.SUBSCRIPTION:
            raise Refused(
                "integrated_has_subscription",
                "An integrated account works with its organization's credits; it cannot buy its"
                " own as it goes.",
                field="billing",
            )
        account.started_on = starts_on or clock.today(account.time_zone)
        _check_key_free(Account, account.key)
        account.save(force_insert=True)
        wallet = open_wallet(account, billing=billing)
        events.record(
            "account_created", "account", account.pk,
            command=command, account_id=account.pk, organization_id=account.organization_id,
            data={
                "name": account.name, "type": account.type, "billing": wallet.billing,
                "status": account.status, "on": account.started_on,
            },
        )  # fmt: skip
        return {"account": account.pk, "key": account.key, "wallet": wallet.pk}

    given: dict[str, Any] = {
        "name": name, "slug": slug, "type": account_type, "organization": organization_id,
    }  # fmt: skip
    given |= {"billing": billing, "status": status, "time_zone": time_zone, "country": country}
    given |= {"currency": currency, "starts_on": starts_on}
    return run(actor, "create_account", key, given, work, note=note)


_ADMINS_MAY_CHANGE: Mapping[str, Callable[[Any], Any]] = {
    "name": checks.name,
    "time_zone": checks.time_zone,
    "country": checks.country,
    "needs_approval": bool,
    "shares_briefs": bool,
}


def _life(value: str) -> str:
    if value not in (AccountStatus.TRIAL, AccountStatus.ACTIVE):
        raise Refused(
            "status_by_itself",
            "Only trial and active are set by hand; pausing and ending are steps of their own.",
            field="status",
        )
    return value


_MANAGERS_MAY_CHANGE: Mapping[str, Callable[[Any], Any]] = {
    "currency": checks.currency,
    "release_policy": lambda value: _choice(
        value, ReleasePolicy, "release_policy", "release policy"
    ),
    "status": _life,
}


_DAYS_BEGIN_AND_COUNT_BY = frozenset({"time_zone", "country"})


def change_account(
    actor: Actor, account_id: int, *, key: str | None = None, note: str = "", **changes: Any
) -> Answer:
    """Change what an account is called, where it is, and how it works.

    Account admins may change ``name``, ``time_zone``, ``country``, ``needs_approval`` and
    ``shares_briefs``; managers of the studio also ``currency``, ``release_policy``, and ``status``
    between trial and active (from notice to active takes the notice back). Answers ``{"account",
    "changed": {field: [before, after]}}``. Raises ``Refused`` naming the field,
    ``Conflict("account_ended")``.
    """

    def work(command: OpenCommand) -> Answer:
        seen = account_of(account_id)
        check_can_administer(actor, seen)
        if not changes.keys() <= _ADMINS_MAY_CHANGE.keys():
            check_can_manage(actor, seen)
        account = lock_account(account_id)
        check_not_ended(account)
        rules = {**_ADMINS_MAY_CHANGE, **_MANAGERS_MAY_CHANGE}
        changed: dict[str, list[Any]] = {}
        for field, value in changes.items():
            if field not in rules:
                raise Refused("unknown_field", f"“{field}” cannot be changed.", field=field)
            before, after = getattr(account, field), rules[field](value)
            if before != after:
                changed[field] = [before, after]
                setattr(account, field, after)
        if "status" in changed:
            if changed["status"][0] == AccountStatus.PAUSED:
                raise Conflict(
                    "account_paused", "This account is paused. Resume it instead.", field="status"
                )
            _check_subscription_goes_on(account)
            account.status = changed["status"][0]
            change_status(command, account, changed["status"][1])
        if changed:
            account.save()
            if not _DAYS_BEGIN_AND_COUNT_BY.isdisjoint(changed):
                stir_queues(
                    command, Wallet.objects.filter(account=account).values_list("pk", flat=True)
                )
            events.record(
                "account_changed", "account", account.pk,
                command=command, account_id=account.pk, data=changed,
            )  # fmt: skip
        return {"account": account.pk, "changed": changed}

    return run(actor, "change_account", key, {"account": account_id, **changes}, work, note=note)


def change_organization(
    actor: Actor, organization_id: int, *, key: str | None = None, note: str = "", **changes: Any
) -> Answer:
    """Change an organization's ``name``, ``time_zone``, ``country`` or ``currency``.

    Organization admins, and managers of the studio. Answers and refuses as `change_account`.
    """

    def work(command: OpenCommand) -> Answer:
        check_can_administer_organization(actor, organization_of(organization_id))
        organization = Organization.objects.select_for_update(no_key=True).get(pk=organization_id)
        rules: dict[str, Callable[[Any], Any]] = {
            "name": checks.name,
            "time_zone": checks.time_zone,
            "country": checks.country,
            "currency": checks.currency,
        }
        changed: dict[str, list[Any]] = {}
        for field, value in changes.items():
            if field not in rules:
                raise Refused("unknown_field", f"“{field}” cannot be changed.", field=field)
            before, after = getattr(organization, field), rules[field](value)
            if before != after:
                changed[field] = [before, after]
                setattr(organization, field, after)
        if changed:
            organization.save()
            if not _DAYS_BEGIN_AND_COUNT_BY.isdisjoint(changed):
                stir_queues(
                    command,
                    Wallet.objects.filter(organization=organization).values_list("pk", flat=True),
                )
            events.record(
                "organization_changed", "organization", organization.pk,
                command=command, organization_id=organization.pk, data=changed,
            )  # fmt: skip
        return {"organization": organization.pk, "changed": changed}

    given = {"organization": organization_id, **changes}
    return run(actor, "change_organization", key, given, work, note=note)


def check_not_ended(account: Account) -> None:
    """Raise ``Conflict("account_ended")`` for an account that has ended."""
    if account.status == AccountStatus.ENDED:
        raise Conflict("account_ended", "This account has ended.", field="status")


def _check_subscription_goes_on(account: Account) -> None:
    """An account whose subscription is on notice comes back with it, not without."""
    ending = Subscription.objects.filter(wallet__account=account, ends_on__isnull=False)
    if ending.exclude(status=Subscription.Status.ENDED).exists():
        raise Conflict(
            "subscription_on_notice",
            "The subscription of this account is on notice. Take that notice back; the account"
            " becomes active with it.",
            field="status",
        )


def lock_account(account_id: int) -> Account:
    """Lock the account's row and read it again; after the locks of its wallet."""
    return Account.objects.select_for_update(no_key=True, of=("self",)).get(pk=account_id)


def _place(name: str, slug: str, time_zone: str, country: str, currency: str) -> dict[str, str]:
    tidy = checks.name(name)
    return {
        "name": tidy,
        "key": checks.key(slug, otherwise_from=tidy, field="slug"),
        "time_zone": checks.time_zone(time_zone),
        "country": checks.country(country),
        "currency": checks.currency(currency),
    }


def _organization_for(account_type: str, organization_id: int | None) -> Organization | None:
    if account_type == AccountType.STANDALONE:
        if organization_id is not None:
            raise Refused(
                "standalone_has_none",
                "A standalone account belongs to no organization. Choose connected or integrated.",
                field="organization",
            )
        return None
    if organization_id is None:
        raise Refused(
            "organization_missing",
            f"A {account_type} account belongs to an organization. Which one?",
            field="organization",
        )
    return organization_of(organization_id)


def _check_key_free(model: type[Account] | type[Organization], key: str) -> None:
    if model._default_manager.filter(key=key).exists():
        raise Conflict("key_taken", f"The key {key} is taken already.", field="slug")


def _choice(value: str, choices: Any, field: str, what: str) -> str:
    if value not in choices.values:
        raise Refused(
            f"unknown_{field}",
            f"“{value}” is no {what}. It is one of: {', '.join(choices.values)}.",
            field=field,
        )
    return str(value)
