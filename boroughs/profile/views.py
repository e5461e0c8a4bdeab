"""The page of one borough, and its brief."""

import datetime
from typing import Any

from dateutil.relativedelta import relativedelta
from django.http import HttpRequest, HttpResponse

from boroughs.models import LONDON, Borough, Coverage, Subject
from boroughs.profile.page import (
    BoroughFacts,
    best_chances,
    borough_facts,
    compare_with_london,
    profile_parts,
    recent_changes,
    skill_groups,
    systems_by_area,
    systems_to_confirm,
)
from citytools.facts import dates
from citytools.history.former_keys import record_or_moved
from citytools.lists.fields import PastDayField
from citytools.lists.query_form import QueryForm, render_page
from contracts.act_by_axis import act_by_axis
from contracts.decisions import decisions_ahead, open_contracts
from contracts.joint_procurement.presentation import partners_by_contract, windows_for_borough
from research.publications import about

# Months that a brief looks ahead
BRIEF_MONTHS = 18
# Months within which a borough's page names partners to decide with
PARTNER_MONTHS = 36
MAX_CONTRACTS_ON_AXIS = 8
# Decisions that a brief names
MAX_DECISIONS = 10


class BoroughForm(QueryForm):
    """What a borough's page is asked; without a day, the changes of the last 30 days."""

    since = PastDayField("Since")


def borough(request: HttpRequest, slug: str) -> HttpResponse:
    """One borough: what it must decide, what changed, what only it runs, whom it resembles."""
    record, query = record_or_moved(Borough.objects.all(), slug=slug), BoroughForm(request)
    facts, today = borough_facts(record), dates.today()
    common = _common_context(record, facts, today)
    estate = systems_by_area(facts.systems)
    context = {
        **common,
        "axis": act_by_axis(common["contracts"].rows[:MAX_CONTRACTS_ON_AXIS], today),
        "partners": partners_by_contract(record, today, PARTNER_MONTHS),
        "changes": recent_changes(record, query.values.get("since")),
        "estate": estate,
        "confirmation": systems_to_confirm(estate),
        **_skills(facts),
        "about": about.research_about_borough(record, today),
    }
    return render_page(request, "boroughs/detail.html", context, query)


def _skills(facts: BoroughFacts) -> dict[str, Any]:
    groups = skill_groups(facts.levels)
    levels = [level for _, members in groups for level in members]
    return {
        "skill_groups": groups,
        "offers": [level for level in levels if level.can_teach],
        "wishes": [level for level in levels if level.wants_help],
    }


def brief(request: HttpRequest, slug: str) -> HttpResponse:
    """The same decisions on two pages of A4, for tomorrow's board."""
    record = record_or_moved(Borough.objects.london(), slug=slug)
    query, today = QueryForm(request), dates.today()
    common = _common_context(record, borough_facts(record), today)
    last = today + relativedelta(months=BRIEF_MONTHS)
    complete = common["contracts"].complete
    context = {
        **common,
        "decisions": decisions_ahead(record.pk, today, last, MAX_DECISIONS, complete=complete),
        "today": today,
        "last": last,
        "chances": best_chances(record, windows_for_borough(record, today, BRIEF_MONTHS)),
    }
    return render_page(request, "boroughs/brief.html", context, query)


def _common_context(borough: Borough, facts: BoroughFacts, today: datetime.date) -> dict[str, Any]:
    comparison = compare_with_london(borough)
    parts = profile_parts(facts, today)
    complete = any(part.subject == Subject.CONTRACTS and part.complete for part in parts)
    return {
        "borough": borough,
        "parts": parts,
        "contracts": open_contracts(borough.pk, today, complete=complete),
        "comparison": comparison,
        "coverage": Coverage(LONDON, comparison.reporting),
    }
