"""The public page of a record as it would be if it were published, for staff alone.

The record is published within a transaction that is always taken back, and the public page itself
answers: so the preview cannot differ from what will be seen.
"""

import copy
import datetime
from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse, QueryDict
from django.urls import resolve

from research import publishing, standing
from research.models import Publication, State


def page_as_published(request: HttpRequest, record: Any, today: datetime.date) -> HttpResponse:
    """The page with a banner that says where the record stands; kept by no browser or proxy."""
    address = record.get_absolute_url().partition("#")[0]
    asked: Any = copy.copy(request)
    asked.path = asked.path_info = address
    asked.GET = QueryDict()
    asked.preview = _banner(record, today)
    view = resolve(address)
    with transaction.atomic():
        if record.state(today) != State.PUBLISHED:
            publishing.publish(record, today)
        response = view.func(asked, *view.args, **view.kwargs)
        transaction.set_rollback(True)
    response["X-Robots-Tag"] = "noindex"
    return response


def _banner(record: Publication, today: datetime.date) -> str:
    state = record.state(today)
    if state == State.PUBLISHED:
        return "This is the page as everybody sees it."
    if state == State.WITHDRAWN:
        return f"{standing.in_words(record, today)} Nobody else sees this."
    return f"{standing.in_words(record, today)}: nobody else sees this."
