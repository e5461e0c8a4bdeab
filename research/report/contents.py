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
    Paragraph,
    Piece,
    Prose,
    ReportSection,
    ReportTable,
    join_lines,
    text_line,
)
from research.report.records import ReportRecords, ReportReferences, SubjectHoldings

NONE_YET = Paragraph(text_line("None published yet."))


def findings_blocks(records: ReportRecords, references: ReportReferences) -> ReportSection:
    """Each claim beside the number that tests it."""
    sections = [
        ReportSection(
            references.finding(finding),
            finding.title,
            f"finding-{finding.slug}",
            list(_finding(finding, records, references)),
        )
        for finding in records.findings
    ]
    return ReportSection("3", "Findings", "findings", [] if sections else [NONE_YET], sections)


def _finding(
    finding: Finding, records: ReportRecords, references: ReportReferences
) -> Iterator[Block]:
    figures = records.figures_of(finding)
    yield Paragraph(text_line(finding.summary), tone="lead")
    yield from claims.claim_blocks(finding, figures, references)
    yield Prose(finding.body, figures, 4)
    yield _sources_line(finding, references)


def case_study_blocks(records: ReportRecords, references: ReportReferences) -> ReportSection:
    """What boroughs did, and what came of it by whose account."""
    sections = [
        ReportSection(
            f"4.{n}", study.title, f"study-{study.slug}", list(_study(study, records, references))
        )
        for n, study in enumerate(records.case_studies, 1)
    ]
    return ReportSection(
        "4", "Case studies", "case-studies", [] if sections else [NONE_YET], sections
    )


def _study(
    study: CaseStudy, records: ReportRecords, references: ReportReferences
) -> Iterator[Block]:
    yield Paragraph(text_line(study.summary), tone="lead")
    began = dates.partial_date_in_words(study.happened_on) if study.happened_on else NOT_KNOWN
    about = [
        ("Began", text_line(began)),
        ("Boroughs", _record_links(study.boroughs.all())),
        ("Products", _record_links(study.products.all())),
        ("Functions", text_line(", ".join(function.name for function in study.functions.all()))),
        ("Outcome", text_line(study.outcome or NOT_KNOWN)),
    ]
    for name, line in about:
        if line and any(piece.words for piece in line):
            yield Paragraph([Piece(f"{name}: "), *line])
    if costs := study.claims.all():
        yield _costs(costs, references)
    yield Prose(study.body, records.figures_of(study), 4)
    yield _sources_line(study, references)


def _costs(costs: Iterable[CaseClaim], references: ReportReferences) -> ReportTable:
    rows = [
        [
            text_line(claim.get_kind_display()),
            text_line(f"£{claim.amount:,.0f}"),
            text_line(claim.period or NOT_KNOWN),
            [Piece(f"{claim.claimed_by} "), *references.cited([claim.source])],
            text_line(claim.note),
        ]
        for claim in costs
    ]
    head = ("What", "Amount", "Over", "According to", "Note")
    caption = "Costs and savings as they were claimed; none was checked by us"
    numeric, widths = frozenset({1}), (11, 17, 20, 27, 25)
    return ReportTable(references.next("Table"), caption, head, rows, numeric, widths)


def recommendation_blocks(records: ReportRecords, references: ReportReferences) -> ReportSection:
    """What each audience should do, and the findings it rests on."""
    sections = [
        ReportSection(
            f"5.{n}",
            str(audience.label),
            f"for-{audience.value}",
            _for(audience, records),
            _advice(f"5.{n}", audience, records, references),
        )
        for n, audience in enumerate(Recommendation.Audience, 1)
    ]
    return ReportSection("5", "Recommendations", "recommendations", [], sections)


def _for(audience: str, records: ReportRecords) -> list[Block]:
    some = any(recommendation.audience == audience for recommendation in records.recommendations)
    return [] if some else [NONE_YET]


def _advice(
    number: str, audience: str, records: ReportRecords, references: ReportReferences
) -> list[ReportSection]:
    recommendations = [
        recommendation
        for recommendation in records.recommendations
        if recommendation.audience == audience
    ]
    return [
        ReportSection(
            f"{number}.{n}",
            recommendation.title,
            f"advice-{recommendation.slug}",
            list(_recommendation_blocks(recommendation, records, references)),
        )
        for n, recommendation in enumerate(recommendations, 1)
    ]


def _recommendation_blocks(
    advice: Recommendation, records: ReportRecords, references: ReportReferences
) -> Iterator[Block]:
    status = advice.get_status_display()
    owner = advice.owner or "nobody yet"
    yield Paragraph(text_line(f"Status: {status.lower()}. Owner: {owner}."), tone="quiet")
    resting = list(advice.findings.all())
    for finding in resting:
        if words := claims.verdict_change(finding, records.figures_of(finding)):
            line = [Piece("It rests on "), *references.to_finding(finding), Piece(f". {words}")]
            yield Paragraph(line, tone="notice")
    yield Prose(advice.body, records.figures_of(advice), 5)
    if resting:
        on = join_lines([references.to_finding(one) for one in resting], "; ")
        yield Paragraph([Piece("Rests on: "), *on, Piece(".")])
    yield _sources_line(advice, references)


def _sources_line(record: Publication, references: ReportReferences) -> Paragraph:
    cited = references.cited(record.sources.all())
    return Paragraph([Piece("Sources: "), *cited, Piece(".")], tone="quiet")


def _record_links(records: Iterable[Any]) -> Line:
    return join_lines([[Piece(str(record), record.get_absolute_url())] for record in records], ", ")


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


def report_sections(records: ReportRecords) -> list[ReportSection]:
    """The seven numbered parts."""
    references = ReportReferences(records)
    return [
        ReportSection("1", "Summary", "summary", list(_summary(records, references))),
        ReportSection(
            "2", "What the record holds", "record", list(_holdings_table(records, references))
        ),
        findings_blocks(records, references),
        case_study_blocks(records, references),
        recommendation_blocks(records, references),
        ReportSection("6", "Method and limits", "method", list(_method(records, references))),
        ReportSection("7", "Sources", "sources", [_source_list(list(references.sources.values()))]),
    ]


def record_summary(records: ReportRecords) -> str:
    """'208 real systems and 38 real contracts; 33 of 33 boroughs reporting on systems.'"""
    counts = " and ".join(
        f"{holdings.real:,} real {holdings.name.lower()}" for holdings in records.held
    )
    returned = ", ".join(
        f"{holdings.reporting} of {records.london} boroughs reporting on {holdings.name.lower()}"
        for holdings in records.held
    )
    return f"This report stands on {counts}; {returned}. {_illustrative_notice(records)}"


def _illustrative_notice(records: ReportRecords) -> str:
    if not records.scope.illustrative:
        return "Records invented for demonstration are left out."
    counts = " and ".join(
        f"{holdings.invented:,} {holdings.name.lower()}" for holdings in records.held
    )
    return f"Invented for demonstration and counted in, because that was asked for: {counts}."


def _summary(records: ReportRecords, references: ReportReferences) -> Iterator[Block]:
    yield Paragraph(text_line(record_summary(records)), tone="lead")
    said = [
        verdicts.run_claim_test(finding, records.figures_of(finding)).now
        for finding in records.findings
    ]
    counts = ", ".join(f"{verdict} {said.count(verdict)}" for verdict in Verdict)
    on = claims.in_words_day(records.scope.on)
    yield Paragraph(text_line(f"Claims on record: {len(said)}. On the rows as at {on}: {counts}."))
    if records.findings:
        yield _summary_table(records, references, said)


def _summary_table(
    records: ReportRecords, references: ReportReferences, said: Sequence[Verdict]
) -> ReportTable:
    rows = []
    for finding, verdict in zip(records.findings, said, strict=True):
        figure = records.figures_of(finding).get(finding.metric)
        numbers = (
            claims.claimed_value(finding),
            claims.published_value(figure),
            claims.measured_value(figure),
        )
        cells = [text_line(words) for words in (*numbers, str(verdict))]
        rows.append([references.to_finding(finding), *cells])
    head = ("Finding", "Claimed", "At publication", "Now", "The claim")
    caption = "Findings at a glance"
    return ReportTable(references.next("Table"), caption, head, rows, widths=(42, 20, 13, 11, 14))


def _holdings_table(records: ReportRecords, references: ReportReferences) -> Iterator[Block]:
    rows = [[text_line(words) for words in _counts(holdings, records)] for holdings in records.held]
    head = ("Records", "Real", "Invented, counted in", "Boroughs among them", "Boroughs reporting")
    caption = f"Records as at {claims.in_words_day(records.scope.on)}"
    numeric = frozenset({1, 2, 3, 4})
    yield ReportTable(references.next("Table"), caption, head, rows, numeric, (20, 15, 20, 22, 23))
    yield Paragraph(
        text_line(
            "A borough reports when it has sent a return. Records about boroughs without one come "
            "from public sources and are incomplete: that a borough has none of them here does "
            "not say that it has none."
        )
    )


def _counts(held: SubjectHoldings, records: ReportRecords) -> tuple[str, ...]:
    numbers = (f"{held.real:,}", f"{held.invented:,}")
    among = (f"{held.boroughs} of {records.london}", f"{held.reporting} of {records.london}")
    return (held.name, *numbers, *among)


def _method(records: ReportRecords, references: ReportReferences) -> Iterator[Block]:
    yield Items([text_line(limit) for limit in LIMITS])
    rows = [
        [
            text_line(f"{figure.metric.title}. {figure.metric.definition}"),
            text_line(str(figure.metric.unit)),
            text_line(figure.metric.counts),
            [Piece(figure.words, figure.rows)],
            text_line(f"{figure.measured.counted:,}"),
        ]
        for figure in records.measured.values()
    ]
    head = ("Number and definition", "Unit", "Counted (n)", "Value", "n")
    numeric, widths = frozenset({3, 4}), (44, 14, 22, 12, 8)
    yield ReportTable(references.next("Table"), "Every number", head, rows, numeric, widths)


def _source_list(sources: Sequence[Source]) -> Block:
    if not sources:
        return Paragraph(text_line("None recorded."))
    anchors = [f"source-{n}" for n in range(1, len(sources) + 1)]
    return Items([_source(source) for source in sources], anchors)


def _source(source: Source) -> Line:
    published = dates.partial_date_in_words(source.published_on) if source.published_on else ""
    after = "".join(f", {words}" for words in (source.publisher, published) if words)
    where = [Piece(". "), Piece(source.url, source.url)] if source.url else []
    return [Piece(source.title), Piece(after), *where, Piece(".")]
