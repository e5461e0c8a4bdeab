"""What stands between the command to serve and the first page."""

import contextlib
import gc
import hashlib
import os
import resource
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import CommandError, call_command
from django.core.servers.basehttp import get_internal_wsgi_application
from django.db import connection
from granian import Granian
from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings
from granian.log import LogLevels

from citytools.http.asgi.application import WsgiToAsgi
from citytools.local import file_locks

ADDRESS = "127.0.0.1"
WORKERS = 2
MAX_STUCK_READER_SECONDS = 30
MAX_OPEN_FILES = 16_384
# What the front-end packages bring for those who build with them: compressing it takes 8 seconds
NOT_SERVED = (
    *("*.scss", "*.njk", "*.md", "*.html", "*.mjs", "*.mjs.map", "*.bundle.*"),
    *("fixtures.json", "*-options.json", "accessible-autocomplete.*react.min.js*"),
)
# Any number will do, so long as every City Tools on one database asks for the same
_PREPARATION_KEY = 0x_C17_7001


def parse_port(text: str) -> int:
    """The port that somebody wrote, if it is one."""
    if text.isascii() and text.isdecimal() and 1 <= int(text) <= 65535:
        return int(text)
    raise CommandError(f"PORT={text} is no port: choose a number from 1024 to 65535.")


def claim_port(port: int, wait_seconds: float = 2) -> socket.socket:
    """Make sure that nobody serves on this port, and keep other City Tools off it.

    Granian shares a port with others that are willing to (SO_REUSEPORT), and another may be
    starting right now and not listen yet: hence a claim by name, which Linux forgets with us.
    The workers of a server that was killed go within a second: hence the wait.
    """
    deadline = time.monotonic() + wait_seconds
    while True:
        try:
            return _try_claim(port)
        except PermissionError:
            raise CommandError(f"Port {port} is for root alone: choose one from 1024.") from None
        except OSError:
            if time.monotonic() > deadline:
                raise CommandError(
                    f"Port {port} is taken: stop what uses it, or choose another: "
                    f"PORT={port + 1 if port < 65535 else 8000} make run"
                ) from None
            time.sleep(0.1)


def _try_claim(port: int) -> socket.socket:
    with contextlib.ExitStack() as closing:
        claim = closing.enter_context(socket.socket(socket.AF_UNIX))
        if sys.platform == "linux":
            claim.bind(f"\0city-tools-{port}")
        trial = closing.enter_context(socket.socket())
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        trial.bind((ADDRESS, port))
        trial.close()
        closing.pop_all()
        return claim


@contextlib.contextmanager
def preparation_lock() -> Iterator[None]:
    """Let one process at a time migrate and load, on whatever machine it is."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [_PREPARATION_KEY])
    try:
        yield
    finally:
        # Closing gives the lock back, also when the connection is in a failed transaction
        connection.close()


def collect_static() -> bool:
    """Collect and compress the static files if any has changed; says whether it did."""
    root = Path(settings.STATIC_ROOT)
    root.mkdir(exist_ok=True)
    stamp = root / ".collected"
    with file_locks.exclusive(root / ".lock"):
        sources = _static_sources()
        if stamp.exists() and stamp.read_text() == sources:
            return False
        call_command("collectstatic", interactive=False, verbosity=0, ignore_patterns=[*NOT_SERVED])
        stamp.write_text(sources)
        return True


def _static_sources() -> str:
    """A hash over the names, sizes and times of all static files and how they are stored."""
    digest = hashlib.sha256(repr([settings.STORAGES["staticfiles"], NOT_SERVED]).encode())
    for finder in get_finders():
        for name, storage in finder.list(ignore_patterns=NOT_SERVED):
            status = Path(storage.path(name)).stat()
            digest.update(f"{name}\0{status.st_size}\0{status.st_mtime_ns}\0".encode())
    return digest.hexdigest()


def serve(port: int, announce: Callable[[], None]) -> None:
    """Serve until told to stop, announcing the first moment at which a browser gets an answer.

    Afterwards no worker is left.
    """
    server = Granian(
        "citytools.wsgi:application",
        address=ADDRESS,
        port=port,
        interface=Interfaces.ASGINL,
        workers=WORKERS,
        # With HTTP/2 offered, who says nothing at all may stay for ever
        http=HTTPModes.http1,
        http1_settings=HTTP1Settings(header_read_timeout=10_000, max_buffer_size=32 * 1024),
        websockets=False,
        # Connections a worker takes at a time; granian's 512 are soon held by readers of one office
        backpressure=2_000,
        log_level=LogLevels.warning,
        respawn_failed_workers=True,
        workers_kill_timeout=10,
    )

    @server.on_startup
    def watch() -> None:
        # Granian would take the end of the terminal for a wish to start its workers anew
        signal.signal(signal.SIGHUP, server.signal_handler_interrupt)
        if "MAKELEVEL" in os.environ:
            # Without the make that it belongs to nobody could stop it
            _when_orphaned(os.getppid(), server.signal_handler_interrupt)
        threading.Thread(target=_announce_start, args=[port, announce], daemon=True).start()

    server.serve(
        spawn_target=_run_worker,
        target_loader=partial(_load_in_worker, os.getpid()),
        wrap_loader=False,
    )


def _run_worker(worker: int, name: str | None, loader: Any, sockets: Any, *options: Any) -> None:
    """Granian's own worker, but with a bound on how long a reader may take nothing.

    Granian has none for answers. Connections inherit this one from the socket that accepts them.
    """
    # The server's own handler came with the fork, and would lose the wish to stop while we load
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    _allow_many_files()
    (specification, holder), shared = sockets
    if specification is not None and hasattr(socket, "TCP_USER_TIMEOUT"):
        holder = specification.build()
        with socket.socket(fileno=os.dup(holder.get_fd())) as listener:
            milliseconds = MAX_STUCK_READER_SECONDS * 1000
            listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, milliseconds)
        specification = None
    Granian._spawn_asgi_worker(worker, name, loader, ((specification, holder), shared), *options)


def _allow_many_files() -> None:
    """Let this process open as many files as it may: each connection is one, or two with its file.

    Services often start with 1,024, of which 500 readers would leave none for the database.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    limit = MAX_OPEN_FILES if hard == resource.RLIM_INFINITY else min(MAX_OPEN_FILES, hard)
    if soft != resource.RLIM_INFINITY and soft < limit:
        resource.setrlimit(resource.RLIMIT_NOFILE, (limit, hard))


def _announce_start(port: int, announce: Callable[[], None]) -> None:
    while True:
        with contextlib.suppress(OSError), socket.create_connection((ADDRESS, port), timeout=1):
            return announce()
        time.sleep(0.05)


def _load_in_worker(server: int) -> WsgiToAsgi:
    """Load the application in a worker, which stops when the server does, however that went."""
    # A group of its own: Ctrl-C reaches the server, which then stops its workers in good order
    os.setpgid(0, 0)
    _when_orphaned(server, lambda: os.kill(os.getpid(), signal.SIGTERM))
    # That of the settings: City Tools' own, or for a server to be compared with plain Django's
    application = WsgiToAsgi(get_internal_wsgi_application())
    import_module(settings.ROOT_URLCONF)
    # What is loaded stays: looking through it for rubbish took a quarter of the largest pages' time
    gc.collect()
    gc.freeze()
    # Else what threads have in hand is looked through at every 700th new object: a tenth more
    gc.set_threshold(20_000, 10, 10)
    return application


def _when_orphaned(parent: int, act: Callable[[], object]) -> None:
    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(0.5)
        act()

    threading.Thread(target=watch, daemon=True).start()
