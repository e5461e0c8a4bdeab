"""Boroughs and what they have returned: the difference between none and not known."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import Exists, ExpressionWrapper, F, OuterRef, Q, Subquery
from django.db.models.functions import Concat
from django.utils.text import slugify

from citytools.facts.keys import MakesKey
from citytools.facts.provenance import (
    Sourced,
    SourcedQuerySet,
    as_of_required,
    day_not_ahead,
    not_ahead,
)
from citytools.history import tracked
from citytools.history.data_version import cached_value
from citytools.lists.word_search import SqlSearchText, Word, all_of, split_words
from citytools.worlds.addresses import page_address

# The 32 boroughs and the City of London; regional bodies are never counted among them
LONDON = 33


class Subject(models.TextChoices):
    """What a borough returns data about."""

    SYSTEMS = "systems", "Systems"
    CONTRACTS = "contracts", "Contracts"
    SKILLS = "skills", "Skills"


class BoroughQuerySet(models.QuerySet["Borough"]):
    """Queries on boroughs."""

    def london(self) -> Self:
        """The 33 authorities, without regional bodies."""
        return self.exclude(kind=Borough.Kind.REGIONAL)

    def with_aside(self) -> Self:
        """With `aside`: whether it is a regional body, offered apart from the 33 by a filter."""
        regional = Q(kind=Borough.Kind.REGIONAL)
        return self.annotate(aside=ExpressionWrapper(regional, models.BooleanField()))

    def with_word(self, word: Word) -> Self:
        """Whose name contains the word."""
        return self.filter(word.in_any("search_name"))

    def word_condition(self, words: str) -> Q:
        """Its names, partnership or GSS code contain every word."""
        return all_of(
            word.in_any("search_text") | Q(gss_code__iexact=word.typed)
            for word in split_words(words)
        )

    def partnerships(self) -> list[tuple[str, str]]:
        """(slug, name) of the sub-regional partnerships of these boroughs, by name."""
        names = self.exclude(partnership="").order_by("partnership").values_list("partnership")
        return [(slugify(name), name) for (name,) in names.distinct()]

    def in_partnerships(self, slugs: Iterable[str]) -> Self:
        """Those that belong to any of the partnerships."""
        # A slug is not stored: the 33 have few partnerships, so that all can be compared
        slugs = set(slugs)
        names = [name for slug, name in partnership_options() if slug in slugs]
        return self.filter(partnership__in=names)

    def reporting(self, subject: str) -> Self:
        """Those of the 33 that have returned data on a subject."""
        returns = returns_subquery("pk", subject)
        return self.london().filter(Exists(returns))

    def with_returns(self, *subjects: str) -> Self:
        """With `latest_<subject>`: whether its latest return is complete; None without a return."""
        return self.annotate(**{f"latest_{name}": latest_complete("pk", name) for name in subjects})

    def complete(self, subject: str) -> Self:
        """Those of the 33 whose latest return is complete: what it leaves out, they do not have."""
        latest = latest_complete("pk", subject)
        return self.london().alias(latest=latest).filter(latest=True)


def partnership_options() -> list[tuple[str, str]]:
    """(slug, name) of the partnerships of all boroughs, cached while no fact changes."""
    options: list[tuple[str, str]] = cached_value("partnerships", Borough.objects.partnerships)
    return options


@tracked(derived=["search_name", "search_text"])
class Borough(models.Model):
    """A London authority: one of the 33, or a regional body such as the GLA."""

    class Kind(models.TextChoices):
        BOROUGH = "borough", "London borough"
        CITY = "city", "City of London"
        REGIONAL = "regional", "Regional body"

    class Ring(models.TextChoices):
        INNER = "inner", "Inner London"
        OUTER = "outer", "Outer London"

    name = models.CharField(max_length=60, unique=True)
    official_name = models.CharField(max_length=100)
    slug = models.SlugField(max_length=60, unique=True)
    code = models.CharField(max_length=3, unique=True, help_text="Three letters, for small tiles.")
    gss_code = models.CharField("GSS code", max_length=9, unique=True)
    kind = models.CharField(max_length=10, choices=Kind)
    inner_or_outer = models.CharField(max_length=5, choices=Ring, blank=True)
    partnership = models.CharField(
        max_length=60, blank=True, help_text="Sub-regional partnership. Empty: not settled."
    )
    population = models.PositiveIntegerField(null=True, blank=True, help_text="Residents.")
    population_year = models.PositiveSmallIntegerField(null=True, blank=True)
    households = models.PositiveIntegerField(null=True, blank=True)
    households_year = models.PositiveSmallIntegerField(null=True, blank=True)
    tile_row = models.PositiveSmallIntegerField(null=True, blank=True)
    tile_column = models.PositiveSmallIntegerField(null=True, blank=True)
    search_name = models.GeneratedField(
        expression=SqlSearchText("name"), output_field=models.TextField(), db_persist=True
    )
    search_text = models.GeneratedField(
        expression=Concat(*map(SqlSearchText, ("name", "official_name", "partnership"))),
        output_field=models.TextField(),
        db_persist=True,
    )

    objects = BoroughQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        indexes = [
            GinIndex(OpClass(F("name"), "gin_trgm_ops"), name="borough_name_trigrams"),
            # Without it, who of the 33 runs a product takes 2 ms a product among 33,001 bodies
            models.Index(fields=["id"], condition=~Q(kind="regional"), name="borough_of_the_33"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["tile_row", "tile_column"], name="two_boroughs_never_share_a_tile"
            ),
            models.CheckConstraint(
                name="a_population_has_its_year",
                condition=Q(population=None) | Q(population_year__isnull=False),
                violation_error_message="Say of which year the population is.",
            ),
            models.CheckConstraint(
                name="a_borough_has_a_known_kind_and_ring",
                condition=Q(kind__in=["borough", "city", "regional"])
                & Q(inner_or_outer__in=["", "inner", "outer"]),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return page_address("boroughs:detail", self.slug)

    @property
    def has_few_residents(self) -> bool:
        """Whether a rate for its residents compares with no other: the City has about 8,600."""
        return self.kind == self.Kind.CITY


def returns_subquery(outer: str, subject: str) -> SourcedQuerySet:
    """SQL subquery: the returns on a subject of the borough at `outer`, latest first."""
    returns = Return.objects.filter(borough=OuterRef(outer), subject=subject)
    return returns.order_by("-received_on", "-pk")


def latest_complete(outer: str, subject: str) -> Subquery:
    """SQL: whether the latest return on a subject is complete; null where there is none."""
    returns = returns_subquery(outer, subject)
    return Subquery(returns.values("complete")[:1])


@tracked()
class Return(Sourced):
    """A borough's own statement on one subject; complete: what it leaves out, it does not have."""

    borough = models.ForeignKey(Borough, on_delete=models.PROTECT, related_name="returns")
    subject = models.CharField(max_length=10, choices=Subject)
    received_on = models.DateField(validators=[not_ahead])
    complete = models.BooleanField(
        default=False, help_text="Ticked: what the return leaves out, the borough does not have."
    )

    objects = SourcedQuerySet.as_manager()

    class Meta(Sourced.Meta):
        ordering = ["-received_on", "borough__name", "subject", "pk"]
        triggers = [*Sourced.Meta.triggers, MakesKey("borough__slug", "subject", "received_on")]
        constraints = [
            *Sourced.Meta.constraints,
            models.UniqueConstraint(
                fields=["borough", "subject", "received_on"],
                name="one_return_a_borough_subject_and_day",
                violation_error_message="This borough's return of that day is already recorded.",
            ),
            models.CheckConstraint(
                name="a_return_has_a_known_subject", condition=Q(subject__in=Subject.values)
            ),
            day_not_ahead("received_on"),
            as_of_required("a_return_says_as_of_when"),
        ]

    def __str__(self) -> str:
        return f"{self.borough}: {self.get_subject_display()}, {self.received_on}"


@dataclass(frozen=True)
class Coverage:
    """Of the 33: how many are among the counted rows, and how many have sent a return."""

    boroughs: int
    reporting: int
    london: int = LONDON


def coverage_for(subject: str, boroughs: int) -> Coverage:
    """Coverage of a subject; how many report is cached while no fact changes."""
    name = f"reporting {subject}"
    reporting = cached_value(name, lambda: Borough.objects.reporting(subject).count())
    return Coverage(boroughs, reporting)
