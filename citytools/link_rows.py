"""Which links an import makes and removes, and which it leaves to the people who wrote them."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from django.db import models

from citytools.cells import Line
from citytools.imports.authorship import last_by_people
from citytools.imports.table_writer import Draft, attribute_of
from citytools.left_rows import LeftRow

Pair = tuple[int, int]


class LinkRows:
    """The links of some owners, compared with what a file says of them.

    `gone` are numbers of links to remove, `drafts` links to make or to find as they are, `left` the
    rows that give way to a person. A record that a person wrote last keeps the links that it has:
    they stood on the form that was saved.
    """

    def __init__(
        self,
        model: type[models.Model],
        owners: Sequence[tuple[Line, models.Model]],
        drafts: Sequence[Draft],
        owner: str,
    ) -> None:
        self.fields = [one.name for one in model._meta.fields if one.remote_field]
        (self._far,) = (name for name in self.fields if name != owner)
        self._near = owner
        self._lines: dict[int, Line] = {record.pk: line for line, record in owners}
        self._by_people = last_by_people(model)
        self._owners_by_people = self._last_of_owners(owners)
        self._wanted: dict[Pair, Draft] = {}
        for draft in drafts:
            self._wanted.setdefault((draft.values[owner].pk, draft.values[self._far].pk), draft)
        near, far = attribute_of(model, owner), attribute_of(model, self._far)
        links = model._default_manager.filter(**{f"{owner}__in": self._lines})
        self._present = {(getattr(link, near), getattr(link, far)): link for link in links}
        self.gone: list[int] = []
        self.left: list[LeftRow] = []
        self._compare()
        self.drafts = [draft for draft in drafts if self._is_written(draft)]

    def _last_of_owners(self, owners: Sequence[tuple[Line, models.Model]]) -> dict[int, Any]:
        return last_by_people(type(owners[0][1])) if owners else {}

    def _compare(self) -> None:
        removes: dict[int, list[models.Model]] = defaultdict(list)
        adds: dict[int, list[models.Model]] = defaultdict(list)
        for (owner, _), link in self._only(self._present, self._wanted):
            if owner in self._owners_by_people:
                removes[owner].append(getattr(link, self._far))
            elif link.pk in self._by_people:
                event = self._by_people[link.pk]
                self.left.append(LeftRow(self._lines[owner], event, "linked"))
            else:
                self.gone.append(link.pk)
        for (owner, _), draft in self._only(self._wanted, self._present):
            if owner in self._owners_by_people:
                adds[owner].append(draft.values[self._far])
        for owner in {**adds, **removes}:
            event, line = self._owners_by_people[owner], self._lines[owner]
            self.left.append(
                LeftRow(line, event, "links", adds=adds[owner], removes=removes[owner])
            )

    def _only(self, these: dict[Pair, Any], those: dict[Pair, Any]) -> list[tuple[Pair, Any]]:
        return [(pair, value) for pair, value in these.items() if pair not in those]

    def _is_written(self, draft: Draft) -> bool:
        """Not what is about a person's record, unless it is there and to be counted once."""
        pair = (draft.values[self._near].pk, draft.values[self._far].pk)
        if pair[0] not in self._owners_by_people:
            return True
        return pair in self._present and self._wanted[pair] is draft
