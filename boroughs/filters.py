"""What the list of boroughs can be narrowed by, and what its map can measure."""

from collections.abc import Iterable
from typing import Any

from django.db.models import Case, Exists, F, IntegerField, QuerySet, When
from django.db.models.functions import NullIf

from boroughs.models import (
    Borough,
    Subject,
    latest_complete,
    partnership_options,
    returns_subquery,
)
from boroughs.profile.tile_map import MEASURES
from citytools.facts.statistics import count_related_rows
from citytools.lists.columns import Column
from citytools.lists.fields import OptionField
from citytools.lists.filters import (
    FactFilterSet,
    ParameterFilter,
    SlugsFilter,
    SortFilter,
    ValuesFilter,
    WordsFilter,
    narrow_by_value,
    nulls_last_text,
)
from contracts.models import Contract, ContractPartner
from skills.models import SkillLevel
from systems.models import System

_LOWER_BOUND = "without a complete return at least so many, and empty where none is known."


def _known_count(name: str, subject: Subject) -> Case:
    """SQL: a count of `boroughs_with_counts`; null where no return says that 0 is the answer."""
    count = F(f"{name}_count")
    complete = When(**{f"complete_{subject.value}": True}, then=count)
    return Case(complete, default=NullIf(count, 0), output_field=IntegerField())


BOROUGH_COLUMNS = (
    Column("gss_code", "text", "The code at the Office for National Statistics.", "gss_code"),
    Column("borough", "text", "The body.", "name"),
    Column("slug", "text", "Its name in addresses and filters.", "slug"),
    Column("official_name", "text", "Its full name.", "official_name"),
    Column("code", "text", "Three letters, for small tiles.", "code"),
    Column(
        "kind",
        "text",
        "A London borough, the City, or a regional body, which is never counted among the 33.",
        "kind",
        allowed=tuple(Borough.Kind.values),
    ),
    Column(
        "inner_or_outer",
        "text",
        "Inner or outer London.",
        "inner_or_outer",
        allowed=tuple(Borough.Ring.values),
    ),
    Column(
        "partnership",
        "text",
        "The sub-regional partnership that a borough belongs to; empty where not settled.",
        "partnership",
    ),
    Column(
        "population",
        "integer",
        "Residents, rounded as the census gives them.",
        "population",
        unit="people",
    ),
    Column(
        "population_year", "integer", "The year of the population.", "population_year", unit="year"
    ),
    Column(
        "households",
        "integer",
        "Households, rounded as the census gives them.",
        "households",
        unit="households",
    ),
    Column(
        "systems",
        "integer",
        f"Systems known; {_LOWER_BOUND}",
        _known_count("system", Subject.SYSTEMS),
        unit="systems",
    ),
    Column(
        "contracts",
        "integer",
        f"Contracts known that it leads or shares; {_LOWER_BOUND}",
        _known_count("contract", Subject.CONTRACTS),
        unit="contracts",
    ),
    Column(
        "skill_levels",
        "integer",
        f"Skills whose level is known; {_LOWER_BOUND}",
        _known_count("skill", Subject.SKILLS),
        unit="skills",
    ),
    *(
        Column(
            f"returned_{subject}",
            "yes or no",
            f"Whether it has sent a return on {subject}.",
            f"returned_{subject}",
        )
        for subject in Subject.values
    ),
    *(
        Column(
            f"complete_{subject}",
            "yes or no",
            f"Whether the borough's latest return on {subject} is complete: what it leaves out is "
            "none.",
            f"complete_{subject}",
        )
        for subject in Subject.values
    ),
)


def boroughs_with_counts(boroughs: QuerySet[Borough]) -> QuerySet[Any]:
    """Adds system_count, contract_count (led or shared), skill_count, returned_<subject>, and
    complete_<subject>: whether the latest return is complete, null where there is none.
    """
    returned = {
        f"returned_{subject}": Exists(returns_subquery("pk", subject)) for subject in Subject.values
    }
    complete = {f"complete_{subject}": latest_complete("pk", subject) for subject in Subject.values}
    return boroughs.annotate(
        system_count=count_related_rows(System.objects.all(), "borough"),
        contract_count=count_related_rows(Contract.objects.all(), "lead")
        + count_related_rows(ContractPartner.objects.all(), "borough"),
        skill_count=count_related_rows(SkillLevel.objects.all(), "borough"),
        **returned,
        **complete,
    )


def narrow_by_key(queryset: QuerySet[Any], boroughs: Iterable[Borough]) -> QuerySet[Any]:
    """These boroughs alone."""
    return queryset.filter(pk__in=[borough.pk for borough in boroughs])


def narrow_by_partnership(queryset: Any, slugs: list[str]) -> Any:
    """The boroughs of these partnerships."""
    return queryset.in_partnerships(slugs)


class BoroughFilter(FactFilterSet):
    """Boroughs, by what is true of the body itself."""

    primary_filters = ("q", "inner_or_outer")
    columns = BOROUGH_COLUMNS

    q = WordsFilter("Words", Borough.objects.word_condition)
    borough = SlugsFilter("Borough", Borough.objects.all(), narrow_by_key)
    inner_or_outer = ValuesFilter(
        "Inner or outer", Borough.Ring.choices, narrow_by_value("inner_or_outer")
    )
    partnership = ValuesFilter("Partnership", partnership_options, narrow_by_partnership)
    measure = ParameterFilter(
        OptionField("Map shows", [(key, measure.words) for key, measure in MEASURES.items()])
    )
    sort = SortFilter(
        {
            "borough": "name",
            "inner_or_outer": nulls_last_text("inner_or_outer"),
            "partnership": nulls_last_text("partnership"),
            "population": "population",
        }
    )
