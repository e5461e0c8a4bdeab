"""Stands in for setuptools while pip fetches source packages, so that nothing of theirs is run.

Before it saves one, pip asks the package's build for its name and version (PEP 517). They stand in
its PKG-INFO already.
"""

import email
import shutil
from pathlib import Path


def prepare_metadata_for_build_wheel(folder: str, _settings: object = None) -> str:
    """Put PKG-INFO where pip looks for metadata, and return the folder's name."""
    told = email.message_from_bytes(Path("PKG-INFO").read_bytes())
    place = Path(folder, f"{told['Name']}-{told['Version']}.dist-info")
    place.mkdir()
    shutil.copy("PKG-INFO", place / "METADATA")
    return place.name
