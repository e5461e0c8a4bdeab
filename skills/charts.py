"""Pictures of what London's councils can do."""

from collections.abc import Sequence

from citytools.charts import SEQUENCE, Chart, sideways_bars
from skills.models import Level, SkillLevelQuerySet
from skills.strength import EACH, ONE_IN, Strength, by_skill, counts

_BEST_FIRST = sorted(Level, reverse=True)


def strength_by_skill(levels: SkillLevelQuerySet, csv: str, *, whole: bool = True) -> Chart:
    """Boroughs at each level, per skill; the scarce and the contested on top.

    `whole` is False where a filter on the answers themselves leaves levels out: then nothing can
    be called scarce.
    """
    found = by_skill(levels)
    names = [f"{one.skill} ({one.words})" if whole and one.words else one.skill for one in found]
    series = {level.label: [one.at[level] for one in found] for level in _BEST_FIRST}
    wanting = [(one.teach, one.wish) for one in found]
    rows = zip(names, *series.values(), *zip(*wanting, strict=True), strict=True)
    return Chart(
        key="strength-by-skill",
        title=_finding(found) if whole else _part(found),
        sentence=_order(found, whole),
        figure=sideways_bars(names, series, colours=SEQUENCE),
        head=("Skill", *series, "Would teach", "Want help"),
        rows=list(rows) if found else [],
        source="Skill levels chosen on this page, each with its own source and date.",
        csv=csv,
        height="taller" if len(found) > 15 else "tall" if len(found) > 6 else "medium",
    )


def _finding(found: Sequence[Strength]) -> str:
    if not found:
        return "No skill levels to show"
    scarce, contested, both = counts(found)
    if not scarce and not contested:
        few = min(found, key=lambda one: one.strong / one.known)
        alike = sum(one.strong * few.known == few.strong * one.known for one in found)
        least = "among the least held" if alike > 1 else "least held"
        return f"{few.skill} is {least}: {_told(few)}"
    also = f"; {both:,} {'is' if both == 1 else 'are'} both" if both else ""
    told = f"{scarce:,} {'is' if scarce == 1 else 'are'} scarce and {contested:,} contested"
    return f"Of {len(found):,} skills, {told}{also}"


def _part(found: Sequence[Strength]) -> str:
    if not found:
        return "No skill levels to show"
    most = max(found, key=lambda one: one.known)
    return f"{most.skill} has the most of the levels chosen: {most.known:,}"


def _order(found: Sequence[Strength], whole: bool) -> str:
    if not found:
        return "No borough’s skill level matches the filters."
    if not whole:
        return "Only the levels that the filters choose are drawn, so none is called scarce."
    first = f"On top: {found[0].skill}, {_told(found[0])}, where {_wanting(found[0])}. "
    return first + (
        "From the top: skills both scarce and contested, scarce, contested, then the rest; within "
        "each the smallest share of boroughs at practitioner or expert first. Scarce: at most one "
        f"in {ONE_IN} of those whose level is known. Contested: at least {EACH} boroughs want "
        "help for each that would teach."
    )


def _told(one: Strength) -> str:
    return f"{one.strong:,} of {one.known:,} boroughs at practitioner or above"


def _wanting(one: Strength) -> str:
    want = "wants" if one.wish == 1 else "want"
    return f"{one.teach or 'none'} would teach and {one.wish or 'none'} {want} help"
