"""A finding's claim in words: what was claimed, what the rows say, how it is tested."""

import datetime
from collections.abc import Iterator, Mapping, Sequence

from django.utils.dateformat import format as in_format

from citytools.facts import dates
from research.metrics.charts import metric_chart
from research.metrics.figures import (
    NOT_KNOWN,
    MetricFigure,
    PublishedValue,
    part_of_whole,
    value_in_words,
)
from research.models import Finding
from research.publications import verdicts
from research.report.document import (
    Bars,
    Block,
    Line,
    Paragraph,
    Piece,
    ReportDots,
    ReportTable,
    picture_bars,
    text_line,
)
from research.report.records import ReportReferences

CANNOT = "No number of this site tests this claim, so that we cannot say whether it holds."


def claim_blocks(
    finding: Finding, figures: Mapping[str, MetricFigure], references: ReportReferences
) -> Iterator[Block]:
    """A notice if the claim flipped, the table of its numbers, its test and its picture."""
    figure = figures.get(finding.metric)
    if words := verdict_change(finding, figures):
        yield Paragraph(text_line(words), tone="notice")
    yield _table(finding, figure, references)
    yield Paragraph(_test(finding, figure, figures))
    yield from figure_block(figure, references)


def verdict_change(finding: Finding, figures: Mapping[str, MetricFigure]) -> str:
    """What became of a claim that held when it was published, or the other way; or nothing."""
    if not verdicts.run_claim_test(finding, figures).flipped:
        return ""
    then = verdicts.run_claim_test(finding, figures).then
    on = in_words_day(figures[finding.metric].scope.on)
    return f"When this was published the claim {_said(then, past=True)}; as at {on} it " + _said(
        verdicts.run_claim_test(finding, figures).now
    )


def _said(verdict: verdicts.Verdict, *, past: bool = False) -> str:
    if past:
        return "held" if verdict == verdicts.Verdict.HOLDS else "did not hold"
    return f"{verdict}."


def measured_value(figure: MetricFigure | None) -> str:
    """The number as measured, or 'not known'."""
    return figure.words if figure else NOT_KNOWN


def claimed_value(finding: Finding) -> str:
    """The number as it was claimed."""
    return finding.claimed_value or NOT_KNOWN


def published_value(figure: MetricFigure | None) -> str:
    """The number at publication, or 'not known'."""
    return figure.then if figure else NOT_KNOWN


def _table(
    finding: Finding, figure: MetricFigure | None, references: ReportReferences
) -> ReportTable:
    as_of = dates.partial_date_in_words(finding.as_of) if finding.as_of else NOT_KNOWN
    whose = [Piece("see "), *references.cited(finding.sources.all())]
    rows: list[Sequence[Line]] = [
        [text_line("Claimed"), text_line(claimed_value(finding)), whose, text_line(as_of)],
    ]
    if figure:
        measured, on = figure.measured, text_line(in_words_day(figure.scope.on))
        over = _over(figure, figure.of, measured.counted)
        rows.append([text_line("On our rows"), text_line(figure.words), over, on])
        if figure.published:
            rows.append(_value_at_publication(figure, figure.published))
    head = ("", "Value", "Over what", "As at")
    caption = "The claim, and what the rows say"
    return ReportTable(references.next("Table"), caption, head, rows, widths=(18, 24, 36, 22))


def _value_at_publication(figure: MetricFigure, published: PublishedValue) -> list[Line]:
    of = part_of_whole(published.part, published.whole)
    over = _over(figure, of, published.counted)
    on = text_line(in_words_day(published.on))
    return [text_line("At publication"), text_line(figure.then), over, on]


def _over(figure: MetricFigure, of: str, counted: int) -> Line:
    """'15 of 33 contracts with a known supplier' or 'n = 33 boroughs', to the rows."""
    count = of if of != NOT_KNOWN else f"n = {counted:,}"
    return [Piece(f"{count} {figure.metric.counts}")]


def _test(
    finding: Finding, figure: MetricFigure | None, figures: Mapping[str, MetricFigure]
) -> Line:
    if figure is None or finding.threshold is None or not finding.comparison:
        rows = [Piece(" Nearest to it: "), Piece("rows on this site", finding.rows), Piece(".")]
        return [Piece(CANNOT), *(rows if finding.rows else [])]
    bound = value_in_words(figure.metric.unit, finding.threshold)
    compared = finding.get_comparison_display()
    verdict = verdicts.run_claim_test(finding, figures).now
    return [
        Piece(f"Test: the claim holds while “{figure.metric.title}” is {compared} {bound}. As at "),
        Piece(f"{in_words_day(figure.scope.on)} it {verdict}. "),
        Piece("Rows behind the number", finding.rows or figure.rows),
        Piece("."),
    ]


def figure_block(figure: MetricFigure | None, references: ReportReferences) -> Iterator[Block]:
    """The picture of a number, as a numbered figure, where there is one."""
    chart, picture = (metric_chart(figure), figure.measured.picture) if figure else (None, None)
    if chart is None or picture is None:
        return
    name = references.next("Figure")
    if picture.dots:
        yield ReportDots(name, chart.title, chart.head, chart.sentence, picture.rows, chart.source)
        rows = [[text_line(cell) for cell in row] for row in sorted(chart.rows)]
        caption, numeric = f"The numbers of {name}", frozenset({1, 2})
        yield ReportTable(references.next("Table"), caption, chart.head, rows, numeric)
    else:
        drawn_bars = picture_bars(picture, chart.rows)
        yield Bars(name, chart.title, chart.head, drawn_bars, f"{chart.sentence} {chart.source}")


def in_words_day(day: datetime.date) -> str:
    """30 September 2026."""
    return in_format(day, "j F Y")
