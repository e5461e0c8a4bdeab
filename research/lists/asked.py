"""What is asked of the files of what is published: what their pages are asked, and columns."""

from collections.abc import Callable, Iterable

from research.lists.columns import CASE_STUDY_COLUMNS, FINDING_COLUMNS, RECOMMENDATION_COLUMNS
from research.publications.files import Row
from research.publications.query import ResearchAsked


class _Published(ResearchAsked):
    """A file of one kind."""

    beside = frozenset({"columns"})

    def table(self, rows: Callable[[ResearchAsked], Iterable[Row]]) -> list[Row]:
        """The rows, read within the day that they are of."""
        with self.moment():
            return list(rows(self))


class FindingsFile(_Published):
    """The file of findings."""

    columns = FINDING_COLUMNS


class CaseStudiesFile(_Published):
    """The file of case studies."""

    columns = CASE_STUDY_COLUMNS


class RecommendationsFile(_Published):
    """The file of recommendations."""

    columns = RECOMMENDATION_COLUMNS
