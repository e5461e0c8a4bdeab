"""Which notices are about boroughs and technology, and which bodies they mean."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from boroughs.models import Borough
from contracts.ocds import shapes
from contracts.ocds.matching import Bodies
from contracts.ocds.notices import Notice, Release, Skipped
from contracts.ocds.reading import Found

Key = tuple[str, int, str]


@dataclass(frozen=True)
class Draft:
    """One notice with those whom it means."""

    notice: Notice
    lead: Borough
    partners: tuple[Borough, ...]

    @property
    def key(self) -> Key:
        """What makes it the same contract as another's: OCID, buyer and award."""
        return self.notice.ocid, self.lead.pk, self.notice.award_id

    def skipped(self, reason: str, detail: str) -> Skipped:
        """The same, left out after all."""
        return Skipped(reason, self.notice.place, self.notice.ocid, detail, self.lead.name)


def drafts(
    found: Iterable[Found], file: str, *, everything: bool, tell: Callable[[int], None]
) -> Iterator[Draft | Skipped]:
    """What the releases of a file tell about boroughs; only technology unless `everything`.

    `tell` is called with the number of releases read so far.
    """
    bodies = Bodies()
    for number, one in enumerate(found, 1):
        release = Release(shapes.release(file, one.place, one.release))
        yield from _of(release, bodies, everything)
        tell(number)


def _of(release: Release, bodies: Bodies, everything: bool) -> Iterator[Draft | Skipped]:
    if empty := release.empty():
        yield empty
        return
    led, reason = bodies.lead_and_partners(release.buyers)
    if not led:
        yield release.skipped(reason)
        return
    other = None if everything else release.not_technology()
    if other:
        yield other
        return
    for notice in release.notices():
        if isinstance(notice, Notice):
            yield Draft(notice, led[0], tuple(led[1:]))
        else:
            yield notice
