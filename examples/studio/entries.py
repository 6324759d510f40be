"""The content calendars of the example studio: campaigns around an anchor, with their entries.

Not every customer keeps a calendar; those who do plan ahead of what they have briefed. The first
entries of a campaign are made by what is in production or waits, one photo set serves several
posts, and the later ones are not briefed yet.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import cycle

from simulate import Chance
from situations import Cells

ENDED = ("finalized", "canceled")
CHANNELS = ("feed", "story", "newsletter", "shop", "reel", "out of home")


@dataclass(frozen=True)
class Arc:
    """A campaign: its name, its anchor in calendar days from today, and how many weeks before and
    after the anchor something is published.
    """

    name: str
    anchor: int
    before: int = 4
    after: int = 2


CALENDARS: dict[str, tuple[Arc, ...]] = {
    "lumiere": (Arc("Winter skin", 38), Arc("Valentine", 84)),
    "brixen": (Arc("The launch", 52, before=6, after=4),),
    "kestrel": (Arc("Relaunch", 45),),
    "tannenhof": (Arc("Year-end", 30, before=3, after=1), Arc("White sale", 58, before=2)),
    "halden-run": (Arc("Race week", 40, before=5), Arc("Spring shoes", 96)),
    "halden-golf": (Arc("Season opening", 110),),
    "nordlicht-sofas": (Arc("Small spaces", 33), Arc("Fabric stories", 75)),
    "nordlicht-garden": (Arc("First warm day", 120, before=8),),
    "maison-parfum": (Arc("The new scent", 62, before=6, after=6),),
    "bellwether": (Arc("New season", 47),),
    "petrichor": (Arc("Gift guide", 28, before=3), Arc("Relaunch", 90, before=6)),
    "paperworks": (Arc("Desk spring", 70),),
}
BEATS = (
    # (title, channel, what it wants); the shares of a campaign before, at and after its anchor
    ("teaser", "story", "1 video"),
    ("behind the scenes", "reel", "1 raw video clip"),
    ("countdown", "story", "2 static"),
    ("first look", "feed", "1 photo set"),
    ("what it is made of", "newsletter", "3 photo"),
)
LAUNCH = (("launch day", "feed", "1 video, 2 static"), ("launch mail", "newsletter", "2 static"))
AFTER = (
    ("in use", "feed", "1 photo set"),
    ("what people say", "reel", "1 raw video clip"),
    ("last chance", "story", "2 static"),
)


def calendar(customers: Iterable[Cells], projects: Sequence[Cells]) -> Iterator[Cells]:
    """The rows of the sheet, account by account."""
    names = {cells["key"]: cells["name"] for cells in customers}
    for key, arcs in CALENDARS.items():
        chance = Chance(f"callsheet {key} calendar")
        open_work = [
            row["key"] for row in projects if row["account"] == key and row["status"] not in ENDED
        ]
        yield from _account(chance, key, names[key], arcs, open_work)


def _account(
    chance: Chance, key: str, brand: str, arcs: Sequence[Arc], open_work: Sequence[str]
) -> Iterator[Cells]:
    number = 0
    makers = iter(open_work)
    for arc in arcs:
        for days, (title, channel, wants) in _beats(chance, arc):
            number += 1
            row = {
                "key": f"{key.upper()}-{number:02d}",
                "account": key,
                "title": f"{arc.name}: {title}",
                "campaign": arc.name,
                "anchor": f"today{arc.anchor:+d}d",
                "days_from_anchor": str(days),
                "channel": channel,
                "brand": brand,
                "deliverables": wants,
            }
            maker = next(makers, None) if arc.anchor + days < 60 else None
            if maker is not None:
                row["made_by"] = maker
            yield row
    # A day that the world sets: it stays when a campaign moves.
    yield {
        "key": f"{key.upper()}-FAIR",
        "account": key,
        "title": "Trade fair: stand and screens",
        "publish_date": f"today+{chance.between(25, 80)}d",
        "campaign": arcs[0].name,
        "anchor": f"today{arcs[0].anchor:+d}d",
        "fixed_date": "yes",
        "channel": "out of home",
        "brand": brand,
        "deliverables": "1 stop motion",
    }
    if open_work:
        # The pictures of the first project serve a series of posts.
        for post in range(1, 4):
            yield {
                "key": f"{key.upper()}-SERIES-{post}",
                "account": key,
                "title": f"Series, part {post}",
                "publish_date": f"today+{10 + 7 * post}d",
                "channel": "feed",
                "brand": brand,
                "made_by": open_work[0],
            }


def _beats(chance: Chance, arc: Arc) -> Iterator[tuple[int, tuple[str, str, str]]]:
    """Days from the anchor, and what is published then: one or two a week."""
    before, after = cycle(BEATS), cycle(AFTER)
    for week in range(-arc.before, 0):
        yield 7 * week + chance.between(0, 2), next(before)
        if chance.number() < 0.5:
            yield 7 * week + chance.between(3, 5), next(before)
    for beat in LAUNCH:
        yield 0, beat
    for week in range(1, arc.after + 1):
        yield 7 * week - chance.between(0, 4), next(after)
