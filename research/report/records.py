"""Everything that research has published by a day, with every number, read once."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from django.db.models import Prefetch

from boroughs.models import Subject
from citytools.worlds import in_demonstration
from research.metrics.base import MetricFigure, Scope
from research.metrics.definitions import METRICS, figures_for
from research.models import CaseStudy, Finding, Publication, Recommendation, Source
from research.publications import citation, text
from research.report.document import Line, Piece, join_lines, text_line

MAX_RECORDS = 200
"""Records of one kind that the report holds."""
TITLE = "Findings, case studies and recommendations on the IT systems of London’s boroughs"


@dataclass(frozen=True)
class SubjectHoldings:
    """Records of one subject that the report's numbers are taken over.

    `boroughs` of the 33 are among the records, `reporting` have sent a return.
    """

    # The fields are keys of report.json, of which the hash is taken: they keep their names

    name: str
    real: int
    invented: int
    boroughs: int
    reporting: int


@dataclass(frozen=True)
class ReportRecords:
    """What is published, in the report's order, and all metrics as they were measured."""

    scope: Scope
    holdings: Sequence[SubjectHoldings]
    measured: Mapping[str, MetricFigure]
    findings: Sequence[Finding]
    case_studies: Sequence[CaseStudy]
    recommendations: Sequence[Recommendation]

    def own_figures(self, record: Publication) -> Mapping[str, MetricFigure]:
        """The numbers that a record quotes, beside those at its publication."""
        return text.own_figures(record, self.measured)

    @property
    def content(self) -> citation.Content:
        """What the report's hash is taken over: each record's own content, and all numbers."""
        return {
            "as_at": self.scope.on.isoformat(),
            "case_studies": self._contents(citation.case_study_content, self.case_studies),
            "figures": citation.figures_content(list(self.measured), self.measured),
            "findings": self._contents(citation.finding_content, self.findings),
            "format": citation.FORMAT,
            "held": [asdict(holdings) for holdings in self.holdings],
            "illustrative": in_demonstration(),
            "publisher": citation.AUTHOR,
            "recommendations": self._contents(
                citation.recommendation_content, self.recommendations
            ),
            "title": TITLE,
        }

    def _contents(self, content: Any, records: Sequence[Any]) -> list[citation.Content]:
        return [content(record, self.own_figures(record), self.scope) for record in records]


def read_report_records(scope: Scope, public: Callable[[type[Publication]], Any]) -> ReportRecords:
    """All that was `public` on the scope's day; as many queries for few records as for many."""
    findings = public(Finding).prefetch_related("sources")
    studies = public(CaseStudy).prefetch_related(
        "sources", "boroughs", "products", "functions", "claims__source"
    )
    advice = public(Recommendation).prefetch_related(
        "sources", Prefetch("findings", public(Finding))
    )
    return ReportRecords(
        scope,
        [
            _count(Subject.SYSTEMS, scope.systems, scope),
            _count(Subject.CONTRACTS, scope.contracts, scope),
        ],
        figures_for(METRICS, scope),
        list(findings[:MAX_RECORDS]),
        list(studies[:MAX_RECORDS]),
        list(advice.order_by("title", "pk")[:MAX_RECORDS]),
    )


def _count(subject: Subject, rows: Any, scope: Scope) -> SubjectHoldings:
    rows = rows.order_by()
    invented = rows.illustrative().count() if in_demonstration() else 0
    reporting = scope.london.reporting(subject).count()
    real = rows.count() - invented
    return SubjectHoldings(str(subject.label), real, invented, rows.borough_count(), reporting)


class ReportReferences:
    """Numbers of sources, findings, tables and figures, in the order of the report."""

    def __init__(self, records: ReportRecords) -> None:
        self.sources: dict[int, Source] = {}
        self._counts: dict[str, int] = {}
        self._findings = {finding.pk: n for n, finding in enumerate(records.findings, 1)}
        publications: Iterable[Publication] = (
            *records.findings, *records.case_studies, *records.recommendations,
        )  # fmt: skip
        for publication in publications:
            for source in publication.sources.all():
                self.sources.setdefault(source.pk, source)
        for study in records.case_studies:
            for claim in study.claims.all():
                self.sources.setdefault(claim.source.pk, claim.source)
        self._source_numbers = {pk: n for n, pk in enumerate(self.sources, 1)}

    def next(self, kind: str) -> str:
        """'Table 3': call it for each table and figure in the order of the report."""
        self._counts[kind] = self._counts.get(kind, 0) + 1
        return f"{kind} {self._counts[kind]}"

    def section_number(self, finding: Finding) -> str:
        """'3.2', the number of a finding's section."""
        return f"3.{self._findings[finding.pk]}"

    def link(self, finding: Finding) -> Line:
        """A finding's number and title, linked to it; the title alone if it is left out."""
        if finding.pk not in self._findings:
            return text_line(finding.title)
        return [
            Piece(f"{self.section_number(finding)} {finding.title}", f"#finding-{finding.slug}")
        ]

    def cite(self, sources: Iterable[Source]) -> Line:
        """'[1], [4]', each linked to its source; 'not known' for none."""
        links = [
            [
                Piece(
                    f"[{self._source_numbers[source.pk]}]",
                    f"#source-{self._source_numbers[source.pk]}",
                )
            ]
            for source in sources
        ]
        return join_lines(links, ", ") or text_line("not known")
