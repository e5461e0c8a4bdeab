"""Answers for setuptools while pip fetches source packages, so that nothing of theirs is run.

Before it saves a package, pip asks its build backend for name and version (PEP 517): they are in
its PKG-INFO already.
"""

import email
import shutil
from pathlib import Path


def prepare_metadata_for_build_wheel(folder: str, _settings: object = None) -> str:
    """Put PKG-INFO where pip looks for metadata, and return the folder's name."""
    metadata = email.message_from_bytes(Path("PKG-INFO").read_bytes())
    target = Path(folder, f"{metadata['Name']}-{metadata['Version']}.dist-info")
    target.mkdir()
    shutil.copy("PKG-INFO", target / "METADATA")
    return target.name
