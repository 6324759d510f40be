"""Three-way merging against the plain words: no change of either side is ever lost."""

from hypothesis import given
from hypothesis import strategies as st

from callsheet.schedule.merging import Side, merge

NAMES = ("title", "publish", "channel")
values = st.sampled_from([None, "a", "b", "c"])
fields = st.fixed_dictionaries(dict.fromkeys(NAMES, values)).map(
    lambda row: {name: value for name, value in row.items() if value is not None}
)
sides = st.dictionaries(st.sampled_from(NAMES), st.sampled_from(list(Side)))


@given(st.none() | fields, fields, fields, sides)
def test_no_change_is_lost(last, ours, sheet, chosen) -> None:
    merged = merge(last, ours, sheet, NAMES, chosen.get)
    clashing = {clash.field for clash in merged.clashes}
    after = {n: merged.taken.get(n, ours.get(n)) for n in NAMES}
    for name in NAMES:
        before, now, new = (None if row is None else row.get(name) for row in (last, ours, sheet))
        we_changed = last is None or now != before
        sheet_changed = last is None or new != before
        if now == new or not sheet_changed:
            expected = now
        elif not we_changed:
            expected = new
        elif name in chosen:
            expected = new if chosen[name] is Side.SHEET else now
        else:
            assert name in clashing
            expected = now  # as it is, until somebody decides
        assert after[name] == expected
        assert (name in clashing) == (
            we_changed and sheet_changed and now != new and name not in chosen
        )


@given(st.none() | fields, fields)
def test_a_sheet_that_says_what_is_there_changes_nothing(last, ours) -> None:
    merged = merge(last, ours, dict(ours), NAMES)
    assert (merged.taken, merged.clashes) == ({}, ())


@given(fields, fields, fields)
def test_columns_that_are_missing_say_nothing(last, ours, sheet) -> None:
    merged = merge(last, ours, sheet, ["title"])
    assert set(merged.taken) | {clash.field for clash in merged.clashes} <= {"title"}
