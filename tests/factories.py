"""Builders that take the least words: each makes what it needs and accepts any field by name."""

import itertools
from functools import partial
from typing import Any

from django.db import models

from boroughs.models import Borough, Return, Subject
from citytools.facts.provenance import Confidence, SourceKind
from contracts.models import (
    Contract,
    ContractPartner,
    ContractSystem,
    Framework,
    PipelineDuty,
)
from research.models import CaseClaim, CaseStudy, Finding, Recommendation, Source
from skills.models import Level, PastLevel, Skill, SkillGroup, SkillLevel, SkillNeed
from systems.models import (
    Function,
    Ownership,
    Product,
    ProductAlias,
    ServiceArea,
    Supplier,
    SupplierAlias,
    System,
)

_numbers = itertools.count(1)


def start_over() -> None:
    """Number from one again, before each test: positions are small integers, and tests many."""
    global _numbers
    _numbers = itertools.count(1)


SOURCE: dict[str, Any] = {
    "source_kind": SourceKind.RETURN,
    "as_of": "2026-09-30",
    "confidence": Confidence.HIGH,
}
"""The provenance of a fact in a test: a borough's return."""


def _named(kind: str, fields: dict[str, Any]) -> dict[str, Any]:
    """A name and a slug that nothing else has, unless they are given."""
    number = next(_numbers)
    fields.setdefault("name", f"{kind} {number}")
    fields.setdefault("slug", str(fields["name"]).lower().replace(" ", "-"))
    return fields


def _code(number: int) -> str:
    """Three letters that no other number has."""
    return "".join(chr(65 + number // 26**place % 26) for place in (2, 1, 0))


def borough(name: str = "", **fields: Any) -> Borough:
    """One of the 33, unless `kind` says otherwise."""
    number = next(_numbers)
    fields = _named("Borough", fields | ({"name": name} if name else {}))
    fields.setdefault("official_name", f"London Borough of {fields['name']}")
    defaults = {
        "code": _code(number),
        "gss_code": f"E{number:08}",
        "kind": Borough.Kind.BOROUGH,
        "inner_or_outer": Borough.Ring.INNER,
    }
    return Borough.objects.create(**defaults | fields)


def returned(by: Borough | None = None, **fields: Any) -> Return:
    """A borough's complete return, on systems unless `subject` says otherwise."""
    defaults = {"subject": Subject.SYSTEMS, "received_on": "2026-09-30", "complete": True}
    return Return.objects.create(**SOURCE | defaults | {"borough": by or borough()} | fields)


def service_area(name: str = "", **fields: Any) -> ServiceArea:
    """A frontline service area."""
    fields = _named("Service area", fields | ({"name": name} if name else {}))
    defaults = {"kind": ServiceArea.Kind.FRONTLINE, "position": next(_numbers)}
    return ServiceArea.objects.create(**defaults | fields)


def function(name: str = "", **fields: Any) -> Function:
    """A function in a service area of its own."""
    fields = _named("Function", fields | ({"name": name} if name else {}))
    fields.setdefault("position", next(_numbers))
    return Function.objects.create(**_lazily(fields, service_area=service_area))


def supplier(name: str = "", **fields: Any) -> Supplier:
    """A supplier."""
    return Supplier.objects.create(**_named("Supplier", fields | ({"name": name} if name else {})))


def supplier_alias(name: str, known: Supplier | None = None, **fields: Any) -> SupplierAlias:
    """Another name of a supplier."""
    return SupplierAlias.objects.create(name=name, supplier=known or supplier(), **fields)


def ownership(owned: Supplier, owner: Supplier, **fields: Any) -> Ownership:
    """A supplier that belongs to another."""
    return Ownership.objects.create(supplier=owned, owner=owner, **fields)


def product(name: str = "", **fields: Any) -> Product:
    """A product with a manufacturer of its own; `functions` may be given as a list."""
    functions = fields.pop("functions", [])
    fields = _named("Product", fields | ({"name": name} if name else {}))
    maker = partial(supplier, illustrative=fields.get("illustrative", False))
    new = Product.objects.create(**_lazily(fields, manufacturer=maker))
    new.functions.add(*functions)
    return new


def product_alias(name: str, renamed: Product | None = None) -> ProductAlias:
    """Another name of a product."""
    return ProductAlias.objects.create(name=name, product=renamed or product())


def system(**fields: Any) -> System:
    """One borough's use of one product for one function, each made unless given.

    What an invention needs is invented too: the worlds are kept apart by the database.
    """
    own_product = partial(product, illustrative=_is_invented(fields))
    fields = _lazily(fields, borough=borough, product=own_product, function=function)
    return System.objects.create(**SOURCE | fields)


def framework(name: str = "", **fields: Any) -> Framework:
    """A framework."""
    fields = _named("Framework", fields | ({"name": name} if name else {}))
    return Framework.objects.create(**fields)


def contract(**fields: Any) -> Contract:
    """A contract; `partners`, `systems` and `functions` may be given as lists."""
    linked = {name: fields.pop(name, []) for name in ("partners", "systems", "functions")}
    fields = {"title": f"Contract {next(_numbers)}"} | fields
    if fields.keys().isdisjoint({"starts_on", "ends_on", "rolling"}):
        fields["starts_on"] = "2025"  # else nobody would know whether it runs, and no sum held it
    own_supplier = partial(supplier, illustrative=_is_invented(fields))
    fields = _lazily(fields, lead=borough, supplier=own_supplier)
    record = Contract.objects.create(**SOURCE | fields)
    record.functions.add(*linked["functions"])
    for body in linked["partners"]:
        ContractPartner.objects.create(contract=record, borough=body)
    for covered in linked["systems"]:
        ContractSystem.objects.create(contract=record, system=covered)
    record.cover_systems()
    record.refresh_from_db()
    return record


def pipeline_duty(**fields: Any) -> PipelineDuty:
    """A borough that says it will pay over £100 million in 2027/28."""
    fields = {"year": 2027, "expects_over_100m": True} | fields
    return PipelineDuty.objects.create(**_lazily(fields, borough=borough))


def skill_group(name: str = "", **fields: Any) -> SkillGroup:
    """A family of skills."""
    fields = _named("Skill group", fields | ({"name": name} if name else {}))
    fields.setdefault("position", next(_numbers))
    return SkillGroup.objects.create(**fields)


def skill(name: str = "", **fields: Any) -> Skill:
    """A skill in a group of its own."""
    fields = _named("Skill", fields | ({"name": name} if name else {}))
    fields = {"definition": "Can do it.", "position": next(_numbers)} | fields
    return Skill.objects.create(**_lazily(fields, group=skill_group))


def skill_level(**fields: Any) -> SkillLevel:
    """One borough's level of one skill: working, unless given."""
    fields = _lazily({"level": Level.WORKING} | fields, borough=borough, skill=skill)
    return SkillLevel.objects.create(**SOURCE | fields)


def skill_need(**fields: Any) -> SkillNeed:
    """A need of a skill at practitioner by `function` or `product`, a function of its own."""
    for name in ("function", "product"):
        if name in fields:
            fields[name] = fields[name].slug
    if not fields.keys() & {"function", "product"}:
        fields["function"] = function().slug
    fields = {"level": Level.PRACTITIONER, "why": "It is hard."} | fields
    return SkillNeed.objects.create(**_lazily(fields, skill=skill))


def past_level(later: SkillLevel | None = None, **fields: Any) -> PastLevel:
    """What a borough said of a skill in an earlier return: working a year before, unless given."""
    latest = later or skill_level()
    defaults = {"level": Level.WORKING, "as_of": "2025-09-30", "source_kind": latest.source_kind}
    keys = {"borough": latest.borough, "skill": latest.skill}
    return PastLevel.objects.create(**SOURCE | keys | defaults | fields)


def source(**fields: Any) -> Source:
    """A publication that research rests on."""
    number = next(_numbers)
    return Source.objects.create(
        **{"key": f"source-{number}", "title": f"Source {number}"} | fields
    )


def claim(study: CaseStudy, **fields: Any) -> CaseClaim:
    """A saving of a million pounds that somebody claimed for a case study."""
    values: dict[str, Any] = {
        "kind": "saving",
        "amount": 1_000_000,
        "claimed_by": "A paper",
    } | fields
    return CaseClaim.objects.create(
        case_study=study, source=values.pop("source", None) or source(), **values
    )


def finding(**fields: Any) -> Finding:
    """A finding published in 2026."""
    return Finding.objects.create(**_published("Finding", {"summary": "In short."} | fields))


def case_study(**fields: Any) -> CaseStudy:
    """A case study published in 2026; `boroughs`, `products` may be given as lists."""
    linked = {name: fields.pop(name, []) for name in ("boroughs", "products", "functions")}
    fields = _published("Case study", {"summary": "In short."} | fields)
    study = CaseStudy.objects.create(**fields)
    for name, things in linked.items():
        getattr(study, name).add(*things)
    return study


def case_claim(**fields: Any) -> CaseClaim:
    """A cost of £1,000 as LOTI claimed it, of a case study of its own."""
    fields = {"kind": CaseClaim.Kind.COST, "amount": 1000, "claimed_by": "LOTI"} | fields
    return CaseClaim.objects.create(**_lazily(fields, case_study=case_study, source=source))


def recommendation(**fields: Any) -> Recommendation:
    """A recommendation to each borough; `findings` may be given as a list."""
    findings = fields.pop("findings", [])
    fields = {"audience": Recommendation.Audience.LOCAL} | fields
    advice = Recommendation.objects.create(**_published("Recommendation", fields))
    advice.findings.add(*findings)
    return advice


def _published(kind: str, fields: dict[str, Any]) -> dict[str, Any]:
    number = next(_numbers)
    slug = f"{kind.lower().replace(' ', '-')}-{number}"
    defaults = {"title": f"{kind} {number}", "slug": slug, "body": "Text."}
    return defaults | {"published_on": "2026-09-30"} | fields


def _is_invented(fields: dict[str, Any]) -> bool:
    return fields.get("source_kind") == SourceKind.ILLUSTRATIVE


def _lazily(fields: dict[str, Any], **builders: Any) -> dict[str, Any]:
    """The fields with a related object made for each that was not given."""
    related: dict[str, models.Model] = {
        name: build() for name, build in builders.items() if name not in fields
    }
    return fields | related
