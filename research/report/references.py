"""What the report refers to by number: its sections, sources, tables and figures."""

from collections.abc import Iterable

from research.models import Publication, Source
from research.report.document import Line, Piece, joined, plain
from research.report.records import Records


class References:
    """Numbers of all that is referred to, given in the order of the report."""

    def __init__(self, records: Records) -> None:
        self.sources: dict[int, Source] = {}
        self._counts: dict[str, int] = {}
        self._findings = {one.pk: n for n, one in enumerate(records.findings, 1)}
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
            return plain(record.title)
        return [Piece(f"{self.finding(record)} {record.title}", f"#finding-{record.slug}")]

    def cited(self, sources: Iterable[Source]) -> Line:
        """'[1], [4]', each leading to its source; 'not known' for none."""
        known = [
            [Piece(f"[{self._places[one.pk]}]", f"#source-{self._places[one.pk]}")]
            for one in sources
        ]
        return joined(known, ", ") or plain("not known")
