"""Clients that send or read next to nothing, and how long others wait meanwhile."""

import contextlib
import http.client
import socket
import statistics
import time
from collections.abc import Iterator

_HEAD = "Host: 127.0.0.1\r\n"
_POST = "POST /admin/login/ HTTP/1.1\r\n" + _HEAD + f"Cookie: csrftoken={'a' * 32}\r\n"
_FORM = "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 100000\r\n\r\n"
REQUESTS = {
    "idle": "",
    "half a header": "GET / HTTP/1.1\r\n" + _HEAD + "X-Half: ",
    "half a body": _POST + _FORM + "csrfmiddlewaretoken=",
}
"""What is sent of a request that never ends."""


def reading(path: str) -> str:
    """A whole request, whose answer is then not read."""
    return f"GET {path} HTTP/1.1\r\n{_HEAD}\r\n"


@contextlib.contextmanager
def connected(port: int, request: str, number: int) -> Iterator[list[socket.socket]]:
    """So many clients that have sent this and do nothing more."""
    with contextlib.ExitStack() as closing:
        clients = []
        for _ in range(number):
            client = closing.enter_context(socket.socket())
            # Else the system would take megabytes in the client's name
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            client.settimeout(30)
            client.connect(("127.0.0.1", port))
            client.sendall(request.encode())
            clients.append(client)
        yield clients


def median_seconds(port: int, path: str, during: float) -> float:
    """How long others wait for an answer, for a while; one that fails counts as endless."""
    waited = []
    until = time.monotonic() + during
    while time.monotonic() < until:
        waited.append(_seconds(port, path))
        time.sleep(0.1)
    return statistics.median(waited)


def _seconds(port: int, path: str) -> float:
    began = time.monotonic()
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
    with contextlib.closing(line):
        try:
            line.request("GET", path)
            answer = line.getresponse()
            answer.read()
        except OSError:
            return float("inf")
    return time.monotonic() - began if answer.status == 200 else float("inf")
