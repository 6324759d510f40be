"""What an entry wants, as people type it: “2 static, 1 photo set”."""

from __future__ import annotations

from callsheet.catalogue.models import DeliverableType, studio_rules
from callsheet.kit.errors import Refused
from callsheet.schedule.entry import Wanted
from callsheet.services.importing.catalogue import known_items
from callsheet.sheets.definitions import fold
from callsheet.sheets.deliverables import NotDeliverable, PriceBook, read_wanted


def wanted_of(text: str) -> tuple[Wanted, ...]:
    """The types and numbers that a text names, by the names and keys of the catalogue.

    Raises ``Refused("wanted_not_understood")`` with the sentence of the rule that the text breaks.
    """
    if not text.strip():
        return ()
    book = PriceBook(known_items())
    try:
        found = read_wanted(text, book, most_quantity=studio_rules().most_quantity)
    except NotDeliverable as refusal:
        raise Refused("wanted_not_understood", refusal.sentence, field="wanted") from None
    keys = {fold(kind.name): kind.key for kind in DeliverableType.objects.all()}
    return tuple(Wanted(keys[fold(item)], number) for item, number in found)
