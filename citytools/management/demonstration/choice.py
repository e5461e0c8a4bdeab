"""Whether the demonstration is loaded: nobody publishes inventions by oversight."""

import os

from django.conf import settings
from django.core.management.base import CommandError

HELP = (
    "yes or no: load the demonstration set too. Without it DEMO of the environment decides; "
    "without that it is loaded, but in production it is not"
)


def demo_choice(option: str | None) -> str:
    """yes or no: as the command's option says, else DEMO, else yes on one's own machine alone."""
    named = option or os.environ.get("DEMO")
    choice = named or ("no" if settings.PRODUCTION else "yes")
    if choice not in {"yes", "no"}:
        # argparse does not look at a default, and this one may come from outside
        raise CommandError(f"DEMO={choice} means nothing: write yes or no.")
    return choice
