"""Markdown as values for the PDF: what is written is what stands there, and nothing is run."""

import datetime
from decimal import Decimal
from typing import Any

import pytest

from research.metrics.base import Measurement, MetricFigure, PublishedValue, Scope
from research.metrics.definitions import METRICS
from research.report import pdf

KEY = "modern_gov_boroughs"
ON = datetime.date(2026, 11, 30)
FIGURES = {
    KEY: MetricFigure(
        METRICS[KEY],
        Measurement(Decimal(75), counted=8, part=Decimal(6), whole=Decimal(8)),
        Scope(ON),
        PublishedValue(ON, Decimal(50), Decimal(2), Decimal(4), 4, 4),
    )
}


def read(source: str) -> list[dict[str, Any]]:
    return pdf.markdown_blocks(source, FIGURES, 3)


def said(runs: list[dict[str, Any]]) -> str:
    return "".join(run["words"] for run in runs)


def test_a_paragraph_keeps_its_stress_its_code_and_its_links() -> None:
    (block,) = read("Plain *leaning **both*** `code` [to](https://example.org/)")
    assert block["runs"] == [
        {"words": "Plain "},
        {"words": "leaning ", "emph": True},
        {"words": "both", "emph": True, "strong": True},
        {"words": " "},
        {"words": "code", "code": True},
        {"words": " "},
        {"words": "to", "link": "https://example.org/"},
    ]


@pytest.mark.parametrize(
    ("form", "expected"),
    [("", "75.0\u00a0%"), ("|of", "6 of 8"), ("|n", "8"), ("|then", "2 of 4")],
)
def test_a_metric_reads_as_its_number(form: str, expected: str) -> None:
    (block,) = read(f"It is **{{{{ metric:{KEY}{form} }}}}**.")
    assert said(block["runs"]) == f"It is {expected}."
    assert block["runs"][1]["strong"]


def test_a_metric_that_was_not_measured_is_not_known() -> None:
    (block,) = read("{{ metric:gone_metric }}")
    assert said(block["runs"]) == "not known"


def test_lists_keep_their_numbers_and_what_stands_within() -> None:
    (block,) = read("3. Three\n4. Four\n   - Within")
    assert (block["kind"], block["start"]) == ("list", 3)
    first, second = block["items"]
    assert said(first[0]["runs"]) == "Three"
    assert second[1]["start"] is None
    assert said(second[1]["items"][0][0]["runs"]) == "Within"


def test_tables_quotes_and_code_are_blocks() -> None:
    table, quote, code = read("| A | B |\n|---|---|\n| 1 | *2* |\n\n> Said\n\n```\nx = 1\n```")
    assert [[said(cell) for cell in row] for row in table["rows"]] == [["A", "B"], ["1", "2"]]
    assert said(quote["blocks"][0]["runs"]) == "Said"
    assert code == {"kind": "code", "words": "x = 1\n"}


@pytest.mark.parametrize(
    ("source", "depths"),
    [
        ("## A\n### B\n## C", [3, 4, 3]),
        ("#### A\n## B\n###### C\n# D", [3, 4, 5, 3]),
        ("> ###### A", [3]),
    ],
)
def test_headings_skip_no_level(source: str, depths: list[int]) -> None:
    def depths_in(blocks: list[dict[str, Any]]) -> list[int]:
        return [
            depth
            for block in blocks
            for depth in (
                [block["depth"]] if "depth" in block else depths_in(block.get("blocks", []))
            )
        ]

    assert depths_in(read(source)) == depths


@pytest.mark.parametrize(
    "address",
    ["javascript:alert(1)", "#nowhere", "data:text/html,x", "file:///etc/passwd", "x.html"],
)
def test_only_the_web_mail_and_this_site_are_led_to(address: str) -> None:
    (block,) = read(f"[words]({address})")
    assert "words" in said(block["runs"])
    assert not any(run.get("link") for run in block["runs"])


def test_html_is_words_and_a_picture_is_a_link() -> None:
    blocks = read("<script>alert(1)</script>\n\n![Seen](https://example.org/a.png)")
    assert "<script>" in said(blocks[0]["runs"])
    assert blocks[1]["runs"] == [
        {"words": "!"},
        {"words": "Seen", "link": "https://example.org/a.png"},
    ]
