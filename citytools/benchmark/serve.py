"""A server to be measured: python -m citytools.benchmark.serve 8100, settings by environment."""

import sys

import django
from django.conf import settings

from citytools.local import web_server


def main() -> None:
    """Serve until told to stop."""
    django.setup()
    if settings.STATIC_ROOT:
        web_server.collect_static()
    web_server.serve(int(sys.argv[1]), lambda: None)


if __name__ == "__main__":
    main()
