"""What waits for staff: counted on the admin's front page, and a filter of each list."""

import datetime
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dateutil.relativedelta import relativedelta
from django.contrib import admin
from django.db.models import Count, F, IntegerField, Q, QuerySet, Value
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django.urls import reverse

from citytools.facts import dates, waiting_rules
from citytools.facts.dates import LastDay
from citytools.facts.provenance import Sourced

Rows = QuerySet[Any]
if TYPE_CHECKING:
    ModelAdmin = admin.ModelAdmin[Any]  # generic for the type checker alone
else:
    ModelAdmin = admin.ModelAdmin


@dataclass(frozen=True)
class WaitingRule:
    """Records of one kind that wait for something; `words` say for what."""

    key: str
    words: str
    narrow: Callable[[Rows], Rows]


def _confirmation_ended(rows: Any) -> Rows:
    confirmed = rows.model.pgh_event_model.objects.filter(confirmed_on__isnull=False)
    ended: Rows = rows.real().filter(confirmed_on=None, pk__in=confirmed.values("pgh_obj_id"))
    return ended


def _older_than_a_year(rows: Any) -> Rows:
    year_ago: datetime.date = dates.today() - relativedelta(years=1)
    # A source that bears no day is as old as our reading of it, at least
    last_true = Coalesce(LastDay("as_of"), "read_on")
    aged = rows.real().alias(last_true=last_true).filter(last_true__lt=year_ago)
    old: Rows = aged.filter(Q(confirmed_on=None) | Q(confirmed_on__lt=year_ago))
    return old


FACT_RULES = (
    WaitingRule(
        "confirmation",
        "no longer confirmed: changed since, and not confirmed again",
        _confirmation_ended,
    ),
    WaitingRule("year", "older than a year, and not confirmed within it", _older_than_a_year),
)
"""Rules of every kind of fact; what is invented for demonstration waits for nothing."""


class WaitingAdmin(ModelAdmin):
    """A list that can be narrowed to what waits."""

    waiting_rules: Sequence[WaitingRule] = ()

    def all_waiting_rules(self) -> Sequence[WaitingRule]:
        """Its own rules, after those of facts where its records are facts."""
        is_fact = issubclass(self.model, Sourced) and not self.model.former
        return [*(FACT_RULES if is_fact else ()), *self.waiting_rules]

    def get_list_filter(self, request: HttpRequest) -> Any:
        return [
            *super().get_list_filter(request),
            *([WaitingFilter] if self.all_waiting_rules() else []),
        ]


class WaitingFilter(admin.SimpleListFilter):
    """The records that a rule names."""

    title = "what waits"
    parameter_name = "waiting"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        self.rules = {rule.key: rule for rule in model_admin.all_waiting_rules()}
        return [(rule.key, rule.words.capitalize()) for rule in self.rules.values()]

    def queryset(self, request: HttpRequest, queryset: Rows) -> Rows:
        rule = self.rules.get(self.value() or "")
        return rule.narrow(queryset) if rule else queryset


@dataclass(frozen=True)
class WaitingItem:
    """How many records wait for something, and where staff find them."""

    count: int
    noun: str
    words: str
    address: str


def waiting_items(admins: Sequence[Any]) -> list[WaitingItem]:
    """What waits in these lists; one query for all of them, without what does not wait."""
    rules = [
        (model_admin, rule)
        for model_admin in admins
        if isinstance(model_admin, WaitingAdmin)
        for rule in model_admin.all_waiting_rules()
    ]
    counts: list[Any] = [
        rule.narrow(model_admin.model._default_manager.order_by())
        .annotate(rule=Value(number, IntegerField()))
        .values("rule")
        .annotate(count=Count("pk"))
        .values_list("rule", "count")
        for number, (model_admin, rule) in enumerate(rules)
    ]
    if not counts:
        return []
    waiting = counts[0].union(*counts[1:], all=True).order_by(F("rule"))
    return [
        _item(rules[number][0].opts, rules[number][1], count) for number, count in waiting if count
    ]


def _item(options: Any, rule: WaitingRule, count: int) -> WaitingItem:
    noun = options.verbose_name if count == 1 else options.verbose_name_plural
    address = f"{_changelist(options)}?waiting={rule.key}"
    return WaitingItem(count, str(noun), rule.words, address)


def broken_rule_items(admins: Sequence[Any]) -> list[WaitingItem]:
    """Rules of the database that old rows break, with the way to those rows."""
    models = {model_admin.model for model_admin in admins}
    return [
        WaitingItem(
            len(broken.rows),
            f"{'or more ' if broken.more else ''}{broken.model._meta.verbose_name_plural}",
            f"not to be saved before a rule is kept. {broken.words}",
            f"{_changelist(broken.model._meta)}?id__in={','.join(map(str, broken.rows))}",
        )
        for broken in waiting_rules.broken_rules()
        if broken.model is not None and broken.model in models
    ]


def _changelist(options: Any) -> str:
    return reverse(f"admin:{options.app_label}_{options.model_name}_changelist")
