"""Contracts by their dates, in SQL: which run, in which order to decide, and what sums hold.

`contracts.models.term` says the same of one contract.
"""

import datetime
from collections.abc import Iterable, Sequence
from typing import Any, Self

from django.db import models
from django.db.models import Case, Count, Exists, F, OuterRef, Q, Sum, Value, When

from boroughs.models import Borough
from citytools.facts.dates import LastDay
from citytools.facts.provenance import SourcedQuerySet
from citytools.facts.statistics import aggregate_row
from citytools.lists.word_search import Word, all_of, any_key, keys_by_word
from contracts.models.framework import Stage
from contracts.models.term import ContractStatus, decision_between
from systems.models import Function, Supplier, System

TERM_NOT_KNOWN = Q(starts_on="", ends_on="", rolling=False)
"""Neither start nor end is known, nor that there is no end: nobody knows whether it runs."""
UNSETTLED = Q(stage=Stage.PLANNED) | TERM_NOT_KNOWN
IN_SUMS = ~UNSETTLED & Q(includes_services=False)
"""What sums hold, as `Contract.counts_in_sums` says it of one."""
LEFT_OUT = {
    "services": Count("pk", filter=Q(includes_services=True)),
    "unsettled": Count("pk", filter=UNSETTLED & Q(includes_services=False)),
}


WORTH = {
    "annual": Sum("annual_value", filter=IN_SUMS),
    "known": Count("annual_value", filter=IN_SUMS),
    **LEFT_OUT,
}


def status_case(day: datetime.date) -> Case:
    """SQL: the status of a contract on a day, as `ContractTerm.status_on` computes it."""
    # A date that is not known is null: it meets no comparison
    return Case(
        When(ends_last__lt=day, then=Value(ContractStatus.ENDED)),
        When(stage=Stage.PLANNED, then=Value(ContractStatus.PLANNED)),
        When(starts_first__gt=day, then=Value(ContractStatus.FUTURE)),
        When(rolling=True, then=Value(ContractStatus.ROLLING)),
        When(
            act_by_latest__lt=day,
            notice_months__isnull=False,
            then=Value(ContractStatus.PAST_ACT_BY),
        ),
        When(TERM_NOT_KNOWN, then=Value(ContractStatus.NOT_KNOWN)),
        default=Value(ContractStatus.CURRENT),
        output_field=models.CharField(),
    )


def running_condition(day: datetime.date, *, if_extended: bool = False) -> Q:
    """Whether a contract is known to run on a day, as `ContractQuerySet.running_on` says it."""
    lasting = Q(rolling=True) | Q(ends_last__gte=day) | Q(ends_on="", starts_first__lte=day)
    if if_extended:
        lasting |= ~Q(extension_until="")
    begun = Q(starts_first=None) | Q(starts_first__lte=day)
    return begun & lasting & ~Q(stage=Stage.PLANNED)


class ContractQuerySet(SourcedQuerySet):
    """Contracts, narrowed and counted."""

    model: Any  # Contract, which is made from this class and cannot be named here

    def for_list(self) -> Self:
        return self.select_related("lead", "supplier", "framework").prefetch_related(
            "partners", "functions"
        )

    def soonest_first(self, today: datetime.date) -> Self:
        """By end; then contracts that are planned or without a known end; what has ended last."""
        open_ended = Q(ends_last=None) | Q(stage=Stage.PLANNED)
        return self.order_by(
            Case(When(ends_last__lt=today, then=2), When(open_ended, then=1), default=0),
            F("ends_first").asc(nulls_last=True),
            "pk",
        )

    def soonest_decision_first(self, today: datetime.date) -> Self:
        """Decisions ahead first, also those that may be; then those passed; what has ended last."""
        return self.order_by(
            Case(
                When(ends_last__lt=today, then=3),
                When(decision_between(today, datetime.date.max), then=0),
                When(act_by_latest__lt=today, then=1),
                default=2,
            ),
            F("act_by_earliest").asc(nulls_last=True),
            F("act_by_latest").asc(nulls_last=True),
            F("ends_first").asc(nulls_last=True),
            "pk",
        )

    def of_boroughs(self, boroughs: models.QuerySet[Borough] | Sequence[int]) -> Self:
        """Led by, or shared with, any of the boroughs; each contract once."""
        # No join: it would give a contract once for each partner, and multiply every sum. By keys
        # that indexes find: "one condition or the other" reads all contracts, 10 ms of 32,000
        led = self.model._default_manager.order_by().filter(lead__in=boroughs).values("pk")
        links = self.model.partners.through.objects.order_by()
        shared = links.filter(borough__in=boroughs).values("contract")
        return self.filter(pk__in=led.union(shared))

    def for_functions(self, functions: models.QuerySet[Function] | Sequence[int]) -> Self:
        """Covering any of the functions; each contract once."""
        covers = self.model.functions.through.objects.filter(
            contract=OuterRef("pk"), function__in=functions
        )
        return self.filter(Exists(covers))

    def for_systems(self, systems: models.QuerySet[System]) -> Self:
        """Covering any of the systems; each contract once."""
        # One look-up for all: as a condition on each contract it took minutes where PostgreSQL had
        # no statistics yet
        covers = self.model.systems.through.objects.filter(system__in=systems)
        return self.filter(pk__in=covers.order_by().values("contract"))

    def word_condition(self, words: str) -> Q:
        """Every word is in title, reference, supplier (under any name) or a borough.

        Or is the OCID.
        """
        named = {
            "supplier": Supplier.objects.with_word,
            "lead": Borough.objects.with_word,
            "pk": self._shared_by_named,
        }
        return all_of(
            word.in_any("search_text") | Q(ocid__iexact=word.typed) | any_key(keys)
            for word, keys in keys_by_word(words, named)
        )

    def _shared_by_named(self, word: Word) -> Any:
        """Keys of contracts that a borough shares whose name holds the word."""
        shared = self.model.partners.through.objects
        boroughs = Borough.objects.order_by().with_word(word)
        return shared.filter(borough__in=boroughs.values("pk")).values("contract")

    def borough_count(self) -> int:
        """How many of the 33 lead or share any of these contracts."""
        return self._involved().count()

    def boroughs(self) -> models.QuerySet[Any]:
        """The same as a row of a query: `boroughs`."""
        return aggregate_row(self._involved(), boroughs=Count("pk"))

    def ends_ahead(self, today: datetime.date) -> models.QuerySet[Any]:
        """A row: `ends`, contracts with an end ahead, and `may_act`, those to decide by now."""
        return aggregate_row(
            self,
            ends=Count("pk", filter=Q(ends_last__gte=today)),
            may_act=Count("pk", filter=decision_between(today, today)),
        )

    def _involved(self) -> models.QuerySet[Borough]:
        contracts = self.order_by()  # the order of the list would be sorted for nothing
        leads = contracts.filter(lead=OuterRef("pk"))
        shared = self.model.partners.through.objects.order_by().filter(
            contract__in=contracts.values("pk"), borough=OuterRef("pk")
        )
        return Borough.objects.london().filter(Exists(leads) | Exists(shared))

    def for_sums(self) -> Self:
        """Without those that are planned, may not run at all, or pay for services beside IT.

        `Contract.counts_in_sums` asks the same of one contract.
        """
        return self.filter(IN_SUMS)

    def worth(self) -> dict[str, Any]:
        """`annual`: pounds a year, each contract once; `known`: how many state a yearly value.

        Both as far as sums hold them, with the counts of `left_out_of_sums`.
        """
        return self.order_by().aggregate(**WORTH)

    def left_out_of_sums(self) -> dict[str, int]:
        """How many sums leave out: `services`, which include services beside IT, and `unsettled`.

        The latter are planned, or it is not known whether they run.
        """
        return self.order_by().aggregate(**LEFT_OUT)

    def running_on(self, day: datetime.date, *, if_extended: bool = False) -> Self:
        """Known to run on that day: an end ahead, no end date, or begun and no end known.

        What is planned does not run. `if_extended` counts to the end of every extension, of which
        the caller looks up the day. `Contract.runs_on` asks the same of one contract.
        """
        return self.filter(running_condition(day, if_extended=if_extended))

    def with_status(self, statuses: Iterable[ContractStatus], day: datetime.date) -> Self:
        """Whose status on a day is one of these."""
        return self.alias(status=status_case(day)).filter(status__in=list(statuses))

    def perhaps_extended_on(self, day: datetime.date) -> Self:
        """Ended by their dates, but an extension may have been taken."""
        extended = self.filter(ends_last__lt=day).exclude(extension_until="")
        return extended.alias(until=LastDay("extension_until")).filter(until__gte=day)
