"""What was, theirs and mine: against an oracle that looks at each field by itself."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from citytools.staff.three_way_merge import UNKNOWN, WHOLE, merge_records

_NAMES = ("a", "b", "c")
_TEXTS = st.sampled_from(["", "x", "y", "z"]).map(lambda text: (text,))
_LINKS = st.frozensets(st.sampled_from("1234"))
_RECORDS = st.fixed_dictionaries({"a": _TEXTS, "b": _TEXTS, "c": _TEXTS, "links": _LINKS})


@given(_RECORDS, _RECORDS, _RECORDS)
def test_each_field_by_itself(was: Any, theirs: Any, mine: Any) -> None:
    merge = merge_records(was, theirs, mine)
    assert merge.record is not None
    for name in _NAMES:
        changed_by_me, changed_by_them = mine[name] != was[name], theirs[name] != was[name]
        both_differently = changed_by_me and changed_by_them and mine[name] != theirs[name]
        assert (name in merge.conflicts) == both_differently
        assert merge.record[name] == (mine if changed_by_me else theirs)[name]
    for link in "1234":
        before, now = link in was["links"], link in merge.record["links"]
        changed = before != (link in theirs["links"]) or before != (link in mine["links"])
        assert now != before if changed else now == before
    assert "links" not in merge.conflicts


@given(_RECORDS, _RECORDS)
def test_nothing_changed_on_one_side_leaves_the_other(was: Any, other: Any) -> None:
    for sides in ((was, other, was), (was, was, other), (was, other, other)):
        merge = merge_records(*sides)
        assert (merge.record, merge.conflicts) == (other, frozenset())


@given(_RECORDS, _RECORDS)
def test_who_removes_what_the_other_changed_is_asked(was: Any, other: Any) -> None:
    asked = frozenset({WHOLE} if other != was else ())
    assert merge_records(was, None, other).conflicts == asked
    assert merge_records(was, other, None).conflicts == asked
    assert merge_records(was, None, was).record is None
    assert merge_records(was, was, None).record is None
    assert merge_records(was, None, None) == merge_records(None, None, None)


@given(_RECORDS, _RECORDS)
def test_where_nobody_knows_what_was_every_difference_is_asked(theirs: Any, mine: Any) -> None:
    merge = merge_records(UNKNOWN, theirs, mine)
    assert merge.conflicts == {name for name in theirs if theirs[name] != mine[name]}
    assert merge_records(UNKNOWN, theirs, None).conflicts == {WHOLE}


@given(_RECORDS, _RECORDS, st.sets(st.sampled_from(_NAMES)))
def test_a_field_that_was_not_posted_was_not_changed(
    was: Any, theirs: Any, left_out: set[str]
) -> None:
    mine = {name: value for name, value in was.items() if name not in left_out}
    assert merge_records(was, theirs, mine).record == theirs
