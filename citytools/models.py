"""What no other app owns: the count of changes, what is derived from facts, and batches."""

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone

from citytools.lists.word_search import Word


class DataChange(models.Model):
    """Writing statements, by the trigger that `citytools.history.data_version` puts on each table.

    Their sum moves when, and only when, a transaction that wrote is committed, in whatever order
    that happens. Rows are only added, so that writers never wait for each other; now and then a
    writer replaces several by one of the same weight.
    """

    weight = models.BigIntegerField(default=1)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.weight} at {self.at}"


class DerivedValue(models.Model):
    """A value of one world at one version, stored by `citytools.history.data_version`.

    Whatever is here could be computed again: it may be emptied at any time.
    """

    name = models.CharField(max_length=80)
    world = models.CharField(max_length=20)
    version = models.CharField(max_length=200)
    value: Any = models.JSONField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["name", "world", "version"], name="one_derived_value_a_version"
            )
        ]

    def __str__(self) -> str:
        return f"{self.name} of the {self.world}"


class BatchQuerySet(models.QuerySet[Any]):
    """Queries on batches."""

    def with_undos(self) -> dict[int, list["Batch"]]:
        """The undos of these batches, and the undos of those in turn, by the batch that they undo.

        A query for each step of the longest chain, and never one for each batch.
        """
        undos: dict[int, list[Batch]] = {}
        numbers: Iterable[int] = [batch.pk for batch in self]
        while steps := list(Batch.objects.filter(undoes__in=numbers).order_by("pk")):
            for step in steps:
                undos.setdefault(step.undoes_id or 0, []).append(step)
            numbers = [step.pk for step in steps]
        return undos


class Batch(models.Model):
    """What one command or one request wrote to several records: listed, and undone as a whole.

    `context` is the history context of its events. It is no foreign key: a batch whose values have
    no history, as a refresh of metrics, has no context to point at.
    """

    class Kind(models.TextChoices):
        """What wrote the batch."""

        LOAD = "load", "Load"
        NOTICES = "notices", "Notices"
        RETURN = "return", "Return"
        ACTION = "action", "Bulk action"
        RESTORE = "restore", "Restore"
        PUBLISH = "publish", "Publishing"
        MERGE = "merge", "Merge"
        UNDO = "undo", "Undo"
        REFRESH = "refresh", "Refresh"

    context = models.UUIDField(unique=True, editable=False)
    kind = models.CharField(max_length=20, choices=Kind)
    at = models.DateTimeField("when", default=timezone.now, db_index=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        verbose_name="who",
        related_name="batches",
    )
    command = models.CharField(max_length=100, blank=True)
    gss_code = models.CharField("borough", max_length=9, blank=True)
    files: Any = models.JSONField(default=list, blank=True)
    """[{name, sha256, bytes}]"""
    counts: Any = models.JSONField(default=dict, blank=True)
    """{model's label: {created, changed, removed, left}}, without what is zero."""
    note = models.TextField(blank=True)
    undoes = models.ForeignKey(
        "self", models.SET_NULL, null=True, blank=True, related_name="undos", editable=False
    )

    objects = BatchQuerySet.as_manager()

    class Meta:
        ordering = ["-at", "-pk"]
        verbose_name_plural = "batches"

    def __str__(self) -> str:
        return f"Batch {self.pk}"

    def get_absolute_url(self) -> str:
        """Its page in the admin: there is none for the public."""
        return reverse("admin:citytools_batch_change", args=[self.pk])

    @property
    def in_effect(self) -> bool:
        """Whether what it wrote counts: no undo of all of it does. An undo may be undone in turn.

        An undo that left some records as they were has not taken the batch out of effect.
        """
        return is_in_effect(self, Batch.objects.filter(pk=self.pk).with_undos())

    @property
    def written(self) -> int:
        """How many records it created, changed or removed."""
        return sum(sum(count.values()) for count in self.counts.values()) - self.left

    @property
    def left(self) -> int:
        """How many records it left to others."""
        return sum(count.get("left", 0) for count in self.counts.values())


def is_in_effect(batch: Batch, undos: dict[int, list[Batch]]) -> bool:
    """Whether a batch counts, with the undos that `with_undos` gave for it."""
    return not any(is_in_effect(undo, undos) and not undo.left for undo in undos.get(batch.pk, []))


NAME = "name"
"""The role of a record's own name."""
BODY = "borough"
"""The kind of name of which a country has tens of thousands."""
_NOT_A_BODY = ~Q(kind=BODY)


class SearchNameQuerySet(models.QuerySet["SearchName"]):
    """Queries on the names by which records are found."""

    def records_with_word(self, word: Word, kind: str, *, own: bool = False) -> Any:
        """Keys of records of a kind of which any name, or the own one alone, holds a word."""
        which = Q(role=NAME) if own else Q()
        return self.filter(word.in_any("text"), which, kind=kind).values("record")


class SearchName(models.Model):
    """A name of a record, spelt out for the search; derived, by triggers, and never written else.

    Each row follows from one row of another table, `source` and `source_id`; what that says is
    declared by the `search` module of each app, and kept by `citytools.search.name_table`.
    """

    source = models.CharField(max_length=63)
    source_id = models.BigIntegerField()
    kind = models.CharField(max_length=20)
    record = models.BigIntegerField()
    role = models.CharField(max_length=40)
    term = models.TextField()
    weight = models.FloatField()
    illustrative = models.BooleanField()
    words = models.TextField()
    """The term by the SQL function search_words."""
    squashed = models.TextField()
    """Its words run together, without and."""
    text = models.TextField()
    """The term by the SQL function search_text, for the boxes of lists."""

    objects = SearchNameQuerySet.as_manager()

    class Meta:
        # Of 3,000 names those like a misspelt word are found in 2 ms, by comparing each in 65 ms.
        # Bodies are compared by key alone: the tens of thousands of a country would fill all three
        indexes = [
            models.Index(fields=["source", "source_id"], name="search_name_source"),
            models.Index(fields=["kind", "record"], name="search_name_record"),
            *(
                GinIndex(
                    OpClass(F(column), "gin_trgm_ops"),
                    name=f"search_name_{column}",
                    condition=_NOT_A_BODY,
                )
                for column in ("words", "squashed", "text")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.term} ({self.kind})"
