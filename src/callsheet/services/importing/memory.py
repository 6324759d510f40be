"""What earlier imports have read, so that a second one changes only what the sheets have changed.

Each imported row is kept, as plain data, in the journal event of its import. Comparing the sheet
with that, and not with the database, is what lets people go on working meanwhile: their changes are
not undone by a sheet that says what it has always said.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from dataclasses import asdict, dataclass, field
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder

from callsheet.journal import events
from callsheet.journal.commands import OpenCommand
from callsheet.journal.models import Event

IMPORTED = "imported"
type Row = dict[str, Any]


def plain(record: Any) -> Row:
    """A record of the sheets as JSON has it, without its row number and without what is blank."""
    row = json.loads(json.dumps(asdict(record), cls=DjangoJSONEncoder))
    return {
        name: value
        for name, value in row.items()
        if name != "row" and value is not None and value not in ("", [], {})
    }


@dataclass(slots=True)
class Comparison:
    """A row of the sheet beside what was imported before."""

    sheet: str
    key: str
    new: Row
    old: Row | None
    refused: set[str] = field(default_factory=set)

    @property
    def changed(self) -> set[str]:
        """The fields that differ from the last import; all that are filled, the first time."""
        old = self.old or {}
        return {n for n in self.new.keys() | old.keys() if self.new.get(n) != old.get(n)}

    def takes(self, *names: str) -> bool:
        """Whether any of these fields has changed."""
        return not self.changed.isdisjoint(names)

    def kept(self) -> Row:
        """What to remember: the new row, with what was not taken over as it was before."""
        row = dict(self.new)
        for name in self.refused:
            if self.old is not None and name in self.old:
                row[name] = self.old[name]
            else:
                row.pop(name, None)
        return row


@dataclass(slots=True)
class Difference:
    """Where the sheet says one thing and Callsheet another, and Callsheet stays as it is."""

    sheet: str
    key: str
    field: str
    said: str


class Memory:
    """Rows of earlier imports, and what this import does about each row."""

    def __init__(self, account_id: int | None = None) -> None:
        """Read what was imported before: everything, or one account's."""
        self._rows: dict[str, dict[str, Row]] = defaultdict(dict)
        imported = Event.objects.filter(kind=IMPORTED)
        if account_id is not None:
            imported = imported.filter(account_id=account_id)
        for data in imported.order_by("id").values_list("data", flat=True):
            self._rows[data["sheet"]][data["key"]] = data["row"]
        self.counts: dict[str, Counter[str]] = defaultdict(Counter)
        self.differences: list[Difference] = []
        self._events: list[Event] = []

    def compare(self, sheet: str, key: str, record: Any) -> Comparison:
        """A record beside what was imported under its key before."""
        return Comparison(sheet, key, plain(record), self._rows[sheet].get(key))

    def last(self, sheet: str, key: str) -> Row | None:
        """What the last import said under this key; None for one that was never imported."""
        return self._rows[sheet].get(key)

    def keys(self, sheet: str) -> set[str]:
        """The keys that were ever imported from a sheet."""
        return set(self._rows[sheet])

    def refuse(self, comparison: Comparison, said: str, *names: str) -> None:
        """Leave these changed fields as they are in Callsheet, and say so."""
        for name in sorted(comparison.changed.intersection(names) - comparison.refused):
            self.differences.append(Difference(comparison.sheet, comparison.key, name, said))
            comparison.refused.add(name)

    def remember(
        self,
        command: OpenCommand,
        comparison: Comparison,
        subject_type: str,
        subject_id: int,
        *,
        exists: bool,
        account_id: int | None = None,
        organization_id: int | None = None,
        outcome: str | None = None,
    ) -> None:
        """Count the row as new, changed or unchanged, and keep it for the next import.

        ``exists`` says whether Callsheet had it before, imported or not. ``outcome`` is how the row
        is counted by somebody who knows better than a comparison with the last import.
        """
        kept = comparison.kept()
        same = kept == comparison.old
        outcome = outcome or ("unchanged" if same else "changed" if exists else "new")
        self.counts[comparison.sheet][outcome] += 1
        if same:
            return
        self._events.append(
            events.build(
                IMPORTED,
                subject_type,
                subject_id,
                command=command,
                account_id=account_id,
                organization_id=organization_id,
                data={"sheet": comparison.sheet, "key": comparison.key, "row": kept},
            )
        )

    def flush(self) -> None:
        """Write what is to be remembered."""
        Event.objects.bulk_create(self._events, batch_size=1000)
        self._events.clear()
