"""Releases of our own making, in the shape in which the two national services publish them.

Run as a program it writes a release package for measuring: python -m tests.notices 10000 > big.json
"""

import json
import sys
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any

from django.core.management import call_command

LONDON = [
    "London Borough of Camden", "London Borough of Barnet", "Westminster City Council",
    "Royal Borough of Greenwich", "Sutton Council", "LB Hackney",
]  # fmt: skip


def release(**changes: Any) -> dict[str, Any]:
    """A release that awards one contract for software to one supplier; `changes` by field."""
    ocid = changes.get("ocid", "ocds-b5fd17-0001")
    fields = {
        "ocid": ocid,
        "id": f"{ocid}-release",
        "date": "2026-01-15T10:00:00Z",
        "tag": ["award"],
        "language": "en",
        "initiationType": "tender",
        "tender": tender(),
        "parties": [
            {"id": "GB-CFS-1", "name": "London Borough of Camden", "roles": ["buyer"]},
            supplier(),
        ],
        "buyer": {"id": "GB-CFS-1", "name": "London Borough of Camden"},
        "awards": [award()],
    }
    return fields | changes


def tender(**changes: Any) -> dict[str, Any]:
    """A tender for software."""
    fields = {
        "id": "REF-1",
        "title": "Case management software",
        "classification": {"scheme": "CPV", "id": "48000000"},
        "procurementMethod": "open",
        "procurementMethodDetails": "Open procedure",
    }
    return fields | changes


def award(**changes: Any) -> dict[str, Any]:
    """An award of £120,000 over two years to the one supplier."""
    fields = {
        "id": "ocds-b5fd17-0001-1",
        "status": "active",
        "value": {"amount": 120000, "currency": "GBP"},
        "suppliers": [{"id": "GB-CFS-2", "name": "Sampleton Software Ltd"}],
        "contractPeriod": {
            "startDate": "2026-04-01T00:00:00+01:00",
            "endDate": "2028-03-31T23:59:59+01:00",
        },
        "documents": [
            {
                "id": "1",
                "documentType": "awardNotice",
                "url": "https://www.contractsfinder.service.gov.uk/Notice/0001",
            }
        ],
    }
    return fields | changes


def supplier(**changes: Any) -> dict[str, Any]:
    """The one supplier as a party."""
    fields = {
        "id": "GB-CFS-2",
        "name": "Sampleton Software Ltd",
        "identifier": {"scheme": "GB-COH", "id": "01234567", "legalName": "Sampleton Software Ltd"},
        "details": {"scale": "sme", "vcse": False},
        "roles": ["supplier"],
    }
    return fields | changes


def written(folder: Path, *releases: Any, name: str = "notices.json") -> Path:
    """A release package in a file."""
    path = folder / name
    path.write_text(
        json.dumps({"version": "1.1", "uri": "https://a.example", "releases": releases})
    )
    return path


def imported(path: Path, *options: str) -> str:
    """What the command says."""
    out = StringIO()
    call_command("import_ocds", str(path), *options, stdout=out, stderr=StringIO())
    return out.getvalue()


def many(count: int) -> Iterator[dict[str, Any]]:
    """So many different releases: half of them of London, every fifth of these not technology.

    Each has the bulk that real ones have: about 4,000 characters.
    """
    words = "Provision, support and maintenance of a hosted case management system. " * 30
    for number in range(count):
        buyer = LONDON[number % 12] if number % 12 < len(LONDON) else f"Shire {number} Council"
        company = f"Sampleton {number % 700} Ltd"
        ocid = f"ocds-b5fd17-{number:08}"
        code = "45000000" if number % 5 == 0 else "48000000"
        yield release(
            ocid=ocid,
            tender=tender(
                id=f"REF-{number}",
                title=f"System {number}",
                description=words,
                classification={"scheme": "CPV", "id": code},
            ),
            buyer={"id": "GB-CFS-1", "name": buyer},
            parties=_parties(buyer, company, f"{number % 700 + 1:08}"),
            awards=[
                award(
                    id=f"{ocid}-1",
                    suppliers=[{"id": "GB-CFS-2", "name": company}],
                    description=words[:1000],
                )
            ],
        )


def _parties(buyer: str, company: str, company_number: str) -> list[dict[str, Any]]:
    identifier = {"scheme": "GB-COH", "id": company_number}
    return [
        {
            "id": "GB-CFS-1",
            "name": buyer,
            "roles": ["buyer"],
            "address": {"streetAddress": "1 Example Road", "postalCode": "AA1 1AA"},
            "contactPoint": {"name": "Jo Bloggs", "email": "jo@example.com"},
        },
        supplier(id="GB-CFS-2", name=company, identifier=identifier),
    ]


if __name__ == "__main__":
    package = {"version": "1.1", "uri": "https://a.example", "releases": [*many(int(sys.argv[1]))]}
    json.dump(package, sys.stdout)
