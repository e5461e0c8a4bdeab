"""The picture of a supplier's share by function."""

from collections.abc import Sequence
from decimal import Decimal

from citytools.charts import Chart, sideways_bars
from systems.suppliers.asked import BY, VALUE
from systems.suppliers.market import DENOMINATORS, Share
from systems.suppliers.ownership import Group


def share_by_function(shares: Sequence[Share], group: Group, by: str) -> Chart:
    """The share of each function in per cent, the largest first; what is not known is not drawn."""
    known = [share for share in shares if share.share is not None]
    known.sort(key=lambda one: (-(one.share or 0), one.function.name))
    names = [share.function.name for share in known]
    values = [share.per_cent or 0.0 for share in known]
    head = f"Share of {dict(BY)[by]}, per cent"
    return Chart(
        key="share-by-function",
        title=_finding(known, group, by),
        sentence=_sentence(shares, known, dict(BY)[by]),
        figure=sideways_bars(names, {head: values}),
        head=("Function", head, "Held by it", "Of all known"),
        rows=[
            (name, value, _amount(share.own, by), _amount(share.whole, by))
            for name, value, share in zip(names, values, known, strict=True)
        ],
        source=f"Share of the {DENOMINATORS[by]}; each with its own source and date.",
        height="medium" if len(known) < 9 else "tall",
    )


def _finding(known: Sequence[Share], group: Group, by: str) -> str:
    name, counted = group.supplier.name, dict(BY)[by]
    if not known:
        return f"No share of {counted} is known for {name}"
    most = known[0]
    if not most.own:
        return f"{name} is known to hold none of the {DENOMINATORS[by]}"
    if len(known) > 1 and known[1].per_cent == most.per_cent:
        return f"{name}’s share of {counted} is at most {most.per_cent:g} % of a function"
    return (
        f"{name}’s largest share of {counted}: {most.per_cent:g} % for {most.function.name} "
        f"({_amount(most.own, by)} of {_amount(most.whole, by)})"
    )


def _sentence(shares: Sequence[Share], known: Sequence[Share], counted: str) -> str:
    if not known:
        return f"For none of its functions is a share of {counted} known."
    half = sum((share.share or 0) >= 0.5 for share in known)
    functions = "1 function" if len(shares) == 1 else f"{len(shares)} functions"
    return (
        f"The share is known for {len(known)} of {functions}; "
        f"it is half or more in {half or 'none'} of them."
    )


def _amount(amount: Decimal, by: str) -> str:
    return f"£{amount:,.0f}" if by == VALUE else f"{amount:,.0f}"
