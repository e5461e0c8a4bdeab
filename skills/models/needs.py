"""Which skill an organisation needs for what it runs: LOTI's working judgement, open to editing."""

from typing import Self

from django.db import models
from django.db.models import Q

from citytools.history import tracked
from skills.models.catalogue import Skill
from skills.models.scales import Level

JUDGEMENT = "City Tools working judgement, to be edited by LOTI"


class SkillNeedQuerySet(models.QuerySet["SkillNeed"]):
    """Named questions about needs."""

    def for_list(self) -> Self:
        """With all that a row on a page shows."""
        return self.select_related("skill__group")


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

    objects = SkillNeedQuerySet.as_manager()

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
        """The skill's page, which says what calls for it."""
        return self.skill.get_absolute_url()

    @property
    def judged(self) -> bool:
        """Whether it rests on our working judgement alone."""
        return self.source == JUDGEMENT

    def clean(self) -> None:
        """An empty name is none."""
        super().clean()
        self.function, self.product = self.function or None, self.product or None
