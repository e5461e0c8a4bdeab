"""A citation of research: a day, a permanent address and a hash of the content.

The content is a record's text and its numbers, without any layout: JSON in UTF-8, names sorted, no
space between them, amounts as decimal text of at most six places. Its SHA-256 is the hash, so that
whoever fetches the JSON can check it with sha256sum. For a day that is over it never changes:
text and numbers are read as they were when the day ended. A hash of the page was ruled out: a new
layout would change every citation.
"""

import datetime
import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.db.models import Model

from citytools.facts import dates
from citytools.worlds import in_demonstration
from research.metrics.base import MetricFigure, Scope, day_in_words
from research.models import CaseStudy, Finding, Publication, Recommendation
from research.publications import text, verdicts

AUTHOR = "City Tools: London, LOTI"
FORMAT = "city-tools-research-2"
"""Changes whenever the same facts would be written in another way."""
SOURCE_FIELDS = ("title", "publisher", "url", "published_on")

Content = dict[str, Any]


@dataclass(frozen=True)
class Citation:
    """How to cite a page of research: its title, the day of its numbers, and their hash.

    `address` is absolute and names the day; `content` is what the hash is taken over, `file` the
    address to fetch it from.
    """

    title: str
    on: datetime.date
    address: str
    file: str
    content: bytes

    @property
    def hash(self) -> str:
        """SHA-256 of the content, 64 hexadecimal digits."""
        return hashlib.sha256(self.content).hexdigest()

    @property
    def short(self) -> str:
        return self.hash[:12]

    @property
    def settled(self) -> bool:
        """Whether the day is over, so that nothing of this can change any more."""
        return self.on < dates.today()

    @property
    def promise(self) -> str:
        """What may be relied on, in a sentence or two."""
        if self.settled:
            return (
                f"{day_in_words(self.on)} is over: this address will go on giving the same text, "
                "numbers and hash, whatever is recorded later."
            )
        return (
            "Today is not over: until midnight in London, text, numbers and hash may still "
            "change. Cite a day that is over: put ?as_at= and its date behind the address."
        )

    @property
    def words(self) -> str:
        """The citation in one line."""
        day = day_in_words(self.on)
        return f"{AUTHOR}. {self.title}. As at {day}. {self.address}. SHA-256 {self.short}."


def cite_finding(
    finding: Finding,
    figures: Mapping[str, MetricFigure],
    scope: Scope,
    absolute: Callable[[str], str],
) -> Citation:
    """A citation of a finding's page; `absolute` makes a path an absolute address."""
    page = finding.get_absolute_url()
    content = finding_content(finding, figures, scope)
    return cite_page(finding.title, absolute(page), absolute(f"{page}finding.json"), scope, content)


def cite_page(title: str, page: str, file: str, scope: Scope, content: Content) -> Citation:
    """A citation of a page; `page` and `file` are absolute addresses without a query."""
    query = scope_query(scope)
    return Citation(title, scope.on, f"{page}?{query}", f"{file}?{query}", canonical_json(content))


def scope_query(scope: Scope) -> str:
    """The query string of exactly this scope."""
    return urlencode({"as_at": scope.on.isoformat()})


def canonical_json(content: Content) -> bytes:
    """The one way to write a content down; its SHA-256 is the hash."""
    separators = (",", ":")
    return json.dumps(content, sort_keys=True, ensure_ascii=False, separators=separators).encode()


def finding_content(finding: Finding, figures: Mapping[str, MetricFigure], scope: Scope) -> Content:
    """A finding with its sources, the numbers it quotes and what they say of its claim."""
    test = verdicts.run_claim_test(finding, figures)
    fields = ("as_of", "claimed_value", "comparison", "metric", "summary")
    return _publication_content(finding, fields, figures, scope) | {
        "threshold": _amount(finding.threshold),
        "verdict": str(test.now),
        "verdict_at_publication": str(test.at_publication),
    }


def case_study_content(
    study: CaseStudy, figures: Mapping[str, MetricFigure], scope: Scope
) -> Content:
    """A case study with whom and what it is about, and costs and savings by whose account."""
    claims = [
        _fields(claim, ("claimed_by", "kind", "note", "period"))
        | {"amount": _amount(claim.amount), "source": _fields(claim.source, SOURCE_FIELDS)}
        for claim in study.claims.all()
    ]
    fields = ("happened_on", "outcome", "summary")
    return _publication_content(study, fields, figures, scope) | {
        "boroughs": [borough.name for borough in study.boroughs.all()],
        "claims": claims,
        "functions": [function.name for function in study.functions.all()],
        "products": [product.name for product in study.products.all()],
    }


def recommendation_content(
    advice: Recommendation, figures: Mapping[str, MetricFigure], scope: Scope
) -> Content:
    """A recommendation with the findings it rests on, by slug."""
    return _publication_content(advice, ("audience", "owner", "status"), figures, scope) | {
        "findings": sorted(finding.slug for finding in advice.findings.all())
    }


def figures_content(keys: list[str], figures: Mapping[str, MetricFigure]) -> list[dict[str, Any]]:
    """Numbers of these metrics, as they are and as they were published."""
    return [
        {
            "boroughs": figure.measured.boroughs,
            "counted": figure.measured.counted,
            "key": figure.metric.key,
            "left_out": figure.measured.left_out,
            "part": _amount(figure.measured.part),
            "published_on": figure.published.on.isoformat() if figure.published else None,
            "published_value": _amount(figure.published.value) if figure.published else None,
            "value": _amount(figure.measured.value),
            "whole": _amount(figure.measured.whole),
        }
        for figure in (figures[key] for key in sorted(keys))
    ]


def _publication_content(
    record: Publication,
    fields: Iterable[str],
    figures: Mapping[str, MetricFigure],
    scope: Scope,
) -> dict[str, Any]:
    """What all kinds have in common, and some text fields of the kind."""
    return _fields(record, ("body", "slug", "title", *fields)) | {
        "as_at": scope.on.isoformat(),
        "figures": figures_content(text.quoted_metrics(record), figures),
        "format": FORMAT,
        "illustrative": in_demonstration(),
        "published_on": record.published_on.isoformat() if record.published_on else None,
        "publisher": AUTHOR,
        "sources": [_fields(source, SOURCE_FIELDS) for source in record.sources.all()],
    }


def _fields(record: Model, names: Iterable[str]) -> dict[str, Any]:
    return {name: getattr(record, name) for name in names}


def _amount(value: Decimal | None) -> str | None:
    """Without zeros at the end: a sum is written the same however the database scaled it."""
    # Adding zero turns a negative zero, which would be written -0, into zero
    return None if value is None else f"{(round(value, 6) + 0).normalize():f}"
