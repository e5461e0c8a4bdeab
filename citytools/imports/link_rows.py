"""Links of records, as a file names them beside those that there are."""

from collections.abc import Sequence
from typing import Any

from django.db import models

from citytools.imports.authorship import Authorship, PersonEvent, RecordAuthorship
from citytools.imports.csv_reader import CsvRow
from citytools.imports.table_writer import RecordDraft, attribute_name

Pair = tuple[int, int]


class LinkRows:
    """The links of some owners, compared with what a file says of them, link by link.

    `surplus` are those that the file does not name and no person made; `made_by_people` are the
    others that it does not name, with the event.
    """

    def __init__(
        self,
        authorship: Authorship,
        owners: Sequence[tuple[CsvRow, models.Model]],
        drafts: Sequence[RecordDraft],
        owner: str,
    ) -> None:
        model = authorship.model
        self.fields = [field.name for field in model._meta.fields if field.remote_field]
        (far,) = (name for name in self.fields if name != owner)
        self.far: Any = model._meta.get_field(far)
        self.lines = {record.pk: line for line, record in owners}
        self._columns = attribute_name(model, owner), attribute_name(model, far)
        stated = {(draft.values[owner].pk, draft.values[far].pk) for draft in drafts}
        links = model._default_manager.filter(**{f"{owner}__in": self.lines}).order_by("pk")
        self.present: dict[Pair, models.Model] = {self.pair(link): link for link in links}
        self.surplus: list[models.Model] = []
        self.made_by_people: list[tuple[models.Model, PersonEvent]] = []
        for pair, link in self.present.items():
            people = authorship.records.get(link.pk)
            # What a person moved elsewhere is looked at with the row that names where it was
            if pair in stated or self._former_pair(people) in stated:
                continue
            if people and (event := people.creation or people.any_edit):
                self.made_by_people.append((link, event))
            else:
                self.surplus.append(link)

    def pair(self, link: models.Model) -> Pair:
        """The numbers of the owner and of the other record."""
        near, far = self._columns
        return getattr(link, near), getattr(link, far)

    def _former_pair(self, people: RecordAuthorship | None) -> tuple[object, ...] | None:
        if people is None:
            return None
        return tuple(people.program_values.get(name) for name in self._columns)
