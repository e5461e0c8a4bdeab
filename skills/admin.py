"""LOTI staff's pages on skills."""

import datetime
from functools import partial
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.db.models import Subquery
from django.forms import ModelChoiceField, ModelForm
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse

from boroughs import return_form
from boroughs.models import Borough, Subject, returns_subquery
from boroughs.return_form import Received
from citytools.facts.statistics import count_related_rows
from citytools.staff.admin import PROVENANCE, PROVENANCE_FILTERS, StaffAdmin, integrity_message
from citytools.staff.confirmation_form import ConfirmationQuestion
from citytools.staff.value_fields import reading_notes
from skills.models import Level, PastLevel, Skill, SkillGroup, SkillLevel, SkillNeed
from skills.returns.batch import save_return
from skills.returns.sheet import Sheet
from systems.models import Function, Product

_NAME = "skills_skilllevel_return"


class ReturnsAdmin(StaffAdmin):
    """The pages of returns. All of them need the permissions to add and to change levels."""

    change_list_template = "admin/skill_levels.html"

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        return [
            path("return/", wrap(self.returns_view), name=f"{_NAME}s"),
            path("return/<slug:slug>/", wrap(self.return_view), name=_NAME),
            *super().get_urls(),
        ]

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        may = {"may_enter_returns": self._may_enter(request)}
        return super().changelist_view(request, may | (extra_context or {}))

    def returns_view(self, request: HttpRequest) -> HttpResponse:
        """Every body with its latest return, to choose from."""
        self._check(request)
        latest = returns_subquery("pk", Subject.SKILLS)
        boroughs = Borough.objects.annotate(
            received_on=Subquery(latest.values("received_on")[:1]),
            complete=Subquery(latest.values("complete")[:1]),
            real_levels=count_related_rows(SkillLevel.objects.real(), "borough"),
        )
        context = self._page(request, "Returns on skills") | {
            "boroughs": boroughs.order_by("name", "pk"),
            "skills": Skill.objects.count(),
        }
        return TemplateResponse(request, "admin/skill_returns.html", context)

    def return_view(self, request: HttpRequest, slug: str) -> HttpResponse:
        """One return: the empty form, the form with its problems, or saved."""
        self._check(request)
        borough = get_object_or_404(Borough, slug=slug)
        if request.method != "POST":
            return self._form(request, Sheet(borough))
        try:
            with transaction.atomic():
                sheet = Sheet(borough, request.POST, partial(_question, borough))
                if not sheet.is_valid():
                    return self._form(request, sheet).render()
                result = save_return(sheet)
                notes = list(reading_notes(sheet.head))
        except IntegrityError as error:
            return _refuse(request, integrity_message(error))
        for note in notes:
            messages.info(request, note)
        if not result.batch.pk:
            messages.info(request, f"Nothing differs from what was recorded. {result.words}.")
        else:
            messages.success(request, f"Saved as {result.batch}: {result.words}.")
            if request.user.has_perm("citytools.view_batch"):
                return HttpResponseRedirect(result.batch.get_absolute_url())
        return HttpResponseRedirect(reverse(f"admin:{_NAME}", args=[slug]))

    def _form(self, request: HttpRequest, sheet: Sheet) -> TemplateResponse:
        title = f"Return on skills: {sheet.borough}"
        context = self._page(request, title) | {"sheet": sheet, "levels": Level}
        return TemplateResponse(request, "admin/skill_return.html", context)

    def _check(self, request: HttpRequest) -> None:
        if not self._may_enter(request):
            raise PermissionDenied

    def _may_enter(self, request: HttpRequest) -> bool:
        return self.has_add_permission(request) and self.has_change_permission(request)

    def _page(self, request: HttpRequest, title: str) -> dict[str, Any]:
        return self.admin_site.each_context(request) | {"title": title, "opts": self.opts}


def _refuse(request: HttpRequest, reason: str) -> HttpResponseRedirect:
    """The same page again, with the reason at its top."""
    messages.error(request, reason)
    return HttpResponseRedirect(request.get_full_path())


def _question(borough: Borough, day: datetime.date, skills: int) -> ConfirmationQuestion | None:
    """What to ask before a return of that day becomes complete."""
    received = Received(day, illustrative=False)
    others = return_form.other_returns(borough, Subject.SKILLS)
    return return_form.question_on_whole_skills(borough, skills, received, others)


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


_ANSWER_FIELDS: Any = [("borough", "skill"), ("level", "headcount"), ("can_teach", "wants_help")]


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
                "fields": _ANSWER_FIELDS,
                "description": "Of the organisation as a whole, in bands: never of a person. "
                "Leave the date to correct a mistake. A later date makes what was said before a "
                "past level, which pages compare with.",
            },
        ),
        PROVENANCE,
    ]

    def save_model(self, request: HttpRequest, obj: SkillLevel, form: Any, change: bool) -> None:
        """Tells staff where the former level became the past: a corrected date must not."""
        super().save_model(request, obj, form, change)
        before = form.initial.get("as_of")
        past = PastLevel.objects.filter(borough=obj.borough, skill=obj.skill, as_of=before)
        if change and "as_of" in form.changed_data and past.exists():
            messages.info(
                request,
                f"The level as of {before} is kept as a past level. If you only mended the date, "
                "delete that past level.",
            )


@admin.register(PastLevel)
class PastLevelAdmin(StaffAdmin):
    """What boroughs said in earlier returns; a later return adds to them by itself."""

    list_display = ["borough", "skill", "level", "as_of", "source_kind"]
    list_filter = ["level", "skill__group", *PROVENANCE_FILTERS]
    search_fields = ["borough__name", "skill__name", "skill__group__name"]
    autocomplete_fields = ["borough", "skill"]
    names_need = ["borough", "skill"]
    fieldsets = [(None, {"fields": _ANSWER_FIELDS}), PROVENANCE]


class SkillNeedForm(ModelForm):  # type: ignore[type-arg]  # generic in the stubs alone
    """The function or the product is chosen as a record; the need stores its slug."""

    function = ModelChoiceField(
        Function.objects.all(), to_field_name="slug", required=False, help_text="Or a product."
    )
    product = ModelChoiceField(
        Product.objects.all(), to_field_name="slug", required=False, help_text="Or a function."
    )

    def clean_function(self) -> str | None:
        return getattr(self.cleaned_data["function"], "slug", None)

    def clean_product(self) -> str | None:
        return getattr(self.cleaned_data["product"], "slug", None)


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
