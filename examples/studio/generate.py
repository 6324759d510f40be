"""Write the spreadsheets of the example studio. The same seed writes the same bytes.

    python examples/studio/generate.py [--out FOLDER]

Dates are relative (``today-30wd``), so that the studio is always up to date on the day on which it
is imported; everything else is fixed. See README.md for the situations.
"""

from __future__ import annotations

import argparse
import csv
import re
import sys
from collections.abc import Iterable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import entries
import situations
import words
from simulate import Capacity, Chance, Job, history
from situations import SITUATIONS, Cells, Open

SEED = "callsheet"
HERE = Path(__file__).parent

CUSTOMER_COLUMNS = (
    "key", "name", "type", "organization", "plan", "credits", "billing", "allocation", "started",
    "renews", "notice", "ended", "ended_reason", "paused_until", "trial_until", "currency", "price",
    "time_zone", "country", "account_manager", "deputy", "policy", "borrowing", "may_borrow",
    "may_lend", "floor", "weight", "release",
)  # fmt: skip
PEOPLE_COLUMNS = (
    "email", "name", "account", "organization", "role", "absent_from", "absent_until", "deputy",
)  # fmt: skip
PROJECT_COLUMNS = (
    "key", "account", "title", "brief_type", "deliverables", "concepts", "status", "submitted",
    "started", "delivered", "finished", "wanted_by", "publish", "not_before", "rank", "priority",
    "after", "campaign", "brand", "cost_centre", "purchase_order", "owner", "objective",
    "creative_style", "central_idea", "components", "storyboard", "setting", "presentation",
    "participants", "action", "product_information", "masters", "change", "placements",
    "references", "dos", "donts", "note",
)  # fmt: skip
PRICE_COLUMNS = (
    "item", "kind", "medium", "credits", "price", "currency", "brief_types", "also_called",
    "active",
)  # fmt: skip
CREDIT_COLUMNS = (
    "key", "kind", "account", "lender", "credits", "start", "end", "price", "currency", "note",
)  # fmt: skip
CALENDAR_COLUMNS = (
    "key", "account", "title", "publish_date", "campaign", "anchor", "days_from_anchor",
    "fixed_date", "channel", "brand", "deliverables", "made_by",
)  # fmt: skip

PLACES = (
    ("Europe/Berlin", "DE", "EUR"), ("Europe/Paris", "FR", "EUR"), ("Europe/London", "GB", "GBP"),
    ("Europe/Stockholm", "SE", "EUR"), ("Europe/Vienna", "AT", "EUR"),
    ("Europe/Berlin", "DE", "EUR"), ("America/New_York", "US", "USD"),
    ("Europe/Amsterdam", "NL", "EUR"),
)  # fmt: skip
COSTS = {"static": 5, "video": 10, "stop motion": 15, "photo": 2, "photo set": 10,
         "raw video clip": 5}  # fmt: skip
PLAN_CREDITS = {"Starter": 30, "Growth": 60, "Scale": 120, "Enterprise": 300}
ALMOST_EVER = 190
"""How long what is in production by hand is taken to hold its credits, beyond the day of import."""


def credits_of(scope: str, brief_type: str) -> int:
    """What a scope costs, as the price list says."""
    parts = re.findall(r"(\d+) (static|video|stop motion|photo set|photo|raw video clip)\b", scope)
    masters = sum(int(count) * COSTS[name] for count, name in parts)
    return masters or (10 if brief_type == "adapt_optimize" else 0)


def day(number: int | None) -> str:
    """A working day as a cell."""
    return "" if number is None else "today" if number == 0 else f"today{number:+d}wd"


class Studio:
    """The rows of the sheets while they are written."""

    def __init__(self) -> None:
        self.customers: list[Cells] = []
        self.people: list[Cells] = []
        self.projects: list[Cells] = []
        self.names: set[str] = set()

    # --- customers -------------------------------------------------------------------------------

    def build(self) -> None:
        """Everything, organizations first."""
        for email, name, role in words.STAFF:
            self.people.append({"email": f"{email}@studio.example", "name": name, "role": role})
        self.people[1] |= {
            "absent_from": "today+3d",
            "absent_until": "today+24d",
            "deputy": "amira.haddad@studio.example",
        }
        for head, members in situations.ORGANIZATIONS:
            cells = {k: v for k, v in head.items() if k != "trade"}
            self.customers.append(
                {"type": "organization", "started": "today-730d", "renews": "today+90d",
                 "currency": "EUR", "time_zone": "Europe/Berlin", "country": "DE"} | cells
            )  # fmt: skip
            self.member_of(Chance(f"{SEED} {head['key']}"), head["key"], "admin", organization=True)
            for number, member in enumerate(members):
                kind = "integrated" if "allocation" in member else "connected"
                self.account(
                    dict(member) | {"type": kind, "organization": head["key"]},
                    head["trade"],
                    number,
                )
        for number, (key, name, trade) in enumerate(words.CUSTOMERS):
            self.account({"key": key, "name": name, "type": "standalone"}, trade, number)

    def account(self, cells: Cells, trade: str, number: int) -> None:
        """One account with its people and its projects."""
        key = cells["key"]
        chance = Chance(f"{SEED} {key}")
        story = SITUATIONS.get(key)
        zone, country, currency = (
            PLACES[0] if "organization" in cells else PLACES[number % len(PLACES)]
        )
        managers = [f"{email}@studio.example" for email, _, _ in words.STAFF[:3]]
        old = number < 30 or (story is not None and "ended" in story.cells)
        joined = 730 if old else chance.between(200, 720)
        cells |= {
            "started": f"today-{joined}d",
            "currency": currency,
            "time_zone": zone,
            "country": country,
            "account_manager": managers[number % 3],
            "deputy": managers[(number + 1) % 3],
        }
        if key in situations.PAY_AS_YOU_GO:
            cells["billing"] = "pay-as-you-go"
            credits = 60
        elif "allocation" in cells:
            credits = int(cells["allocation"])
        else:
            by_chance = chance.pick(("Starter", "Growth", "Growth", "Growth", "Scale"))
            cells["plan"] = situations.PLANS.get(key, by_chance)
            cells["renews"] = f"today+{chance.between(40, 340)}d"
            credits = PLAN_CREDITS[cells["plan"]]
        cells |= story.cells if story else {}
        cells.pop("note", None)
        self.customers.append(cells)
        owners = [self.member_of(chance, key, role) for role in ("admin", "member", "member")]
        if chance.number() < 0.4:
            self.member_of(chance, key, "viewer")
        self.work(chance, cells, trade, credits, owners, -(joined * 5 // 7) + 3)

    def member_of(self, chance: Chance, key: str, role: str, *, organization: bool = False) -> str:
        """A person with a name that nobody else has. Returns the e-mail address."""
        while True:
            name = f"{chance.pick(words.FIRST_NAMES)} {chance.pick(words.LAST_NAMES)}"
            if name not in self.names:
                break
        self.names.add(name)
        email = f"{name.lower().replace(' ', '.')}@{key.lower()}.example"
        place = "organization" if organization else "account"
        self.people.append({"email": email, "name": name, place: key, "role": role})
        return email

    # --- projects --------------------------------------------------------------------------------

    def work(
        self,
        chance: Chance,
        cells: Cells,
        trade: str,
        credits: int,
        owners: list[str],
        since: int,
    ) -> None:
        """All projects of an account: the past by chance, the open ones of a story by hand."""
        key = cells["key"]
        story = SITUATIONS.get(key)
        capacity = Capacity(credits, _changes(key))
        open_work = story.open if story else ()
        for piece in open_work:
            if piece.started is not None:
                end = -3 if piece.status == "parked" else ALMOST_EVER
                capacity.take(credits_of(piece.scope, piece.brief_type), piece.started, end)
        pays_as_it_goes = key in situations.PAY_AS_YOU_GO
        demand = story.demand if story else 0.72 + 0.5 * chance.number()
        jobs = (
            history(
                chance,
                capacity,
                credits,
                demand=demand,
                since=since,
                until=story.until if story else 0,
                finished_by=(story.until or -1) if story else -1 if pays_as_it_goes else None,
                peak=story.peak if story else 0.6,
                least=30 if pays_as_it_goes else 0,
                most=story.most if story else max(50 if pays_as_it_goes else 30, credits // 3),
            )
            if demand
            else []
        )
        number = len(open_work) + 1
        for piece in open_work:
            place = open_work.index(piece) + 1
            self.projects.append(self._open(chance, cells, piece, f"{key}-{place}", owners))
        first = len(self.projects) - len(open_work)
        titles = self._titles(chance, trade)
        for job in sorted(jobs, key=lambda job: (job.submitted, job.started or 0)):
            self.projects.append(
                self._past(
                    chance, key, job, f"{key}-{number}", next(titles)[job.brief_type], owners
                )
            )
            number += 1
        ended = "ended" in cells
        for _ in range(0 if ended or (story is None and chance.number() < 0.2)
                       else chance.between(1, 3)):  # fmt: skip
            kind = chance.pick(("original_creative", "content_creation", "adapt_optimize"))
            self.projects.append(
                self._draft(
                    chance, cells, kind, f"{key}-{number}", next(titles)[kind], owners, credits
                )
            )
            number += 1
        for row in self.projects[first:]:
            if row["status"] not in ("finalized", "canceled"):
                row["brand"] = cells["name"]

    def _titles(self, chance: Chance, trade: str) -> Iterable[Cells]:
        """Titles without end, one for each brief type at a time."""
        while True:
            occasion = chance.pick(words.TRADES[trade].occasions)
            product = chance.pick(words.TRADES[trade].products)
            yield {
                kind: f"{occasion}: {product} {chance.pick(treatments)}"
                if kind != "original_creative"
                else f"{occasion}: {product}, {chance.pick(treatments)}"
                for kind, treatments in words.TREATMENTS.items()
            }

    def _open(
        self, chance: Chance, account: Cells, piece: Open, key: str, owners: list[str]
    ) -> Cells:
        row = {
            "key": key,
            "account": account["key"],
            "title": piece.title,
            "brief_type": piece.brief_type,
            "status": piece.status,
            "submitted": day(piece.submitted),
            "started": day(piece.started),
            "delivered": day(piece.delivered),
            "wanted_by": day(piece.wanted),
            "publish": day(piece.wanted + 6) if piece.wanted and piece.wanted > 0 else "",
            "owner": owners[0],
        } | _scope(piece.scope)
        return row | _brief(chance, piece.brief_type, piece.title) | piece.cells

    def _past(
        self, chance: Chance, account: str, job: Job, key: str, title: str, owners: list[str]
    ) -> Cells:
        """A project of the model: finished, running or queued as its days say."""
        row = {
            "key": key,
            "account": account,
            "title": title,
            "brief_type": job.brief_type,
            "submitted": day(job.submitted),
            "started": day(job.started),
            "campaign": chance.pick(words.CAMPAIGNS) if chance.number() < 0.6 else "",
            "owner": chance.pick(owners),
        } | _scope(job.scope)
        if chance.number() < 0.5:
            row["cost_centre"] = f"{4000 + 10 * chance.between(0, 20)}"
        wanted = job.submitted + chance.between(20, 45)
        if job.started is None or job.finished is None:
            row |= {"status": "queued", "wanted_by": day(max(wanted, 12))}
            return row | _brief(chance, job.brief_type, title)
        row["wanted_by"] = day(wanted)
        length = job.finished - job.started
        if job.finished < 0:
            handed_over = max(job.started, job.finished - chance.between(1, max(1, length // 4)))
            canceled = chance.number() < 0.03
            row |= {
                "status": "canceled" if canceled else "finalized",
                "delivered": "" if canceled else day(handed_over),
                "finished": day(job.finished),
            }
            return row
        share = -job.started / length
        row["status"], delivered = _progress(chance, share)
        if delivered:
            row["delivered"] = day(max(job.started, -chance.between(1, 4)))
        return row | _brief(chance, job.brief_type, title)

    def _draft(
        self,
        chance: Chance,
        account: Cells,
        kind: str,
        key: str,
        title: str,
        owners: list[str],
        credits: int,
    ) -> Cells:
        """Two of three drafts are ready; the rest lack what drafts lack."""
        scope = {
            "original_creative": "A: 2 video | B: 2 static",
            "content_creation": "3 photo set",
            "adapt_optimize": "3 video, 6 format variation of 1",
        }[kind]
        if credits < 60 and account.get("billing") != "pay-as-you-go":
            scope = "2 static" if kind != "content_creation" else "1 photo set"
        row = {
            "key": key,
            "account": account["key"],
            "title": title,
            "brief_type": kind,
            "status": "draft",
            "wanted_by": day(chance.between(30, 60)),
            "publish": day(chance.between(62, 80)),
            "campaign": chance.pick(words.CAMPAIGNS),
            "owner": chance.pick(owners),
        } | _scope(scope)
        row |= _brief(chance, kind, title)
        lack = chance.number()
        if lack < 0.12:
            row = {
                k: v for k, v in row.items() if k not in ("objective", "central_idea", "setting")
            }
            row["note"] = "To be written."
        elif lack < 0.22:
            row |= {"deliverables": "1 static", "concepts": ""}
        elif lack < 0.3:
            row |= {"deliverables": "", "concepts": ""}
        return row


def _changes(key: str) -> list[tuple[int, int]]:
    """How loans change a capacity in the model, in working days (a little inside the real days)."""
    loan = situations.CREDITS[0]
    lent = int(loan["credits"])
    if key == loan["account"]:
        return [(-20, lent)]
    return [(-26, -lent)] if key == loan["lender"] else []


def _scope(scope: str) -> Cells:
    return {"concepts" if "|" in scope or ":" in scope else "deliverables": scope}


def _progress(chance: Chance, share: float) -> tuple[str, bool]:
    """The status of a project that has done a share of its time, and whether it is delivered."""
    if share < 0.08:
        return ("pending_review" if chance.number() < 0.8 else "clarification_requested"), False
    if share < 0.75:
        return "in_progress", False
    if share < 0.82:
        return "initial_delivery", False
    return ("under_revision", False) if chance.number() < 0.25 else ("delivered", True)


def _brief(chance: Chance, kind: str, title: str) -> Cells:
    """The fields of a brief type, filled."""
    product = title.partition(": ")[2] or title
    cells = {
        "product_information": f"{product[:1].upper()}{product[1:]}; samples are with the studio.",
        "references": "last season's best performer; the brand book, page 12",
        "dos": "; ".join({chance.pick(words.DOS): 0, chance.pick(words.DOS): 0}),
        "donts": chance.pick(words.DONTS),
    }
    if kind == "original_creative":
        cells |= {
            "objective": chance.pick(words.OBJECTIVES),
            "creative_style": chance.pick(("lifestyle", "studio", "user-generated")),
            "central_idea": chance.pick(words.IDEAS),
            "components": "product, hands, one prop, end card",
            "storyboard": "1 opening. 2 the product. 3 in use. 4 end card with the call to action.",
        }
    elif kind == "content_creation":
        cells |= {
            "creative_style": chance.pick(("lifestyle", "studio")),
            "setting": chance.pick(words.SETTINGS),
            "presentation": "natural props, nothing new",
            "participants": chance.pick(("hands only", "one model", "two friends", "none")),
            "action": "picked up, used, put away",
        }
    else:
        cells |= {
            "masters": "the three best of the last campaign, in the shared folder",
            "change": chance.pick(("text and language", "length and format", "call to action")),
            "placements": chance.pick(("feed, story, reel", "de, fr, en, nl, sv, it")),
        }
    return {name: value for name, value in cells.items() if value}


def write(folder: Path) -> None:
    """Write the six sheets into a folder."""
    studio = Studio()
    studio.build()
    for name, columns, rows in (
        ("customers", CUSTOMER_COLUMNS, studio.customers),
        ("people", PEOPLE_COLUMNS, studio.people),
        ("price_list", PRICE_COLUMNS, situations.PRICES),
        ("projects", PROJECT_COLUMNS, studio.projects),
        ("credits", CREDIT_COLUMNS, situations.CREDITS),
        ("calendar", CALENDAR_COLUMNS, entries.calendar(studio.customers, studio.projects)),
    ):
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, columns, lineterminator="\n")
            writer.writerow({c: c.replace("_", " ").capitalize() for c in columns})
            writer.writerows(rows)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Write the example studio's spreadsheets.")
    parser.add_argument("--out", type=Path, default=HERE, help="the folder to write into")
    write(parser.parse_args().out)
