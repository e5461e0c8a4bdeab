"""The texts of research records with their numbers, every metric measured once a page."""

from collections.abc import Iterable, Mapping

from django.utils.safestring import SafeString

from research import figures, text
from research.figures import Figure
from research.metrics import METRICS
from research.models import Publication
from research.scope import Scope


def measured(
    records: Iterable[Publication], scope: Scope, others: Iterable[str] = ()
) -> dict[str, Figure]:
    """The metrics that the records' texts speak of, and others by key; none that is unknown."""
    named = [key for record in records for key in text.keys(record.body)]
    return figures.figures([key for key in [*others, *named] if key in METRICS], scope)


def body(record: Publication, measured: Mapping[str, Figure], level: int = 2) -> SafeString:
    """The record's text, beside the values that it keeps; headings from h`level` down."""
    own = {
        key: figures.with_published(figure, record.published_values)
        for key, figure in measured.items()
    }
    return text.rendered(record.body, own, level)
