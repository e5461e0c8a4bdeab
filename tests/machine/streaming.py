"""The site as served, but with files sent while they are copied from the hundredth row on.

Tests start it: python -m tests.machine.streaming 8100
"""

import sys

import django

from citytools import serving


def main() -> None:
    """Serve until told to stop; the one worker is a fork of this process."""
    django.setup()
    from citytools import exports  # only now are the models that it needs ready

    exports.SPOOLED = 100
    serving.WORKERS = 1
    serving.serve(int(sys.argv[1]), lambda: None)


if __name__ == "__main__":
    main()
