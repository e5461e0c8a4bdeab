"""Requests to a WSGI application served as ASGI, without a server."""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from citytools.http.asgi.application import WsgiToAsgi
from citytools.http.asgi.response import Application

Headers = Sequence[tuple[bytes, bytes]]
DISCONNECT = {"type": "http.disconnect"}


def scope(
    method: str = "GET", path: bytes = b"/", query: bytes = b"", headers: Headers = ()
) -> dict[str, Any]:
    """A request as granian hands it over."""
    return {
        "type": "http",
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": path.decode("utf-8", "replace"),
        "raw_path": path,
        "query_string": query,
        "headers": list(headers),
        "client": ("192.0.2.7", "50000"),
        "server": ("127.0.0.1", "8000"),
    }


@dataclass
class Exchange:
    """One request and what came of it; `status` is 0 where nothing was answered."""

    status: int = 0
    headers: dict[bytes, bytes] = field(default_factory=dict)
    body: bytes = b""
    whole: bool = False

    async def send(self, message: dict[str, Any]) -> None:
        """Take what is sent."""
        if message["type"] == "http.response.start":
            self.status, self.headers = message["status"], dict(message["headers"])
        else:
            self.body += message["body"]
            self.whole = not message.get("more_body", False)


def body_parts(*parts: bytes) -> list[dict[str, Any]]:
    """A request's body as it comes in."""
    last = len(parts) - 1
    return [
        {"type": "http.request", "body": part, "more_body": number < last}
        for number, part in enumerate(parts)
    ]


async def exchange(
    server: WsgiToAsgi, received: dict[str, Any], messages: Iterable[dict[str, Any]] = ()
) -> Exchange:
    """What is answered to a client that sends these messages, and then stays."""
    unsent = list(messages)

    async def receive() -> dict[str, Any]:
        if not unsent:
            await asyncio.Event().wait()
        return unsent.pop(0)

    answer = Exchange()
    await server(received, receive, answer.send)
    return answer


def request(
    application: Application, received: dict[str, Any], messages: Iterable[dict[str, Any]] = ()
) -> Exchange:
    """The same, for an application served for this one request."""
    return asyncio.run(exchange(WsgiToAsgi(application), received, messages))
