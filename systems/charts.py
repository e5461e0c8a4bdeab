"""Pictures of what London's councils run."""

from citytools.charts import Chart, sideways_bars
from systems.models import SystemQuerySet


def by_service_area(systems: SystemQuerySet, csv: str) -> Chart:
    """Systems per service area, most first."""
    rows = list(systems.by_service_area())
    names = [str(row["function__service_area__name"]) for row in rows]
    counts = [int(row["systems"]) for row in rows]
    return Chart(
        key="systems-by-service-area",
        title=_finding(names, counts),
        sentence=_sentence(names, counts),
        figure=sideways_bars(names, {"Systems": counts}),
        head=("Service area", "Systems", "Boroughs of those systems"),
        rows=[
            (name, count, row["boroughs"])
            for name, count, row in zip(names, counts, rows, strict=True)
        ],
        source="Systems chosen on this page, each with its own source and date.",
        csv=csv,
        height="tall",
    )


def _finding(names: list[str], counts: list[int]) -> str:
    if not names:
        return "No systems to show"
    if counts.count(counts[0]) > 1:
        return f"No service area has the most systems: up to {counts[0]:,} of {sum(counts):,} each"
    return f"{names[0]} has the most systems: {counts[0]:,} of {sum(counts):,}"


def _sentence(names: list[str], counts: list[int]) -> str:
    if not names:
        return "No system matches the filters."
    if len(names) < 3:
        return f"All of the {sum(counts):,} are in {' and '.join(names)}."
    share = round(100 * sum(counts[:2]) / sum(counts))
    top = f"{names[0]} and {names[1]} together hold {share} % of the {sum(counts):,} systems"
    if counts[-1] == counts[-2]:
        return f"{top}."
    return f"{top}; of the {len(names)} with any, {names[-1]} has the fewest, {counts[-1]:,}."
