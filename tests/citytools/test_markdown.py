"""The two locks of Markdown, each by itself: what addresses are let through, and what HTML."""

import pytest

from citytools.facts.markdown import Markdown, is_permitted_link, sanitise_html
from tests.hostile import HOSTILE, harms


@pytest.mark.parametrize(
    "address",
    ["https://x.example/a?b=c#d", "HTTP://x.example", "mailto:a@b.example", "/", "/a//b", "#a"],
)
def test_an_address_of_the_web_a_mailbox_or_this_site_is_let_through(address: str) -> None:
    assert is_permitted_link(address)


@pytest.mark.parametrize(
    "address",
    [
        *("", "a", "a/b", "?a", "//x.example", "/\\x.example", "\\\\x.example", "http:x.example"),
        *("https://", "http:///a", "https://[", "mailto:", "javascript:alert(1)", "data:,a"),
        *("JAVASCRIPT:a", "java\tscript:a", " javascript:a", "javascript\u003aa", "vbscript:a"),
        *("file:///a", "blob:a", "tel:1", "ftp://a", "/a b", "/\x00a", "/é", '/"', "/<", "/'"),
        "/" + "a" * 500,
    ],
)
def test_any_other_address_is_not(address: str) -> None:
    assert not is_permitted_link(address)


@pytest.mark.parametrize("html", HOSTILE)
def test_html_that_came_past_the_parser_does_no_harm(html: str) -> None:
    assert harms(sanitise_html(html)) == []
    assert harms(sanitise_html(f'<p title="x" style="y" class="z">{html}</p><a id="w">')) == []


def test_the_parser_alone_lets_nothing_harmful_through() -> None:
    for body in HOSTILE:
        assert harms(Markdown().render(body, {})) == []
