"""Which boroughs are compared: two to six, by name, similarity, partnership or ring."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db.models import QuerySet

from boroughs.models import Borough, partnership_options
from boroughs.profile.peers import Peer, most_similar_boroughs
from citytools.lists.columns import Column
from citytools.lists.fields import OptionField, OptionsField, RecordField, RecordsField
from citytools.lists.listing import FileLinks
from citytools.lists.query_form import QueryForm
from citytools.worlds.addresses import page_address

STATES = ("known", "at least", "none recorded", "not known")

COMPARE_COLUMNS = (
    Column("section", "text", "What is compared: systems, hosting, contracts and so on."),
    Column("group", "text", "The service area or family of skills; empty where there is none."),
    Column("item", "text", "The function, skill or number compared."),
    Column("gss_code", "text", "The borough's code at the Office for National Statistics."),
    Column("borough", "text", "The borough."),
    Column(
        "state",
        "text",
        "Whether the value is known, a lower bound, none (its latest return on the subject is "
        "complete and names none), or not known.",
        allowed=STATES,
    ),
    Column("value", "text", "The answer: names joined by '; ', a level, or a bare number."),
    Column("unit", "text", "What a number counts; empty for names and levels."),
)
MIN_BOROUGHS, MAX_BOROUGHS = 2, 6


class CompareForm(QueryForm):
    """Boroughs to compare, and what of the comparison is shown."""

    non_filter_names = frozenset({"columns"})
    columns = COMPARE_COLUMNS

    borough = RecordsField("Borough", Borough.objects.all())
    nearest = RecordField("Borough and its nearest", Borough.objects.london())
    partnership = OptionsField("Partnership", partnership_options)
    inner_or_outer = OptionsField("Inner or outer London", Borough.Ring.choices)
    rows = OptionField("Show", [("differ", "Rows that differ"), ("all", "All rows")])

    @cached_property
    def problems(self) -> list[tuple[str, str]]:
        """As for every list; and more boroughs than fit, or one that is none of the 33."""
        boroughs = self.values.get("borough") or []
        problems = super().problems + [
            ("borough", f"{borough} is a regional body, never one of the 33: take it out.")
            for borough in boroughs
            if borough.kind == Borough.Kind.REGIONAL
        ]
        if len(boroughs) > MAX_BOROUGHS:
            limits = f"{MIN_BOROUGHS} to {MAX_BOROUGHS}"
            reason = f"{len(boroughs)} are chosen. Compare {limits}: take some away."
            problems.append(("borough", reason))
        return problems


@dataclass(frozen=True)
class ComparisonChoice:
    """The boroughs to choose from (`members`) and those that are compared (`boroughs`).

    `repeated`: slugs that the address has more than once. `without_peers`: the borough whose
    nearest are to be compared but that has none: it, or all others, have no systems return.
    """

    form: CompareForm
    boroughs: Sequence[Borough]
    members: Sequence[Borough]
    repeated: Sequence[str]
    without_peers: Borough | None = None
    remedy: str = "Nothing is compared yet; what you chose is still ticked."

    @property
    def all(self) -> str:
        """The page without a choice."""
        return page_address("boroughs:compare")

    @property
    def problems(self) -> list[tuple[str, str]]:
        return self.form.problems

    @property
    def files(self) -> FileLinks:
        return FileLinks("boroughs:compare_csv", self.form.query_string())

    @property
    def other_rows_query(self) -> str:
        """The query string with the other choice of rows."""
        return self.form.query_string(rows=["differ" if self.all_rows else "all"])

    @cached_property
    def partnerships(self) -> list[tuple[str, str]]:
        return Borough.objects.partnerships()

    @cached_property
    def peers(self) -> list[Peer]:
        """The nearest peers where only one borough is chosen."""
        if len(self.boroughs) != 1:
            return []
        return _peers(self.boroughs[0])

    @property
    def ready(self) -> bool:
        """Whether there is something to compare."""
        return not self.problems and MIN_BOROUGHS <= len(self.boroughs) <= MAX_BOROUGHS

    @property
    def all_rows(self) -> bool:
        """Whether rows that do not differ are shown too."""
        return bool(self.form.values.get("rows") == "all")

    @property
    def slugs(self) -> set[str]:
        """What is ticked in the chooser, also when it is too much."""
        return {borough.slug for borough in self.boroughs}.union(_slugs(self.form))

    @property
    def removals(self) -> list[tuple[str, str]]:
        """(name, query string without it) for each borough in the address."""
        slugs = list(dict.fromkeys(_slugs(self.form)))
        # PostgreSQL knows no text with a NUL, so none of its names has one
        possible = [slug for slug in slugs[:100] if "\0" not in slug]
        names = dict(Borough.objects.filter(slug__in=possible).values_list("slug", "name"))
        return [
            (
                names.get(slug, slug),
                self.form.query_string(borough=[other for other in slugs if other != slug]),
            )
            for slug in slugs[:100]
        ]


def _slugs(form: CompareForm) -> list[str]:
    slugs: list[str] = form.data.getlist("borough")
    return slugs


def _peers(borough: Borough) -> list[Peer]:
    return most_similar_boroughs(borough, MAX_BOROUGHS - 1)


def choose_boroughs(form: CompareForm) -> ComparisonChoice:
    """The comparison that the address means; of no boroughs yet where too few or too many."""
    slugs, named = _slugs(form), form.values
    repeated = sorted({slug for slug in slugs if slugs.count(slug) > 1})
    members = list(_members(named))
    if form.problems:
        return ComparisonChoice(form, [], members, repeated)
    by_slug = {borough.slug: borough for borough in named["borough"]}
    boroughs = [by_slug[slug] for slug in dict.fromkeys(slugs) if slug in by_slug]
    without_peers = None
    if centre := named["nearest"]:
        peers = [peer.borough for peer in _peers(centre)]
        without_peers = None if peers else centre
        boroughs += [borough for borough in [centre, *peers] if borough not in boroughs]
    elif not boroughs and (named["partnership"] or named["inner_or_outer"]):
        boroughs = members if len(members) <= MAX_BOROUGHS else []
    return ComparisonChoice(form, boroughs[:MAX_BOROUGHS], members, repeated, without_peers)


def _members(named: dict[str, Any]) -> QuerySet[Borough]:
    members = Borough.objects.london()
    if slugs := named.get("partnership"):
        members = members.in_partnerships(slugs)
    if rings := named.get("inner_or_outer"):
        members = members.filter(inner_or_outer__in=rings)
    return members.order_by("name", "pk")
