"""Contracts as an OCDS 1.1 release package: one release for each contract.

What OCDS has no place for (dates known only as a month or year, notice, yearly value, source,
confidence) stands under `cityTools`, an additional field such as the standard allows. A contract
without an OCID gets one of this site alone, made of its key. It does not begin with `ocds-`:
prefixes that do are given by registration, and City Tools has none.
"""

import hashlib
import json
import re
from decimal import Decimal
from typing import IO, Any
from urllib.parse import quote, urlsplit, urlunsplit

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, QuerySet
from django.db.models.functions import JSONObject

from boroughs.models import Borough
from citytools.facts import dates
from citytools.facts.provenance import SourceKind
from contracts.models import Contract, ContractPartner, ContractStatus, Route, Stage, Vat

LICENCE = "https://www.nationalarchives.gov.uk/doc/open-government-licence/version/3/"
# Before the key of a contract that has no OCID; unique on this site and nowhere else.
OWN_OCID = "citytools-contract-"
OWN_AWARD = "citytools-award-"
INVENTED = "Invented for demonstration: this is no real contract."
_WHOLE = len("2026-11-30")
# Characters with a meaning in an address; in a host, brackets have one too.
_RESERVED = "/?:@!$&'()*+,;=%~"
# Codes of OCDS; the competitive flexible procedure may be open or selective, so it has none.
_METHODS = {
    Route.OPEN: "open",
    Route.RESTRICTED: "selective",
    Route.FRAMEWORK_COMPETITION: "selective",
    Route.NEGOTIATED: "limited",
    Route.QUOTE: "limited",
    Route.FRAMEWORK_DIRECT: "direct",
    Route.DIRECT_AWARD: "direct",
    Route.WAIVER: "direct",
}
_DOCUMENTS = {SourceKind.NOTICE: "awardNotice", SourceKind.DECISION: "x_decision"}
_PARTNER = JSONObject(
    official_name="borough__official_name",
    gss_code="borough__gss_code",
    kind="borough__kind",
)

Json = dict[str, Any]


def write_package(
    contracts: QuerySet[Contract], file: IO[bytes], *, uri: str, published: str
) -> int:
    """A package of the contracts in their order; one query, however many they are. How many."""
    head = {
        "uri": uri,
        "version": "1.1",
        "publishedDate": published,
        "publisher": {"name": "City Tools: London"},
        "license": LICENCE,
    }
    file.write(json.dumps(head, ensure_ascii=False).removesuffix("}").encode())
    file.write(b', "releases": [')
    count = 0
    for contract in _rows(contracts).iterator(chunk_size=1000):
        file.write(b",\n" if count else b"\n")
        file.write(json.dumps(contract_release(contract), ensure_ascii=False).encode())
        count += 1
    file.write(b"\n]}\n")
    return count


def _rows(contracts: QuerySet[Contract]) -> QuerySet[Contract]:
    shared = ContractPartner.objects.filter(contract=OuterRef("pk")).order_by("borough__name")
    links = Contract.functions.through.objects.filter(contract=OuterRef("pk"))
    names = links.order_by("function__name").values_list("function__name")
    return contracts.select_related("lead", "supplier", "framework").annotate(
        shared_with=ArraySubquery(shared.values(json=_PARTNER)),
        covered=ArraySubquery(names),
    )


def contract_release(contract: Any) -> Json:
    """The release of one contract, as `write` reads it."""
    ocid = contract.ocid or f"{OWN_OCID}{contract.key}"
    award_id = contract.award_id or f"{OWN_AWARD}{contract.key}"
    lead = contract.lead
    buyers = [_body(lead.official_name, lead.gss_code, lead.kind)]
    buyers += [_body(**partner) for partner in contract.shared_with]
    suppliers = [_company(contract.supplier)] if contract.supplier else []
    planned = contract.stage == Stage.PLANNED
    release = {
        "ocid": ocid,
        "date": f"{contract.source_day.isoformat()}T00:00:00Z",
        "tag": ["tender"] if planned else ["award", "contract"],
        "language": "en",
        "initiationType": "tender",
        "parties": buyers + suppliers,
        "buyer": _reference(buyers[0]),
        "tender": _tender(contract, ocid),
        "cityTools": _source(contract),
    }
    if not planned:  # nobody has awarded or signed what is planned
        paid = [_reference(supplier) for supplier in suppliers]
        release["awards"] = [_award(contract, award_id, paid)]
        release["contracts"] = [_contract(contract, award_id)]
    content = json.dumps(release, sort_keys=True).encode()
    return {"id": f"{contract.key}-{hashlib.sha256(content).hexdigest()[:12]}"} | release


def _body(official_name: str, gss_code: str, kind: str) -> Json:
    party: Json = {"id": f"GB-LAC-{gss_code}", "name": official_name, "roles": ["buyer"]}
    identifier = {"scheme": "GB-LAC", "id": gss_code, "legalName": official_name}
    if kind == Borough.Kind.REGIONAL:  # its GSS code is that of a region, not of an authority
        return party | {"id": f"GSS-{gss_code}", "identifier": {"legalName": official_name}}
    return party | {"identifier": identifier}


def _company(supplier: Any) -> Json:
    number = supplier.company_number
    party: Json = {
        "id": f"GB-COH-{number}" if number else f"citytools-supplier-{supplier.slug}",
        "name": supplier.name,
        "roles": ["supplier"],
    }
    if number:
        party["identifier"] = {"scheme": "GB-COH", "id": number}
    scale = {True: "sme", False: "large", None: None}[supplier.sme]
    details = _known(scale=scale, vcse=supplier.vcse)
    return party | ({"details": details} if details else {})


def _reference(party: Json) -> Json:
    return {"id": party["id"], "name": party["name"]}


def _tender(contract: Contract, ocid: str) -> Json:
    route, planned = contract.route, contract.stage == Stage.PLANNED
    method = _known(
        procurementMethod=_METHODS.get(Route(route)) if route else None,
        procurementMethodDetails=str(Route(route).label) if route else None,
    )
    tender: Json = {
        "id": contract.reference or ocid,
        "title": contract.title,
        "status": "planned" if planned else "complete",
    }
    value = _known(amount=_number(contract.tender_value))
    tender |= {"value": value | {"currency": "GBP"}} if value else {}
    if planned:
        tender |= _period_and_documents(contract, "contractPeriod") | _described(contract)
    return tender | method


def _award(contract: Contract, award_id: str, suppliers: list[Json]) -> Json:
    award = {"id": award_id, "title": contract.title, "status": "active"}
    return award | _known(suppliers=suppliers or None) | _terms(contract, "contractPeriod")


def _contract(contract: Any, award_id: str) -> Json:
    ended = contract.term.status_on(dates.today()) == ContractStatus.ENDED
    return {
        "id": f"{award_id}-contract",
        "awardID": award_id,
        "title": contract.title,
        "status": "terminated" if ended else "active",
        **_described(contract),
        **_terms(contract, "period"),
    }


def _described(contract: Any) -> Json:
    """The note, and what OCDS has no place for."""
    described = [INVENTED] if contract.illustrative else []
    described += [contract.note] if contract.note else []
    partial = _known(
        startsOn=_unless_whole(contract.starts_on),
        endsOn=_unless_whole(contract.ends_on),
        extensionUntil=_unless_whole(contract.extension_until),
        rolling=contract.rolling or None,
        noticeMonths=contract.notice_months,
        annualValue=_number(contract.annual_value),
        includesServices=contract.includes_services or None,
        framework=contract.framework.name if contract.framework else None,
        functions=contract.covered or None,
    )
    return _known(description=" ".join(described), cityTools=partial)


def _terms(contract: Contract, period: str) -> Json:
    """Value, period and documents, which an award and its contract have alike."""
    value = _known(amount=_number(contract.total_value))
    if value:
        value["currency"] = "GBP"
        if contract.vat:
            value["valueAddedTaxIncluded"] = contract.vat == Vat.INCLUDING
    return _known(value=value) | _period_and_documents(contract, period)


def _period_and_documents(contract: Contract, period: str) -> Json:
    period_dates = _known(
        startDate=_moment(contract.starts_on, "00:00:00"),
        endDate=_moment(contract.ends_on, "23:59:59"),
        maxExtentDate=_moment(contract.extension_until, "23:59:59"),
    )
    kind = _DOCUMENTS.get(SourceKind(contract.source_kind), "x_source")
    document = {"id": "1", "documentType": kind, "url": _uri(contract.source_url)}
    documents = [document] if contract.source_url else None
    return _known(**{period: period_dates}, documents=documents)


def _uri(address: str) -> str:
    """The same address with what RFC 3986 does not allow as percent codes: people paste others."""
    parts = urlsplit(re.sub(r"%(?![0-9A-Fa-f]{2})", "%25", address))
    host = quote(parts.netloc, safe=_RESERVED + "[]")
    rest = (quote(part, safe=_RESERVED) for part in parts[2:])
    return urlunsplit((parts.scheme, host, *rest))


def _source(contract: Contract) -> Json:
    confirmed = contract.confirmed_on.isoformat() if contract.confirmed_on else None
    return {
        "invented": contract.illustrative,
        "page": contract.get_absolute_url(),
        "sourceKind": contract.source_kind,
        "confidence": contract.confidence,
    } | _known(
        asOf=contract.as_of,
        confirmedOn=confirmed,
        readOn=contract.read_on.isoformat() if contract.read_on else None,
        stage=contract.stage,
    )


def _known(**fields: Any) -> Json:
    """The fields that are known: OCDS leaves out what is not."""
    return {name: value for name, value in fields.items() if value not in (None, "", {})}


def _moment(partial: str, clock_time: str) -> str | None:
    return f"{partial}T{clock_time}Z" if len(partial) == _WHOLE else None


def _unless_whole(partial: str) -> str | None:
    return None if len(partial) == _WHOLE else partial or None


def _number(pounds: Decimal | None) -> int | float | None:
    """Exact: a double holds the pence of any value that the column can hold."""
    if pounds is None:
        return None
    return int(pounds) if pounds == int(pounds) else float(pounds)
