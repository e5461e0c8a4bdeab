"""The report's parts that hold records: findings, case studies, recommendations."""

from collections.abc import Iterable, Iterator
from typing import Any

from citytools.facts import dates
from research.metrics.figures import NOT_KNOWN
from research.models import CaseClaim, CaseStudy, Finding, Publication, Recommendation
from research.report import claims
from research.report.document import (
    Block,
    Line,
    Piece,
    Prose,
    Section,
    Table,
    Words,
    joined,
    plain,
)
from research.report.records import Records
from research.report.references import References

NONE_YET = Words(plain("None published yet."))


def findings(records: Records, references: References) -> Section:
    """Each claim beside the number that tests it."""
    made = [
        Section(
            references.finding(finding),
            finding.title,
            f"finding-{finding.slug}",
            list(_finding(finding, records, references)),
        )
        for finding in records.findings
    ]
    return Section("3", "Findings", "findings", [] if made else [NONE_YET], made)


def _finding(finding: Finding, records: Records, references: References) -> Iterator[Block]:
    figures = records.figures_of(finding)
    yield Words(plain(finding.summary), tone="lead")
    yield from claims.blocks(finding, figures, references)
    yield Prose(finding.body, figures, 4)
    yield _sources(finding, references)


def case_studies(records: Records, references: References) -> Section:
    """What boroughs did, and what came of it by whose account."""
    made = [
        Section(
            f"4.{n}", study.title, f"study-{study.slug}", list(_study(study, records, references))
        )
        for n, study in enumerate(records.case_studies, 1)
    ]
    return Section("4", "Case studies", "case-studies", [] if made else [NONE_YET], made)


def _study(study: CaseStudy, records: Records, references: References) -> Iterator[Block]:
    yield Words(plain(study.summary), tone="lead")
    began = dates.in_words(study.happened_on) if study.happened_on else NOT_KNOWN
    about = [
        ("Began", plain(began)),
        ("Boroughs", _linked(study.boroughs.all())),
        ("Products", _linked(study.products.all())),
        ("Functions", plain(", ".join(one.name for one in study.functions.all()))),
        ("Outcome", plain(study.outcome or NOT_KNOWN)),
    ]
    for name, line in about:
        if line and any(piece.words for piece in line):
            yield Words([Piece(f"{name}: "), *line])
    if costs := study.claims.all():
        yield _costs(costs, references)
    yield Prose(study.body, records.figures_of(study), 4)
    yield _sources(study, references)


def _costs(costs: Iterable[CaseClaim], references: References) -> Table:
    rows = [
        [
            plain(claim.get_kind_display()),
            plain(f"£{claim.amount:,.0f}"),
            plain(claim.period or NOT_KNOWN),
            [Piece(f"{claim.claimed_by} "), *references.cited([claim.source])],
            plain(claim.note),
        ]
        for claim in costs
    ]
    head = ("What", "Amount", "Over", "According to", "Note")
    caption = "Costs and savings as they were claimed; none was checked by us"
    numeric, widths = frozenset({1}), (11, 17, 20, 27, 25)
    return Table(references.next("Table"), caption, head, rows, numeric, widths)


def recommendations(records: Records, references: References) -> Section:
    """What each audience should do, and the findings it rests on."""
    made = [
        Section(
            f"5.{n}",
            str(audience.label),
            f"for-{audience.value}",
            _for(audience, records),
            _advice(f"5.{n}", audience, records, references),
        )
        for n, audience in enumerate(Recommendation.Audience, 1)
    ]
    return Section("5", "Recommendations", "recommendations", [], made)


def _for(audience: str, records: Records) -> list[Block]:
    some = any(one.audience == audience for one in records.recommendations)
    return [] if some else [NONE_YET]


def _advice(number: str, audience: str, records: Records, references: References) -> list[Section]:
    chosen = [one for one in records.recommendations if one.audience == audience]
    return [
        Section(
            f"{number}.{n}", one.title, f"advice-{one.slug}", list(_one(one, records, references))
        )
        for n, one in enumerate(chosen, 1)
    ]


def _one(advice: Recommendation, records: Records, references: References) -> Iterator[Block]:
    status = advice.get_status_display()
    owner = advice.owner or "nobody yet"
    yield Words(plain(f"Status: {status.lower()}. Owner: {owner}."), tone="quiet")
    resting = list(advice.findings.all())
    for finding in resting:
        if words := claims.flip(finding, records.figures_of(finding)):
            line = [Piece("It rests on "), *references.to_finding(finding), Piece(f". {words}")]
            yield Words(line, tone="notice")
    yield Prose(advice.body, records.figures_of(advice), 5)
    if resting:
        on = joined([references.to_finding(one) for one in resting], "; ")
        yield Words([Piece("Rests on: "), *on, Piece(".")])
    yield _sources(advice, references)


def _sources(record: Publication, references: References) -> Words:
    cited = references.cited(record.sources.all())
    return Words([Piece("Sources: "), *cited, Piece(".")], tone="quiet")


def _linked(records: Iterable[Any]) -> Line:
    return joined([[Piece(str(one), one.get_absolute_url())] for one in records], ", ")
