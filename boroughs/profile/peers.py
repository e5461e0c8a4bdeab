"""Who is most like whom: boroughs compared by what they run.

The likeness of two boroughs is a weighted Jaccard index over pairs of function and product. A
pair that few boroughs run weighs more than one that nearly all run (inverse document frequency):
weight = ln(1 + N / n), N boroughs with a systems return, n of them running the pair. Likeness is
the weight of what both run over the weight of what either runs: 0 nothing shared, 1 the same.
Boroughs without a systems return are absent, never zero. It says who is alike, not who is better.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from boroughs.models import Borough, Subject
from systems.models import System, SystemQuerySet

RARE = 2
"""A system is rare where at most so many of the boroughs with a return run it."""
NEAREST = 5
"""Peers that are named of a borough."""


@dataclass(frozen=True)
class Peer:
    """Another borough; of the systems `either` runs, `shared` are run by both, `rare` rarely."""

    borough: Borough
    likeness: float
    shared: int
    rare: int
    either: int

    @property
    def words(self) -> str:
        """'shares 14 systems with Brent, 3 of them rare, of 37 that either runs'."""
        of_them = f"{self.rare or 'none'} of them rare"
        alone = "a rare one" if self.rare else "not a rare one"
        return (
            f"shares {self.shared} system{'' if self.shared == 1 else 's'} with "
            f"{self.borough.name}, {alone if self.shared == 1 else of_them}, "
            f"of {self.either} that either runs"
        )


def estates(*, illustrative: bool = True) -> pd.DataFrame:
    """What boroughs with a systems return run: one row a borough, one column a (function, product).

    Cells are booleans. A borough that has returned nothing in use has a row of False.
    """
    reporting = Borough.objects.reporting(Subject.SYSTEMS, illustrative=illustrative)
    keys = sorted(reporting.values_list("pk", flat=True))
    systems = System.objects.in_use().filter(borough__in=keys)
    uses = pd.DataFrame(_pairs(systems, illustrative), columns=["borough", "function", "product"])
    table = pd.crosstab(uses["borough"], [uses["function"], uses["product"]]).astype(bool)
    return table.reindex(keys, fill_value=False)


def _pairs(systems: SystemQuerySet, illustrative: bool) -> list[tuple[int, int, int]]:
    rows = systems if illustrative else systems.real()
    return list(rows.order_by("pk").values_list("borough", "function", "product"))


def weights(runs: pd.DataFrame) -> "pd.Series[float]":
    """The weight of each column of `estates`: ln(1 + N / n), more for what fewer run."""
    return np.log1p(len(runs) / runs.sum())


def likeness(runs: pd.DataFrame) -> pd.DataFrame:
    """Boroughs by boroughs, 0 to 1; symmetric, 1 on the diagonal."""
    told = runs.to_numpy(dtype=float)
    weighed = told * weights(runs).to_numpy()
    shared = weighed @ told.T
    total = weighed.sum(axis=1)
    either = total[:, None] + total[None, :] - shared
    alike = np.divide(shared, either, out=np.zeros_like(shared), where=either > 0)
    np.fill_diagonal(alike, 1.0)
    return pd.DataFrame(alike, index=runs.index, columns=runs.index)


def nearest(borough: Borough, most: int = NEAREST, *, illustrative: bool = True) -> list[Peer]:
    """The boroughs most like this one, most alike first, then by name.

    Only those that share a system; none at all where this borough has no systems return.
    """
    runs = estates(illustrative=illustrative)
    if borough.pk not in runs.index or runs.empty:
        return []
    alike: dict[int, float] = dict(
        zip(runs.index.tolist(), likeness(runs)[borough.pk].tolist(), strict=True)
    )
    others = Borough.objects.in_bulk([pk for pk in alike if alike[pk] > 0 and pk != borough.pk])
    peers = [_peer(borough, other, runs, alike[pk]) for pk, other in others.items()]
    return sorted(peers, key=lambda peer: (-round(peer.likeness, 9), peer.borough.name))[:most]


def _peer(borough: Borough, other: Borough, runs: pd.DataFrame, alike: float) -> Peer:
    told = runs.to_numpy(dtype=bool)
    ours, theirs = told[runs.index.get_loc(borough.pk)], told[runs.index.get_loc(other.pk)]
    rare = ours & theirs & (told.sum(axis=0) <= RARE)
    return Peer(other, alike, _count(ours & theirs), _count(rare), _count(ours | theirs))


def _count(marks: "np.ndarray[tuple[int], np.dtype[np.bool_]]") -> int:
    return int(np.count_nonzero(marks))
