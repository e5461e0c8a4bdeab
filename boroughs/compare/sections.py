"""The whole comparison, section by section, as at a day."""

import datetime
from collections.abc import Sequence
from dataclasses import replace

from boroughs.compare import answers
from boroughs.compare.answers import ComparisonSection
from boroughs.compare.contract_answers import (
    contracts_ending_section,
    contracts_involving,
    cost_section,
    decisions_section,
)
from boroughs.models import Borough, Subject
from citytools.charts import Chart, small_multiples


def comparison_sections(
    boroughs: Sequence[Borough], today: datetime.date
) -> list[ComparisonSection]:
    """Systems, contracts, cost, hosting, satisfaction and skills of these boroughs."""
    complete = _complete_returns(boroughs)
    complete_systems, complete_contracts = complete[Subject.SYSTEMS], complete[Subject.CONTRACTS]
    systems = answers.systems_in_use(boroughs)
    contracts = contracts_involving(boroughs, today)
    levels = answers.known_levels(boroughs)
    return [
        answers.functions_section(boroughs, systems, complete_systems),
        decisions_section(boroughs, contracts, complete_contracts),
        _with_chart(
            contracts_ending_section(boroughs, contracts, complete_contracts, today),
            boroughs,
            "Contracts ending in each quarter",
            f"Contracts whose end is known to the quarter, as at {today:%-d %B %Y}.",
        ),
        cost_section(boroughs, contracts, complete_contracts),
        _with_chart(
            answers.hosting_section(boroughs, systems, complete_systems),
            boroughs,
            "Systems in use, by where they run",
            "Systems in use, each with its own source and date.",
        ),
        answers.satisfaction_section(boroughs, systems),
        answers.skills_section(boroughs, levels),
        _with_chart(
            answers.levels_section(boroughs, levels, complete[Subject.SKILLS]),
            boroughs,
            "How many skills each borough has at each level",
            "Skill levels, each with its own source and date.",
        ),
    ]


def _complete_returns(boroughs: Sequence[Borough]) -> dict[Subject, set[int]]:
    """Of which of them the latest return on each subject is complete, by primary key; one query."""
    chosen = Borough.objects.london().filter(pk__in=[borough.pk for borough in boroughs])
    latest = list(chosen.order_by().with_returns(*Subject))
    return {
        subject: {borough.pk for borough in latest if getattr(borough, f"latest_{subject}")}
        for subject in Subject
    }


def _with_chart(
    section: ComparisonSection, boroughs: Sequence[Borough], title: str, source: str
) -> ComparisonSection:
    """The section with a chart: its items from left to right, a panel for each borough."""
    series = {borough.name: _numbers(section, place) for place, borough in enumerate(boroughs)}
    known = sum(numbers is not None for numbers in series.values())
    chart = Chart(
        key=f"{section.key}-panels",
        title=title,
        sentence=f"One panel for each borough, on the same scale. {known or 'None'} of "
        f"{len(boroughs)} {'has' if known == 1 else 'have'} numbers to show; a lower bound is "
        "drawn as it stands.",
        figure=small_multiples([item.name for item in section.items], series),
        head=(section.title, *series),
        rows=[
            (item.name, *(answer.words or answer.state for answer in item.answers))
            for item in section.items
        ],
        source=source,
        height="tall" if len(boroughs) > 3 else "medium",
    )
    return replace(section, chart=chart)


def _numbers(section: ComparisonSection, place: int) -> list[float] | None:
    """A borough's numbers; None where not one is known."""
    answers = [item.answers[place] for item in section.items]
    if all(answer.state == "not known" for answer in answers):
        return None
    return [float(answer.value or 0) for answer in answers]
