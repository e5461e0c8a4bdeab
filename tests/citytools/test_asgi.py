"""The bridge from ASGI to WSGI: what the application is told, and what the client is sent."""

import asyncio
import errno
import io
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
from django.http import FileResponse, StreamingHttpResponse

from citytools.http.asgi import application as asgi_application
from citytools.http.asgi import request as asgi_request
from citytools.http.asgi.application import WsgiToAsgi
from citytools.http.asgi.response import call_application
from tests.citytools.asgi_exchange import DISCONNECT, Exchange, body_parts, exchange, request, scope

Start = Callable[..., Any]
POST: dict[str, Any] = {"method": "POST", "path": b"/admin/login/"}


def environ_for(**fields: Any) -> dict[str, Any]:
    """The environ that the application gets."""
    received = scope(**fields)
    path = asgi_request.path_info(received)
    return asgi_request.build_environ(received, path, io.BytesIO(), None)


def echo(environ: dict[str, Any], start: Start) -> list[bytes]:
    """Sends back the request's body."""
    start("200 OK", [("X-Length", environ.get("CONTENT_LENGTH", "none"))])
    return [environ["wsgi.input"].read()]


@pytest.mark.parametrize(
    ("path", "decoded"),
    [
        (b"/a%20b/x;y", "/a b/x;y"),
        (b"/%C3%A9%2F%FF//", "/\xc3\xa9/\xff//"),
        (b"/%zz%2", "/%zz%2"),
        (b"*", "*"),
    ],
)
def test_paths_are_decoded_byte_by_byte(path: bytes, decoded: str) -> None:
    assert environ_for(path=path)["PATH_INFO"] == decoded


def test_request_is_described_as_before() -> None:
    environ = environ_for(
        method="HEAD", query=b"q=%C3%A9\xc3\xa9&b=1", headers=[(b"host", b"a:99")]
    )
    assert environ["REQUEST_METHOD"] == "HEAD"
    assert environ["QUERY_STRING"] == "q=%C3%A9\xc3\xa9&b=1"
    assert environ["REMOTE_ADDR"] == "192.0.2.7"
    assert (environ["SERVER_NAME"], environ["SERVER_PORT"]) == ("127.0.0.1", "8000")
    assert environ["SERVER_PROTOCOL"] == "HTTP/1.1"
    assert (environ["wsgi.url_scheme"], environ["HTTP_HOST"]) == ("http", "a:99")


def test_repeated_headers_are_joined_and_cookies_by_semicolons() -> None:
    repeated = [(b"x-a", b"1"), (b"x-a", b"2"), (b"cookie", b"a=1"), (b"cookie", b"b=2")]
    environ = environ_for(headers=[*repeated, (b"content-type", b"text/csv")])
    assert environ["HTTP_X_A"] == "1,2"
    assert environ["HTTP_COOKIE"] == "a=1; b=2"
    assert environ["CONTENT_TYPE"] == "text/csv"


def test_headers_with_underscores_pass_for_no_other() -> None:
    forged, proxied = (b"x_forwarded_for", b"evil"), (b"x-forwarded-for", b"192.0.2.1")
    environ = environ_for(headers=[forged, proxied])
    assert environ["HTTP_X_FORWARDED_FOR"] == "192.0.2.1"
    assert "HTTP_X_FORWARDED_FOR" not in environ_for(headers=[forged])


def test_nothing_of_the_servers_own_environment_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_KEY", "secret")
    assert "SECRET_KEY" not in environ_for()


def test_chunked_uploads_arrive_whole() -> None:
    chunked = scope(**POST, headers=[(b"transfer-encoding", b"chunked")])
    answer = request(echo, chunked, body_parts(b"ab" * 300_000, b"", b"c"))
    assert answer.body == b"ab" * 300_000 + b"c"
    assert answer.headers[b"x-length"] == b"600001"
    assert answer.whole


def test_bodies_that_are_too_large_are_refused_unread() -> None:
    large = scope(**POST, headers=[(b"content-length", b"10000001")])
    assert request(echo, large).status == 413


def test_chunked_bodies_are_cut_where_they_grow_too_large() -> None:
    chunked = scope(**POST, headers=[(b"transfer-encoding", b"chunked")])
    parts = body_parts(*[b"x" * 1_000_000] * 12)
    answer = request(echo, chunked, parts)
    assert (answer.status, answer.headers[b"connection"]) == (413, b"close")


def test_half_a_body_is_waited_for_only_so_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asgi_request, "BASE_BODY_SECONDS", 0.05)
    half = scope(**POST, headers=[(b"content-length", b"100000")])
    assert request(echo, half, body_parts(b"x" * 20, b"")[:1]).status == 408


def test_who_leaves_before_the_body_is_sent_asks_nothing() -> None:
    half = scope(**POST, headers=[(b"content-length", b"100000")])
    answer = request(echo, half, [*body_parts(b"x" * 20, b"")[:1], DISCONNECT])
    assert answer.status == 0


def test_application_is_told_when_the_client_leaves() -> None:
    disconnected: list[bool] = []

    def slow(environ: dict[str, Any], start: Start) -> list[bytes]:
        disconnected.append(environ["citytools.disconnected"].wait(5))
        start("200 OK", [])
        return [b""]

    request(slow, scope(), [*body_parts(b""), DISCONNECT])
    assert disconnected == [True]


def full_pool(path: bytes, threads: int) -> tuple[WsgiToAsgi, threading.Event, list[str]]:
    """A server whose application waits for the event where it is asked for this path."""
    waiting, paths = threading.Event(), list[str]()

    def application(environ: dict[str, Any], start: Start) -> list[bytes]:
        paths.append(environ["PATH_INFO"])
        if environ["PATH_INFO"] == path.decode():
            waiting.wait(10)
        start("200 OK", [])
        return [b"ok"]

    return WsgiToAsgi(application), waiting, paths


async def _request_while_busy(
    server: WsgiToAsgi, waiting: threading.Event, busy: dict[str, Any], number: int, other: Any
) -> tuple[int, list[int]]:
    """The status of another request while so many are waited for, and then theirs."""
    tasks = [asyncio.create_task(exchange(server, busy)) for _ in range(number)]
    await asyncio.sleep(0.2)
    answer = await exchange(server, other)
    waiting.set()
    return answer.status, [done.status for done in await asyncio.gather(*tasks)]


@pytest.mark.parametrize("other", [b"/healthz", b"/static/site.css", b"/systems/systems.csv"])
def test_nothing_else_waits_behind_slow_pages(other: bytes) -> None:
    server, waiting, _ = full_pool(b"/slow/", 4)
    slow, quick = scope(path=b"/slow/"), scope(path=other)
    assert asyncio.run(_request_while_busy(server, waiting, slow, 20, quick)) == (200, [200] * 20)


def test_pages_do_not_wait_behind_sign_in() -> None:
    server, waiting, _ = full_pool(b"/admin/login/", 1)
    busy, page = scope(**POST), scope(path=b"/admin/login/x/")
    assert asyncio.run(_request_while_busy(server, waiting, busy, 4, page)) == (200, [200] * 4)


def test_503_where_too_many_wait() -> None:
    server, waiting, _ = full_pool(b"/admin/login/", 1)
    busy = scope(**POST)
    status, other_statuses = asyncio.run(_request_while_busy(server, waiting, busy, 11, busy))
    assert (status, other_statuses) == (503, [200] * 11)


def test_503_says_when_to_ask_again() -> None:
    server, waiting, _ = full_pool(b"/admin/login/", 1)

    async def refused() -> dict[bytes, bytes]:
        tasks = [asyncio.create_task(exchange(server, scope(**POST))) for _ in range(12)]
        waiting_time = threading.Timer(0.3, waiting.set)
        waiting_time.start()
        return (await asyncio.gather(*tasks))[-1].headers

    assert asyncio.run(refused())[b"retry-after"] == b"5"


def test_work_is_dropped_for_who_has_left() -> None:
    server, waiting, paths = full_pool(b"/admin/login/", 1)

    async def leave() -> int:
        staying = asyncio.create_task(exchange(server, scope(**POST)))
        await asyncio.sleep(0.05)
        gone = exchange(server, scope(**POST, query=b"gone"), [DISCONNECT])
        threading.Timer(0.5, waiting.set).start()
        answer, _ = await asyncio.gather(gone, staying)
        return answer.status

    assert asyncio.run(leave()) == 0
    assert paths == ["/admin/login/"]


def django_file(response: Any) -> Callable[[dict[str, Any], Start], Any]:
    """An application that answers as Django's handler does with a response."""

    def application(environ: dict[str, Any], start: Start) -> Any:
        start("200 OK", list(response.items()))
        if getattr(response, "file_to_stream", None) is None:
            return response
        response.file_to_stream.close = response.close
        return environ["wsgi.file_wrapper"](response.file_to_stream, response.block_size)

    return application


@pytest.mark.parametrize("size", [0, 10, 64 * 1024, 64 * 1024 + 1, 300_000])
def test_files_are_sent_whole_and_closed(size: int) -> None:
    file = io.BytesIO(b"x" * size)
    answer = request(django_file(FileResponse(file)), scope(path=b"/a.bin"))
    assert (len(answer.body), answer.whole) == (size, True)
    assert _soon(lambda: file.closed)


def _soon(condition: Callable[[], bool]) -> bool:
    until = time.monotonic() + 5
    while not condition() and time.monotonic() < until:
        time.sleep(0.01)
    return condition()


def test_large_pages_are_sent_in_parts() -> None:
    def application(environ: dict[str, Any], start: Start) -> list[bytes]:
        start("200 OK", [])
        return [b"x" * 150_000]

    answer = request(application, scope())
    assert (len(answer.body), answer.whole) == (150_000, True)


def test_head_is_answered_by_headers_alone() -> None:
    answer = request(django_file(FileResponse(io.BytesIO(b"abc"))), scope("HEAD", b"/a.bin"))
    assert (answer.body, answer.headers[b"content-length"]) == (b"", b"3")


def test_other_streams_are_sent_whole() -> None:
    answer = request(django_file(StreamingHttpResponse([b"a", b"", b"b"])), scope())
    assert (answer.body, answer.whole) == (b"ab", True)


def test_a_file_that_fails_ends_in_a_broken_transfer(caplog: pytest.LogCaptureFixture) -> None:
    class Failing(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            if self.tell():
                raise OSError("disk")
            return super().read(size)

    answer = request(django_file(FileResponse(Failing(b"x" * 300_000))), scope(path=b"/a.bin"))
    assert (answer.status, answer.whole) == (200, False)
    assert "An answer broke off: /a.bin" in caplog.text


def test_who_does_not_take_a_part_in_time_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asgi_application, "MAX_SEND_SECONDS", 0.05)
    file = io.BytesIO(b"x" * 300_000)
    server = WsgiToAsgi(django_file(FileResponse(file)))

    async def stuck(message: dict[str, Any]) -> None:
        if message["type"] == "http.response.body":
            await asyncio.Event().wait()

    async def receive() -> dict[str, Any]:
        await asyncio.Event().wait()
        return {}

    asyncio.run(server(scope(path=b"/a.bin"), receive, stuck))
    assert _soon(lambda: file.closed)


def test_a_failing_application_is_answered_for(caplog: pytest.LogCaptureFixture) -> None:
    def failing(environ: dict[str, Any], start: Start) -> list[bytes]:
        raise LookupError("missing")

    assert request(failing, scope()).status == 500
    assert "The application failed: /" in caplog.text


def test_a_large_answer_lies_on_disk_while_it_is_sent() -> None:
    response = call_application(_three_megabytes, environ_for())
    assert response.content == b""
    assert response.file is not None
    response.file.close()
    answer = request(_three_megabytes, scope())
    assert (answer.body, answer.whole) == (b"x" * 3_000_000, True)


def test_who_reads_just_before_each_time_out_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asgi_application, "MAX_SEND_SECONDS", 0.2)
    monkeypatch.setattr(asgi_application, "MIN_SEND_BYTES_PER_SECOND", 10_000_000)

    async def trickle() -> Exchange:
        answer, disconnected = Exchange(), asyncio.Event()

        async def send(message: dict[str, Any]) -> None:
            await asyncio.sleep(0.15)
            await answer.send(message)

        async def receive() -> dict[str, Any]:
            await disconnected.wait()
            return DISCONNECT

        await WsgiToAsgi(_three_megabytes)(scope(), receive, send)
        return answer

    answer = asyncio.run(trickle())
    assert not answer.whole
    assert len(answer.body) < 500_000


def _three_megabytes(environ: dict[str, Any], start: Start) -> list[bytes]:
    start("200 OK", [])
    return [b"x" * 3_000_000]


def test_a_body_for_which_the_disk_has_no_room_is_a_503(monkeypatch: pytest.MonkeyPatch) -> None:
    class Full(io.BytesIO):
        def write(self, data: Any) -> int:
            raise OSError(errno.ENOSPC, "full")

    monkeypatch.setattr(asgi_request.tempfile, "SpooledTemporaryFile", lambda _size: Full())
    upload = scope(**POST, headers=[(b"content-length", b"3")])
    assert request(echo, upload, body_parts(b"abc")).status == 503


def test_a_thread_that_cannot_start_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    async def twice() -> list[int]:
        server, start = WsgiToAsgi(echo), threading.Thread.start
        monkeypatch.setattr(threading.Thread, "start", _no_thread)
        first = await exchange(server, scope())
        monkeypatch.setattr(threading.Thread, "start", start)
        return [first.status, (await exchange(server, scope())).status]

    assert asyncio.run(twice()) == [500, 200]


def _no_thread(self: threading.Thread) -> None:
    raise RuntimeError("can't start new thread")
