"""The newest changes of contracts as an Atom feed (RFC 4287), by Django's syndication framework."""

from typing import Any

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from citytools.exports.atom import MOST, AtomFeed, identity
from citytools.plain_text import allowed, one_line
from contracts.feeds.entries import INVENTED, Written, facts, latest
from contracts.models import ContractQuerySet


class ChangesFeed(AtomFeed):
    """What was written to some contracts, newest first; at most 100 entries."""

    subtitle = "Contracts added and changed, newest first. Each entry names its contract's page."

    def __init__(self, contracts: ContractQuerySet, title: str, page: str, address: str) -> None:
        """`page` shows the contracts, `address` is the feed's own; both paths of this site."""
        self.contracts = contracts
        self.title = one_line(title)
        self.link, self.feed_url = page, address
        self.feed_guid = identity(address)

    def items(self) -> list[Written]:
        """The writes."""
        return latest(self.contracts, MOST)

    def item_title(self, item: Written) -> str:
        """'Changed: Parking (Camden): Ends on, Notice months'."""
        mark = INVENTED if item.contract.illustrative else ""
        fields = ", ".join(change.field for change in item.differences)
        words = f"{mark}{'Added' if item.added else 'Changed'}: {item.contract}"
        return one_line(f"{words}: {fields}" if fields else words)

    def item_description(self, item: Written) -> SafeString:
        """HTML: what is different now and was before, then where the fact comes from."""
        pairs = [
            (allowed(one.field), allowed(one.new), allowed(one.old)) for one in item.differences
        ]
        changed = format_html_join("", "<li>{}: {} (before: {})</li>", pairs)
        known = [(allowed(one),) for one in facts(item.contract)]
        return format_html("<ul>{}{}</ul>", changed, format_html_join("", "<li>{}</li>", known))

    def item_link(self, item: Written) -> str:
        """The contract's page."""
        return item.contract.get_absolute_url()

    def item_guid(self, item: Written) -> str:
        """The same for ever, on whatever host."""
        return identity(f"contract-{item.contract.pk}-change-{item.event.pgh_id}")

    def item_updateddate(self, item: Written) -> Any:
        """When it was written."""
        return item.event.pgh_created_at
