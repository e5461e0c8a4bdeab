"""The WSGI application that granian serves."""

import os
from typing import TYPE_CHECKING

from django.core.wsgi import get_wsgi_application

if TYPE_CHECKING:
    from citytools.http.page_cache import Application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "citytools.settings")
django_application = get_wsgi_application()


def _with_page_cache() -> "Application":
    from citytools.http import page_cache  # what it imports has models, which are ready only now

    return page_cache.PageCache(django_application)


application = _with_page_cache()
