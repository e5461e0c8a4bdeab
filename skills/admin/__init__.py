"""LOTI staff's pages on skills."""

from typing import Any

from django.contrib import admin, messages
from django.forms import ModelChoiceField, ModelForm
from django.http import HttpRequest

from citytools.staff.admin import PROVENANCE, PROVENANCE_FILTERS, StaffAdmin
from skills.admin.returns import ReturnsAdmin
from skills.models import PastLevel, Skill, SkillGroup, SkillLevel, SkillNeed
from systems.models import Function, Product


@admin.register(SkillGroup)
class SkillGroupAdmin(StaffAdmin):
    """Families of skills."""

    list_display = ["name", "position"]
    search_fields = ["name"]
    prepopulated_fields = {"slug": ["name"]}


@admin.register(Skill)
class SkillAdmin(StaffAdmin):
    """What an organisation can do."""

    list_display = ["name", "group", "position"]
    list_filter = ["group"]
    search_fields = ["name", "group__name", "definition"]
    prepopulated_fields = {"slug": ["name"]}
    names_need = ["group"]


_ANSWER: Any = [("borough", "skill"), ("level", "headcount"), ("can_teach", "wants_help")]


@admin.register(SkillLevel)
class SkillLevelAdmin(ReturnsAdmin):
    """How far one borough's organisation has one skill."""

    list_display = ["borough", "skill", "level", "headcount", "can_teach", "wants_help", "as_of"]
    list_filter = ["level", "can_teach", "wants_help", "skill__group", *PROVENANCE_FILTERS]
    search_fields = ["borough__name", "skill__name", "skill__group__name"]
    autocomplete_fields = ["borough", "skill"]
    names_need = ["borough", "skill"]
    fieldsets = [
        (
            None,
            {
                "fields": _ANSWER,
                "description": "Of the organisation as a whole, in bands: never of a person. "
                "Leave the date to correct a mistake. A later date makes what was said before a "
                "past level, which pages compare with.",
            },
        ),
        PROVENANCE,
    ]

    def save_model(
        self, request: HttpRequest, obj: SkillLevel, form: ModelForm, change: bool
    ) -> None:
        """Says so where the former level became the past: a mended date must not."""
        super().save_model(request, obj, form, change)
        before = form.initial.get("as_of")
        past = PastLevel.objects.filter(borough=obj.borough, skill=obj.skill, as_of=before)
        if change and "as_of" in form.changed_data and past.exists():
            said = f"The level as of {before} is kept as a past level. If you only mended the date"
            messages.info(request, f"{said}, delete that past level.")


@admin.register(PastLevel)
class PastLevelAdmin(StaffAdmin):
    """What boroughs said in earlier returns; a later return adds to them by itself."""

    list_display = ["borough", "skill", "level", "as_of", "source_kind"]
    list_filter = ["level", "skill__group", *PROVENANCE_FILTERS]
    search_fields = ["borough__name", "skill__name", "skill__group__name"]
    autocomplete_fields = ["borough", "skill"]
    names_need = ["borough", "skill"]
    fieldsets = [(None, {"fields": _ANSWER}), PROVENANCE]


class SkillNeedForm(ModelForm):
    """Names the function or the product by choice; the record keeps the slug."""

    function = ModelChoiceField(
        Function.objects.all(), to_field_name="slug", required=False, help_text="Or a product."
    )
    product = ModelChoiceField(
        Product.objects.all(), to_field_name="slug", required=False, help_text="Or a function."
    )

    def clean_function(self) -> str | None:
        """Its slug."""
        return _slug(self.cleaned_data["function"])

    def clean_product(self) -> str | None:
        """Its slug."""
        return _slug(self.cleaned_data["product"])


def _slug(thing: Function | Product | None) -> str | None:
    return thing.slug if thing else None


@admin.register(SkillNeed)
class SkillNeedAdmin(StaffAdmin):
    """Which skill what a borough runs calls for: LOTI's judgement."""

    form = SkillNeedForm
    list_display = ["__str__", "level", "why"]
    list_filter = ["level", "skill__group", "skill"]
    search_fields = ["function", "product", "skill__name", "why"]
    autocomplete_fields = ["skill"]
    names_need = ["skill"]
    fieldsets = [
        (
            None,
            {
                "fields": [("function", "product"), ("skill", "level"), "why", "source"],
                "description": "Where a borough runs it with less of the skill, its page calls "
                "that a gap that matters.",
            },
        ),
    ]
