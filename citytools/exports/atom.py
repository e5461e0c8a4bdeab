"""What every Atom feed of the site shares (RFC 4287, by Django's syndication framework)."""

import datetime

from django.contrib.syndication.views import Feed
from django.utils import feedgenerator
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.text import Truncator

from citytools.facts.markdown import replace_control_characters, single_line
from citytools.history.change_words import ChangeInWords, changes_in_words
from citytools.history.changes import ChangeList
from citytools.worlds import in_demonstration, world_title

MAX_FEED_ENTRIES = 100
"""Entries of a feed."""
_OPENED = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)


class _Atom(feedgenerator.Atom1Feed):
    """Django's, but a feed without entries is not new each time it is asked for."""

    def latest_post_date(self) -> datetime.datetime:
        return super().latest_post_date() if self.items else _OPENED


class AtomFeed(Feed):  # type: ignore[type-arg]  # generic in the stubs alone
    """A feed in English by City Tools."""

    feed_type = _Atom
    language = "en-gb"
    author_name = "City Tools: London"


def permanent_feed_id(name: str) -> str:
    """An identifier that is the same for ever, on whatever host, and of one world."""
    return f"tag:city-tools,2026:{'demonstration:' if in_demonstration() else ''}{name}"


class ChangesFeed(AtomFeed):
    """Changes, newest first; at most 100 entries."""

    subtitle = "What was added, changed and deleted, newest first. Nobody is named."

    def __init__(self, changes: ChangeList, title: str, page: str, address: str) -> None:
        """`page` shows the same, `address` is the feed's own; both paths of this site."""
        self.changes = changes
        self.title = single_line(world_title(title))
        self.link, self.feed_url = page, address
        self.feed_guid = permanent_feed_id(address)

    def items(self) -> list[ChangeInWords]:
        return changes_in_words(self.changes[:MAX_FEED_ENTRIES])

    def item_title(self, item: ChangeInWords) -> str:
        """'Changed: Parking (Camden): Ends on; Barnet no longer shares it'."""
        fields = ", ".join(change.field for change in item.fields)
        words = f"{item.entry.action.capitalize()}: {item.name}"
        different = "; ".join(filter(None, [fields, *item.links]))
        return Truncator(single_line(f"{words}: {different}" if different else words)).chars(300)

    def item_lines(self, item: ChangeInWords) -> list[str]:
        """What the entry says, a line each."""
        return item.sentences

    def item_description(self, item: ChangeInWords) -> SafeString:
        """The lines as HTML."""
        lines = [(replace_control_characters(line),) for line in self.item_lines(item)]
        return format_html("<ul>{}</ul>", format_html_join("", "<li>{}</li>", lines))

    def item_link(self, item: ChangeInWords) -> str:
        return item.address or self.link

    def item_guid(self, item: ChangeInWords) -> str:
        """The same for ever, on whatever host."""
        return permanent_feed_id(item.entry.key)

    def item_updateddate(self, item: ChangeInWords) -> datetime.datetime:
        return item.entry.at
