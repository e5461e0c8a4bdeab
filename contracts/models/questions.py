"""Named questions about contracts."""

import datetime
from collections.abc import Iterable
from typing import Any, Self

from django.db import models
from django.db.models import Case, Count, Exists, F, OuterRef, Q, Sum, Value, When

from boroughs.models import Borough
from citytools.facts.provenance import SourcedQuerySet
from citytools.lists.word_search import split_words
from contracts.models.dates import Standing
from systems.models import Function, Supplier, System


def standing_on(day: datetime.date) -> Case:
    """How a contract stands on a day, in SQL."""
    return Case(
        When(starts_first__gt=day, then=Value(Standing.FUTURE)),
        When(rolling=True, then=Value(Standing.ROLLING)),
        When(ends_last__lt=day, then=Value(Standing.ENDED)),
        When(act_by__lt=day, then=Value(Standing.PAST_ACT_BY)),
        default=Value(Standing.CURRENT),
        output_field=models.CharField(),
    )


class ContractQuerySet(SourcedQuerySet):
    """Named questions about contracts."""

    model: Any  # Contract, which is made from this class and cannot be named here

    def for_list(self) -> Self:
        """With all that a row on a page shows."""
        return self.select_related("lead", "supplier", "framework").prefetch_related(
            "partners", "functions"
        )

    def soonest_first(self, today: datetime.date) -> Self:
        """By end, what has ended last of all; contracts without a known end stand between."""
        return self.order_by(
            Case(When(ends_last__lt=today, then=2), When(ends_last=None, then=1), default=0),
            F("ends_first").asc(nulls_last=True),
            "pk",
        )

    def soonest_decision_first(self, today: datetime.date) -> Self:
        """Act-by dates ahead first; then those passed, then without one; what has ended last."""
        return self.order_by(
            Case(
                When(ends_last__lt=today, then=3),
                When(act_by__gte=today, then=0),
                When(act_by__lt=today, then=1),
                default=2,
            ),
            F("act_by").asc(nulls_last=True),
            F("ends_first").asc(nulls_last=True),
            "pk",
        )

    def of_boroughs(self, boroughs: models.QuerySet[Borough]) -> Self:
        """Led by, or shared with, any of the boroughs; each contract once."""
        shared = self.model.partners.through.objects.filter(
            contract=OuterRef("pk"), borough__in=boroughs
        )
        return self.filter(Q(lead__in=boroughs) | Exists(shared))

    def for_functions(self, functions: models.QuerySet[Function]) -> Self:
        """Covering any of the functions; each contract once."""
        covers = self.model.functions.through.objects.filter(
            contract=OuterRef("pk"), function__in=functions
        )
        return self.filter(Exists(covers))

    def for_systems(self, systems: models.QuerySet[System]) -> Self:
        """Covering any of the systems; each contract once.

        Asked once for all contracts: asked of each, it took minutes on data not yet analysed.
        """
        covers = self.model.systems.through.objects.filter(system__in=systems)
        return self.filter(pk__in=covers.order_by().values("contract"))

    def matching(self, words: str) -> Self:
        """Of which every word is in title, reference, supplier (under any name) or a borough.

        Or is the OCID.
        """
        rows = self
        for word in split_words(words):
            boroughs = Borough.objects.order_by().named(word).values("pk")
            suppliers = Supplier.objects.order_by().named(word).values("pk")
            shared = self.model.partners.through.objects.order_by().filter(borough__in=boroughs)
            rows = rows.filter(
                word.in_any("search_text")
                | Q(ocid__iexact=word.typed)
                | Q(supplier__in=suppliers)
                | Q(lead__in=boroughs)
                | Q(pk__in=shared.values("contract"))
            )
        return rows

    def borough_count(self) -> int:
        """How many of the 33 lead or share any of these contracts."""
        contracts = self.order_by()
        shared = self.model.partners.through.objects.filter(contract__in=contracts)
        involved = Q(pk__in=contracts.values("lead")) | Q(pk__in=shared.values("borough"))
        return Borough.objects.london().filter(involved).count()

    def worth(self) -> dict[str, Any]:
        """`annual`: pounds a year, each contract once; `known`: how many state a yearly value."""
        return self.order_by().aggregate(annual=Sum("annual_value"), known=Count("annual_value"))

    def running_on(self, day: datetime.date) -> Self:
        """Started by that day, as far as known, and not known to have ended before any extension.

        `Contract.runs_on` asks the same of one contract.
        """
        return self.filter(
            Q(starts_first=None) | Q(starts_first__lte=day),
            Q(ends_last=None) | Q(ends_last__gte=day),
        )

    def standing_as(self, standings: Iterable[Standing], day: datetime.date) -> Self:
        """Which stand in one of these ways on a day, as `Term.standing` says of one."""
        return self.alias(stands=standing_on(day)).filter(stands__in=list(standings))

    def acting_between(self, first: datetime.date, last: datetime.date) -> Self:
        """Whose act-by date is known and falls within the days, both included."""
        return self.filter(act_by__range=(first, last))
