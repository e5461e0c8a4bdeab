#!/usr/bin/env python
"""Django's command line for City Tools: London."""

import os
import sys

from django.core.management import execute_from_command_line

from citytools import worlds

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "citytools.settings")
    worlds.set_world(worlds.World.BOTH)
    execute_from_command_line(sys.argv)
