"""A metric in pictures."""

from citytools.charts import Chart, sideways_bars
from research.figures import Figure


def picture_of(figure: Figure) -> Chart | None:
    """What the number is made of; None where there is nothing to draw."""
    picture = figure.measured.picture
    if picture is None or not picture.rows:
        return None
    labels = [label for label, *_ in picture.rows]
    amounts = [first for _, *(first, *_) in picture.rows]
    return Chart(
        key=f"metric-{figure.metric.key}",
        title=f"{figure.metric.title}: {figure.words}",
        sentence=f"{figure.metric.definition} Counted: {figure.measured.counted:,}.",
        figure=sideways_bars(labels, {picture.head[1]: amounts}),
        head=picture.head,
        rows=[(label, *(f"{one:,.0f}" for one in several)) for label, *several in picture.rows],
        source="Real records only.",
    )
