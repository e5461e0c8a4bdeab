"""The file of contracts as an OCDS release package."""

import datetime
from typing import IO

from django.http import HttpRequest, HttpResponse, HttpResponseBase

from citytools.facts import dates
from citytools.http.file_response import bad_request_text, buffered_download
from citytools.worlds import world_file_name
from contracts.filters import ContractFilter
from contracts.models import Contract
from contracts.ocds import releases

# Contracts that one package holds; to write so many takes a worker twenty seconds.
MAX_RELEASES = 100_000
_TOO_MANY_RELEASES = (
    f"A package holds at most {MAX_RELEASES:,} contracts, these are more. "
    "Narrow it, such as by borough."
)
_NO_CONTRACT = (
    "No contract fits. This file was not made: in OCDS a package has at least one release.\n"
)


class PackageFilter(ContractFilter):
    """The same contracts as on the page; a package has no columns to choose."""

    non_filter_names = frozenset({"page"})
    columns = ()

    def _unknown_columns(self) -> list[tuple[str, str]]:
        return []


def contract_package(request: HttpRequest) -> HttpResponseBase:
    """Contracts as filtered, each a release; 400 with the reasons, 404 where none fits."""
    filterset = PackageFilter(request.GET, Contract.objects.soonest_first(dates.today()))
    if filterset.problems:
        return bad_request_text(filterset.problems)
    # The count stops at the bound, however many contracts fit
    count = filterset.rows.order_by()[: MAX_RELEASES + 1].count()
    if count > MAX_RELEASES:
        return bad_request_text([("ocds", _TOO_MANY_RELEASES)])
    if not count:
        return HttpResponse(_NO_CONTRACT, status=404, content_type="text/plain; charset=utf-8")
    now = datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")

    def write(file: IO[bytes]) -> None:
        uri = request.build_absolute_uri(f"{request.path}?{request.GET.urlencode()}".rstrip("?"))
        releases.write_package(filterset.rows, file, uri=uri, published=now)

    return buffered_download(write, f"{world_file_name('contracts')}.ocds.json", "application/json")
