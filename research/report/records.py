"""Everything that research has published by a day, with every number, read once."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from django.db.models import Prefetch

from boroughs.models import LONDON, Subject
from research.metrics.base import Scope
from research.metrics.definitions import METRICS
from research.metrics.figures import MetricFigure, figures_for
from research.models import CaseStudy, Finding, Publication, Recommendation, Source
from research.publications import citation, text
from research.report.document import Line, Piece, join_lines, text_line

MAX_RECORDS = 200
"""Records of one kind that the report holds."""
TITLE = "Findings, case studies and recommendations on the IT systems of London’s boroughs"


@dataclass(frozen=True)
class SubjectHoldings:
    """Records of one subject that the report's numbers stand on.

    `boroughs` of the 33 are among the records, `reporting` have sent a return.
    """

    name: str
    real: int
    invented: int
    boroughs: int
    reporting: int


@dataclass(frozen=True)
class ReportRecords:
    """What is published, in the report's order, and all metrics as they were measured."""

    scope: Scope
    held: Sequence[SubjectHoldings]
    measured: Mapping[str, MetricFigure]
    findings: Sequence[Finding]
    case_studies: Sequence[CaseStudy]
    recommendations: Sequence[Recommendation]

    @property
    def london(self) -> int:
        """How many there are to report."""
        return LONDON

    def figures_of(self, record: Publication) -> Mapping[str, MetricFigure]:
        """The numbers of one record, beside those with which it was published."""
        return text.own_figures(record, self.measured)

    @property
    def content(self) -> citation.Content:
        """What the report's hash is over: each record's own content, and all numbers."""
        return {
            "as_at": self.scope.on.isoformat(),
            "case_studies": self._contents(citation.case_study_content, self.case_studies),
            "figures": citation.figures_content(list(self.measured), self.measured),
            "findings": self._contents(citation.finding_content, self.findings),
            "format": citation.FORMAT,
            "held": [asdict(holdings) for holdings in self.held],
            "illustrative": self.scope.illustrative,
            "publisher": citation.AUTHOR,
            "recommendations": self._contents(
                citation.recommendation_content, self.recommendations
            ),
            "title": TITLE,
        }

    def _contents(self, written: Any, records: Sequence[Any]) -> list[citation.Content]:
        return [written(record, self.figures_of(record), self.scope) for record in records]


def read_report_records(scope: Scope, public: Callable[[type[Publication]], Any]) -> ReportRecords:
    """All that was `public` on the scope's day; as many queries for few records as for many."""
    findings = public(Finding).prefetch_related("sources")
    studies = public(CaseStudy).prefetch_related(
        "sources", "boroughs", "products", "functions", "claims__source"
    )
    resting = Prefetch("findings", public(Finding))
    advice = public(Recommendation).prefetch_related("sources", resting)
    return ReportRecords(
        scope,
        [
            _holdings("systems", scope.systems, scope),
            _holdings("contracts", scope.contracts, scope),
        ],
        figures_for(METRICS, scope),
        list(findings[:MAX_RECORDS]),
        list(studies[:MAX_RECORDS]),
        list(advice.order_by("title", "pk")[:MAX_RECORDS]),
    )


def _holdings(subject: str, rows: Any, scope: Scope) -> SubjectHoldings:
    rows = rows.order_by()
    invented = rows.illustrative().count() if scope.illustrative else 0
    reporting = scope.london.reporting(subject, illustrative=scope.illustrative).count()
    name = str(Subject(subject).label)
    return SubjectHoldings(name, rows.count() - invented, invented, rows.borough_count(), reporting)


class ReportReferences:
    """Numbers of all that is referred to, given in the order of the report."""

    def __init__(self, records: ReportRecords) -> None:
        self.sources: dict[int, Source] = {}
        self._counts: dict[str, int] = {}
        self._findings = {finding.pk: n for n, finding in enumerate(records.findings, 1)}
        everything: Iterable[Publication] = (
            *records.findings, *records.case_studies, *records.recommendations,
        )  # fmt: skip
        for record in everything:
            for source in record.sources.all():
                self.sources.setdefault(source.pk, source)
        for study in records.case_studies:
            for claim in study.claims.all():
                self.sources.setdefault(claim.source.pk, claim.source)
        self._places = {pk: n for n, pk in enumerate(self.sources, 1)}

    def next(self, what: str) -> str:
        """'Table 3': each table and figure is numbered as it is made."""
        self._counts[what] = self._counts.get(what, 0) + 1
        return f"{what} {self._counts[what]}"

    def finding(self, record: Publication) -> str:
        """'3.2', the number of a finding's section."""
        return f"3.{self._findings[record.pk]}"

    def to_finding(self, record: Publication) -> Line:
        """A finding's number and title, leading to it; a title alone where it is left out."""
        if record.pk not in self._findings:
            return text_line(record.title)
        return [Piece(f"{self.finding(record)} {record.title}", f"#finding-{record.slug}")]

    def cited(self, sources: Iterable[Source]) -> Line:
        """'[1], [4]', each leading to its source; 'not known' for none."""
        known = [
            [Piece(f"[{self._places[source.pk]}]", f"#source-{self._places[source.pk]}")]
            for source in sources
        ]
        return join_lines(known, ", ") or text_line("not known")
