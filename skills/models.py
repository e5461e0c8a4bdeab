"""Skills of organisations, in bands; never of a person."""

from typing import Any, ClassVar, Self

import pgtrigger
from django.db import models
from django.db.models import Count, Exists, F, OuterRef, Q, Subquery, Value
from django.db.models.lookups import Exact

from boroughs.models import Borough
from citytools.facts.dates import FirstDay, LastDay
from citytools.facts.keys import MakesKey
from citytools.facts.provenance import Sourced, SourcedQuerySet, SourceKind, as_of_required
from citytools.facts.statistics import aggregate_row
from citytools.history import DerivedRowTrigger, tracked
from citytools.lists.word_search import Word, all_of, any_key, keys_by_word
from citytools.models import SearchName
from citytools.worlds.addresses import page_address


@tracked()
class SkillGroup(models.Model):
    """A family of skills."""

    name = models.CharField(max_length=60, unique=True)
    slug = models.SlugField(max_length=60, unique=True)
    position = models.PositiveSmallIntegerField(help_text="Order on the page.")

    class Meta:
        ordering = ["position", "pk"]

    def __str__(self) -> str:
        return self.name


class SkillQuerySet(models.QuerySet["Skill"]):
    """Queries on skills."""

    def with_word(self, word: Word) -> Self:
        """Whose name, or whose group's, holds the word."""
        skills = SearchName.objects.records_with_word(word, "skill")
        groups = SearchName.objects.records_with_word(word, "skill group")
        return self.filter(Q(pk__in=skills) | Q(group__in=groups))

    def in_page_order(self) -> Self:
        """With their groups, group by group, as on every page."""
        order = ("group__position", "group_id", "position", "pk")
        return self.select_related("group").order_by(*order)


@tracked()
class Skill(models.Model):
    """What an organisation can do."""

    group = models.ForeignKey(SkillGroup, on_delete=models.PROTECT, related_name="skills")
    name = models.CharField(max_length=60, unique=True)
    slug = models.SlugField(max_length=60, unique=True)
    definition = models.TextField(help_text="What an organisation with this skill can do.")
    position = models.PositiveSmallIntegerField(help_text="Order on the page.")

    objects = SkillQuerySet.as_manager()

    class Meta:
        ordering = ["position", "pk"]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return page_address("skills:detail", self.slug)


class Level(models.IntegerChoices):
    """None, then the four levels of the Government Digital and Data capability framework."""

    NONE = 0, "None"
    AWARENESS = 1, "Awareness"
    WORKING = 2, "Working"
    PRACTITIONER = 3, "Practitioner"
    EXPERT = 4, "Expert"

    @property
    def meaning(self) -> str:
        """What the level says of an organisation, in our words."""
        return _MEANINGS[self.value]


class Headcount(models.TextChoices):
    """How many people, in bands wide enough to name nobody.

    Written with words: a spreadsheet reads 3-5 as the third of May.
    """

    NOBODY = "0", "0"
    ONE = "1 to 2", "1 to 2"
    THREE = "3 to 5", "3 to 5"
    SIX = "6 to 10", "6 to 10"
    ELEVEN = "11 to 20", "11 to 20"
    MORE = "21 or more", "21 or more"


_MEANINGS = (
    "Nobody in the organisation can do it yet.",
    "Some know what it is for, and when to ask for help with it.",
    "It can be done here with guidance from others, or on simpler work.",
    "It is done here without help on work of the usual size, and others are shown how.",
    "It is led from here: hard cases are solved, standards set, and others taught.",
)
JUDGEMENT = "City Tools working judgement, to be edited by LOTI"


@tracked()
class SkillNeed(models.Model):
    """A function, or a product, that calls for a skill at a level.

    Function and product are named by their slugs: models of skills know no systems. The database
    holds each to a function or product that there is (see the migration): a slug that is renamed
    is renamed here, and a need goes with what it is about.
    """

    function = models.SlugField(max_length=60, null=True, blank=True)  # noqa: DJ001 (a key)
    product = models.SlugField(max_length=120, null=True, blank=True)  # noqa: DJ001 (a key)
    skill = models.ForeignKey(Skill, on_delete=models.PROTECT, related_name="needs")
    level = models.PositiveSmallIntegerField(
        choices=Level.choices[1:], help_text="The level that running it well calls for."
    )
    why = models.CharField(max_length=200, help_text="A sentence. Shown in public.")
    source = models.CharField(max_length=200, default=JUDGEMENT)

    class Meta:
        ordering = ["skill__position", "-level", "function", "product", "pk"]
        constraints = [
            models.CheckConstraint(
                name="a_need_is_of_a_function_or_of_a_product",
                condition=Q(function=None) ^ Q(product=None),
                violation_error_message="Name a function or a product, and not both.",
            ),
            models.UniqueConstraint(
                fields=["function", "skill"],
                name="a_function_calls_for_a_skill_once",
                violation_error_message="This function's need of this skill is already recorded.",
            ),
            models.UniqueConstraint(
                fields=["product", "skill"],
                name="a_product_calls_for_a_skill_once",
                violation_error_message="This product's need of this skill is already recorded.",
            ),
            models.CheckConstraint(
                name="a_needed_level_is_awareness_to_expert",
                condition=Q(level__in=Level.values[1:]),
                violation_error_message="A needed level is 1 (awareness) to 4 (expert).",
            ),
            models.CheckConstraint(
                name="a_need_says_why",
                condition=~Q(why="") & ~Q(source=""),
                violation_error_message="Say why, and on whose judgement.",
            ),
        ]

    def __str__(self) -> str:
        level = self.get_level_display().lower()
        return f"{self.function or self.product}: {self.skill}, {level}"

    def get_absolute_url(self) -> str:
        return self.skill.get_absolute_url()

    @property
    def judged(self) -> bool:
        """Whether it rests on our working judgement alone."""
        return self.source == JUDGEMENT

    def clean(self) -> None:
        """An empty name is none."""
        super().clean()
        self.function, self.product = self.function or None, self.product or None


class PastLevelQuerySet(SourcedQuerySet):
    """Queries on former levels."""

    def behind(self, levels: models.QuerySet[Any]) -> Self:
        """Those that any of these present levels replaced."""
        present = levels.order_by().filter(
            _equally_illustrative(), borough=OuterRef("borough"), skill=OuterRef("skill")
        )
        replaced = present.alias(since=FirstDay("as_of")).filter(since__gt=OuterRef("as_of_last"))
        return self.filter(Exists(replaced))


def previous_return_value(field: str) -> Subquery:
    """SQL: a field of the level in the return before, seen from a present level; null if none.

    Before: the latest day it can mean is earlier than the first that the present one can mean.
    An illustrative level is never the past of a real one, nor the other way about.
    """
    earlier = PastLevel.objects.filter(
        _equally_illustrative(),
        borough=OuterRef("borough"),
        skill=OuterRef("skill"),
        as_of_last__lt=FirstDay(OuterRef("as_of")),
    )
    return Subquery(earlier.order_by("-as_of_last", "-pk").values(field)[:1])


def _equally_illustrative() -> Exact:
    """SQL: this row and the outer one are both illustrative, or neither is."""
    kind = Value(SourceKind.ILLUSTRATIVE.value)
    return Exact(Exact(F("source_kind"), kind), Exact(OuterRef("source_kind"), kind))


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
        triggers = [*Sourced.Meta.triggers, MakesKey("borough__slug", "skill__slug", "as_of")]
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
            as_of_required("a_past_level_says_as_of_when"),
        ]

    def __str__(self) -> str:
        level = self.get_level_display().lower()
        return f"{self.borough}: {self.skill}, {level} as of {self.as_of}"

    def get_absolute_url(self) -> str:
        return self.skill.get_absolute_url()


_PAST_LEVEL_COLUMNS = (
    "borough_id", "skill_id", "level", "headcount", "can_teach", "wants_help",
    "source_kind", "source_url", "as_of", "read_on", "confidence", "confirmed_on", "note",
)  # fmt: skip

# Partial dates are compared as far as both go: 2026 does not come before 2026-09
_PAST_LEVEL_SQL = """
IF OLD.borough_id = NEW.borough_id AND OLD.skill_id = NEW.skill_id
    AND (OLD.source_kind = 'illustrative') = (NEW.source_kind = 'illustrative')
    AND left(OLD.as_of, length(NEW.as_of)) < left(NEW.as_of, length(OLD.as_of))
THEN
    INSERT INTO skills_pastlevel ({columns}) VALUES ({values})
    ON CONFLICT (borough_id, skill_id, as_of) DO UPDATE SET {updates};
END IF;
RETURN NULL;
"""


def keep_what_an_earlier_return_said(name: str) -> pgtrigger.Trigger:
    """A trigger on present levels: one replaced by a later return becomes a past level.

    A correction keeps its date, so that it changes the present and adds nothing to the past.
    """
    updates = [f"{column} = EXCLUDED.{column}" for column in _PAST_LEVEL_COLUMNS[2:]]
    update_of: Any = pgtrigger.UpdateOf  # without types
    return DerivedRowTrigger(
        into="skills.PastLevel",
        columns=("borough_id", "skill_id"),
        name=name,
        when=pgtrigger.After,
        operation=update_of("as_of"),
        func=_PAST_LEVEL_SQL.format(
            columns=", ".join(_PAST_LEVEL_COLUMNS),
            values=", ".join(f"OLD.{column}" for column in _PAST_LEVEL_COLUMNS),
            updates=", ".join(updates),
        ),
    )


class SkillLevelQuerySet(SourcedQuerySet):
    """Queries on skill levels."""

    def for_list(self) -> Self:
        """With all that a cell on a page shows."""
        return self.select_related("borough", "skill__group")

    def word_condition(self, words: str) -> Q:
        """Every word is in the skill, its group or the borough."""
        named = {"skill": Skill.objects.with_word, "borough": Borough.objects.with_word}
        return all_of(any_key(keys) for _, keys in keys_by_word(words, named))

    def borough_count(self) -> int:
        """How many of the 33 have any of these levels recorded."""
        return self.london().order_by().values("borough").distinct().count()

    def boroughs(self) -> models.QuerySet[Any]:
        """The same as a row of a query: `boroughs`."""
        return aggregate_row(self.london(), boroughs=models.Count("borough", distinct=True))

    def london(self) -> Self:
        """Without those of regional bodies."""
        return self.exclude(borough__kind=Borough.Kind.REGIONAL)

    def with_previous(self) -> Self:
        """With `previous` and `previous_as_of`: the level in the return before and its date."""
        return self.annotate(
            previous=previous_return_value("level"), previous_as_of=previous_return_value("as_of")
        )

    def strong(self) -> Self:
        """Practitioner or expert."""
        return self.filter(level__gte=Level.PRACTITIONER)

    def strength_by_skill(self) -> models.QuerySet[Any, dict[str, Any]]:
        """A row for each skill: how many of the 33 are at each level (at_0 …), teach, and wish."""
        fields = ("skill", "skill__name", "skill__position", "skill__group__position")
        skills = self.london().order_by().values(*fields)
        at = {f"at_{value}": Count("pk", filter=Q(level=value)) for value in Level.values}
        teach, wish = Q(can_teach=True), Q(wants_help=True)
        rows: models.QuerySet[Any, dict[str, Any]] = skills.annotate(
            **at, teach=Count("pk", filter=teach), wish=Count("pk", filter=wish)
        )
        return rows.order_by("skill__group__position", "skill__position", "skill")


@tracked()
class SkillLevel(Sourced):
    """How far one borough's organisation has one skill."""

    borough = models.ForeignKey(Borough, on_delete=models.PROTECT, related_name="skill_levels")
    skill = models.ForeignKey(Skill, on_delete=models.PROTECT, related_name="levels")
    level = models.PositiveSmallIntegerField(choices=Level)
    headcount = models.CharField(
        max_length=10, choices=Headcount, blank=True, help_text="Empty: not known."
    )
    can_teach = models.BooleanField(
        null=True, blank=True, help_text="Would teach another borough. Unknown: not asked."
    )
    wants_help = models.BooleanField(
        null=True, blank=True, help_text="Would like to learn from another. Unknown: not asked."
    )

    objects = SkillLevelQuerySet.as_manager()

    class Meta(Sourced.Meta):
        ordering = ["skill__position", "borough__name", "pk"]
        triggers = [
            *Sourced.Meta.triggers,
            MakesKey("borough__slug", "skill__slug"),
            keep_what_an_earlier_return_said("keep_what_an_earlier_return_said"),
        ]
        constraints = [
            *Sourced.Meta.constraints,
            models.UniqueConstraint(
                fields=["borough", "skill"],
                name="a_borough_has_one_level_of_a_skill",
                violation_error_message="This borough's level of this skill is already recorded: "
                "change that record instead.",
            ),
            models.CheckConstraint(
                name="a_skill_level_is_none_to_expert",
                condition=Q(level__in=Level.values),
                violation_error_message="A level is 0 (none) to 4 (expert).",
            ),
            models.CheckConstraint(
                name="a_skill_level_has_a_known_headcount_band",
                condition=Q(headcount__in=["", *Headcount.values]),
            ),
            as_of_required("a_skill_level_says_as_of_when"),
        ]

    def __str__(self) -> str:
        return f"{self.borough}: {self.skill}, {self.get_level_display().lower()}"

    def get_absolute_url(self) -> str:
        return self.skill.get_absolute_url()
