"""What the timeline may be asked: the filters of contracts, and how the bars are grouped."""

from functools import cached_property

from citytools.links import FileLinks
from citytools.lists.filters import OneOf
from citytools.lists.filterset import Chip
from citytools.lists.listing import Listing
from contracts.filters import ContractFilter

FUNCTION, BOROUGH = "function", "borough"
_WORDS = {FUNCTION: "Function", BOROUGH: "Borough"}


class TimelineFilter(ContractFilter):
    """Contracts as everywhere, grouped by what they are for or by who leads them."""

    by = OneOf("Group bars by", list(_WORDS.items()))

    @property
    def grouping(self) -> str:
        """How the bars are grouped: by function unless asked otherwise."""
        return str(self.named.get("by") or FUNCTION)

    @property
    def other_grouping(self) -> tuple[str, str]:
        """The other way to group: its words and its query string."""
        other = BOROUGH if self.grouping == FUNCTION else FUNCTION
        return _WORDS[other].lower(), self.query(by=[other])

    @property
    def query_of_list(self) -> str:
        """The query string that means the same rows on the list and in its files."""
        return self.query(by=[])

    @cached_property
    def chips(self) -> list[Chip]:
        """As on every list; the grouping leaves no row out and is no filter."""
        return [chip for chip in super().chips if chip.name != "by"]


class TimelineListing(Listing):
    """A page of the timeline: as many rows as the picture has bars at most."""

    chosen: TimelineFilter

    @property
    def files(self) -> FileLinks:
        """The addresses of exactly these rows as files, which know no grouping."""
        return FileLinks(self.file, self.chosen.query_of_list)
