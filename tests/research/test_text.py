"""Texts of research: Markdown that can do no harm, and numbers put where tokens stand."""

from decimal import Decimal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from citytools.facts import markdown
from research.metrics.base import Measurement, MetricFigure, Scope
from research.metrics.definitions import METRICS
from research.publications.text import (
    Token,
    plain_text,
    render_text,
    text_faults,
    text_tokens,
    token_keys,
)
from tests.hostile import HOSTILE, UNBALANCED, calls, harms, links, text
from tests.research.figures import figure

KEY = "modern_gov_boroughs"
OTHER = "boroughs_reporting_systems"


def render(body: str, level: int = 2) -> str:
    return render_text(body, {KEY: figure(KEY)}, level)


@pytest.mark.parametrize("body", HOSTILE)
def test_a_hostile_text_is_read_and_does_nothing(body: str) -> None:
    assert harms(render(body)) == []
    assert harms(render_text(body, {})) == []
    plain_text(body, {})
    text_faults(body)


PARTS = ["](", "![", "{{ metric:", "}}", "|of", KEY, "javascript:", "data:", "https://x.example"]
PARTS += [
    "<script>",
    "&#x6A;",
    "&colon;",
    "onload=",
    *"[]()<>!*_`#|-\\&;:/\"'{}\n\t \x00\u202e\ue000",
]
MARKUP = st.lists(st.sampled_from(PARTS), max_size=60).map("".join)


@given(st.one_of(MARKUP, st.text(max_size=200), st.lists(st.sampled_from(HOSTILE)).map("\n".join)))
@example("[a](https://x.example)" * 3)
def test_no_text_whatever_breaks_out_or_swells(body: str) -> None:
    html = render(body)
    assert harms(html) == []
    assert len(html) <= 400 + 100 * len(body)
    assert len(text_tokens(body)) >= len(token_keys(body))
    assert "\x00" not in html
    assert "\ue000" not in html


@pytest.mark.parametrize("kind", UNBALANCED)
def test_twice_the_text_is_twice_the_work(kind: str) -> None:
    once, twice = (UNBALANCED[kind](size) for size in (1000, 2000))
    assert calls(lambda: render(twice)) <= 2.6 * calls(lambda: render(once)) + 5000


@pytest.mark.parametrize("kind", ["tables", "one reference", "rules", "tags", "open tokens"])
def test_the_longest_text_stays_within_bounds(kind: str) -> None:
    html = render(UNBALANCED[kind](markdown.MAX_TEXT_CHARACTERS))
    assert harms(html) == []
    assert len(html) < 2_000_000


def test_a_text_that_is_too_long_says_so() -> None:
    body = "a " * 30_000
    assert "The text is longer than is shown." in text(render(body))
    assert text_faults(body) == ["It has 60,000 characters: shorten it to 50,000."]


def test_a_text_that_nests_too_deep_is_refused() -> None:
    assert "nest" in text_faults("> " * 30 + "a")[0]
    assert text_faults("> > > - a") == []


def test_a_plain_text_with_blank_lines_is_paragraphs() -> None:
    html = render("What was found.\n\nO'Neil & sons say 5 < 6.")
    assert html == (
        '<p class="govuk-body">What was found.</p>\n'
        '<p class="govuk-body">O\'Neil &amp; sons say 5 &lt; 6.</p>\n'
    )


def test_headings_begin_at_the_level_and_skip_none() -> None:
    body = "## One\n\n#### Two\n\n## Three\n\nFour\n---"
    assert [splitline[1:3] for splitline in render(body, 3).splitlines()] == [
        "h3",
        "h4",
        "h3",
        "h3",
    ]
    assert render("# One\n\n###### Six", 6).count("<h6") == 2


def test_lists_tables_and_links_bear_the_classes_of_the_site() -> None:
    html = render(
        "- a\n\n1. b\n\n| c | d |\n|---|--:|\n| 1 | 2 |\n\n[e](/data/) [f](https://g.example)"
    )
    for part in (
        '<ul class="govuk-list govuk-list--bullet">',
        '<ol class="govuk-list govuk-list--number">',
        '<div class="ct-scroll" role="region" aria-label="Table 1: c, d" tabindex="0">',
        '<td class="govuk-table__cell govuk-table__cell--numeric">2</td>',
        '<a class="govuk-link" href="/data/">e</a>',
        '<a class="govuk-link" href="https://g.example" rel="noreferrer external">f</a>',
    ):
        assert part in html


def test_links_lead_to_the_web_a_mailbox_or_this_site() -> None:
    body = "[a](https://x.example/a?b=c) [b](mailto:a@b.example) [c](/research/) [d](#sources)"
    expected = ["https://x.example/a?b=c", "mailto:a@b.example", "/research/", "#sources"]
    assert links(render(body)) == expected


def test_one_reference_used_thousands_of_times_does_not_swell_the_page() -> None:
    body = f"[a]: /{'x' * 499}\n\n" + "[a]" * 16_000
    assert len(links(render(body))) == markdown.MAX_LINKS


def test_a_token_gives_the_number_in_each_form() -> None:
    body = f"{{{{ metric:{KEY} }}}}; {{{{metric:{KEY}|of}}}}; {{{{ metric : {KEY} | n }}}}; "
    html = render(body + f"{{{{ metric:{KEY}|then }}}}")
    assert text(html).strip() == "2 of 5; 2 of 5; 5; 3 of 5"
    assert '<data class="ct-metric" value="40">2 of 5</data>' in html
    assert '<data class="ct-metric" value="5">5</data>' in html
    assert '<data class="ct-metric" value="60">' in html


def test_a_token_stands_in_headings_cells_links_and_emphasis() -> None:
    token = f"{{{{ metric:{KEY}|of }}}}"
    body = f"## {token}\n\n| a |\n|---|\n| {token} |\n\n[{token}](/x) **{token}** \\| {token}"
    assert text(render(body)).count("2 of 5") == 5
    assert text_tokens(body) == [Token(KEY, "of")] * 5


def test_a_token_in_code_an_address_or_a_title_stays_as_it_is_written() -> None:
    token = f"{{{{ metric:{KEY}|of }}}}"
    body = f'`{token}` [a](</{token}> "{token}") \\{token}\n\n```\n{token}\n```\n\n    {token}'
    html = render(body)
    assert "ct-metric" not in html
    assert text(html).count(token) == 4
    assert text_tokens(body) == []
    assert text_faults(body) == []


def test_a_token_without_a_figure_is_not_known() -> None:
    for body in ("{{ metric:none }}", f"{{{{ metric:{OTHER}|then }}}}", f"{{{{metric:{KEY}|x}}}}"):
        assert text(render(body)).strip() == "not known"
    unmeasured = MetricFigure(METRICS[KEY], Measurement(None), Scope(figure(KEY).scope.on))
    for form in ("", "|of", "|then"):
        assert (
            text(render_text(f"{{{{ metric:{KEY}{form} }}}}", {KEY: unmeasured})).strip()
            == "not known"
        )


def test_a_number_is_never_read_as_markdown_or_html() -> None:
    class Odd(MetricFigure):
        @property
        def words(self) -> str:
            return "**<b>x</b>** [a](/b) {{ metric:a }}"

    odd = Odd(METRICS[KEY], Measurement(Decimal(1)), figure(KEY).scope)
    html = render_text(f"{{{{ metric:{KEY} }}}}", {KEY: odd})
    assert text(html).strip() == odd.words
    assert "<b>" not in html
    assert links(html) == []


def test_keys_stand_once_in_their_order() -> None:
    body = f"{{{{ metric:{OTHER} }}}} {{{{ metric:{KEY}|n }}}} {{{{ metric:{OTHER}|of }}}}"
    assert token_keys(body) == [OTHER, KEY]
    assert [str(token) for token in text_tokens(body)][1] == f"{{{{ metric:{KEY}|n }}}}"


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("{{ metric:modern_gov_borough }}", f"Did you mean “{KEY}”?"),
        (f"{{{{ metric:{KEY}|off }}}}", f"Did you mean {{{{ metric:{KEY}|of }}}}?"),
        (f"{{{{ metrics:{KEY} }}}}", "is no metric token. Write {{ metric:key }}"),
        (f"{{{{ metric:{KEY} }}", "is no metric token"),
        (f"{{{{ metric:{KEY}|of|n }}}}", "is no metric token"),
        ("{{ }}", "is no metric token"),
    ],
)
def test_a_token_that_does_not_exist_is_named_with_the_nearest(body: str, said: str) -> None:
    assert len(text_faults(body)) == 1
    assert said in text_faults(body)[0]
    assert text_faults(f"{{{{ metric:{KEY} }}}} {{{{ metric:{KEY}|then }}}}") == []


def test_the_bare_words_have_numbers_and_no_marks() -> None:
    body = f"## A *b*\n\nIt is {{{{ metric:{KEY} }}}} of\n[all](/x) <b> {{{{ metric:none }}}}."
    assert plain_text(body, {KEY: figure(KEY)}) == "A b\nIt is 2 of 5 of all <b> not known."
