"""The script of the data page, run as it is shown there against a real server."""

import html
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from django.test import Client
from pytest_django.live_server_helper import LiveServer

from tests import factories
from tests.pages import text_of

pytestmark = pytest.mark.django_db(transaction=True)


def script(live_server: LiveServer) -> str:
    """The block of the data page that checks a file, as a person would copy it."""
    page = text_of(Client().get("/data/", HTTP_HOST=live_server.url.removeprefix("http://")))
    (block,) = re.findall(r"<pre[^>]*>(host=.*?)</pre>", page, re.DOTALL)
    return html.unescape(block)


@pytest.mark.skipif(not shutil.which("curl"), reason="the script begins with curl")
@pytest.mark.parametrize(("rows", "said"), [(3, "3 rows, as they were sent"), (0, "0 rows")])
def test_the_script_takes_a_filter_and_checks_rows_and_hash(
    live_server: LiveServer, tmp_path: Path, rows: int, said: str
) -> None:
    camden = factories.borough("Camden")
    for _ in range(rows):
        factories.system(borough=camden)
    factories.system(borough=factories.borough("Barnet"))
    done = run(tmp_path, script(live_server))
    assert done.returncode == 0, done.stdout + done.stderr
    assert said in done.stdout


@pytest.mark.skipif(not shutil.which("curl"), reason="the script begins with curl")
@pytest.mark.parametrize("fault", ["rm -f systems.csv", "echo x >> systems.csv"])
def test_the_script_notices_what_is_missing_or_was_changed(
    live_server: LiveServer, tmp_path: Path, fault: str
) -> None:
    factories.system(borough=factories.borough("Camden"))
    text = script(live_server)
    broken = text.replace("\npython", f"\n{fault}\npython", 1)
    assert broken != text
    assert run(tmp_path, broken).returncode != 0


def run(folder: Path, text: str) -> "subprocess.CompletedProcess[str]":
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    return subprocess.run(
        ["sh", "-e", "-c", text],
        cwd=folder,
        env={**os.environ, "PATH": path},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def test_a_filter_that_is_not_understood_fails_the_script(client: Client) -> None:
    factories.borough("Camden")
    response = client.get("/systems/systems.csv", {"borough": "camdem"})
    assert response.status_code == 400
