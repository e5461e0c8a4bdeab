"""The report as a PDF, read back by a second program: tagged, complete, and run by nobody."""

import datetime
import io
import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from pypdf import PdfReader
from pypdf.generic import DictionaryObject

from citytools.facts import dates
from research.models import Finding
from research.publications.citation import Citation
from research.report import pdf
from research.report.document import ReportDots, ReportSection
from tests import factories
from tests.log import move_events
from tests.pages import text_of
from tests.research.estate import claim, everything

pytestmark = pytest.mark.django_db

TODAY = datetime.date(2026, 11, 30)
HOSTILE = (
    '#import "x": * #read("/etc/passwd") $x^2$ @cite \\\\ <label> ~ `raw` #let a = 1 #panic() '
    "// no comment /* none */ = no heading"
)


@pytest.fixture(autouse=True)
def _today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dates, "today", lambda: TODAY)


def fetched(client: Client, query: str = "") -> bytes:
    response = client.get(f"/research/report.pdf{query}")
    assert response.status_code == 200, text_of(response)
    assert response["Content-Type"] == "application/pdf"
    return bytes(response.content)


def read(client: Client, query: str = "") -> PdfReader:
    return PdfReader(io.BytesIO(fetched(client, query)))


def said(reader: PdfReader) -> str:
    return " ".join(" ".join(page.extract_text() for page in reader.pages).split())


def tags(reader: PdfReader) -> set[str]:
    """Every kind of element in the tree of tags."""
    return {
        str(dictionary_object["/S"])
        for dictionary_object in elements(reader.root_object["/StructTreeRoot"])
    }


def elements(node: Any) -> Iterator[DictionaryObject]:
    kids = node.get("/K", [])
    for kid in kids if isinstance(kids, list) else [kids]:
        dictionary_object = kid.get_object()
        if isinstance(dictionary_object, DictionaryObject) and "/S" in dictionary_object:
            yield dictionary_object
            yield from elements(dictionary_object)


def test_it_is_tagged_in_english_with_title_author_and_contents(client: Client) -> None:
    everything()
    reader = read(client)
    root: Any = reader.root_object
    assert root["/MarkInfo"]["/Marked"]
    assert str(root["/Lang"]).lower() == "en-gb"
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert "pdfuaid" in root["/Metadata"].get_object().get_data().decode()
    assert reader.metadata.title.startswith("Findings, case studies")  # type: ignore[union-attr]
    assert reader.metadata.author == "City Tools: London, LOTI"  # type: ignore[union-attr]
    assert {"/H1", "/H2", "/H3", "/Table", "/TH", "/TD", "/L", "/Link", "/TOC"} <= tags(reader)


def test_its_outline_is_the_numbered_sections(client: Client) -> None:
    everything()
    outline = [
        destination.title
        for destination in read(client).outline
        if not isinstance(destination, list)
    ]
    assert outline == [
        "1 Summary", "2 What the record holds", "3 Findings", "4 Case studies",
        "5 Recommendations", "6 Method and limits", "7 Sources",
    ]  # fmt: skip


def test_it_says_what_the_page_says(client: Client) -> None:
    everything()
    words = said(read(client))
    citation = client.get("/research/report/").context["citation"]
    assert f"SHA-256: {citation.hash}" in words
    records = ("3.1 Claim", "4.1 A deed", "5.1.1 A hint")
    for expected in (*records, "As at 30 November 2026", "£1,250,000", "A report, LOTI"):
        assert expected in words


def test_a_picture_of_dots_says_in_words_what_it_shows() -> None:
    places = [("Camden", 3.0, 4.5), ("Brent", 7.0, 2.0)]
    dots = ReportDots(
        "Figure 1", "Two", ("Borough", "Suppliers", "Stars"), "The more, the less.", places, ""
    )
    citation = Citation("Title", TODAY, "https://a.example/", "https://a.example/", b"{}")
    response = pdf.pdf_response(
        [ReportSection("1", "A", "a", [dots])], "", citation, "https://a.example/"
    )
    tree = PdfReader(io.BytesIO(b"".join(response))).root_object["/StructTreeRoot"]
    assert "The more, the less." in {
        str(dictionary_object.get("/Alt")) for dictionary_object in elements(tree)
    }


def test_the_same_content_gives_the_same_bytes_and_its_day(client: Client) -> None:
    everything()
    first = fetched(client)
    assert fetched(client) == first
    created = PdfReader(io.BytesIO(first)).metadata.creation_date  # type: ignore[union-attr]
    assert created is not None
    assert created.date() == TODAY


def test_a_past_day_prints_as_it_was(client: Client) -> None:
    everything()
    move_events(datetime.date(2026, 10, 20))
    before = fetched(client, "?as_at=2026-10-20")
    Finding.objects.update(title="Renamed since")
    assert fetched(client, "?as_at=2026-10-20") == before
    assert "Renamed since" in said(read(client))


@pytest.mark.parametrize("field", ["title", "summary", "body", "claimed_value"])
def test_what_looks_like_a_program_is_printed_and_not_run(client: Client, field: str) -> None:
    factories.finding(**{field: HOSTILE if field == "body" else HOSTILE.replace("\\\\", "\\")[:80]})
    words = said(read(client)).replace(" ", "")  # for narrow columns break lines
    for expected in ('#import "x": *', '#read("/etc/passwd")', "$x^2$", "@cite \\"):
        assert expected.replace(" ", "") in words
    assert "root:" not in words


def test_markup_in_a_text_reads_as_on_the_page(client: Client) -> None:
    factories.finding(body="## Heading\n\n- *one*\n- [two](https://example.org/two)\n\n> Said\n")
    reader = read(client)
    links = [
        annotation.get_object().get("/A", {}).get("/URI")
        for page in reader.pages
        for annotation in page.get("/Annots", [])
    ]
    assert "https://example.org/two" in links
    assert {"/LI", "/Link", "/H3"} <= tags(reader)
    assert "*one*" not in said(reader)


@pytest.mark.parametrize(
    "text", ["😀", "漢字", "a\ufeffb", "x" * 40_000, "### Deep"], ids=lambda text: text[:8]
)
def test_no_letter_and_no_length_stops_the_report(client: Client, text: str) -> None:
    factories.finding(title="A claim", body=text)
    reader = read(client)
    root: Any = reader.root_object
    assert root["/MarkInfo"]["/Marked"]
    assert "A claim" in said(reader)


def test_words_that_never_break_are_given_places_to() -> None:
    line = "x" * 80
    assert pdf.set_words(f"a\x00b {line}{line}x") == f"a b {line}\u200b{line}\u200bx"


def test_an_empty_report_is_printed_too(client: Client) -> None:
    assert "None published yet." in said(read(client))


def test_drafts_are_not_printed(client: Client) -> None:
    claim(title="A secret claim", published_on=None)
    assert "secret" not in said(read(client))


@pytest.mark.parametrize("query", ["?as_at=2027-01-01", "?colour=red"])
def test_what_is_not_understood_prints_nothing(client: Client, query: str) -> None:
    assert client.get(f"/research/report.pdf{query}").status_code == 400


def test_a_report_that_takes_too_long_is_refused_with_a_time_to_return(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pdf, "TIMEOUT_SECONDS", 0.01)
    response = client.get("/research/report.pdf")
    assert response.status_code == 503
    assert response["Retry-After"] == "60"
    assert re.search("Try again in a minute", text_of(response))
