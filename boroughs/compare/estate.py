"""Systems side by side: by function, by hosting, and how satisfied each borough is."""

from collections import Counter, defaultdict
from collections.abc import Sequence

from boroughs.compare.answers import NONE, NOT_KNOWN, Answer, Item, Section, counted, difference
from boroughs.models import Borough
from citytools.means import ENOUGH, Answers
from systems.models import Function, Hosting, System


def systems_of(boroughs: Sequence[Borough], *, illustrative: bool) -> list[System]:
    """Their systems in use, by product."""
    systems = System.objects.in_use().filter(borough__in=boroughs).for_list()
    found = systems if illustrative else systems.real()
    return list(found.order_by("product__name", "pk")[:20_000])


def by_function(
    boroughs: Sequence[Borough], systems: Sequence[System], complete: set[int]
) -> Section:
    """Each function, and the products in use for it."""
    run: dict[tuple[int, int], list[System]] = defaultdict(list)
    for system in systems:
        run[system.function_id, system.borough_id].append(system)
    functions = Function.objects.select_related("service_area").order_by(
        "service_area__position", "service_area_id", "position", "pk"
    )
    items = [
        Item(
            function.name,
            [_products(run[function.pk, one.pk], one.pk in complete) for one in boroughs],
            group=function.service_area.name,
            link=f"/systems/?function={function.slug}",
        )
        for function in functions
    ]
    return Section(
        "systems",
        "Systems by function",
        "Function",
        difference(items, "functions"),
        items,
        long=True,
    )


def _products(systems: Sequence[System], complete: bool) -> Answer:
    if not systems:
        return NONE if complete else NOT_KNOWN
    names = "; ".join(system.product.name for system in systems)
    parts = [(system.product.name, system.get_absolute_url()) for system in systems]
    return Answer("known", names, names, parts)


def by_hosting(
    boroughs: Sequence[Borough], systems: Sequence[System], complete: set[int]
) -> Section:
    """How many systems run where."""
    counts = Counter((system.borough_id, system.hosting) for system in systems)
    places = [*Hosting.choices, ("", "Hosting not known")]
    items = [
        Item(
            str(label),
            [counted(counts[one.pk, str(value)], one.pk in complete) for one in boroughs],
            unit="systems",
        )
        for value, label in places
    ]
    return Section(
        "hosting", "Hosting", "Where it runs", "Systems in use, by where they run.", items
    )


def satisfaction(boroughs: Sequence[Borough], systems: Sequence[System]) -> Section:
    """How many systems have an answer and, from three on, the mean."""
    given: dict[int, list[int]] = defaultdict(list)
    for system in systems:
        if system.satisfaction:
            given[system.borough_id].append(system.satisfaction)
    answers = [given[one.pk] for one in boroughs]
    items = [
        Item(
            "Systems with an answer",
            [counted(len(one), bool(one)) for one in answers],
            unit="systems",
        ),
        Item("Mean satisfaction, 1 to 5", [_mean(one) for one in answers], unit="of 5"),
    ]
    words = (
        f"The boroughs’ own views of their systems, 1 (poor) to 5 (very good). A mean is shown "
        f"from {ENOUGH} answers on; the boroughs asked different people, so it is no ranking."
    )
    return Section("satisfaction", "Satisfaction", "Measure", words, items)


def _mean(given: Sequence[int]) -> Answer:
    answers = Answers(given, len(given))
    if answers.mean is None:
        return Answer("not known", None, answers.words)
    return Answer("known", str(answers.mean), answers.words)
