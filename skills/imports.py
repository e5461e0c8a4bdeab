"""Skills and the boroughs' levels of them, from files."""

from pathlib import Path

from django.utils.text import slugify

from boroughs.models import Borough
from citytools.imports import SOURCED, Draft, Import, sourced
from citytools.provenance import SourceKind
from citytools.sheets import lines
from skills.models import Level, PastLevel, Skill, SkillGroup, SkillLevel, SkillNeed
from systems.models import Function, Product

_LEVEL = ("borough", "skill", "level", "headcount", "can_teach", "wants_help", *SOURCED)


def skills(path: Path, run: Import) -> None:
    """skills.csv: the groups in the order of their first skill, and the skills in theirs."""
    rows = lines(path, ("group", "skill", "slug", "definition"))
    first_rows = {line.required("group"): line for line in reversed(rows)}
    names = list(dict.fromkeys(line.text("group") for line in rows))
    group_drafts = [
        Draft(first_rows[name], {"name": name, "slug": slugify(name), "position": position})
        for position, name in enumerate(names, start=1)
    ]
    run.upsert(SkillGroup, group_drafts, key=["slug"], columns={"name": "group", "slug": "group"})
    groups = {group.name: group for group in SkillGroup.objects.all()}
    drafts = [
        Draft(
            line,
            {
                "group": groups[line.text("group")],
                "name": line.text("skill"),
                "slug": line.text("slug"),
                "definition": line.text("definition"),
                "position": position,
            },
        )
        for position, line in enumerate(rows, start=1)
    ]
    run.upsert(Skill, drafts, key=["slug"], columns={"name": "skill"})


def needs(path: Path, run: Import) -> None:
    """needs.csv: which function, or which product, calls for which skill at which level."""
    functions = {one.name: one.slug for one in Function.objects.all()}
    products = {one.name: one.slug for one in Product.objects.all()}
    known = Skill.objects.in_bulk(field_name="slug")
    levels = {level.name.lower(): level.value for level in Level}
    drafts = [
        Draft(
            line,
            {
                "function": line.one("function", functions, "functions.csv"),
                "product": line.one("product", products, "products.csv"),
                "skill": line.the("skill", known, "skills.csv"),
                "level": line.the("level", levels, "the levels: awareness to expert"),
                "why": line.text("why"),
            },
        )
        for line in lines(path, ("function", "product", "skill", "level", "why"))
    ]
    run.upsert(SkillNeed, drafts, key=["function", "product", "skill"])


def skill_levels(path: Path, run: Import) -> None:
    """skill_levels.csv: how far each borough's organisation has each skill.

    An invented level gives way to a real one that has been entered since.
    """
    real = set(SkillLevel.objects.real().values_list("borough", "skill"))
    drafts = [one for one in _drafts(path) if not _invented(one) or _place(one) not in real]
    run.upsert(SkillLevel, drafts, key=["borough", "skill"])


def _invented(draft: Draft) -> bool:
    return bool(draft.values["source_kind"] == SourceKind.ILLUSTRATIVE)


def _place(draft: Draft) -> tuple[int, int]:
    return draft.values["borough"].pk, draft.values["skill"].pk


def past_levels(path: Path, run: Import) -> None:
    """past_levels.csv: the same by an earlier return."""
    run.upsert(PastLevel, _drafts(path), key=["borough", "skill", "as_of"])


def _drafts(path: Path) -> list[Draft]:
    boroughs = Borough.objects.in_bulk(field_name="slug")
    known = Skill.objects.in_bulk(field_name="slug")
    return [
        Draft(
            line,
            {
                "borough": line.the("borough", boroughs, "boroughs.csv"),
                "skill": line.the("skill", known, "skills.csv"),
                "level": line.whole("level"),
                "headcount": line.text("headcount"),
                "can_teach": line.yes_no("can_teach"),
                "wants_help": line.yes_no("wants_help"),
                **sourced(line),
            },
        )
        for line in lines(path, _LEVEL)
    ]


FILES = {
    "skills.csv": skills,
    "needs.csv": needs,
    "skill_levels.csv": skill_levels,
    "past_levels.csv": past_levels,
}
"""What each file is read by, in the order in which they rest on each other."""
