"""Which account runs the server: PostgreSQL refuses to run as root."""

import os
import pwd
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

# Nothing of the caller's environment: Django's TIME_ZONE, for one, is in it and would end up in
# the cluster
ENVIRONMENT = {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"}


@dataclass(frozen=True)
class Account:
    """An account of the machine; `switch` says whether we are root and must change to it."""

    uid: int
    gid: int
    switch: bool

    def run(self, *command: str | Path, text: str = "") -> subprocess.CompletedProcess[str]:
        """Run a program as this account, out of reach of the terminal's Ctrl-C."""
        as_whom = {"user": self.uid, "group": self.gid, "extra_groups": []} if self.switch else {}
        # A file, not a pipe: the server inherits it and would keep a pipe open for ever
        with tempfile.TemporaryFile("w+", errors="replace") as output:
            outcome = subprocess.run(  # type: ignore[call-overload]
                [str(word) for word in command],
                input=text,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd="/",
                env=ENVIRONMENT,
                start_new_session=True,
                text=True,
                check=False,
                **as_whom,
            )
            output.seek(0)
            return subprocess.CompletedProcess(command, outcome.returncode, output.read())

    def own(self, path: Path) -> None:
        """Give a folder of ours to this account."""
        if self.switch:
            os.chown(path, self.uid, self.gid)

    def reaches(self, folder: Path) -> bool:
        """May this account enter the folder? Asked of the kernel, not of the mode bits."""
        return self.run("/bin/sh", "-c", 'cd -- "$1"', "sh", folder).returncode == 0


def server_account(data: Path) -> Account:
    """Ourselves; for root whoever owns the data already, else postgres or nobody."""
    if os.geteuid() != 0:
        return Account(os.geteuid(), os.getegid(), switch=False)
    if data.exists() and data.stat().st_uid != 0:
        owner = data.stat()
        return Account(owner.st_uid, owner.st_gid, switch=True)
    entry = _first_of(("postgres", "nobody"))
    return Account(entry.pw_uid, entry.pw_gid, switch=True)


def _first_of(names: Sequence[str]) -> pwd.struct_passwd:
    for name in names[:-1]:
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    return pwd.getpwnam(names[-1])
