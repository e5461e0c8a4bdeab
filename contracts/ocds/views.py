"""The file of contracts as an OCDS release package."""

import datetime

from django.http import HttpRequest, HttpResponseBase

from citytools import clock
from citytools.exports import download, refusal
from contracts.filters import ContractFilter
from contracts.models import Contract
from contracts.ocds import releases


class PackageFilter(ContractFilter):
    """The same contracts as on the page; a package has no columns to choose."""

    beside = frozenset({"page"})
    columns = ()

    def _unknown_columns(self) -> list[tuple[str, str]]:
        return []


def contract_package(request: HttpRequest) -> HttpResponseBase:
    """Contracts as filtered, each a release; or 400 with the reasons as plain text."""
    chosen = PackageFilter(request.GET, Contract.objects.soonest_first(clock.today()))
    if chosen.problems:
        return refusal(chosen.problems)
    now = datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    uri = request.build_absolute_uri()
    return download(
        lambda file: releases.write(chosen.rows, file, uri=uri, published=now),
        "contracts.ocds.json",
        "application/json",
    )
