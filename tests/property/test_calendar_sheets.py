"""Whatever a calendar holds, its export imports as what it is."""

import tempfile
from datetime import date, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callsheet.insight import calendar_export
from callsheet.insight.calendar_rows import EntryRow, _fields
from callsheet.schedule.entry import one_line
from callsheet.sheets import Known, PriceItem, read_calendar
from callsheet.sheets.records import Customer

TODAY = date(2027, 3, 1)
TYPES = {"static": "Static creative", "reel": "Reel, vertical", "photo-set": "Photo set (5)"}
ITEMS = tuple(PriceItem(0, name, "deliverable", 5, also_called=(key,))
              for key, name in TYPES.items())  # fmt: skip

# What people type, and what spreadsheets like to take for something else.
texts = st.one_of(
    st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=30),
    st.text(st.sampled_from("=+-@'\"|!();,#/ 0123.\n\t\raé\u2028"), max_size=12),
    st.sampled_from(["0042", "1.50", "3/4", "TRUE", "#N/A!", "today", "'=x", "''-1", "=1|2", "-"]),
).map(one_line)
titles = texts.filter(bool)
keys = st.from_regex(r"[A-Za-z0-9=@#'/.-]{1,12}", fullmatch=True)
days = st.integers(-400, 400).map(lambda n: TODAY + timedelta(days=n))


@st.composite
def entries(draw) -> SimpleNamespace:
    anchor = draw(st.none() | days)
    named = st.builds(
        SimpleNamespace, key=st.just("spring"), name=titles, anchor_on=st.just(anchor)
    )
    campaign = draw(st.none() | named)
    fixed = draw(st.booleans())
    published = draw(st.booleans())
    day = draw(days)
    anchored = campaign is not None and campaign.anchor_on is not None and not fixed
    return SimpleNamespace(
        key=draw(keys), account=SimpleNamespace(key="lumi"), title=draw(titles), publish_on=day,
        campaign=campaign, fixed_date=fixed, channel=draw(texts),
        days_from_anchor=(day - campaign.anchor_on).days if anchored else None,
        brand=draw(st.none() | st.builds(SimpleNamespace, name=titles)),
        status="published" if published else draw(st.sampled_from(["planned", "dropped"])),
        published_on=min(day, TODAY) if published else None, version=draw(st.integers(1, 99)),
    )  # fmt: skip


wanted = st.dictionaries(st.sampled_from(list(TYPES)), st.integers(1, 200)).map(
    lambda found: tuple((key, TYPES[key], number) for key, number in found.items())
)
ERRORS = {"#n/a", "#ref!", "#value!", "#div/0!", "#name?", "#null!", "#num!", "#spill!", "#calc!"}


@pytest.mark.parametrize("form", ["csv", "xlsx"])
@given(entry=entries(), wants=wanted)
def test_an_export_reads_as_what_it_was(form, entry, wants) -> None:
    texts_of = (entry.title, entry.channel, entry.campaign.name if entry.campaign else "",
                entry.brand.name if entry.brand else "")  # fmt: skip
    if any(text.casefold() in ERRORS for text in texts_of):
        return  # a spreadsheet's own errors are refused by name
    row = EntryRow(entry, _fields(entry, [list(w) for w in wants], []), wants, frozenset())
    headings, cells = calendar_export._table([row])
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / f"calendar.{form}"
        if form == "csv":
            file.write_text(calendar_export.write_csv(headings, cells), newline="")
        else:
            file.write_bytes(calendar_export.write_workbook("Calendar", headings, cells))
        reading = read_calendar(
            file, account=Customer(0, "lumi", "Lumi"), known=Known(items=ITEMS), today=TODAY
        )
    assert reading.problems == ()
    (read,) = reading.entries
    names = {name: key for key, name in TYPES.items()}
    assert (read.key, read.title, read.channel) == (entry.key, entry.title, entry.channel)
    assert (read.publish, read.days, read.fixed) == (
        entry.publish_on, entry.days_from_anchor, entry.fixed_date,
    )  # fmt: skip
    assert read.campaign == (entry.campaign.name if entry.campaign else "")
    assert read.brand == (entry.brand.name if entry.brand else "")
    assert read.status == (entry.status if entry.status != "planned" else "")
    assert (read.published, read.version) == (entry.published_on, entry.version)
    assert [(names[item], number) for item, number in read.wanted] == [
        (key, number) for key, _, number in wants
    ]
