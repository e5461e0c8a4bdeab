"""Pictures of a comparison: one small panel a borough, all on the same axes."""

from collections.abc import Sequence

from boroughs.compare.answers import Section
from boroughs.models import Borough
from citytools.charts import Chart, small_multiples


def panels(
    section: Section, boroughs: Sequence[Borough], title: str, sentence: str, source: str
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


def _numbers(section: Section, place: int) -> list[float] | None:
    answers = [item.answers[place] for item in section.items]
    if all(answer.state == "not known" for answer in answers):
        return None
    return [float(answer.value or 0) for answer in answers]
