"""What an import of notices did, or would do, in words: every release is accounted for."""

from collections import Counter
from collections.abc import Iterator, Sequence

from contracts.ocds.import_plan import ContractChange, ImportPlan
from contracts.ocds.matching import UNKNOWN
from contracts.ocds.notices import Skipped

_SHOWN = 5
"""How many of a kind are named unless all are asked for."""


def report_lines(plan: ImportPlan, *, releases: int, dry: bool, every: bool) -> Iterator[str]:
    """The report, line by line; `every` names each contract and each thing left out."""
    would = "would be " if dry else ""
    contracts = {"new": plan.new, "changed": plan.changed, "unchanged": plan.unchanged}
    counts = ", ".join(f"{len(changes):,} {name}" for name, changes in contracts.items())
    yield f"{releases:,} releases read. Contracts: {counts}."
    for name, changes in (("new", plan.new), ("changed", plan.changed)):
        if changes:
            yield f"{would}{name}:".capitalize()
            yield from _some([_change_lines(change) for change in changes], every)
    yield f"Left out: {len(plan.skipped):,} releases or awards."
    for reason, _ in Counter(skipped.reason for skipped in plan.skipped).most_common():
        left_out = [skipped for skipped in plan.skipped if skipped.reason == reason]
        yield f"{len(left_out):,} because {reason}:"
        yield from _some(_left_out_lines(reason, left_out, every), every)


def _change_lines(change: ContractChange) -> str:
    notice = change.draft.notice
    title = change.states[-1]["title"] if change.states else notice.values.get("title", "")
    before = f"; contract {change.record.pk}" if change.record else ""
    shared = f", shared with {', '.join(borough.name for borough in change.partners)}"
    shared = shared if change.partners else ""
    steps = f"; {len(change.states)} states" if len(change.states) > 1 else ""
    return (
        f"{notice.place}, {notice.ocid}, award {notice.award_id}: {title} "
        f"({change.draft.lead.name}{shared}{before}{steps})"
    )


def _left_out_lines(reason: str, left_out: Sequence[Skipped], every: bool) -> list[str]:
    """Each thing left out; of unknown buyers, unless all are asked for, each name once."""
    if reason == UNKNOWN and not every:
        buyers = Counter(skipped.buyer or "without a name" for skipped in left_out)
        ordered = sorted(buyers.items(), key=lambda one: (-one[1], one[0]))
        return [f"{name} ({count})" for name, count in ordered]
    reasons = ["; ".join(filter(None, (skipped.buyer, skipped.detail))) for skipped in left_out]
    return [
        f"{skipped.place}, {skipped.ocid}: {why}"
        for skipped, why in zip(left_out, reasons, strict=True)
    ]


def _some(named: Sequence[str], every: bool) -> Iterator[str]:
    shown = named if every else named[:_SHOWN]
    yield from (f"  {one}" for one in shown)
    if len(shown) < len(named):
        yield f"  and {len(named) - len(shown):,} more (-v 2 names all)"
