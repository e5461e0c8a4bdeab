"""Queries that nobody thought of, drawn from what each filter set may be given."""

from collections.abc import Callable
from typing import Any

from django.http import QueryDict
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from boroughs.models import Borough
from citytools.lists.filters import FactFilterSet
from contracts.models import Framework
from skills.models import Skill, SkillGroup
from systems.models import Function, Product, ServiceArea, Supplier

Query = dict[str, list[str]]
MODELS: dict[str, Any] = {
    "borough": Borough, "service_area": ServiceArea, "function": Function, "product": Product,
    "supplier": Supplier, "framework": Framework, "skill": Skill, "group": SkillGroup,
}  # fmt: skip
DATES = ["2026-01-01", "2026-12-31", "2027-03-31", "2027-06-01", "2028-02-29"]
AMOUNTS = ["0", "999", "1000", "1000.01", "250000"]
WORDS = [
    *("a", "borough", "product 1", "1", "%", "region", "zzz", "a & borough", "1 product"),
    *("boroughs function’s", "maker-1 product", "contracts 2"),
]


def choices(kind: type[FactFilterSet], model: Any) -> dict[str, list[str]]:
    """What each filter of a list may be given, read from the filter set itself."""
    fields = kind(QueryDict(), model.objects.all()).form.fields
    values: dict[str, list[str]] = {}
    for name, field in fields.items():
        if name in MODELS:
            values[name] = list(
                MODELS[name].objects.order_by("slug").values_list("slug", flat=True)
            )
            values[name] += ["not_known"] * field.optional
        elif hasattr(field, "choices"):
            values[name] = [str(value) for value, _ in field.choices if value]
        else:
            values[name] = WORDS if name == "q" else AMOUNTS if "value" in name else DATES
    return values


def queries(draw: Callable[..., Any], values: dict[str, list[str]]) -> Query:
    """Up to three filters and perhaps a sort; several values only where that means any."""
    multiple = {
        *MODELS,
        "partnership",
        "inner_or_outer",
        "kind",
        "hosting",
        "status",
        "source",
        "route",
        "standing",
        "level",
    }
    names = draw(st.sets(st.sampled_from(sorted(set(values) - {"sort"})), max_size=3))
    names |= draw(st.sets(st.just("sort"), max_size=1))
    query: Query = {}
    for name in sorted(names):
        max_values = 4 if name in multiple else 1
        query[name] = draw(st.lists(st.sampled_from(values[name]), min_size=1, max_size=max_values))
    return query


often = settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
