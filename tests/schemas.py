"""Fetches the official OCDS schemas, which only tests need: python -m tests.schemas

No wheel has them, but the source packages of their publisher's own tools do: two files are taken
out of those, of which nothing is built, installed or run.
"""

import sys
import tarfile
import tempfile
from pathlib import Path
from typing import IO, cast

from citytools.local.bootstrap import install

SCHEMA_FOLDER, SCHEMA_LOCK = install.SETUP_FOLDER / "schemas", install.ROOT / "schemas.lock"
RELEASE_SCHEMA, PACKAGE_SCHEMA = "release-schema.json", "release-package-schema.json"
_PACKAGES = {RELEASE_SCHEMA: "ocdsextensionregistry", PACKAGE_SCHEMA: "ocdskit"}


def ensure_schemas() -> None:
    """Make .setup/schemas hold the official schemas."""
    stamp, mark = SCHEMA_FOLDER / "unpacked", install.fingerprint(SCHEMA_LOCK, *_PACKAGES)
    files = [SCHEMA_FOLDER / name for name in _PACKAGES]

    def fetch() -> None:
        print("Fetching the official OCDS schemas …", flush=True)
        stamp.unlink(missing_ok=True)
        with tempfile.TemporaryDirectory(dir=install.SETUP_FOLDER) as folder:
            _fetch(Path(folder))

    install.install_once(stamp, [mark], files, fetch)


def _fetch(folder: Path) -> None:
    # pip asks a package's build backend for its name: ours answers in place of setuptools
    backend = str(Path(__file__).with_name("build_backend"))
    options = ("--no-binary=:all:", "--no-build-isolation", "--dest", folder, "-r", SCHEMA_LOCK)
    purpose = "fetching the official OCDS schemas"
    install.run_pip(purpose, install.PYTHON, "download", *options, PYTHONPATH=backend)
    SCHEMA_FOLDER.mkdir(exist_ok=True)
    for name, package in _PACKAGES.items():
        (archive,) = folder.glob(f"{package}-*.tar.gz")
        member = f"{archive.name.removesuffix('.tar.gz')}/tests/fixtures/{name}"
        with tarfile.open(archive) as files:
            # None stands for what is no file, which in a package of known hash it is
            content = cast("IO[bytes]", files.extractfile(member)).read()
        (SCHEMA_FOLDER / name).write_bytes(content)


def main() -> int:
    try:
        ensure_schemas()
    except install.SetupError as reason:
        print(f"City Tools: {reason}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
