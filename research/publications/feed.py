"""What is published of research, as an Atom feed: the newest change first."""

import datetime
from typing import Any

from django.db.models import OuterRef, Subquery
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from citytools.exports.atom import MAX_FEED_ENTRIES, AtomFeed, permanent_feed_id
from citytools.facts.markdown import replace_control_characters, single_line
from research.metrics.base import Scope
from research.models import CaseStudy, Finding, Recommendation
from research.publications.text import add_figures, plain_text, quoted_by_summary

_KINDS: tuple[Any, ...] = (Finding, CaseStudy, Recommendation)


class ResearchFeed(AtomFeed):
    """Findings, case studies and recommendations; what is withdrawn drops out."""

    title = "City Tools: research"
    subtitle = "Findings, case studies and recommendations on the boroughs' technology."
    feed_guid = permanent_feed_id("/research/research.atom")

    def __init__(self, today: datetime.date) -> None:
        self.today = today
        self.link, self.feed_url = reverse("research:list"), reverse("research:atom")

    def items(self) -> list[Any]:
        """Public records, each with `updated` and `figures`; at most 100."""
        newest = [one for model in _KINDS for one in _newest(model, self.today)]
        newest.sort(key=lambda one: (one.updated, one.pk), reverse=True)
        return add_figures(newest[:MAX_FEED_ENTRIES], Scope(self.today), quoted_by_summary)

    def item_title(self, item: Any) -> str:
        """'Finding: Ten vendors held more than half …'."""
        return single_line(f"{str(item._meta.verbose_name).capitalize()}: {item.title}")

    def item_description(self, item: Any) -> SafeString:
        """HTML: the summary with its numbers, or the first paragraph."""
        said = plain_text(getattr(item, "summary", "") or item.body, item.figures)
        return format_html("<p>{}</p>", replace_control_characters(said.partition("\n")[0]))

    def item_link(self, item: Any) -> str:
        """The record's page."""
        return str(item.get_absolute_url())

    def item_guid(self, item: Any) -> str:
        """The same for ever, on whatever host and under whatever title."""
        return permanent_feed_id(f"{item._meta.model_name}-{item.pk}")

    def item_pubdate(self, item: Any) -> datetime.datetime:
        """The beginning of its first public day."""
        return _beginning(item)

    def item_updateddate(self, item: Any) -> Any:
        """When it was last written to, or became public if that was later."""
        return item.updated


def _newest(model: Any, today: datetime.date) -> list[Any]:
    """Public records of one kind by their last write, each with `updated`."""
    events = model.pgh_event_model.objects.filter(pgh_obj=OuterRef("pk"))
    last = Subquery(events.order_by("-pgh_id").values("pgh_created_at")[:1])
    rows = model.objects.published(today).annotate(written=last)
    found = list(rows.order_by("-written", "-pk")[:MAX_FEED_ENTRIES])
    for one in found:
        begun = _beginning(one)
        one.updated = max(one.written, begun) if one.written else begun
    return found


def _beginning(record: Any) -> datetime.datetime:
    """The first moment of its first public day."""
    return timezone.make_aware(datetime.datetime.combine(record.published_on, datetime.time()))
