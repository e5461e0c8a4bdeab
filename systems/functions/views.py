"""The pages of functions."""

import datetime

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict

from citytools.facts import dates
from citytools.history.change_words import latest_changes_about
from citytools.history.former_keys import record_or_moved
from citytools.lists.prepared_query import PreparedQuery
from citytools.lists.query_form import render_page
from contracts.act_by_axis import act_by_axis
from contracts.decisions import function_contracts
from contracts.joint_procurement.filters import TogetherFilter
from contracts.joint_procurement.windows import Window, read_windows
from contracts.models import Contract
from research.publications import about
from skills.demand import function_skills
from systems.costs import function_costs
from systems.functions.answers import MAX_SYSTEMS_ON_PAGE, function_answers, function_rows
from systems.models import Function
from systems.moves import moves_within

MAX_CONTRACTS_ON_AXIS = 10
MAX_CHANGES = 5
CHANGES_TOLD = {"system", "contract"}


def function(request: HttpRequest, slug: str) -> HttpResponse:
    """One function: who runs what, until when, at what price, and what nobody has told us."""
    functions = Function.objects.select_related("service_area")
    record = record_or_moved(functions, prepared=_function, slug=slug)
    today = dates.today()
    contracts = function_contracts(record.pk, today, MAX_CONTRACTS_ON_AXIS)
    rows = function_rows(record)
    research = about.research_about_function(record, today)
    context = {
        "function": record,
        "answers": function_answers(record, today),
        "rows": rows[:MAX_SYSTEMS_ON_PAGE],
        "cut": len(rows) > MAX_SYSTEMS_ON_PAGE,
        "contracts": contracts,
        "axis": act_by_axis(contracts.rows, today),
        "windows": _windows(record, today) if contracts.ahead > 1 else (),
        "costs": function_costs(record.pk, today),
        "skills": function_skills(record.slug),
        "moves": moves_within(record),
        "changes": latest_changes_about(record, CHANGES_TOLD, MAX_CHANGES),
        "about": about.with_recommendations(research, today),
    }
    return render_page(request, "functions/detail.html", context)


@PreparedQuery
def _function(slug: str) -> QuerySet[Function]:
    return Function.objects.select_related("service_area").order_by().filter(slug=slug)


def _windows(function: Function, today: datetime.date) -> list[Window]:
    """The window of most boroughs in which they may buy together, if there is any."""
    query = TogetherFilter(QueryDict(f"function={function.slug}"), Contract.objects.all())
    return read_windows(query, today, (1, 1), widest=True, one_per_group=True)
