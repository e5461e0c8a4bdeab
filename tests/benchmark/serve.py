"""A server to be measured: python -m tests.benchmark.serve 8100, settings by environment."""

import sys

import django
from django.conf import settings

from citytools import serving


def main() -> None:
    """Serve until told to stop."""
    django.setup()
    if settings.STATIC_ROOT:
        serving.collect_static()
    serving.serve(int(sys.argv[1]), lambda: None)


if __name__ == "__main__":
    main()
