"""The skills that an organisation can have, in groups."""

from django.db import models
from django.urls import reverse

from citytools.history import tracked


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


@tracked()
class Skill(models.Model):
    """What an organisation can do."""

    group = models.ForeignKey(SkillGroup, on_delete=models.PROTECT, related_name="skills")
    name = models.CharField(max_length=60, unique=True)
    slug = models.SlugField(max_length=60, unique=True)
    definition = models.TextField(help_text="What an organisation with this skill can do.")
    position = models.PositiveSmallIntegerField(help_text="Order on the page.")

    class Meta:
        ordering = ["position", "pk"]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """The skill's page."""
        return reverse("skills:detail", args=[self.slug])
