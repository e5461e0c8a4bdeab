"""Pictures of what London's councils run."""

from citytools.charts import Chart, dot_plot, sideways_bars
from systems.costs import Costs
from systems.models import SystemQuerySet


def systems_by_area_chart(systems: SystemQuerySet, csv: str) -> Chart:
    """Systems per service area, most first."""
    rows = systems.by_service_area()
    names = [str(row["area"]) for row in rows]
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


def cost_each_thousand(costs: Costs) -> Chart | None:
    """What each compared contract costs for each 1,000 residents; None below 6 of them."""
    range_ = costs.each_thousand
    if range_ is None:
        return None
    known = [cost for cost in costs.rows if cost.each_thousand is not None]
    return Chart(
        key="cost-each-thousand",
        title=f"Half of {range_.n} contracts cost £{range_.median:,.0f} a year or less for each "
        "1,000 residents",
        sentence=f"The typical cost lies between £{range_.low:,.0f} and £{range_.high:,.0f} with "
        f"95 % confidence: the values of rank {range_.first} and {range_.last} of {range_.n}, "
        "shown as a band. Each dot is a contract.",
        figure=dot_plot(costs.thousands, range_, "a year for each 1,000 residents"),
        head=("Contract", "A year", "Residents", "For each 1,000 residents"),
        rows=[
            (
                f"{cost.contract.title} ({cost.contract.lead})",
                f"£{cost.value:,.0f}",
                f"{cost.residents:,}",
                f"£{cost.each_thousand:,.2f}",
            )
            for cost in known
        ],
        source="Contracts that run today, state a yearly value and pay for this product alone, "
        "in the order of the boroughs that lead them. Residents: Census 2021.",
        height="short",
    )
