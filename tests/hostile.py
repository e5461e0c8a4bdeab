"""What tests of Markdown share: hostile texts, and what may stand in the HTML made of them."""

import sys
from collections.abc import Callable
from html.parser import HTMLParser
from typing import Any

TAGS = {
    *("p", "br", "hr", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "pre", "code"),
    *("ul", "ol", "li", "em", "strong", "a", "data", "span", "div"),
    *("table", "thead", "tbody", "tr", "th", "td"),
}
ATTRIBUTES = {"class", "href", "rel", "value", "role", "aria-label", "tabindex", "start", "scope"}

HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)>",
    "a <b onclick='x()'>b</b> <style>*{}</style>",
    "<!-- <script> -->",
    "<iframe srcdoc='<script>'>",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "&#60;script&#62;",
    "[a](javascript:alert(1))",
    "[a](JaVaScRiPt:alert(1))",
    "[a](<javascript:alert(1)>)",
    "[a](  javascript:alert(1))",
    "[a](java&#115;cript:alert(1))",
    "[a](&#x6A;avascript&colon;alert(1))",
    "[a](<java\tscript:alert(1)>)",
    "[a](java&Tab;script:alert(1))",
    "[a](java&NewLine;script:alert(1))",
    "[a](\x01javascript:alert(1))",
    "[a](javascript&#58;alert(1))",
    "[a](data:text/html;base64,PHNjcmlwdD4=)",
    "[a](data:image/png;base64,AAAA)",
    "[a](vbscript:msgbox(1))",
    "[a](file:///etc/passwd)",
    "[a](blob:x) [b](tel:1) [c](ftp://x) [d](feed:javascript:x)",
    "[a](//evil.example) [b](/\\evil.example) [c](\\\\evil.example) [d](/&#9;/evil.example)",
    "[a](http:evil.example) [b](http://) [c](https:///x) [d](http://[) [e](mailto:)",
    "[a]( 'x' onclick='y')",
    "[a](https://x.example \"' onmouseover='alert(1)\")",
    '[a](https://x.example/" onmouseover="alert(1))',
    "![a](javascript:alert(1)) ![b](https://x.example/p.png) ![c](data:image/svg+xml,<svg>)",
    "<javascript:alert(1)> <https://x.example/'onclick=> <data:text/html,x> <a@b.example>",
    "[a]: javascript:alert(1)\n\n[a] [b][a] [a][]",
    "[a]: <data:text/html,x> 'y\" onclick=\"z'\n\n[a]",
    '[a]: https://x.example "<script>"\n\n[a]',
    '```"><script>\n</code></pre><script>\n```',
    "``` js onload=x\nx\n```",
    "`</code><script>`",
    '| <script> | a |\n|---|:-:|\n| " onclick="x | <td style=x> |',
    "# <script>\n\n- [ ] <input>\n\n1000000000. x\n\n> </blockquote><script>",
    '{{ metric:<script> }} {{ metric:"onclick=x }} {{ metric:a|<img> }} {{<script>}}',
    "{{ metric:{{ metric:a }} }} {{{ metric:a }}} {{{{ metric:a }}}} {{ {% load %} }}",
    "[{{ metric:a }}]({{ metric:a }}) <{{ metric:a }}> [x](/{{metric:a}} '{{ metric:a }}')",
    "a\x00b\x00<script>\x00",
    "a \u202egnp.exe\u202c \u2066b\u2069 [\u202ex](/y)",
    "\ue000|{{ metric:a\ue000of }} [a](/\ue000)",
    "\ud7ff\ufffe\uffff\U0010ffff",
    "**a *b **c *d __e _f ``` ` [ ]( ![ <",
]

UNBALANCED: dict[str, Callable[[int], str]] = {
    "opening brackets": lambda size: "[" * size,
    "opening links": lambda size: "[a](" * (size // 4),
    "brackets in links": lambda size: "[[](" * (size // 4),
    "closing before opening": lambda size: "]" * (size // 2) + "[" * (size // 2),
    "images": lambda size: "![" * (size // 2),
    "emphasis": lambda size: "*a " * (size // 3),
    "mixed emphasis": lambda size: "**a_b" * (size // 5),
    "emphasis in brackets": lambda size: "[*a " * (size // 4),
    "backticks": lambda size: " ".join("`" * length for length in range(int((2 * size) ** 0.5))),
    "quotations": lambda size: ">" * size,
    "lists": lambda size: "- " * (size // 2),
    "nested lists": lambda size: "\n".join(
        f"{' ' * at}- a" for at in range(int((2 * size) ** 0.5))
    ),
    "tokens": lambda size: "{{" * (size // 2),
    "open tokens": lambda size: "{{ metric:a " * (size // 12),
    "tables": lambda size: (
        "|" * (size // 3) + "\n" + "|-" * (size // 6) + "|\n" + "|\n" * (size // 6)
    ),
    "rows": lambda size: "a|b\n-|-\n" + "c|d\n" * (size // 4),
    "one reference": lambda size: f"[a]: /{'x' * 400}\n\n" + "[a]" * (size // 3),
    "references": lambda size: "[a]: b\n" * (size // 7),
    "tags": lambda size: "<a " * (size // 3),
    "entities": lambda size: "&#0;" * (size // 4),
    "numbers": lambda size: "1. a\n" * (size // 5),
    "rules": lambda size: "***\n" * (size // 4),
    "escapes": lambda size: "\\" * size,
}
"""Texts of about a size that never close what they open, or say one thing again and again."""


class _Reader(HTMLParser):
    """Tags, attributes and words as a browser reads them."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.text = ""
        self.other: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))

    def handle_data(self, data: str) -> None:
        self.text += data

    def handle_comment(self, data: str) -> None:
        self.other.append(data)

    def handle_decl(self, decl: str) -> None:
        self.other.append(decl)

    def handle_pi(self, data: str) -> None:
        self.other.append(data)


def harms(html: str) -> list[str]:
    """What stands in HTML that may not, as a browser would read it."""
    read = _Reader(html)
    faults = [f"comment or declaration {part}" for part in read.other]
    for tag, attributes in read.tags:
        faults += [f"tag {tag}"] if tag not in TAGS else []
        faults += [f"{tag} {name}" for name in attributes.keys() - ATTRIBUTES]
        if "href" in attributes and _leads_astray(attributes["href"]):
            faults.append(f"address {attributes['href']}")
        if attributes.get("href", "").startswith("http") and "noreferrer" not in attributes.get(
            "rel", ""
        ):
            faults.append(f"address without noreferrer {attributes['href']}")
    return faults


def _leads_astray(address: str) -> bool:
    """As a browser sees it: white space and case do not count, a backslash is a slash."""
    seen = "".join(letter for letter in address if letter > " ").lower().replace("\\", "/")
    if seen.startswith("//"):
        return True
    return not seen.startswith(("http://", "https://", "mailto:", "/", "#"))


def links(html: str) -> list[str]:
    """Where the links lead."""
    return [attributes["href"] for tag, attributes in _Reader(html).tags if "href" in attributes]


def text(html: str) -> str:
    """What a reader reads."""
    return _Reader(html).text


def calls(work: Callable[[], Any]) -> int:
    """How many functions a piece of work calls: its cost, the same on every machine."""
    counted = 0

    def count(_: Any, event: str, __: Any) -> None:
        nonlocal counted
        counted += event in {"call", "c_call"}

    sys.setprofile(count)
    try:
        work()
    finally:
        sys.setprofile(None)
    return counted
