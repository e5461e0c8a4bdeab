"""What a first visit fetches: the page and all that it names, in bytes as sent."""

from collections.abc import Iterable
from html.parser import HTMLParser

from tests.benchmark.client import Visitor
from tests.benchmark.servers import Server

_ENCODINGS = {"Accept-Encoding": "br, gzip"}
_PLAIN = {"Accept-Encoding": "identity"}


class _Named(HTMLParser):
    """The addresses of styles, scripts, pictures and of the charts' library in a page."""

    def __init__(self) -> None:
        super().__init__()
        self.found: set[str] = set()
        self.charts = False
        self.library: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note what a browser would fetch."""
        told = dict(attrs)
        fetched = {"link": "href", "script": "src", "img": "src"}.get(tag, "")
        if tag == "link" and told.get("rel") not in {"stylesheet", "icon", "manifest"}:
            fetched = ""
        if address := told.get(fetched):
            self.found.add(address)
        self.charts = self.charts or "data-chart" in told
        self.library = told.get("data-plotly") or self.library


def of_first_visit(server: Server, path: str) -> int:
    """Bytes of the page at `path` and of all it names; the charts' library where it has charts."""
    with Visitor(server) as visitor:
        page = visitor.ask(path, _PLAIN, keep=True).body.decode()
        return visitor.ask(path, _ENCODINGS).size + sum(
            visitor.ask(address, _ENCODINGS).size for address in _named(page) if address[0] == "/"
        )


def _named(page: str) -> Iterable[str]:
    parser = _Named()
    parser.feed(page)
    return parser.found | ({parser.library} if parser.charts and parser.library else set())
