"""What others run where a borough's answer is not known: questions to ask, with whom to ask."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from boroughs.models import Borough
from boroughs.profile.answers import Answers, Use, products_of
from systems.models import Function, Product


@dataclass(frozen=True)
class Choice:
    """A product, and who of the boroughs asked runs it; `invented` counts invented records."""

    product: Product
    boroughs: tuple[Borough, ...]
    invented: int


@dataclass(frozen=True)
class Gap:
    """A function on which the borough's answer is not known, and what the boroughs asked run.

    `choices`: most boroughs first. `running` of the boroughs asked run something, `none` have none
    recorded, of `unknown` it is not known either.
    """

    function: Function
    choices: tuple[Choice, ...]
    running: int
    none: tuple[Borough, ...]
    unknown: tuple[Borough, ...]

    @property
    def answered(self) -> int:
        """Of how many of the boroughs asked the answer is known."""
        return self.running + len(self.none)


@dataclass(frozen=True)
class Gaps:
    """The gaps that somebody asked can fill, most of them running something first.

    `unknown` counts all gaps, among `functions` in all.
    """

    rows: Sequence[Gap]
    unknown: int
    functions: int


def gaps(answers: Answers, borough: Borough, asked: Collection[Borough]) -> Gaps:
    """What the boroughs asked run where this borough's answer is not known; one query."""
    others = [one.pk for one in asked if one.pk != borough.pk]
    unknown = [key for key in answers.functions if not answers.known(borough.pk, key)]
    uses = {
        key: [use for one in others for use in answers.of.get((one, key), ())] for key in unknown
    }
    products = products_of(use for group in uses.values() for use in group)
    rows = [
        _gap(answers, key, _choices(answers, group, products), others)
        for key, group in uses.items()
        if group
    ]
    rows.sort(key=lambda gap: gap.running, reverse=True)
    return Gaps(rows, len(unknown), len(answers.functions))


def _choices(
    answers: Answers, uses: Sequence[Use], products: Mapping[int, Product]
) -> tuple[Choice, ...]:
    by_product: dict[int, list[Use]] = defaultdict(list)
    for use in uses:
        by_product[use.product].append(use)
    found = [
        Choice(
            products[key],
            answers.named(use.borough for use in group),
            sum(use.illustrative for use in group),
        )
        for key, group in by_product.items()
    ]
    return tuple(sorted(found, key=lambda one: (-len(one.boroughs), one.product.name)))


def _gap(
    answers: Answers, function: int, choices: tuple[Choice, ...], others: Sequence[int]
) -> Gap:
    idle = [one for one in others if (one, function) not in answers.of]
    return Gap(
        answers.functions[function],
        choices,
        len(others) - len(idle),
        answers.named(one for one in idle if one in answers.complete),
        answers.named(one for one in idle if one not in answers.complete),
    )
