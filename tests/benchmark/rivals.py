"""How each server is started, at its best, and how one signs in to the admin."""

import http.client
import os
import re
import secrets
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from urllib.parse import quote, urlencode

from django.core.management import CommandError
from django.db import connection

from citytools import staff
from tests.benchmark.servers import ADDRESS, Server, django_server, free_port, started
from tests.benchmark.workload import ADMIN, ANEW, DATASETTE, HELLO, OURS

Servers = Mapping[str, tuple[Server, Mapping[str, str]]]
"""Each rival's server, and the headers with which it is asked."""
_AS_BY_TLS = {"X-Forwarded-Proto": "https"}


@contextmanager
def all_up(copied: Path, datasette: Path | None) -> Iterator[Servers]:
    """All servers, answering; they are gone afterwards."""
    with ExitStack() as closing:

        def start(name: str, command: list[str], port: int, **env: str) -> Server:
            log = copied.parent / ("-".join(re.findall(r"\w+", name.lower())) + ".log")
            told = {**os.environ, "PYTHONUNBUFFERED": "1", **env}
            return closing.enter_context(started(name, command, port, log, told))

        production = _production()
        port = free_port()
        ours = start(OURS, django_server(port), port, **production)
        port = free_port()
        anew = start(ANEW, django_server(port), port, **production, KEEP_PAGES="no")
        port = free_port()
        bare = {"DJANGO_SETTINGS_MODULE": "tests.benchmark.hello"}
        hello = start(HELLO, django_server(port), port, **bare)
        servers: dict[str, tuple[Server, Mapping[str, str]]] = {
            OURS: (ours, {}),
            ANEW: (anew, {}),
            ADMIN: (ours, {"Cookie": _signed_in(ours)}),
            HELLO: (hello, {}),
        }
        if datasette:
            port = free_port()
            servers[DATASETTE] = start(DATASETTE, _datasette(datasette, copied, port), port), {}
        yield servers


def _datasette(program: Path, copied: Path, port: int) -> list[str]:
    """Datasette at its best: a file that never changes, and no limit that cuts work short."""
    settings = {"sql_time_limit_ms": 60_000, "facet_time_limit_ms": 60_000, "max_csv_mb": 0}
    settings |= {"suggest_facets": 0, "default_cache_ttl": 0}
    command = [str(program), "serve", "--immutable", str(copied), "--port", str(port)]
    for name, value in settings.items():
        command += ["--setting", name, str(value)]
    return command


def _production() -> dict[str, str]:
    """Settings of a server for real, on the database that this process uses."""
    asked = connection.get_connection_params()
    place = urlencode({key: asked[key] for key in ("host", "port", "user") if asked.get(key)})
    return {
        "CITYTOOLS_MODE": "production",
        "SECRET_KEY": secrets.token_urlsafe(50),
        "DATABASE_URL": f"postgresql:///{quote(asked['dbname'])}?{place}",
        "ALLOWED_HOSTS": ADDRESS,
        "STATEMENT_SECONDS": "300",
        "DJANGO_SETTINGS_MODULE": "citytools.settings",
    }


def _signed_in(ours: Server) -> str:
    """The cookie of a new staff account, by the sign-in page, as a person gets it."""
    name, password = staff.make()
    line = http.client.HTTPConnection(ADDRESS, ours.port, timeout=60)
    try:
        line.request("GET", "/admin/login/", headers=_AS_BY_TLS)
        page = line.getresponse()
        token = re.search(r'csrfmiddlewaretoken" value="(\w+)"', page.read().decode())
        form = {"username": name, "password": password}
        form["csrfmiddlewaretoken"] = token[1] if token else ""
        headers = {
            "Cookie": _cookies(page),
            "Content-Type": "application/x-www-form-urlencoded",
            "Referer": f"https://{ADDRESS}:{ours.port}/admin/login/",
        }
        line.request("POST", "/admin/login/", urlencode(form), _AS_BY_TLS | headers)
        answer = line.getresponse()
        if answer.status != 302:
            raise CommandError(f"{ours.name} did not let the new account {name} in.")
        return _cookies(answer)
    finally:
        line.close()


def _cookies(response: http.client.HTTPResponse) -> str:
    told = response.headers.get_all("Set-Cookie") or []
    return "; ".join(cookie.partition(";")[0] for cookie in told)
