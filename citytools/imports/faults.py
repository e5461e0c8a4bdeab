"""What is wrong in what comes in: every fault with its place and remedy, not the first alone."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

MAX_FAULTS_LISTED = 200


@dataclass(frozen=True)
class Fault:
    """A cell, a row or a file that cannot be taken, why, and what to do.

    `place` names the row for people, `row` is its number (0: the file as a whole). `column` and
    `value` are empty where it is not about a single cell.
    """

    file: str
    place: str
    column: str
    reason: str
    remedy: str
    value: str = ""
    row: int = 0

    def __str__(self) -> str:
        where = ", ".join(part for part in (self.file, self.place, self.column) if part)
        return f"{where}: {self.sentences}"

    @property
    def sentences(self) -> str:
        return f"{self.reason} {self.remedy}".strip()


class LoadError(Exception):
    """Something cannot be loaded; its faults say what, where, why and what to do."""

    def __init__(self, *faults: Fault) -> None:
        self.faults = faults
        super().__init__("\n".join(map(str, faults)))


@dataclass
class FaultLog:
    """The faults of all files of an import, each once, and notes on how files were read.

    Iterates file by file in the order in which they were first at fault, each in row order.
    """

    notes: list[str] = field(default_factory=list)
    _faults: dict[Fault, None] = field(default_factory=dict)
    _incomplete: set[str] = field(default_factory=set)

    def add(self, *faults: Fault) -> None:
        self._faults.update(dict.fromkeys(faults))

    def add_unread(self, listed_in: str, *faults: Fault) -> None:
        """Faults of rows or of a file of which nothing could be read."""
        self.add(*faults)
        self._incomplete.add(listed_in)

    def is_incomplete(self, listed_in: str) -> bool:
        """Whether rows of such a file could not be read: any name may stand in one of them."""
        return listed_in in self._incomplete

    def __len__(self) -> int:
        return len(self._faults)

    def __iter__(self) -> Iterator[Fault]:
        files = {fault.file: None for fault in self._faults}
        order = {file: number for number, file in enumerate(files)}
        return iter(sorted(self._faults, key=lambda fault: (order[fault.file], fault.row)))

    def check(self) -> None:
        """LoadError with all faults, if there are any."""
        if self._faults:
            raise LoadError(*self)


def fault_report(faults: Sequence[Fault], *, every: bool) -> str:
    """The faults under the name of their file; at most MAX_FAULTS_LISTED unless `every`."""
    listed = faults if every else faults[:MAX_FAULTS_LISTED]
    files = len({fault.file for fault in faults})
    where = f" in {files} files" if files > 1 else ""
    lines, file = [f"{len(faults):,} fault{'' if len(faults) == 1 else 's'}{where}:"], ""
    for fault in listed:
        if fault.file != file:
            file = fault.file
            lines.append(file)
        place = ", ".join(part for part in (fault.place, fault.column) if part)
        lines.append(f"  {place}: {fault.sentences}" if place else f"  {fault.sentences}")
    if more := len(faults) - len(listed):
        lines.append(f"and {more:,} more (-v 2 names all).")
    return "\n".join(lines)
