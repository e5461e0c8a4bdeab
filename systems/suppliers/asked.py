"""What the address of a supplier's pages may ask."""

from typing import Any
from urllib.parse import urlencode

from django.db.models import QuerySet

from citytools.asked import AskedReal
from citytools.lists.filters import OneOf, YesNo

SYSTEMS, CONTRACTS, VALUE = "systems", "contracts", "value"
BY = [(SYSTEMS, "systems"), (CONTRACTS, "contracts"), (VALUE, "yearly value")]
"""What a share may be a share of, and how it reads."""


def _all(rows: QuerySet[Any], _yes: bool) -> QuerySet[Any]:
    return rows


class AskedGroup(AskedReal):
    """A page that counts a supplier alone or with all that it owns."""

    group = YesNo("With the companies it owns", _all)

    def asking(self, *names: str, **changes: str) -> str:
        """A query string of what was asked and understood under these names, with changes."""
        kept = {name: str(self.named[name]) for name in names if self.named.get(name)}
        return urlencode(kept | changes)

    @property
    def whole(self) -> str:
        """The query string that counts the companies it owns."""
        return self.asking(*self.filters, group="yes")

    @property
    def alone(self) -> str:
        """The query string that leaves out the companies it owns."""
        return self.asking(*self.filters, group="no")

    @property
    def real(self) -> str:
        """The query string that leaves out what is invented."""
        return self.asking(*self.filters, illustrative="no")

    @property
    def invented(self) -> str:
        """The query string that shows what is invented too."""
        return self.asking(*self.filters, illustrative="yes")

    @property
    def same(self) -> str:
        """The query string of the same choice of records on the supplier's other page."""
        return self.asking("illustrative", "group")


class AskedShare(AskedGroup):
    """A page that shows shares of systems, of contracts or of their value."""

    by = OneOf("Share of", BY)

    @property
    def counted(self) -> str:
        """What the shares are of; systems, unless asked otherwise."""
        return self.value("by", SYSTEMS)

    @property
    def switches(self) -> list[tuple[str, str, bool]]:
        """(words, query string, whether it is shown now) of each thing to count."""
        return [(words, self.asking(*self.filters, by=by), by == self.counted) for by, words in BY]
