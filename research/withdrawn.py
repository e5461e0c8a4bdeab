"""What a public address answers once its research is withdrawn."""

import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from citytools.asked import Asked
from research.models import Publication


def gone(
    request: HttpRequest, model: type[Publication], slug: str, today: datetime.date
) -> HttpResponse | None:
    """410 with the day and the reason and nothing of the text; None where it is not withdrawn.

    To be asked of today's tables before any earlier day is looked at: what is withdrawn today is
    not shown as it was, either.
    """
    record = model._default_manager.withdrawn(today).filter(slug=slug).first()
    if record is None:
        return None
    context = {
        "noun": str(model._meta.verbose_name),
        "day": record.withdrawn_on,
        "reason": record.withdrawal_reason,
        "asked": Asked(request),
    }
    return render(request, "research/withdrawn.html", context, status=410)
