"""Windows as rows of a file: one row for each contract of each window, in the page's order."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from contracts.joint_procurement.windows import Candidate, Joint


def rows(windows: Sequence[Joint]) -> Iterator[Mapping[str, Any]]:
    """The rows of `TOGETHER_COLUMNS`."""
    for joint in windows:
        shared = {
            "window_id": joint.id,
            "group_by": joint.by,
            "group": joint.key.name,
            "opens_on": joint.opens_on,
            "closes_on": joint.closes_on,
            "boroughs": [lead.name for lead in joint.leads],
        }
        for one in joint.members:
            yield shared | _of_contract(one)


def _of_contract(one: Candidate) -> dict[str, Any]:
    span = one.span
    assumed = span is not None and span.assumed
    act_by = span.act_by if span else None
    return {
        "contract_id": one.held.pk,
        "lead_borough": one.lead.name,
        "must_start": None if assumed or span is None else span.must_start,
        "act_by": None if assumed else act_by,
        "annual_value": one.held.annual_value,
        "assumed_notice_months": one.notice_months if assumed else None,
        "assumed_act_by": act_by if assumed else None,
    }
