"""Which drafts are asked for: one borough's or all, of one financial year."""

from functools import cached_property

from boroughs.models import Borough
from citytools import clock
from citytools.asked import AskedReal
from citytools.links import FileLinks
from citytools.lists.filters import OneOf, Slug
from contracts.pipeline import drafts
from contracts.pipeline.columns import PIPELINE_COLUMNS
from contracts.pipeline.drafts import Draft
from contracts.pipeline.rules import FIRST_YEAR, LAST_YEAR, Period, next_due

_YEARS = [(str(year), Period(year).name) for year in range(FIRST_YEAR, LAST_YEAR + 1)]


class PipelineAsked(AskedReal):
    """The query string of the page and of its file: without a year, the next notice due."""

    beside = frozenset({"columns"})
    columns = PIPELINE_COLUMNS

    borough = Slug("Borough", Borough.objects.london())
    year = OneOf("Financial year", _YEARS)

    @cached_property
    def period(self) -> Period:
        """The period asked for."""
        return Period(int(self.value("year", str(self.due.year))))

    @cached_property
    def due(self) -> Period:
        """The next notice to publish."""
        return next_due(clock.today())

    @property
    def years(self) -> list[tuple[str, str]]:
        """Years to offer: from the one before the next due to two after, and the one asked."""
        near = range(max(FIRST_YEAR, self.due.year - 1), self.due.year + 3)
        return [(year, name) for year, name in _YEARS if int(year) in {*near, self.period.year}]

    @cached_property
    def boroughs(self) -> list[Borough]:
        """The 33 to choose from, by name."""
        return list(Borough.objects.london().order_by("name", "pk"))

    @property
    def chosen(self) -> Borough | None:
        """The borough asked for, if one is."""
        found: Borough | None = self.named.get("borough")
        return found

    @cached_property
    def drafts(self) -> list[Draft]:
        """The draft of the borough chosen, or of each of the 33."""
        boroughs = [self.chosen] if self.chosen else self.boroughs
        return drafts.of(boroughs, self.period, illustrative=self.illustrative)

    @property
    def total(self) -> int:
        """Contracts in all drafts: the rows of the file."""
        return sum(len(draft.entries) for draft in self.drafts)

    @property
    def files(self) -> FileLinks:
        """The addresses of exactly these rows as files."""
        return FileLinks("contracts:pipeline_csv", self.query(year=[str(self.period.year)]))

    def file_name(self, name: str) -> str:
        """A name that says that it is a draft."""
        whose = self.chosen.slug if self.chosen else "london"
        return f"{name}-draft-{self.period.year}-{whose}"
