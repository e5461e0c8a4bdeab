"""What tests of loading share: a small set of fixtures, and ways to spoil it."""

import json
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any

import pghistory.models
import pytest
from django.apps import apps
from django.core.management import CommandError, call_command

from boroughs.models import Borough
from citytools.imports.faults import Fault, LoadError

FIXTURES = Path(__file__).parents[1] / "fixtures"

SMALL = {
    "boroughs.csv": "gss_code,name,official_name,code,slug,kind,inner_or_outer,partnership,"
    "population,population_year,households,households_year,tile_row,tile_column\n"
    "E09000001,North,London Borough of North,NOR,north,borough,inner,,1000,2021,400,2021,1,1\n"
    "E09000002,South,London Borough of South,SOU,south,borough,outer,,,,,,2,1\n",
    "functions.csv": "service_area,area_slug,kind,function,slug,also_called,area_also_called\n"
    "Housing,housing,frontline,Repairs,repairs,mending,homes\n"
    "Housing,housing,frontline,Lettings,lettings,,\n",
    "suppliers.csv": "name,slug,company_number,sme,vcse,note,illustrative\nAcme,acme,,,,,no\n",
    "supplier_aliases.csv": "supplier,alias,kind,source\nAcme,Acme Ltd,also_known_as,\n",
    "ownerships.csv": "supplier,owner,since,source\n",
    "products.csv": "name,slug,manufacturer,functions,former_names,certainty,source,note,"
    "illustrative\nFixer,fixer,Acme,Repairs; Lettings,Mender,known,,,no\n",
    "systems.csv": "key,borough,function,product,hosting,status,live_since,users,satisfaction,"
    "intention,note,source_kind,source_url,as_of,confidence,confirmed_on\n"
    "north-repairs-fixer,north,Repairs,Fixer,saas,live,2019-04,,,,,return,,2026,high,\n"
    "south-repairs-fixer,south,Repairs,Fixer,,,,,,,,return,,2026,high,\n",
    "frameworks.csv": "name,slug,reference,provider,starts_on,ends_on,source\n"
    "Cloud,cloud,RM1,,,,\n",
    "contracts.csv": "key,lead,partners,title,reference,ocid,supplier,department,functions,systems,"
    "starts_on,ends_on,rolling,extension_until,notice_months,annual_value,total_value,vat,route,"
    "framework,note,source_kind,source_url,as_of,confidence,confirmed_on\n"
    "north-repairs-2025,north,south,Repairs,,,Acme,,Lettings,"
    "north-repairs-fixer; south-repairs-fixer,2025,"
    "2027-03-31,no,,6,1200.50,,excluding,open,Cloud,,return,,2026,high,2026-10-01\n",
    "skills.csv": "group,group_slug,skill,slug,definition\n"
    "Delivery,delivery,Agile,agile,Works in short steps.\n",
    "needs.csv": "function,product,skill,level,why\n"
    "Repairs,,agile,working,Repairs never end.\n"
    ",Fixer,agile,expert,It is hard.\n",
    "research.json": '{"sources": [], "findings": [], "case_studies": [], "claims": [], '
    '"recommendations": []}',
}

VALUE: dict[str, Any] = {"on": "2026-11-25", "value": "52", "part": "13", "whole": "25"}
VALUE |= {"counted": 25, "boroughs": 9}
RECORD: dict[str, Any] = {"slug": "one", "title": "One", "body": "Words.", "sources": ["press"]}
RECORD |= {"published_on": "2026-11-25", "published_values": {}}


def document(**changes: Any) -> dict[str, list[dict[str, Any]]]:
    """One record of each kind; `finding__threshold="60"` changes one of its columns."""
    source: dict[str, Any] = {"key": "press", "title": "A report", "publisher": "", "url": ""}
    source |= {"published_on": ""}
    finding = RECORD | {"summary": "Short.", "as_of": "", "claimed_value": "half", "rows": ""}
    finding |= {"metric": "modern_gov_boroughs", "comparison": "more_than", "threshold": "-0.5"}
    finding |= {"published_values": {"modern_gov_boroughs": VALUE}}
    study = RECORD | {"summary": "Short.", "happened_on": "2012", "outcome": "It ended."}
    study |= {"boroughs": ["north"], "products": ["Fixer"], "functions": []}
    claim: dict[str, Any] = {"case_study": "one", "kind": "saving", "amount": "18000000"}
    claim |= {"period": "four years", "claimed_by": "A paper", "source": "press", "note": ""}
    advice = RECORD | {"audience": "local", "status": "proposed", "owner": "", "findings": ["one"]}
    kinds = {"sources": source, "findings": finding, "case_studies": study, "claims": claim}
    kinds |= {"recommendations": advice}
    for name, value in changes.items():
        kind, _, column = name.partition("__")
        kinds[kind][column] = value
    return {kind: [record] for kind, record in kinds.items()}


Folder = Callable[..., Path]


def load(fixtures: Path = FIXTURES, *options: str, demo: str = "no") -> str:
    """What the command says; with `--leave` and perhaps other options."""
    out = StringIO()
    folders = ("--demo", demo, "--from", str(fixtures))
    call_command("load", *folders, "--leave", *options, stdout=out)
    return out.getvalue()


def load_faults(fixtures: Path, demo: str = "no") -> list[Fault]:
    """The faults for which a load is refused; nothing was loaded and no history written."""
    before = events(), Borough.objects.count()
    with pytest.raises(CommandError) as refused:
        load(fixtures, demo=demo)
    assert str(refused.value).endswith("Nothing was loaded."), str(refused.value)
    assert (events(), Borough.objects.count()) == before
    error = refused.value.__cause__
    assert isinstance(error, LoadError)
    return list(error.faults)


def load_fault(fixtures: Path, demo: str = "no") -> str:
    """The one fault for which a load is refused, with its place."""
    (fault,) = load_faults(fixtures, demo)
    return str(fault)


def swap(old: str, new: str) -> Callable[[str], str]:
    def _swap(text: str) -> str:
        assert old in text
        return text.replace(old, new)

    return _swap


def row(text: str) -> Callable[[str], str]:
    return lambda before: before + text + "\n"


def events() -> int:
    kinds = [kind for kind in apps.get_models() if issubclass(kind, pghistory.models.Event)]
    return sum(kind._default_manager.count() for kind in kinds)


_SOURCED = "source_kind,source_url,as_of,confidence,confirmed_on"
FULL = SMALL | {
    "suppliers.csv": SMALL["suppliers.csv"] + "Holding,holding,,,,,no\n",
    "ownerships.csv": SMALL["ownerships.csv"] + "Acme,Holding,2021,\n",
    "research.json": json.dumps(document(case_studies__functions=["Repairs"])),
    "returns.csv": f"borough,subject,received_on,complete,{_SOURCED}\n"
    "north,systems,2026-09-30,yes,return,,2026-09-30,high,\n",
    "skill_levels.csv": f"borough,skill,level,headcount,can_teach,wants_help,{_SOURCED}\n"
    "north,agile,2,,yes,no,return,,2026-09-30,high,\n",
    "past_levels.csv": f"borough,skill,level,headcount,can_teach,wants_help,{_SOURCED}\n"
    "north,agile,1,,yes,no,return,,2025-09-30,high,\n",
}
"""A record of each kind that can be loaded, with links of each kind."""
