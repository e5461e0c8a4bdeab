"""What boroughs said of their skills in earlier returns."""

from typing import Any, ClassVar, Self

import pgtrigger
from django.db import models
from django.db.models import Exists, F, OuterRef, Q, Subquery, Value
from django.db.models.lookups import Exact

from boroughs.models import Borough
from citytools.facts.dates import FirstDay, LastDay
from citytools.facts.provenance import Sourced, SourcedQuerySet, SourceKind
from citytools.history import tracked
from skills.models.catalogue import Skill
from skills.models.scales import Headcount, Level


class PastLevelQuerySet(SourcedQuerySet):
    """Named questions about former levels."""

    def behind(self, levels: models.QuerySet[Any]) -> Self:
        """Those that stand behind any of the present levels."""
        present = levels.order_by().filter(
            _alike(), borough=OuterRef("borough"), skill=OuterRef("skill")
        )
        later = present.alias(since=FirstDay("as_of")).filter(since__gt=OuterRef("as_of_last"))
        return self.filter(Exists(later))


def previous(field: str) -> Subquery:
    """SQL: a field of the level in the return before, seen from a present level; null if none.

    Before: the latest day it can mean is earlier than the first that the present one can mean.
    What is invented is never the past of what is real, nor the other way about.
    """
    earlier = PastLevel.objects.filter(
        _alike(),
        borough=OuterRef("borough"),
        skill=OuterRef("skill"),
        as_of_last__lt=FirstDay(OuterRef("as_of")),
    )
    return Subquery(earlier.order_by("-as_of_last", "-pk").values(field)[:1])


def _alike() -> Exact:
    """SQL: this row and the outer one are both invented, or neither is."""
    invented = Value(SourceKind.ILLUSTRATIVE.value)
    return Exact(Exact(F("source_kind"), invented), Exact(OuterRef("source_kind"), invented))


@tracked(derived=["as_of_last"])
class PastLevel(Sourced):
    """How far one borough's organisation had one skill, by an earlier return."""

    former: ClassVar[bool] = True

    borough = models.ForeignKey(Borough, on_delete=models.PROTECT, related_name="past_levels")
    skill = models.ForeignKey(Skill, on_delete=models.PROTECT, related_name="past_levels")
    level = models.PositiveSmallIntegerField(choices=Level)
    headcount = models.CharField(
        max_length=10, choices=Headcount, blank=True, help_text="Empty: not known."
    )
    can_teach = models.BooleanField(null=True, blank=True, help_text="Unknown: not asked.")
    wants_help = models.BooleanField(null=True, blank=True, help_text="Unknown: not asked.")
    as_of_last = models.GeneratedField(
        expression=LastDay("as_of"), output_field=models.DateField(), db_persist=True
    )

    objects = PastLevelQuerySet.as_manager()

    class Meta(Sourced.Meta):
        ordering = ["borough__name", "skill__position", "-as_of", "pk"]
        constraints = [
            *Sourced.Meta.constraints,
            models.UniqueConstraint(
                fields=["borough", "skill", "as_of"],
                name="a_borough_has_one_past_level_of_a_skill_a_date",
                violation_error_message="This borough's level of this skill as of that date is "
                "already recorded: change that record instead.",
            ),
            models.CheckConstraint(
                name="a_past_level_is_none_to_expert",
                condition=Q(level__in=Level.values),
                violation_error_message="A level is 0 (none) to 4 (expert).",
            ),
            models.CheckConstraint(
                name="a_past_level_has_a_known_headcount_band",
                condition=Q(headcount__in=["", *Headcount.values]),
            ),
        ]

    def __str__(self) -> str:
        level = self.get_level_display().lower()
        return f"{self.borough}: {self.skill}, {level} as of {self.as_of}"

    def get_absolute_url(self) -> str:
        """The skill's page, which shows what changed."""
        return self.skill.get_absolute_url()


_KEPT = (
    "borough_id", "skill_id", "level", "headcount", "can_teach", "wants_help",
    "source_kind", "source_url", "as_of", "confidence", "confirmed_on", "note",
)  # fmt: skip

_KEEP = """
IF OLD.borough_id = NEW.borough_id AND OLD.skill_id = NEW.skill_id
    AND (OLD.source_kind = 'illustrative') = (NEW.source_kind = 'illustrative')
    AND left(OLD.as_of, length(NEW.as_of)) < left(NEW.as_of, length(OLD.as_of))
THEN
    INSERT INTO skills_pastlevel ({columns}) VALUES ({values})
    ON CONFLICT (borough_id, skill_id, as_of) DO UPDATE SET {again};
END IF;
RETURN NULL;
"""


def keep_what_an_earlier_return_said(name: str) -> pgtrigger.Trigger:
    """A trigger on present levels: one replaced by a later return becomes a past level.

    A correction keeps its date, so it changes the present and adds nothing to the past. Partial
    dates are compared as far as both go: 2026 does not come before 2026-09.
    """
    again = [f"{column} = EXCLUDED.{column}" for column in _KEPT[2:]]
    return pgtrigger.Trigger(
        name=name,
        when=pgtrigger.After,
        operation=pgtrigger.UpdateOf("as_of"),
        func=_KEEP.format(
            columns=", ".join(_KEPT),
            values=", ".join(f"OLD.{column}" for column in _KEPT),
            again=", ".join(again),
        ),
    )
