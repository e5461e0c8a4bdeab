"""The feed of research: what is published, the newest change first."""

import datetime
from typing import Any

from django.db.models import OuterRef, Subquery
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.views.decorators.http import conditional_page

from citytools.exports.atom import MAX_FEED_ENTRIES, AtomFeed, permanent_feed_id
from citytools.facts import dates
from citytools.facts.markdown import replace_control_characters, single_line
from citytools.http.file_response import bad_request_text
from citytools.lists.query_form import QueryForm
from citytools.worlds import world_title
from citytools.worlds.addresses import page_address
from research.metrics.base import Scope
from research.publications.query import PUBLISHED
from research.publications.text import add_figures, plain_text, quoted_by_summary


class ResearchFeed(AtomFeed):
    """What is published, the newest change first; what is withdrawn drops out."""

    subtitle = "Findings, case studies and recommendations on the boroughs' technology."

    def __init__(self, today: datetime.date) -> None:
        self.today = today
        self.title = world_title("City Tools: research")
        self.feed_guid = permanent_feed_id("/research/research.atom")
        self.link, self.feed_url = page_address("research:list"), page_address("research:atom")

    def items(self) -> list[Any]:
        """Public records, each with `updated` and `figures`; at most 100."""
        newest = [record for model in PUBLISHED for record in _newest(model, self.today)]
        newest.sort(key=lambda record: (record.updated, record.pk), reverse=True)
        return add_figures(newest[:MAX_FEED_ENTRIES], Scope(self.today), quoted_by_summary)

    def item_title(self, item: Any) -> str:
        return single_line(f"{str(item._meta.verbose_name).capitalize()}: {item.title}")

    def item_description(self, item: Any) -> SafeString:
        words = plain_text(getattr(item, "summary", "") or item.body, item.figures)
        return format_html("<p>{}</p>", replace_control_characters(words.partition("\n")[0]))

    def item_link(self, item: Any) -> str:
        return str(item.get_absolute_url())

    def item_guid(self, item: Any) -> str:
        return permanent_feed_id(f"{item._meta.model_name}-{item.pk}")

    def item_pubdate(self, item: Any) -> datetime.datetime:
        return _beginning(item)

    def item_updateddate(self, item: Any) -> Any:
        return item.updated


def _newest(model: Any, today: datetime.date) -> list[Any]:
    """Public records of one kind by their last write, each with `updated`."""
    events = model.pgh_event_model.objects.filter(pgh_obj=OuterRef("pk"))
    last = Subquery(events.order_by("-pgh_id").values("pgh_created_at")[:1])
    rows = model.objects.published(today).annotate(written=last)
    records = list(rows.order_by("-written", "-pk")[:MAX_FEED_ENTRIES])
    for record in records:
        begun = _beginning(record)
        record.updated = max(record.written, begun) if record.written else begun
    return records


def _beginning(record: Any) -> datetime.datetime:
    """The first moment of its first public day."""
    return timezone.make_aware(datetime.datetime.combine(record.published_on, datetime.time()))


@conditional_page
def atom(request: HttpRequest) -> HttpResponse:
    """The newest of what is published, for a feed reader."""
    if problems := QueryForm(request).problems:
        return bad_request_text(problems)
    response = ResearchFeed(dates.today())(request)
    # What is withdrawn leaves with no later date: only the tag of the whole tells that it left
    del response["Last-Modified"]
    return response
