"""Which boroughs are compared: two to six, named, or found by likeness, partnership or ring."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db.models import QuerySet

from boroughs.models import Borough
from boroughs.profile.peers import Peer, most_similar_boroughs
from citytools.lists.columns import Column
from citytools.lists.fields import OptionField, OptionsField, RecordField, RecordsField, YesNoField
from citytools.lists.listing import FileLinks
from citytools.lists.query_form import QueryForm

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
FEWEST, MOST = 2, 6


class CompareForm(QueryForm):
    """Boroughs to compare, and what of the comparison is shown."""

    non_filter_names = frozenset({"columns"})
    columns = COMPARE_COLUMNS

    borough = RecordsField("Borough", Borough.objects.all())
    nearest = RecordField("Borough and its nearest", Borough.objects.london())
    partnership = OptionsField("Partnership", Borough.objects.partnerships)
    inner_or_outer = OptionsField("Inner or outer London", Borough.Ring.choices)
    rows = OptionField("Show", [("differ", "Rows that differ"), ("all", "All rows")])
    illustrative = YesNoField("Invented for demonstration")

    @cached_property
    def problems(self) -> list[tuple[str, str]]:
        """As for every list; and more boroughs than fit, or one that is none of the 33."""
        problems = list(super().problems)
        named = self.values.get("borough") or []
        problems += [
            ("borough", f"{one} is a regional body, never one of the 33: take it out.")
            for one in named
            if one.kind == Borough.Kind.REGIONAL
        ]
        if len(named) > MOST:
            problems.append(
                ("borough", f"{len(named)} are chosen. Compare {FEWEST} to {MOST}: take some away.")
            )
        return problems


@dataclass(frozen=True)
class ComparisonChoice:
    """What was chosen and what may be: `members` are offered, `boroughs` compared.

    `twice` names boroughs that the address names again; `alone` says that the borough asked for
    its nearest has none, because it or all others have no systems return.
    """

    form: CompareForm
    boroughs: Sequence[Borough]
    members: Sequence[Borough]
    twice: Sequence[str]
    alone: Borough | None = None
    all: str = "/boroughs/compare/"
    remedy: str = "Nothing is compared yet; what you chose is still ticked."

    @property
    def problems(self) -> list[tuple[str, str]]:
        """What of the address was not understood or cannot be compared."""
        return self.form.problems

    @property
    def files(self) -> FileLinks:
        """The addresses of the comparison as files."""
        return FileLinks("boroughs:compare_csv", self.form.query_string())

    @property
    def switched(self) -> str:
        """The query string with the other choice of rows."""
        return self.form.query_string(rows=["differ" if self.all_rows else "all"])

    @property
    def real(self) -> str:
        """The query string that leaves out what is invented."""
        return self.form.query_string(illustrative=["no"])

    @property
    def partnerships(self) -> list[tuple[str, str]]:
        """Partnerships to choose from."""
        return Borough.objects.partnerships()

    @property
    def near(self) -> list[Peer]:
        """The nearest peers of the one borough chosen."""
        if len(self.boroughs) != 1:
            return []
        return most_similar_boroughs(
            self.boroughs[0], MOST - 1, illustrative=self.form.includes_illustrative
        )

    @property
    def ready(self) -> bool:
        """Whether there is something to compare."""
        return not self.form.problems and FEWEST <= len(self.boroughs) <= MOST

    @property
    def all_rows(self) -> bool:
        """Whether rows that do not differ are shown too."""
        return bool(self.form.values.get("rows") == "all")

    @property
    def slugs(self) -> set[str]:
        """What is ticked in the chooser, also when it is too much."""
        return {borough.slug for borough in self.boroughs} | set(self.form.data.getlist("borough"))

    def without(self) -> list[tuple[str, str]]:
        """(name, query string without it) for each borough named."""
        given = list(dict.fromkeys(self.form.data.getlist("borough")))
        names = {
            borough.slug: borough.name for borough in Borough.objects.filter(slug__in=given[:100])
        }
        return [
            (
                names.get(slug, slug),
                self.form.query_string(borough=[s for s in given if s != slug]),
            )
            for slug in given[:100]
        ]


def choose_boroughs(chosen: CompareForm) -> ComparisonChoice:
    """Who is compared; nobody yet where too few or too many are meant."""
    given = chosen.data.getlist("borough")
    twice = sorted({slug for slug in given if given.count(slug) > 1})
    named = chosen.values
    members = list(_members(named))
    if chosen.problems:
        return ComparisonChoice(chosen, [], members, twice)
    boroughs = _in_order(given, named["borough"])
    alone = None
    if centre := named["nearest"]:
        peers = most_similar_boroughs(centre, MOST - 1, illustrative=chosen.includes_illustrative)
        alone = None if peers else centre
        near = [centre, *(peer.borough for peer in peers)]
        boroughs += [one for one in near if one not in boroughs]
    elif not boroughs and _borough_pool(named) and len(members) <= MOST:
        boroughs = members
    return ComparisonChoice(chosen, boroughs[:MOST], members, twice, alone)


def _borough_pool(named: dict[str, Any]) -> bool:
    return bool(named["partnership"] or named["inner_or_outer"])


def _members(named: dict[str, Any]) -> QuerySet[Borough]:
    members = Borough.objects.london()
    if slugs := named.get("partnership"):
        members = members.partners(slugs)
    if rings := named.get("inner_or_outer"):
        members = members.filter(inner_or_outer__in=rings)
    return members.order_by("name", "pk")


def _in_order(slugs: Sequence[str], found: Sequence[Borough]) -> list[Borough]:
    at = {borough.slug: borough for borough in found}
    return [at[slug] for slug in dict.fromkeys(slugs) if slug in at]
