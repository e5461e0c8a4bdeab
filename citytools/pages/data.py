"""Every file and what each of its columns means, from the definitions the files are made of."""

from django.http import (
    FileResponse,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    JsonResponse,
)

from citytools.exports import registry, zip_archive
from citytools.exports.tables import LICENCE_ADDRESS
from citytools.http.file_response import bad_request_text
from citytools.lists.query_form import QueryForm, render_page
from citytools.pages import openapi as description


def openapi(request: HttpRequest) -> HttpResponse:
    """The JSON addresses as OpenAPI 3.1."""
    if problems := QueryForm(request).problems:
        return bad_request_text(problems)
    return JsonResponse(
        description.openapi_document(registry.exports(), request.build_absolute_uri("/")[:-1])
    )


_builder = zip_archive.ArchiveBuilder()


def everything(request: HttpRequest) -> HttpResponseBase:
    """The zip of every file. While a fresh one is built, the one before, or a word to wait."""
    if problems := QueryForm(request).problems:
        return bad_request_text(problems)
    archive = zip_archive.latest_archive()
    fresh = archive is not None and archive.fresh
    if not fresh:
        _builder.begin()
    if archive is None and (why := _builder.failure):
        return HttpResponse(
            f"The zip could not be made: {why}. It is tried again within ten minutes.\n",
            status=503,
            content_type="text/plain; charset=utf-8",
            headers={
                "Retry-After": str(zip_archive.RETRY_AFTER_SECONDS),
                "Cache-Control": "no-store",
            },
        )
    if archive is None:
        waiting = "The zip is being built for the first time. Ask again in half a minute.\n"
        return HttpResponse(
            waiting, status=503, content_type="text/plain; charset=utf-8", headers=_SOON
        )
    response = FileResponse(archive.path.open("rb"), as_attachment=True, filename="citytools.zip")
    response["X-As-At"] = archive.read_at.isoformat(timespec="seconds")
    response["Link"] = f'<{LICENCE_ADDRESS}>; rel="license"'
    if not fresh:
        response["Cache-Control"] = "no-store"
    return response


_SOON = {"Retry-After": "30", "Cache-Control": "no-store"}


def index(request: HttpRequest) -> HttpResponse:
    """The files, their columns, and how to fetch them by script."""
    failure = _builder.failure
    response = render_page(
        request, "data.html", {"files": registry.exports(), "zip_failure": failure}
    )
    if failure:
        response["Cache-Control"] = "no-store"
    return response
