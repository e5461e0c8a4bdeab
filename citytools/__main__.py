"""manage.py for those who press Ctrl-C or mistype a setting: one line instead of a traceback."""

import os
import signal
import sys


def main() -> None:
    """Run a command of Django's or ours: python -m citytools serve."""
    # Until a command says otherwise; set before the slow imports
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    # Lines appear when they are written, and the workers inherit no half-full buffer
    sys.stdout.reconfigure(line_buffering=True)  # type: ignore[union-attr]
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import execute_from_command_line

    from citytools import worlds

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "citytools.settings")
    worlds.set_world(worlds.World.BOTH)
    try:
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as error:
        sys.exit(f"City Tools: {' '.join(str(error).split())}")


if __name__ == "__main__":
    main()
