"""The admin's pages of returns on skills: whose to enter, the return, and what it changed."""

import datetime
from functools import partial
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.db.models import Subquery
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse

from boroughs import completeness
from boroughs.completeness import Received
from boroughs.models import Borough, Subject, returns_of
from citytools.counting import counted
from citytools.staff.admin import StaffAdmin, refusal
from citytools.staff.confirmation_form import Question
from skills.models import Level, Skill, SkillLevel
from skills.returns import batch
from skills.returns.sheet import Sheet

_NAME = "skills_skilllevel_return"


class ReturnsAdmin(StaffAdmin):
    """Pages beside those of single levels. All of them need to add and to change levels."""

    change_list_template = "admin/skill_levels.html"

    def get_urls(self) -> list[URLPattern]:
        """With the pages of returns."""
        wrap = self.admin_site.admin_view
        return [
            path("return/", wrap(self.returns_view), name=f"{_NAME}s"),
            path("return/<slug:slug>/", wrap(self.return_view), name=_NAME),
            path("return/<slug:slug>/<uuid:number>/", wrap(self.batch_view), name=f"{_NAME}_batch"),
            *super().get_urls(),
        ]

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The list, with a link to the returns for those who may enter one."""
        may = {"may_enter_returns": self._may_enter(request)}
        return super().changelist_view(request, may | (extra_context or {}))

    def returns_view(self, request: HttpRequest) -> HttpResponse:
        """Every body with its latest return, to choose from."""
        self._check(request)
        latest = returns_of("pk", Subject.SKILLS, illustrative=False)
        boroughs = Borough.objects.annotate(
            received_on=Subquery(latest.values("received_on")[:1]),
            complete=Subquery(latest.values("complete")[:1]),
            real_levels=counted(SkillLevel.objects.real(), "borough"),
        )
        context = self._page(request, "Returns on skills") | {
            "boroughs": boroughs.order_by("name", "pk"),
            "skills": Skill.objects.count(),
        }
        return TemplateResponse(request, "admin/skill_returns.html", context)

    def return_view(self, request: HttpRequest, slug: str) -> HttpResponse:
        """One return: asked, said what is wrong with it, or saved."""
        self._check(request)
        borough = get_object_or_404(Borough, slug=slug)
        if request.method != "POST":
            return self._shown(request, Sheet(borough))
        try:
            with transaction.atomic():
                sheet = Sheet(borough, request.POST, partial(_question, borough))
                if not sheet.is_valid():
                    return self._shown(request, sheet).render()
                saved = batch.save(sheet)
        except IntegrityError as error:
            messages.error(request, refusal(error))
            return HttpResponseRedirect(request.get_full_path())
        return self._saved(request, borough, saved)

    def _shown(self, request: HttpRequest, sheet: Sheet) -> TemplateResponse:
        title = f"Return on skills: {sheet.borough}"
        context = self._page(request, title) | {"sheet": sheet, "levels": Level}
        return TemplateResponse(request, "admin/skill_return.html", context)

    def _saved(
        self, request: HttpRequest, borough: Borough, saved: batch.Saved
    ) -> HttpResponseRedirect:
        if batch.of(borough, saved.batch) is None:
            messages.info(request, f"Nothing differs from what was recorded. {saved.words}.")
            return HttpResponseRedirect(reverse(f"admin:{_NAME}", args=[borough.slug]))
        messages.success(request, f"Saved as one batch: {saved.words}.")
        where = reverse(f"admin:{_NAME}_batch", args=[borough.slug, saved.batch])
        return HttpResponseRedirect(where)

    def batch_view(self, request: HttpRequest, slug: str, number: UUID) -> HttpResponse:
        """What one return changed; posting undoes it."""
        self._check(request)
        borough = get_object_or_404(Borough, slug=slug)
        if request.method == "POST":
            return self._undone(request, borough, number)
        found = batch.of(borough, number)
        if found is None:
            raise Http404("No return on skills of this borough was saved as this batch.")
        name = found.name[:1].upper() + found.name[1:]
        context = self._page(request, name) | {"borough": borough, "batch": found}
        return TemplateResponse(request, "admin/skill_return_batch.html", context)

    def _undone(self, request: HttpRequest, borough: Borough, number: UUID) -> HttpResponse:
        try:
            with transaction.atomic():
                Borough.objects.select_for_update().get(pk=borough.pk)
                found = batch.of(borough, number)
                if found is None:
                    raise Http404("No return on skills of this borough was saved as this batch.")
                if found.standing:
                    batch.undo(found)
        except IntegrityError as error:
            messages.error(request, refusal(error))
            return HttpResponseRedirect(request.get_full_path())
        if not found.standing:
            messages.error(request, "Not undone: something of it was changed since. See below.")
            return HttpResponseRedirect(request.get_full_path())
        messages.success(request, f"Undone: {found.name}. All is as it was before.")
        return HttpResponseRedirect(reverse(f"admin:{_NAME}", args=[borough.slug]))

    def _check(self, request: HttpRequest) -> None:
        if not self._may_enter(request):
            raise PermissionDenied

    def _may_enter(self, request: HttpRequest) -> bool:
        return self.has_add_permission(request) and self.has_change_permission(request)

    def _page(self, request: HttpRequest, title: str) -> dict[str, Any]:
        return self.admin_site.each_context(request) | {"title": title, "opts": self.opts}


def _question(borough: Borough, day: datetime.date, skills: int) -> Question | None:
    """What to ask before a return of that day becomes complete."""
    received = Received(day, illustrative=False)
    others = completeness.other_returns(borough, Subject.SKILLS)
    return completeness.question_on_whole_skills(borough, skills, received, others)
