"""The report from beginning to end: what it says about the records, and in which order."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from boroughs.models import LONDON
from citytools.facts import dates
from research.metrics.base import (
    NOT_KNOWN,
    MetricFigure,
    day_in_words,
    part_of_whole,
)
from research.metrics.charts import metric_chart
from research.models import CaseClaim, CaseStudy, Finding, Publication, Recommendation, Source
from research.publications.verdicts import ClaimTest, Verdict, run_claim_test
from research.report.document import (
    Bars,
    Block,
    Items,
    Line,
    Paragraph,
    Piece,
    Prose,
    ReportDots,
    ReportSection,
    ReportTable,
    join_lines,
    picture_bars,
    table_row,
    text_line,
)
from research.report.records import ReportRecords, ReportReferences

NONE_YET = Paragraph(text_line("None published yet."))
LIMITS = (
    (
        "Facts come from returns of boroughs, public notices, decisions and requests; each carries "
        "its source and its date. They are no sample: what was published or answered is what we "
        "hold."
    ),
    (
        "What is not known is never counted as none. A share is taken over the records that say "
        "what is asked; how many those are is shown beside it."
    ),
    (
        "A number is computed again from the rows as they stood at the end of the day that the "
        "report is asked for. It changes when a borough answers, not only when something happens."
    ),
    "A claim that no number of ours measures is told and not tested.",
    (
        "A claim holds, or does not hold, only where the rows could have said either and are "
        "enough. Where arithmetic alone makes it true, or the rows are fewer than its number "
        "needs, it is consistent with them, and too few test it."
    ),
)
"""What bounds every number of the report."""


def report_sections(records: ReportRecords) -> list[ReportSection]:
    """The seven numbered parts."""
    # In the order of the report: each table and figure takes the next number as it is made
    references = ReportReferences(records)
    return [
        ReportSection("1", "Summary", "summary", list(_summary(records, references))),
        ReportSection("2", "What the record holds", "record", list(_holdings(records, references))),
        _findings(records, references),
        _case_studies(records, references),
        _recommendations(records, references),
        ReportSection("6", "Method and limits", "method", list(_method(records, references))),
        ReportSection("7", "Sources", "sources", [_source_list(list(references.sources.values()))]),
    ]


def record_summary(records: ReportRecords) -> str:
    """'208 systems and 38 contracts; 33 of 33 boroughs reporting on systems.'"""
    counts = " and ".join(
        f"{item.real + item.invented:,} {item.name.lower()}" for item in records.holdings
    )
    returns = ", ".join(
        f"{item.reporting} of {LONDON} boroughs reporting on {item.name.lower()}"
        for item in records.holdings
    )
    invented = " and ".join(
        f"{item.invented:,} {item.name.lower()}" for item in records.holdings if item.invented
    )
    notice = f" Invented for demonstration among them: {invented}." if invented else ""
    return f"This report stands on {counts}; {returns}.{notice}"


def _summary(records: ReportRecords, references: ReportReferences) -> Iterator[Block]:
    yield Paragraph(text_line(record_summary(records)), tone="lead")
    tests = [_claim_test(finding, records) for finding in records.findings]
    verdicts = [test.now for test in tests]
    counts = "; ".join(f"{verdict}: {verdicts.count(verdict)}" for verdict in Verdict)
    on = day_in_words(records.scope.on)
    yield Paragraph(text_line(f"Claims on record: {len(tests)}. On the rows as at {on}: {counts}."))
    if not tests:
        return
    rows = [
        table_row(
            references.link(test.finding),
            test.finding.claimed_value or NOT_KNOWN,
            test.figure.published_words if test.figure else NOT_KNOWN,
            test.figure.words if test.figure else NOT_KNOWN,
            str(test.now),
        )
        for test in tests
    ]
    head = ("Finding", "Claimed", "At publication", "Now", "The claim")
    name, widths = references.next("Table"), (42, 20, 13, 11, 14)
    yield ReportTable(name, "Findings at a glance", head, rows, widths=widths)


def _claim_test(finding: Finding, records: ReportRecords) -> ClaimTest:
    return run_claim_test(finding, records.own_figures(finding))


def _holdings(records: ReportRecords, references: ReportReferences) -> Iterator[Block]:
    rows = [
        table_row(
            item.name,
            f"{item.real + item.invented:,}",
            *(f"{number} of {LONDON}" for number in (item.boroughs, item.reporting)),
        )
        for item in records.holdings
    ]
    head = ("Records", "On record", "Boroughs among them", "Boroughs reporting")
    caption = f"Records as at {day_in_words(records.scope.on)}"
    numeric = frozenset({1, 2, 3})
    yield ReportTable(references.next("Table"), caption, head, rows, numeric, (25, 25, 25, 25))
    yield Paragraph(
        text_line(
            "A borough reports when it has sent a return. Records about boroughs without one come "
            "from public sources and are incomplete: that a borough has none of them here does "
            "not say that it has none."
        )
    )


def _findings(records: ReportRecords, references: ReportReferences) -> ReportSection:
    """Each claim beside the number that tests it."""
    sections = [
        ReportSection(
            references.section_number(finding),
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
    test = _claim_test(finding, records)
    yield Paragraph(text_line(finding.summary), tone="lead")
    if test.flipped:
        yield Paragraph(text_line(_verdict_change(test)), tone="notice")
    yield _claim_table(test, references)
    yield Paragraph(_claim_rule(test))
    if test.figure:
        yield from _figure(test.figure, references)
    yield Prose(finding.body, records.own_figures(finding), 4)
    yield _sources_line(finding, references)


def _verdict_change(test: ClaimTest) -> str:
    """What became of a claim that flipped."""
    before = "held" if test.at_publication == Verdict.HOLDS else "did not hold"
    on = day_in_words(test.figure.scope.on) if test.figure else ""
    return f"When this was published the claim {before}; as at {on} it {test.now}."


def _claim_table(test: ClaimTest, references: ReportReferences) -> ReportTable:
    finding, figure = test.finding, test.figure
    as_of = dates.partial_date_in_words(finding.as_of) if finding.as_of else NOT_KNOWN
    source = [Piece("see "), *references.cite(finding.sources.all())]
    rows = [table_row("Claimed", finding.claimed_value or NOT_KNOWN, source, as_of)]
    if figure:
        basis = _basis(figure, figure.part_of_whole, figure.measured.counted)
        day = day_in_words(figure.scope.on)
        rows.append(table_row("On our rows", figure.words, basis, day))
    if figure and (published := figure.published):
        share = part_of_whole(published.part, published.whole, figure.metric.sign)
        basis, day = _basis(figure, share, published.counted), day_in_words(published.on)
        rows.append(table_row("At publication", figure.published_words, basis, day))
    head = ("", "Value", "Over what", "As at")
    caption = "The claim, and what the rows say"
    return ReportTable(references.next("Table"), caption, head, rows, widths=(18, 24, 36, 22))


def _basis(figure: MetricFigure, share: str, counted: int) -> str:
    """'15 of 33 contracts with a known supplier' or 'n = 33 boroughs'."""
    count = share if share != NOT_KNOWN else f"n = {counted:,}"
    return f"{count} {figure.metric.counts}"


def _claim_rule(test: ClaimTest) -> Line:
    """The rule that tests the claim, with its verdict and the rows; or that nothing tests it."""
    finding, figure = test.finding, test.figure
    if figure is None or not test.test:
        rows = [Piece(" Nearest to it: "), Piece("rows on this site", finding.rows), Piece(".")]
        words = "No number of this site tests this claim, so that we cannot say whether it holds."
        return [Piece(words), *(rows if finding.rows else [])]
    verdict = f"{day_in_words(figure.scope.on)} {_verdict_clause(test.now)}. "
    return [
        Piece(f"Test: the claim holds while “{figure.metric.title}” is {test.test}. As at "),
        Piece(verdict + (f"{test.reason} " if test.reason else "")),
        Piece(f"What would refute it: {test.refutation} "),
        Piece("Rows behind the number", finding.rows or figure.rows),
        Piece("."),
    ]


def _verdict_clause(verdict: Verdict) -> str:
    """'it holds', 'the rows are consistent with it, but too few to test it'."""
    if verdict == Verdict.CONSISTENT:
        return "the rows are consistent with it, but too few to test it"
    if verdict == Verdict.NOT_KNOWN:
        return "it is not known whether it holds"
    return f"it {verdict}"


def _figure(figure: MetricFigure, references: ReportReferences) -> Iterator[Block]:
    """The picture of a number, as a numbered figure, if it has one."""
    chart, picture = metric_chart(figure), figure.measured.picture
    if chart is None or picture is None:
        return
    if not chart.drawn:
        row = f" {chart.only_row}." if chart.only_row else ""
        yield Paragraph(text_line(f"{chart.title}. {chart.sentence}{row}"))
        return
    name = references.next("Figure")
    if picture.dots:
        yield ReportDots(name, chart.title, chart.head, chart.sentence, picture.rows, chart.source)
        rows = [table_row(*row) for row in sorted(chart.rows)]
        caption, numeric = f"The numbers of {name}", frozenset({1, 2})
        yield ReportTable(references.next("Table"), caption, chart.head, rows, numeric)
    else:
        bars = picture_bars(picture, chart.rows)
        yield Bars(name, chart.title, chart.head, bars, f"{chart.sentence} {chart.source}")


def _case_studies(records: ReportRecords, references: ReportReferences) -> ReportSection:
    """What boroughs did, and what came of it by whose account."""
    sections = [
        ReportSection(
            f"4.{n}", study.title, f"study-{study.slug}", list(_study(study, records, references))
        )
        for n, study in enumerate(records.case_studies, 1)
    ]
    blocks = [] if sections else [NONE_YET]
    return ReportSection("4", "Case studies", "case-studies", blocks, sections)


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
        if any(piece.words for piece in line):
            yield Paragraph([Piece(f"{name}: "), *line])
    if claims := study.claims.all():
        yield _costs(claims, references)
    yield Prose(study.body, records.own_figures(study), 4)
    yield _sources_line(study, references)


def _record_links(records: Iterable[Any]) -> Line:
    return join_lines([[Piece(str(record), record.get_absolute_url())] for record in records], ", ")


def _costs(claims: Iterable[CaseClaim], references: ReportReferences) -> ReportTable:
    rows = [
        table_row(
            claim.get_kind_display(),
            f"£{claim.amount:,.0f}",
            claim.period or NOT_KNOWN,
            [Piece(f"{claim.claimed_by} "), *references.cite([claim.source])],
            claim.note,
        )
        for claim in claims
    ]
    head = ("What", "Amount", "Over", "According to", "Note")
    caption = "Costs and savings as they were claimed; none was checked by us"
    numeric, widths = frozenset({1}), (11, 17, 20, 27, 25)
    return ReportTable(references.next("Table"), caption, head, rows, numeric, widths)


def _recommendations(records: ReportRecords, references: ReportReferences) -> ReportSection:
    """What each audience should do, and the findings it rests on."""
    parts = []
    for number, audience in enumerate(Recommendation.Audience, 1):
        sections = [
            ReportSection(
                f"5.{number}.{n}",
                advice.title,
                f"advice-{advice.slug}",
                list(_recommendation(advice, records, references)),
            )
            for n, advice in enumerate(
                (item for item in records.recommendations if item.audience == audience), 1
            )
        ]
        blocks = [] if sections else [NONE_YET]
        title, anchor = str(audience.label), f"for-{audience.value}"
        parts.append(ReportSection(f"5.{number}", title, anchor, blocks, sections))
    return ReportSection("5", "Recommendations", "recommendations", [], parts)


def _recommendation(
    advice: Recommendation, records: ReportRecords, references: ReportReferences
) -> Iterator[Block]:
    status, owner = advice.get_status_display().lower(), advice.owner or "nobody yet"
    yield Paragraph(text_line(f"Status: {status}. Owner: {owner}."), tone="quiet")
    findings = list(advice.findings.all())
    for finding in findings:
        test = _claim_test(finding, records)
        if test.flipped:
            words = f". {_verdict_change(test)}"
            line = [Piece("It rests on "), *references.link(finding), Piece(words)]
            yield Paragraph(line, tone="notice")
    yield Prose(advice.body, records.own_figures(advice), 5)
    if findings:
        links = join_lines([references.link(finding) for finding in findings], "; ")
        yield Paragraph([Piece("Rests on: "), *links, Piece(".")])
    yield _sources_line(advice, references)


def _sources_line(record: Publication, references: ReportReferences) -> Paragraph:
    links = references.cite(record.sources.all())
    return Paragraph([Piece("Sources: "), *links, Piece(".")], tone="quiet")


def _method(records: ReportRecords, references: ReportReferences) -> Iterator[Block]:
    yield Items([text_line(limit) for limit in LIMITS])
    rows = [
        table_row(
            f"{figure.metric.title}. {figure.metric.definition}",
            str(figure.metric.unit),
            figure.metric.counts,
            [Piece(figure.words, figure.rows)],
            f"{figure.measured.counted:,}",
        )
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
    details = "".join(f", {words}" for words in (source.publisher, published) if words)
    link = [Piece(". "), Piece(source.url, source.url)] if source.url else []
    return [Piece(source.title), Piece(details), *link, Piece(".")]
