"""What one run over one size found: kept as JSON, so that sizes can be set side by side."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Self

from tests.benchmark.client import Taken


@dataclass(frozen=True)
class Figure:
    """What a rival took for a question: seconds, bytes as sent, answers a second."""

    median: float
    p95: float
    first: float
    size: int
    rate: float
    answers: int

    @classmethod
    def of(cls, taken: Taken) -> Self:
        """Several answers, summed up."""
        return cls(
            taken.median, taken.p95, taken.first_median, taken.size, taken.rate, len(taken.seconds)
        )


@dataclass
class Results:
    """All figures of a size: by question and rival; `alone` are figures without a question."""

    systems: int
    asked: dict[str, dict[str, Figure]] = field(default_factory=dict)
    alone: dict[str, float | None] = field(default_factory=dict)

    def add(self, question: str, taken: Mapping[str, Taken]) -> None:
        """Keep what the rivals took for a question."""
        self.asked[question] = {name: Figure.of(one) for name, one in taken.items()}

    def ratio(self, question: str, ours: str, theirs: str) -> float | None:
        """Our median by theirs; None where either was not asked."""
        found = self.asked.get(question, {})
        if ours not in found or theirs not in found:
            return None
        return found[ours].median / found[theirs].median

    def write(self, folder: Path) -> Path:
        """Keep it as a file, in place of an earlier run's."""
        path = folder / f"results-{self.systems}.json"
        path.write_text(json.dumps(asdict(self), indent=1))
        return path

    @classmethod
    def read(cls, path: Path) -> Self:
        """What an earlier run kept."""
        kept = json.loads(path.read_text())
        asked = {
            question: {name: Figure(**figure) for name, figure in found.items()}
            for question, found in kept["asked"].items()
        }
        return cls(kept["systems"], asked, kept["alone"])


def kept(folder: Path) -> list[Results]:
    """What is kept of all sizes, the smallest first."""
    found = [Results.read(path) for path in folder.glob("results-*.json")]
    return sorted(found, key=lambda one: one.systems)
