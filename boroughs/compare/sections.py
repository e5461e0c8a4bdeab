"""The whole comparison, section by section, as at a day."""

import datetime
from collections.abc import Sequence
from dataclasses import replace

from boroughs.compare import answers
from boroughs.compare.answers import ComparisonItem, ComparisonSection, count_answer
from boroughs.models import Borough, Subject
from citytools.charts import Chart, small_multiples
from skills.models import Level


def section_panels(
    section: ComparisonSection, boroughs: Sequence[Borough], title: str, sentence: str, source: str
) -> Chart:
    """A section's numbers: its items from left to right, a panel for each borough."""
    labels = [item.name for item in section.items]
    series = {borough.name: _numbers(section, place) for place, borough in enumerate(boroughs)}
    return Chart(
        key=f"{section.key}-panels",
        title=title,
        sentence=sentence,
        figure=small_multiples(labels, series),
        head=(section.title, *series),
        rows=[
            (item.name, *(answer.words or answer.state for answer in item.answers))
            for item in section.items
        ],
        source=source,
        height="tall" if len(boroughs) > 3 else "medium",
    )


def _numbers(section: ComparisonSection, place: int) -> list[float] | None:
    answers = [item.answers[place] for item in section.items]
    if all(answer.state == "not known" for answer in answers):
        return None
    return [float(answer.value or 0) for answer in answers]


def comparison_sections(
    boroughs: Sequence[Borough], today: datetime.date, *, illustrative: bool
) -> list[ComparisonSection]:
    """Systems, contracts, cost, hosting, satisfaction and skills, boroughs in the order given."""
    complete = {
        subject: set(
            Borough.objects.complete(subject, illustrative=illustrative).values_list(
                "pk", flat=True
            )
        )
        for subject in Subject
    }
    systems = answers.systems_in_use(boroughs, illustrative=illustrative)
    contracts = answers.contracts_involving(boroughs, illustrative=illustrative)
    of_contracts = complete[Subject.CONTRACTS]
    return [
        answers.functions_section(boroughs, systems, complete[Subject.SYSTEMS]),
        _with_chart(
            answers.contracts_ending_section(boroughs, contracts, of_contracts, today),
            boroughs,
            "Contracts ending in each quarter",
            f"Contracts whose end is known to the quarter, as at {today:%-d %B %Y}.",
        ),
        answers.cost_section(boroughs, contracts, of_contracts, today),
        _with_chart(
            answers.hosting_section(boroughs, systems, complete[Subject.SYSTEMS]),
            boroughs,
            "Systems in use, by where they run",
            "Systems in use, each with its own source and date.",
        ),
        answers.satisfaction_section(boroughs, systems),
        *_skills(boroughs, illustrative=illustrative, complete=complete[Subject.SKILLS]),
    ]


def _skills(
    boroughs: Sequence[Borough], *, illustrative: bool, complete: set[int]
) -> list[ComparisonSection]:
    levels = answers.known_levels(boroughs, illustrative=illustrative)
    spread = answers.level_spread(boroughs, levels)
    items = [
        ComparisonItem(
            level.label,
            [
                count_answer(counts[level] if counts else 0, borough.pk in complete)
                for borough, counts in zip(boroughs, spread, strict=True)
            ],
            unit="skills",
        )
        for level in Level
    ]
    strengths = ComparisonSection(
        "levels",
        "Skills at each level",
        "Level",
        "How many skills are known to be at each level.",
        items,
    )
    title = "How many skills each borough has at each level"
    source = "Skill levels, each with its own source and date."
    return [
        answers.skills_section(boroughs, levels),
        _with_chart(strengths, boroughs, title, source),
    ]


def _with_chart(
    section: ComparisonSection, boroughs: Sequence[Borough], title: str, source: str
) -> ComparisonSection:
    known = sum(
        any(item.answers[place].state != "not known" for item in section.items)
        for place in range(len(boroughs))
    )
    sentence = (
        f"One panel for each borough, on the same scale. {known} of {len(boroughs)} "
        f"{'has' if known == 1 else 'have'} numbers to show; a lower bound is drawn as it stands."
    )
    return replace(section, chart=section_panels(section, boroughs, title, sentence, source))
