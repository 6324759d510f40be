"""A small studio on disk, right in every cell, for tests to break one thing at a time."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path

from callsheet.sheets import Known, Reading, read_studio

TODAY = date(2026, 11, 23)  # a Monday

PRICES = """\
Item,Kind,Medium,Credits,Price,Currency,Brief types,Also called,Active
Static creative,deliverable,static,5,,,,,yes
Video creative,deliverable,video,10,,,,,yes
Photo set (5),deliverable,photo,10,,,Content Creation,,yes
Format variation,variation,,0,,,,format,yes
Text variation,variation,,0,,,,,yes
Growth,plan,,60,2400,EUR,,,yes
Old banner,deliverable,banner,5,,,,,no
"""
CUSTOMERS = """\
Key,Name,Type,Organization,Plan,Credits,Billing,Allocation,Started,Account manager
HOUSE,House of Oak,organization,,,200,,,2025-01-01,
OAK,Oak Living,integrated,HOUSE,,,,80,2025-01-01,
ELM,Elm Living,integrated,HOUSE,,,,60,2025-01-01,
FIR,Fir Outdoor,standalone,,Growth,,,,2025-02-01,ines@studio.example
PINE,Pine Soap,standalone,,,,pay-as-you-go,,2025-03-01,
"""
PEOPLE = """\
E-mail,Name,Account,Organization,Role
ines@studio.example,Ines Keller,,,account manager
tom@fir.example,Tom Fir,FIR,,admin
ada@oak.example,Ada Oak,,HOUSE,admin
"""
PROJECTS = """\
Key,Account,Title,Brief type,Deliverables,Status,Submitted,Started,Delivered,Finished,After
P1,FIR,Rain jackets in the wood,Original Creative,"2 video, 1 static",finalized,2026-01-05,\
2026-01-06,2026-02-01,2026-02-03,
P2,FIR,Tents at night,Original Creative,"2 video, 2 format variation of 1",in production,\
2026-11-02,2026-11-03,,,
P3,Fir Outdoor,Boots,Original Creative,2 static,queued,2026-11-10,,,,P2
P4,OAK,Chairs,Original Creative,1 video,draft,,,,,
"""


def write(folder: Path, changes: Mapping[str, str] | None = None) -> Path:
    """Write the studio's sheets into a folder; ``changes`` replaces or adds files by name."""
    files = {
        "price_list.csv": PRICES,
        "customers.csv": CUSTOMERS,
        "people.csv": PEOPLE,
        "projects.csv": PROJECTS,
    } | dict(changes or {})
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def read(folder: Path, changes: Mapping[str, str] | None = None, **options: object) -> Reading:
    """Write and read the studio as of ``TODAY``."""
    return read_studio(write(folder, changes), today=TODAY, **options)  # type: ignore[arg-type]


def projects(*rows: str) -> dict[str, str]:
    """The projects sheet with other rows."""
    return {"projects.csv": "\n".join((PROJECTS.splitlines()[0], *rows)) + "\n"}


def codes(reading: Reading) -> list[str]:
    """The codes of all problems, in order."""
    return [problem.code for problem in reading.problems]


__all__ = [
    "CUSTOMERS",
    "PEOPLE",
    "PRICES",
    "PROJECTS",
    "TODAY",
    "Known",
    "codes",
    "projects",
    "read",
    "write",
]
