"""The WSGI environ of an ASGI request (PEP 3333), as granian's own WSGI made it."""

import sys
from typing import IO, Any
from urllib.parse import unquote_to_bytes

Scope = dict[str, Any]
Environ = dict[str, Any]
_BASE: Environ = {
    "GATEWAY_INTERFACE": "CGI/1.1",
    "SCRIPT_NAME": "",
    "SERVER_SOFTWARE": "Granian",
    "wsgi.errors": sys.stderr,
    "wsgi.input_terminated": True,
    "wsgi.multiprocess": True,
    "wsgi.multithread": True,
    "wsgi.run_once": False,
    "wsgi.version": (1, 0),
}
_UNPREFIXED = {b"content-type": "CONTENT_TYPE", b"content-length": "CONTENT_LENGTH"}


def path_info(scope: Scope) -> str:
    """The path, percent-decoded, each byte as one character."""
    raw: bytes = scope["raw_path"]
    return (unquote_to_bytes(raw) if b"%" in raw else raw).decode("latin-1")


def build(scope: Scope, path: str, body: IO[bytes], body_length: int | None) -> Environ:
    """The environ of a request whose body was read; `body_length` is None where none was sent."""
    environ = _BASE.copy()
    version = scope["http_version"]
    environ["REQUEST_METHOD"] = scope["method"]
    environ["PATH_INFO"] = path
    environ["QUERY_STRING"] = scope["query_string"].decode("latin-1")
    environ["SERVER_PROTOCOL"] = f"HTTP/{version if '.' in version else version + '.0'}"
    environ["SERVER_NAME"], environ["SERVER_PORT"] = scope["server"]
    environ["REMOTE_ADDR"] = scope["client"][0]
    environ["wsgi.url_scheme"] = scope["scheme"]
    environ["wsgi.input"] = body
    _add_headers(environ, scope["headers"])
    if body_length is not None:
        # Django reads no further than this, and a chunked body was sent without it
        environ["CONTENT_LENGTH"] = str(body_length)
        environ.pop("HTTP_TRANSFER_ENCODING", None)
    return environ


def _add_headers(environ: Environ, headers: list[tuple[bytes, bytes]]) -> None:
    for raw_name, raw_value in headers:
        # X_Forwarded_For would pass for X-Forwarded-For, which the proxy vouches for
        if b"_" in raw_name:
            continue
        name = _UNPREFIXED.get(raw_name) or "HTTP_" + raw_name.decode("latin-1").upper().replace(
            "-", "_"
        )
        value = raw_value.decode("latin-1")
        if name in environ:
            separator = "; " if name == "HTTP_COOKIE" else ","
            value = f"{environ[name]}{separator}{value}"
        environ[name] = value
