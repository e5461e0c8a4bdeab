"""The official OCDS schemas, for the tests: .setup/schemas, out of what schemas.lock pins.

No wheel has them, but the source packages of their publisher's own tools do, among the tools'
tests. They are fetched as files: nothing of the packages is built, installed or run.
"""

import tarfile
import tempfile
from pathlib import Path
from typing import IO, cast

from citytools.local.bootstrap import environment, steps

FOLDER = steps.WORKSHOP / "schemas"
STAMP = FOLDER / "unpacked"
LOCK = steps.ROOT / "schemas.lock"
RELEASE = "release-schema.json"
PACKAGE = "release-package-schema.json"
# In which source package each lies
_HOMES = {RELEASE: "ocdsextensionregistry", PACKAGE: "ocdskit"}
_INSIDE = "tests/fixtures"
_DOWNLOAD = (
    *("download", "--require-hashes", "--no-deps", "--no-binary=:all:", "--no-build-isolation"),
    *("--quiet", "--no-input", "--disable-pip-version-check", "--retries=2"),
)
_STAND_IN = Path(__file__).with_name("stand_in")


def ensure() -> None:
    """Make .setup/schemas hold the official schemas."""
    if not _there():
        with steps.one_at_a_time():
            if not _there():
                _fetch()


def _there() -> bool:
    held = STAMP.exists() and STAMP.read_text() == _wanted()
    return held and all((FOLDER / name).exists() for name in _HOMES)


def _wanted() -> str:
    return steps.fingerprint(LOCK, *_HOMES)


def _fetch() -> None:
    steps.say("Fetching the official OCDS schemas …")
    with tempfile.TemporaryDirectory(dir=steps.WORKSHOP) as folder:
        pip = [*environment.pip_command(), "--python", str(environment.PYTHON)]
        steps.quietly(
            [*pip, *_DOWNLOAD, "--dest", folder, "-r", LOCK],
            "fetching the official OCDS schemas",
            env=environment.variables() | {"PYTHONPATH": str(_STAND_IN)},
        )
        FOLDER.mkdir(exist_ok=True)
        STAMP.unlink(missing_ok=True)
        for name, package in _HOMES.items():
            (archive,) = Path(folder).glob(f"{package}-*.tar.gz")
            (FOLDER / name).write_bytes(_content(archive, name))
    STAMP.write_text(_wanted())


def _content(archive: Path, name: str) -> bytes:
    top = archive.name.removesuffix(".tar.gz")
    with tarfile.open(archive) as packed:
        # None stands for what is no file, which in a package of known hash it is
        return cast("IO[bytes]", packed.extractfile(f"{top}/{_INSIDE}/{name}")).read()
