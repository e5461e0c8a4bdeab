"""The tables that a run prints: medians, ratios, and which targets hold."""

from collections.abc import Iterable, Sequence

from tests.benchmark.results import Figure, Results
from tests.benchmark.targets import AT, GROWS, TARGETS, Target, growth
from tests.benchmark.workload import ANEW, OURS

_WIDTHS = (26, 15, 11, 11, 9, 11, 9, 8)
_HEADINGS = ("question", "who", "median ms", "p95 ms", "ours by", "answers/s", "kB sent", "answers")


def questions(results: Results) -> Iterable[str]:
    """Each question and rival, one a line; "ours by" is our median by that rival's."""
    yield f"{results.systems:,} systems"
    yield _line(_HEADINGS)
    for question, found in results.asked.items():
        for name, figure in found.items():
            ratio = results.ratio(question, OURS, name) if name != OURS else None
            yield _line((question, name, *_cells(figure, ratio)))
    for name, value in results.alone.items():
        yield f"{name:<40}{'not known' if value is None else f'{value:,.1f}':>12}"


def _cells(figure: Figure, ratio: float | None) -> Sequence[str]:
    return (
        f"{figure.median * 1000:,.1f}",
        f"{figure.p95 * 1000:,.1f}",
        "" if ratio is None else f"{ratio:.2f}",
        f"{figure.rate:,.1f}",
        f"{figure.size / 1000:,.1f}",
        f"{figure.answers}",
    )


def _line(cells: Sequence[str]) -> str:
    first, second, *rest = zip(cells, _WIDTHS, strict=True)
    words = f"{first[0]:<{first[1]}}{second[0]:<{second[1]}}"
    return words + "".join(f"{cell:>{width}}" for cell, width in rest)


def targets(results: Sequence[Results]) -> Iterable[str]:
    """Which targets hold, those at 80,900 systems and the growth over all sizes."""
    yield f"Targets, at {AT:,} systems. KEPT: holds for what is kept, not for what is made anew"
    for one in results:
        if one.systems == AT:
            for target in TARGETS:
                yield _verdict(target, target.found(one), target.anew and target.anew(one))
    words = "filtered list's p95, largest size by least"
    over = Target(words, GROWS, "×", lambda _: None)
    yield _verdict(over, growth(results), growth(results, ANEW))


def _verdict(target: Target, found: float | None, anew: float | None) -> str:
    most = f"at most {target.most:g} {target.unit}"
    if found is None:
        return f"  {'not known':<11}{target.words:<44}{'':>24}{most}"
    holds = [value <= target.most for value in (found, anew) if value is not None]
    verdict = "holds" if all(holds) else "KEPT" if holds[0] else "FAILS"
    beside = "" if anew is None else f"({anew:.2f} anew)"
    return f"  {verdict:<11}{target.words:<44}{found:>8.2f} {target.unit:<3}{beside:<13}{most}"
