"""The parts of a comparison: sections, items, and an answer for each borough, in their order."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, NamedTuple

from boroughs.models import Borough
from citytools.charts import Chart
from citytools.facts.statistics import MIN_ANSWERS_FOR_MEAN, ScaleAnswers
from citytools.worlds.addresses import page_address
from skills.models import Level, Skill, SkillLevel
from systems.models import Function, Hosting, System

AnswerValue = str | int | Decimal
# More facts of one kind than six boroughs can have; a query is never without bound
MAX_FACTS = 20_000


@dataclass(frozen=True)
class BoroughAnswer:
    """One borough's answer; `value` is None where it is none or not known.

    `parts` are (words, URL) where the answer consists of names with links.
    """

    state: str
    value: AnswerValue | None = None
    words: str = ""
    parts: Sequence[tuple[str, str]] = ()

    @property
    def settled(self) -> bool:
        """Whether it can be compared with another: a lower bound cannot."""
        return self.state in {"known", "none recorded"}


NOT_KNOWN = BoroughAnswer("not known")
NONE_RECORDED = BoroughAnswer("none recorded")


def count_answer(count: int, complete: bool) -> BoroughAnswer:
    """A number of things: a lower bound without a complete return, and then zero is not known."""
    if complete:
        return BoroughAnswer("known", count, f"{count:,}")
    return BoroughAnswer("at least", count, f"at least {count:,}") if count else NOT_KNOWN


@dataclass(frozen=True)
class ComparisonItem:
    """One row: what is compared, and the answers in the order of the boroughs."""

    name: str
    answers: Sequence[BoroughAnswer]
    group: str = ""
    unit: str = ""
    link: str = ""

    @property
    def comparable(self) -> bool:
        """Whether at least two answers are settled."""
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
class ComparisonSection:
    """A part of the comparison. A `long` one shows only what differs unless all rows are chosen."""

    key: str
    title: str
    head: str
    sentence: str
    items: Sequence[ComparisonItem]
    long: bool = False
    chart: Chart | None = None

    def groups(self, all_rows: bool) -> list[tuple[str, list[ComparisonItem]]]:
        """The visible rows by group, in their order."""
        groups: dict[str, list[ComparisonItem]] = {}
        for item in self.items:
            if all_rows or not self.long or item.differs:
                groups.setdefault(item.group, []).append(item)
        return list(groups.items())


def difference_sentence(items: Sequence[ComparisonItem], noun: str) -> str:
    """'Of 82 functions, 12 differ and 9 are the same; 61 cannot be compared: …'."""
    differ = sum(item.differs for item in items)
    same = sum(item.comparable and not item.differs for item in items)
    rest = len(items) - differ - same
    if rest == len(items):
        return f"No {noun} can be compared: fewer than two answers are known for each of {rest:,}."
    nouns = noun if len(items) == 1 else f"{noun}s"
    words = f"Of {len(items):,} {nouns}, {differ:,} differ and {same:,} are the same"
    if not rest:
        return f"{words}."
    return f"{words}; {rest:,} cannot be compared: fewer than two answers are known."


def comparison_rows(
    sections: Sequence[ComparisonSection], boroughs: Sequence[Borough], all_rows: bool
) -> Iterator[Mapping[str, Any]]:
    """The visible answers as rows of a file, in the order of the page."""
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


# Rows as bare as a comparison needs them: of whole records six boroughs have a thousand, which
# took twice as long as all the rest of the page


class SystemAnswer(NamedTuple):
    """A system in use; `satisfaction` 1 to 5, None where not known."""

    borough: int
    function: int
    product: str
    key: str
    hosting: str
    satisfaction: int | None


class LevelAnswer(NamedTuple):
    """A known skill level."""

    borough: int
    skill: int
    level: int
    can_teach: bool
    wants_help: bool


def systems_in_use(boroughs: Sequence[Borough]) -> list[SystemAnswer]:
    """Their systems in use, by product."""
    systems = System.objects.in_use().filter(borough__in=boroughs)
    rows = systems.order_by("product__name", "pk").values_list(
        "borough", "function", "product__name", "key", "hosting", "satisfaction"
    )
    return [SystemAnswer(*row) for row in rows[:MAX_FACTS]]


def functions_section(
    boroughs: Sequence[Borough], systems: Sequence[SystemAnswer], complete: set[int]
) -> ComparisonSection:
    """Each function, and the products in use for it."""
    by_function: dict[tuple[int, int], list[SystemAnswer]] = defaultdict(list)
    for system in systems:
        by_function[system.function, system.borough].append(system)
    functions = Function.objects.order_by(
        "service_area__position", "service_area_id", "position", "pk"
    )
    items = [
        ComparisonItem(
            name,
            [
                _products(by_function[key, borough.pk], borough.pk in complete)
                for borough in boroughs
            ],
            group=area,
            link=page_address("functions:detail", slug),
        )
        for key, name, slug, area in functions.values_list(
            "pk", "name", "slug", "service_area__name"
        )
    ]
    return ComparisonSection(
        "systems",
        "Systems by function",
        "Function",
        difference_sentence(items, "function"),
        items,
        long=True,
    )


def _products(systems: Sequence[SystemAnswer], complete: bool) -> BoroughAnswer:
    if not systems:
        return NONE_RECORDED if complete else NOT_KNOWN
    names = "; ".join(system.product for system in systems)
    parts = [(system.product, page_address("systems:detail", system.key)) for system in systems]
    return BoroughAnswer("known", names, names, parts)


def count_items(
    names: Mapping[Any, str],
    counts: Mapping[tuple[int, Any], int],
    boroughs: Sequence[Borough],
    complete: set[int],
    unit: str,
) -> list[ComparisonItem]:
    """An item for each name; `counts` by borough and by the key of the name."""
    return [
        ComparisonItem(
            name,
            [count_answer(counts[borough.pk, key], borough.pk in complete) for borough in boroughs],
            unit=unit,
        )
        for key, name in names.items()
    ]


def hosting_section(
    boroughs: Sequence[Borough], systems: Sequence[SystemAnswer], complete: set[int]
) -> ComparisonSection:
    """How many systems run where."""
    counts = Counter((system.borough, system.hosting) for system in systems)
    places = {str(value): str(label) for value, label in Hosting.choices}
    places[""] = "Hosting not known"
    items = count_items(places, counts, boroughs, complete, "systems")
    return ComparisonSection(
        "hosting", "Hosting", "Where it runs", "Systems in use, by where they run.", items
    )


def satisfaction_section(
    boroughs: Sequence[Borough], systems: Sequence[SystemAnswer]
) -> ComparisonSection:
    """How many systems have an answer and, from three on, the mean."""
    scores: dict[int, list[int]] = defaultdict(list)
    for system in systems:
        if system.satisfaction:
            scores[system.borough].append(system.satisfaction)
    counts = [len(scores[borough.pk]) for borough in boroughs]
    means = [_mean(scores[borough.pk]) for borough in boroughs]
    items = [
        ComparisonItem(
            "Systems with an answer",
            [count_answer(count, bool(count)) for count in counts],
            unit="systems",
        ),
        ComparisonItem("Mean satisfaction, 1 to 5", means, unit="of 5"),
    ]
    words = (
        "The boroughs’ own views of their systems, 1 (poor) to 5 (very good). A mean is shown "
        f"from {MIN_ANSWERS_FOR_MEAN} answers on; the boroughs asked different people, so it is no "
        "ranking."
    )
    return ComparisonSection("satisfaction", "Satisfaction", "Measure", words, items)


def _mean(scores: Sequence[int]) -> BoroughAnswer:
    answers = ScaleAnswers(scores, len(scores))
    if answers.mean is None:
        return BoroughAnswer("not known", None, answers.words)
    return BoroughAnswer("known", str(answers.mean), answers.words)


def known_levels(boroughs: Sequence[Borough]) -> list[LevelAnswer]:
    """Their known skill levels."""
    levels = SkillLevel.objects.filter(borough__in=boroughs)
    rows = levels.order_by("pk").values_list("borough", *LevelAnswer._fields[1:])
    return [LevelAnswer(*row) for row in rows[:MAX_FACTS]]


def skills_section(boroughs: Sequence[Borough], levels: Sequence[LevelAnswer]) -> ComparisonSection:
    """Each skill, and its level in each borough."""
    by_place = {(level.skill, level.borough): level for level in levels}
    skills = Skill.objects.in_page_order().values_list("pk", "name", "slug", "group__name")
    items = [
        ComparisonItem(
            name,
            [_level(by_place.get((key, borough.pk))) for borough in boroughs],
            group=group,
            link=page_address("skills:detail", slug),
        )
        for key, name, slug, group in skills
    ]
    return ComparisonSection(
        "skills", "Skills", "Skill", difference_sentence(items, "skill"), items, long=True
    )


def _level(level: LevelAnswer | None) -> BoroughAnswer:
    if level is None:
        return NOT_KNOWN
    name = str(Level(level.level).label).lower()
    words = [name, "can teach" if level.can_teach else "", "wants help" if level.wants_help else ""]
    return BoroughAnswer("known", name, "; ".join(filter(None, words)))


def levels_section(
    boroughs: Sequence[Borough], levels: Sequence[LevelAnswer], complete: set[int]
) -> ComparisonSection:
    """How many skills are at each level."""
    counts = Counter((level.borough, level.level) for level in levels)
    names = {level.value: level.label for level in Level}
    items = count_items(names, counts, boroughs, complete, "skills")
    words = "How many skills are known to be at each level."
    return ComparisonSection("levels", "Skills at each level", "Level", words, items)
