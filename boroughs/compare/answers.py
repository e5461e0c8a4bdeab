"""What a comparison is made of: sections, items, and one answer a borough, in the order chosen."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from boroughs.models import Borough
from citytools.charts import Chart

Value = str | int | Decimal


@dataclass(frozen=True)
class Answer:
    """One borough's answer; `value` is None where it is none or not known.

    `parts` are (words, address) where the answer is names that link somewhere.
    """

    state: str
    value: Value | None = None
    words: str = ""
    parts: Sequence[tuple[str, str]] = ()

    @property
    def settled(self) -> bool:
        """Whether it can be held against another: a lower bound cannot."""
        return self.state in {"known", "none recorded"}


NOT_KNOWN = Answer("not known")
NONE = Answer("none recorded")


def counted(count: int, complete: bool) -> Answer:
    """A number of things: a lower bound without a complete return, and then nought is unknown."""
    if complete:
        return Answer("known", count, f"{count:,}")
    return Answer("at least", count, f"at least {count:,}") if count else NOT_KNOWN


@dataclass(frozen=True)
class Item:
    """One row: what is compared, and the answers in the order of the boroughs."""

    name: str
    answers: Sequence[Answer]
    group: str = ""
    unit: str = ""
    link: str = ""

    @property
    def comparable(self) -> bool:
        """Whether at least two answers can be held against each other."""
        return sum(answer.settled for answer in self.answers) > 1

    @property
    def differs(self) -> bool:
        """Whether two settled answers are not the same."""
        settled = {(answer.state, answer.value) for answer in self.answers if answer.settled}
        return len(settled) > 1

    @property
    def shared(self) -> set[str]:
        """Names that more than one of the boroughs gives."""
        names = [words for answer in self.answers for words, _ in answer.parts]
        return {name for name in names if names.count(name) > 1}


@dataclass(frozen=True)
class Section:
    """A part of the comparison. A `long` one shows only what differs unless all is asked."""

    key: str
    title: str
    head: str
    sentence: str
    items: Sequence[Item]
    long: bool = False
    chart: Chart | None = None

    def shown(self, all_rows: bool) -> list[Item]:
        """The rows that the switch leaves."""
        return [item for item in self.items if all_rows or not self.long or item.differs]

    def groups(self, all_rows: bool) -> list[tuple[str, list[Item]]]:
        """The shown rows by group, in their order."""
        found: dict[str, list[Item]] = {}
        for item in self.shown(all_rows):
            found.setdefault(item.group, []).append(item)
        return list(found.items())


def difference(items: Sequence[Item], several: str) -> str:
    """'Of 82 functions, 12 differ, 9 are the same and 61 cannot be compared: …'."""
    differ = sum(item.differs for item in items)
    same = sum(item.comparable and not item.differs for item in items)
    rest = len(items) - differ - same
    words = f"Of {len(items):,} {several}, {differ:,} differ and {same:,} are the same"
    if not rest:
        return f"{words}."
    return f"{words}; {rest:,} cannot be compared: fewer than two answers are known."


def table(
    sections: Sequence[Section], boroughs: Sequence[Borough], all_rows: bool
) -> Iterator[Mapping[str, Any]]:
    """The shown answers as rows of a file, in the order of the page."""
    for section in sections:
        for _, items in section.groups(all_rows):
            for item in items:
                for borough, answer in zip(boroughs, item.answers, strict=True):
                    yield {
                        "section": section.title,
                        "group": item.group,
                        "item": item.name,
                        "gss_code": borough.gss_code,
                        "borough": borough.name,
                        "state": answer.state,
                        "value": answer.value,
                        "unit": item.unit,
                    }
