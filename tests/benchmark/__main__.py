"""manage.py for tools that are no part of the product: python -m tests.benchmark bench|generate."""

import os
import sys

import django

from citytools import worlds


def main() -> None:
    """Run the command of that name, with its options behind it; --help lists them."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "citytools.settings")
    # Lines appear when they are written, also in a pipe
    sys.stdout.reconfigure(line_buffering=True)  # type: ignore[union-attr]
    django.setup()
    worlds.set_world(worlds.World.BOTH)
    # Their models can be imported only now
    from tests.benchmark import bench, generate

    commands = {"bench": bench.Command, "generate": generate.Command}
    if len(sys.argv) < 2 or sys.argv[1] not in commands:
        sys.exit(f"Name a command: {', '.join(commands)}")
    try:
        commands[sys.argv[1]]().run_from_argv(sys.argv)
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()
