"""Skills and the boroughs' levels of them, from files."""

from pathlib import Path

from boroughs.models import Borough
from citytools.facts.provenance import SourceKind
from citytools.imports import SOURCED, ImportRun
from citytools.imports.csv_reader import read_csv
from citytools.imports.table_writer import RecordDraft
from skills.models import PastLevel, Skill, SkillGroup, SkillLevel, SkillNeed
from systems.models import Function, Product

_LEVEL = ("level", "headcount", "can_teach", "wants_help", *SOURCED)


def skills(path: Path, run: ImportRun) -> None:
    """skills.csv: the groups in the order of their first skill, and the skills in theirs."""
    rows = read_csv(path, ("group", "group_slug", "skill", "slug", "definition"), run.faults)
    first_rows = {line.required("group"): line for line in reversed(rows)}
    names = list(dict.fromkeys(line.text("group") for line in rows))
    group_drafts = [
        RecordDraft(
            first_rows[name],
            {
                "name": name,
                "slug": first_rows[name].required("group_slug"),
                "position": position,
            },
        )
        for position, name in enumerate(names, start=1)
    ]
    run.upsert(
        SkillGroup, group_drafts, key=["slug"], columns={"name": "group", "slug": "group_slug"}
    )
    groups = run.directory(SkillGroup, "name", column="group")
    positions = {line.place: position for position, line in enumerate(rows, start=1)}
    drafts = run.drafts(
        Skill,
        rows,
        lambda line: {
            "group": line.lookup("group", groups, "skills.csv"),
            "name": line.text("skill"),
            **line.field_values(Skill, ["slug", "definition"]),
            "position": positions[line.place],
        },
    )
    run.upsert(Skill, drafts, key=["slug"], columns={"name": "skill"})


def needs(path: Path, run: ImportRun) -> None:
    """needs.csv: which function, or which product, calls for which skill at which level."""
    functions = run.directory(Function, "name", column="function")
    products = run.directory(Product, "name")
    known = run.directory(Skill, "slug")
    drafts = run.drafts(
        SkillNeed,
        read_csv(path, ("function", "product", "skill", "level", "why"), run.faults),
        lambda line: {
            "function": _slug(line.lookup("function", functions, "functions.csv")),
            "product": _slug(line.lookup("product", products, "products.csv")),
            "skill": line.required_lookup("skill", known, "skills.csv"),
            **line.field_values(SkillNeed, ["level", "why"]),
        },
    )
    run.upsert(SkillNeed, drafts, key=["function", "product", "skill"])


def _slug(record: Function | Product | None) -> str | None:
    return record.slug if record else None


def skill_levels(path: Path, run: ImportRun) -> None:
    """skill_levels.csv: how far each borough's organisation has each skill.

    An illustrative level gives way to a real one that has been entered since.
    """
    real = set(SkillLevel.objects.real().values_list("borough", "skill"))

    def superseded(draft: RecordDraft) -> bool:
        values = draft.values
        illustrative = values["source_kind"] == SourceKind.ILLUSTRATIVE and not draft.line.unread
        return illustrative and (values["borough"].pk, values["skill"].pk) in real

    drafts = [draft for draft in _drafts(SkillLevel, path, run) if not superseded(draft)]
    run.upsert(SkillLevel, drafts, key=["borough", "skill"])


def past_levels(path: Path, run: ImportRun) -> None:
    """past_levels.csv: the same by an earlier return."""
    run.upsert(PastLevel, _drafts(PastLevel, path, run), key=["borough", "skill", "as_of"])


def _drafts(
    model: type[SkillLevel] | type[PastLevel], path: Path, run: ImportRun
) -> list[RecordDraft]:
    boroughs = run.directory(Borough, "slug")
    known = run.directory(Skill, "slug")
    return run.drafts(
        model,
        read_csv(path, ("borough", "skill", *_LEVEL), run.faults),
        lambda line: {
            "borough": line.required_lookup("borough", boroughs, "boroughs.csv"),
            "skill": line.required_lookup("skill", known, "skills.csv"),
            **line.field_values(model, _LEVEL),
        },
    )


# The reader of each file; a file comes after those that it refers to
FILES = {
    "skills.csv": skills,
    "needs.csv": needs,
    "skill_levels.csv": skill_levels,
    "past_levels.csv": past_levels,
}
