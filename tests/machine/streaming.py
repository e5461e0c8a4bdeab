"""The application as served, which streams from the hundredth row on. Tests start it."""

import importlib

from citytools.wsgi import application

# Only now are the models that it needs ready
importlib.import_module("citytools.exports").SPOOLED = 100  # type: ignore[attr-defined]
__all__ = ["application"]
