"""The report from beginning to end: what it says around the records, and in which order."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from citytools.facts import dates
from research.metrics.figures import NOT_KNOWN
from research.models import CaseClaim, CaseStudy, Finding, Publication, Recommendation, Source
from research.publications import verdicts
from research.publications.verdicts import Verdict
from research.report import claims
from research.report.document import (
    Block,
    Items,
    Line,
    Piece,
    Prose,
    Section,
    Table,
    Words,
    joined,
    plain,
)
from research.report.records import Held, Records, References

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
    yield _sources_line(finding, references)


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
    yield _sources_line(study, references)


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
    yield _sources_line(advice, references)


def _sources_line(record: Publication, references: References) -> Words:
    cited = references.cited(record.sources.all())
    return Words([Piece("Sources: "), *cited, Piece(".")], tone="quiet")


def _linked(records: Iterable[Any]) -> Line:
    return joined([[Piece(str(one), one.get_absolute_url())] for one in records], ", ")


_SAMPLE = (
    "Facts come from returns of boroughs, public notices, decisions and requests; each carries "
    "its source and its date. They are no sample: what was published or answered is what we hold."
)
_NOT_KNOWN = (
    "What is not known is never counted as none. A share is taken over the records that say what "
    "is asked; how many those are stands beside it."
)
_ANEW = (
    "A number is computed anew from the rows as they stood at the end of the day that the report "
    "is asked for. It changes when a borough answers, not only when something happens."
)
_UNTESTED = "A claim that no number of ours measures is told and not tested."
LIMITS = (_SAMPLE, _NOT_KNOWN, _ANEW, _UNTESTED)
"""What bounds every number of the report."""


def sections(records: Records) -> list[Section]:
    """The seven numbered parts."""
    references = References(records)
    return [
        Section("1", "Summary", "summary", list(_summary(records, references))),
        Section("2", "What the record holds", "record", list(_held(records, references))),
        findings(records, references),
        case_studies(records, references),
        recommendations(records, references),
        Section("6", "Method and limits", "method", list(_method(records, references))),
        Section("7", "Sources", "sources", [_source_list(list(references.sources.values()))]),
    ]


def standing(records: Records) -> str:
    """'208 real systems and 38 real contracts; 33 of 33 boroughs reporting on systems.'"""
    counts = " and ".join(f"{one.real:,} real {one.name.lower()}" for one in records.held)
    returned = ", ".join(
        f"{one.reporting} of {records.london} boroughs reporting on {one.name.lower()}"
        for one in records.held
    )
    return f"This report stands on {counts}; {returned}. {_invented(records)}"


def _invented(records: Records) -> str:
    if not records.scope.illustrative:
        return "Records invented for demonstration are left out."
    counts = " and ".join(f"{one.invented:,} {one.name.lower()}" for one in records.held)
    return f"Invented for demonstration and counted in, because that was asked for: {counts}."


def _summary(records: Records, references: References) -> Iterator[Block]:
    yield Words(plain(standing(records)), tone="lead")
    said = [verdicts.tested(one, records.figures_of(one)).now for one in records.findings]
    counts = ", ".join(f"{verdict} {said.count(verdict)}" for verdict in Verdict)
    on = claims.in_words_day(records.scope.on)
    yield Words(plain(f"Claims on record: {len(said)}. On the rows as at {on}: {counts}."))
    if records.findings:
        yield _at_a_glance(records, references, said)


def _at_a_glance(records: Records, references: References, said: Sequence[Verdict]) -> Table:
    rows = []
    for finding, verdict in zip(records.findings, said, strict=True):
        figure = records.figures_of(finding).get(finding.metric)
        numbers = (claims.claimed(finding), claims.then(figure), claims.value(figure))
        cells = [plain(words) for words in (*numbers, str(verdict))]
        rows.append([references.to_finding(finding), *cells])
    head = ("Finding", "Claimed", "At publication", "Now", "The claim")
    caption = "Findings at a glance"
    return Table(references.next("Table"), caption, head, rows, widths=(42, 20, 13, 11, 14))


def _held(records: Records, references: References) -> Iterator[Block]:
    rows = [[plain(words) for words in _counts(one, records)] for one in records.held]
    head = ("Records", "Real", "Invented, counted in", "Boroughs among them", "Boroughs reporting")
    caption = f"Records as at {claims.in_words_day(records.scope.on)}"
    numeric = frozenset({1, 2, 3, 4})
    yield Table(references.next("Table"), caption, head, rows, numeric, (20, 15, 20, 22, 23))
    yield Words(
        plain(
            "A borough reports when it has sent a return. Records about boroughs without one come "
            "from public sources and are incomplete: that a borough has none of them here does "
            "not say that it has none."
        )
    )


def _counts(held: Held, records: Records) -> tuple[str, ...]:
    numbers = (f"{held.real:,}", f"{held.invented:,}")
    among = (f"{held.boroughs} of {records.london}", f"{held.reporting} of {records.london}")
    return (held.name, *numbers, *among)


def _method(records: Records, references: References) -> Iterator[Block]:
    yield Items([plain(limit) for limit in LIMITS])
    rows = [
        [
            plain(f"{figure.metric.title}. {figure.metric.definition}"),
            plain(str(figure.metric.unit)),
            plain(figure.metric.counts),
            [Piece(figure.words, figure.rows)],
            plain(f"{figure.measured.counted:,}"),
        ]
        for figure in records.measured.values()
    ]
    head = ("Number and definition", "Unit", "Counted (n)", "Value", "n")
    numeric, widths = frozenset({3, 4}), (44, 14, 22, 12, 8)
    yield Table(references.next("Table"), "Every number", head, rows, numeric, widths)


def _source_list(sources: Sequence[Source]) -> Block:
    if not sources:
        return Words(plain("None recorded."))
    anchors = [f"source-{n}" for n in range(1, len(sources) + 1)]
    return Items([_source(one) for one in sources], anchors)


def _source(source: Source) -> Line:
    published = dates.in_words(source.published_on) if source.published_on else ""
    after = "".join(f", {words}" for words in (source.publisher, published) if words)
    where = [Piece(". "), Piece(source.url, source.url)] if source.url else []
    return [Piece(source.title), Piece(after), *where, Piece(".")]
