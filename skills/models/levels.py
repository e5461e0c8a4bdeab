"""The present levels: how far each borough's organisation has each skill."""

from collections.abc import Iterable
from typing import Any, Self

from django.db import models
from django.db.models import Count, Q

from boroughs.models import Borough
from citytools.facts.provenance import Sourced, SourcedQuerySet
from citytools.history import tracked
from citytools.lists.word_search import SearchText, split_words
from skills.models.catalogue import Skill
from skills.models.past import keep_what_an_earlier_return_said, previous
from skills.models.scales import Headcount, Level


class SkillLevelQuerySet(SourcedQuerySet):
    """Named questions about skill levels."""

    def for_list(self) -> Self:
        """With all that a cell on a page shows."""
        return self.select_related("borough", "skill__group")

    def matching(self, words: str) -> Self:
        """Of which every word is in the skill, its group or the borough."""
        rows = self
        for word in split_words(words):
            texts = SearchText("name"), SearchText("group__name")
            skills = Skill.objects.order_by().filter(word.in_any(*texts))
            boroughs = Borough.objects.order_by().named(word)
            rows = rows.filter(
                Q(skill__in=skills.values("pk")) | Q(borough__in=boroughs.values("pk"))
            )
        return rows

    def borough_count(self) -> int:
        """How many of the 33 have any of these levels recorded."""
        london = self.exclude(borough__kind=Borough.Kind.REGIONAL)
        return london.order_by().values("borough").distinct().count()

    def with_previous(self) -> Self:
        """With `previous` and `previous_as_of`: the level in the return before and its date."""
        return self.annotate(previous=previous("level"), previous_as_of=previous("as_of"))

    def strong(self) -> Self:
        """Practitioner or expert."""
        return self.filter(level__gte=Level.PRACTITIONER)

    def strength_by_skill(self) -> Iterable[dict[str, Any]]:
        """A row a skill: how many of the 33 are at each level (at_0 …), teach, and wish."""
        london = self.exclude(borough__kind=Borough.Kind.REGIONAL).order_by()
        skills = london.values("skill", "skill__name", "skill__position", "skill__group__position")
        at = {f"at_{one}": Count("pk", filter=Q(level=one)) for one in Level.values}
        return skills.annotate(
            **at,
            teach=Count("pk", filter=Q(can_teach=True)),
            wish=Count("pk", filter=Q(wants_help=True)),
        ).order_by("skill__group__position", "skill__position", "skill")


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
        ]

    def __str__(self) -> str:
        return f"{self.borough}: {self.skill}, {self.get_level_display().lower()}"

    def get_absolute_url(self) -> str:
        """The skill's page, which shows this level."""
        return self.skill.get_absolute_url()
