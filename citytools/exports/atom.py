"""What every Atom feed of the site shares (RFC 4287, by Django's syndication framework)."""

import datetime

from django.contrib.syndication.views import Feed
from django.utils import feedgenerator

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
    """An identifier that is the same for ever, on whatever host."""
    return f"tag:city-tools,2026:{name}"
