"""LOTI staff's pages on skills."""

from django.contrib import admin

from citytools.staff_admin import PROVENANCE, PROVENANCE_FILTERS, StaffAdmin
from skills.models import Skill, SkillGroup, SkillLevel


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


@admin.register(SkillLevel)
class SkillLevelAdmin(StaffAdmin):
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
                "fields": [
                    ("borough", "skill"),
                    ("level", "headcount"),
                    ("can_teach", "wants_help"),
                ],
                "description": "Of the organisation as a whole, in bands: never of a person.",
            },
        ),
        PROVENANCE,
    ]
