"""Sets the project up, then runs one of its commands: python3 -m citytools.local.bootstrap run

Only the standard library, since nothing else is there yet. This file alone must also be
understood by a Python that is too old, for it is the one to say so.
"""

import os
import shutil
import sys

MIN_VERSION = (3, 11)
NEWER_PYTHONS = ("python3.14", "python3.13", "python3.12", "python3.11")


def main() -> int:
    """Run the command named on the command line; one line on standard error if it cannot."""
    if sys.version_info < MIN_VERSION:
        return _restart_with_newer_python()
    from citytools.local.bootstrap import commands, install

    try:
        return commands.run(sys.argv[1:])
    except install.SetupError as reason:
        print("City Tools: {}".format(reason), file=sys.stderr)  # noqa: UP032 (see above)
        return 1
    except KeyboardInterrupt:
        return 130


def _restart_with_newer_python() -> int:
    for name in NEWER_PYTHONS:
        path = shutil.which(name)
        if path:
            os.execv(path, [path, "-m", "citytools.local.bootstrap", *sys.argv[1:]])  # noqa: S606 (no shell wanted)
    print(
        "City Tools: Python 3.11 or newer is needed and this is {}.{}: install one, "
        "or name it: make run PYTHON=/path/to/python3".format(*sys.version_info[:2]),
        file=sys.stderr,
    )
    return 1


if __name__ == "__main__":
    sys.exit(main())
