"""What numbers a research record quotes in its texts, and what is wrong with its tokens."""

import datetime
from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

from research.metrics.definitions import METRICS, measure
from research.metrics.figures import Figure, figures, kept, with_published
from research.models import Publication
from research.publications import text
from research.scope import Scope

P = TypeVar("P", bound=Publication)

TEXTS = ("summary", "outcome", "body")
"""Fields in which a token is one, where a record has them."""


def texts(record: Publication) -> dict[str, str]:
    """The record's texts by field."""
    return {name: getattr(record, name) for name in TEXTS if hasattr(record, name)}


def quoted(record: Publication) -> list[str]:
    """The metrics in its texts and of its claim, each once; those no longer registered left out."""
    found = [key for one in texts(record).values() for key in text.keys(one)]
    claim = getattr(record, "metric", "")
    return [key for key in dict.fromkeys([claim, *found]) if key in METRICS]


def quoted_by_summary(record: Publication) -> list[str]:
    """The metrics in its summary alone."""
    return [key for key in text.keys(getattr(record, "summary", "")) if key in METRICS]


def measured(
    records: Iterable[Publication], scope: Scope, others: Iterable[str] = ()
) -> dict[str, Figure]:
    """All that the records quote and some other metrics, each measured once; by key."""
    keys = [*others, *(key for record in records for key in quoted(record))]
    return figures([key for key in keys if key in METRICS], scope)


def own(record: Publication, measured: Mapping[str, Figure]) -> dict[str, Figure]:
    """Of what was measured, the numbers that a record quotes, beside the values that it keeps."""
    return _beside(record, quoted(record), measured)


def with_figures(
    records: Iterable[P], scope: Scope, keys_of: Callable[[P], list[str]] = quoted
) -> list[P]:
    """The records, each with `figures`: the numbers it quotes, now and as it was published.

    Each metric is measured once, however many records quote it.
    """
    found = [(record, keys_of(record)) for record in records]
    known = figures([key for _, keys in found for key in keys], scope)
    for record, keys in found:
        setattr(record, "figures", _beside(record, keys, known))  # noqa: B010 (no model's field)
    return [record for record, _ in found]


def _beside(
    record: Publication, keys: Iterable[str], measured: Mapping[str, Figure]
) -> dict[str, Figure]:
    return {key: with_published(measured[key], record.published_values) for key in keys}


def values(record: Publication, on: datetime.date, *, anew: bool) -> dict[str, Any]:
    """What the record is to keep as `published_values`.

    All that it quotes is measured if `anew`; else only what it has no value of, so that the others
    keep their day.
    """
    before = {} if anew else record.published_values
    missing = [key for key in quoted(record) if key not in before]
    return before | kept(measure(missing, Scope(on)), on)


def faults(record: Publication) -> dict[str, list[str]]:
    """What is wrong with its tokens and its metric, by field; empty where nothing is."""
    found = {name: text.faults(one) for name, one in texts(record).items()}
    if claim := getattr(record, "metric", ""):
        found["metric"] = [wrong] if (wrong := text.fault_of_key(claim)) else []
    return {name: wrongs for name, wrongs in found.items() if wrongs}
