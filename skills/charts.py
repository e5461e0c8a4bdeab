"""Pictures of what London's councils can do."""

import pandas as pd

from citytools.charts import SEQUENCE, Chart, sideways_bars
from skills.models import Level, SkillLevelQuerySet

_BEST_FIRST = sorted(Level, reverse=True)


def strength_by_skill(levels: SkillLevelQuerySet, csv: str) -> Chart:
    """Boroughs at each level, per skill; the scarcest skill first."""
    table = crosstab(levels)
    names = [str(name) for name in table.index]
    series = {level.label: [int(count) for count in table[level]] for level in _BEST_FIRST}
    return Chart(
        key="strength-by-skill",
        title=_finding(table),
        sentence=_sentence(table),
        figure=sideways_bars(names, series, colours=SEQUENCE),
        head=("Skill", *series),
        rows=list(zip(names, *series.values(), strict=True)),
        source="Skill levels chosen on this page, each with its own source and date.",
        csv=csv,
        height="taller",
    )


def crosstab(levels: SkillLevelQuerySet) -> pd.DataFrame:
    """Boroughs per skill (down, scarcest first, then by name) and level 0 to 4 (across)."""
    counted = pd.DataFrame(levels.counted_by_skill(), columns=["skill", "level", "boroughs"])
    table = counted.pivot_table(
        index="skill", columns="level", values="boroughs", fill_value=0, aggfunc="sum"
    )
    table = table.reindex(columns=Level.values, fill_value=0)
    return table.loc[sorted(table.index, key=lambda name: (_strong(table, name), name))]


def _strong(table: pd.DataFrame, name: str) -> int:
    return int(table[Level.PRACTITIONER][name] + table[Level.EXPERT][name])


def _finding(table: pd.DataFrame) -> str:
    if table.empty:
        return "No skill levels to show"
    scarce = table.index[0]
    return (
        f"{scarce} is {_among(table, scarce)}scarcest: {_strong(table, scarce):,} of "
        f"{int(table.loc[scarce].sum()):,} boroughs at practitioner or above"
    )


def _sentence(table: pd.DataFrame) -> str:
    if table.empty:
        return "No borough’s skill level matches the filters."
    plenty = table.index[-1]
    return (
        f"Of the skills shown ({len(table):,}), {plenty} is {_among(table, plenty)}best held, at "
        f"practitioner or above in {_strong(table, plenty):,} of "
        f"{int(table.loc[plenty].sum()):,} boroughs."
    )


def _among(table: pd.DataFrame, name: str) -> str:
    ties = sum(_strong(table, other) == _strong(table, name) for other in table.index)
    return "among the " if ties > 1 else ""
