"""Parameters that mail and social media add to an address to see who followed it.

The address means the same without them, so they are taken out before anything reads it: ahead of
the page cache (`citytools.kept`), and as the first middleware for whoever asks Django directly.
"""

import re
from collections.abc import Callable, MutableMapping
from typing import Any
from urllib.parse import unquote_plus

from django.http import HttpRequest
from django.http.response import HttpResponseBase

TRACKING_PARAMETERS = re.compile(
    r"utm_.+|mc_.+|mtm_.+"  # campaigns: Google Analytics, Mailchimp, Matomo
    r"|_ga|_gl|gclid|gclsrc|gbraid|wbraid|dclid|gad_source|gad_campaignid|srsltid"  # Google
    r"|fbclid|igshid|igsh|msclkid|twclid|ttclid|li_fat_id|yclid|ysclid|epik"  # other networks
    r"|mkt_tok|_hsenc|_hsmi|vero_id|oly_anon_id|oly_enc_id",  # mail: Marketo, HubSpot, Vero, Omeda
    re.IGNORECASE,
)
"""The names, whole; what only begins like one, such as `utm` or `_gallery`, is none."""


def without_tracking(query: str) -> str:
    """A query string without tracking parameters; what is left keeps its bytes and its order."""
    return "&".join(part for part in query.split("&") if not _is_tracking(part))


def _is_tracking(part: str) -> bool:
    name = unquote_plus(part.partition("=")[0])
    return TRACKING_PARAMETERS.fullmatch(name) is not None


def remove_tracking(environ: MutableMapping[str, Any]) -> None:
    """Take them out of a WSGI request."""
    if query := environ.get("QUERY_STRING"):
        environ["QUERY_STRING"] = without_tracking(query)


def remove_tracking_parameters(
    get_response: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """Middleware, ahead of all that reads the address; request.GET is not parsed before."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        remove_tracking(request.META)
        return get_response(request)

    return middleware
