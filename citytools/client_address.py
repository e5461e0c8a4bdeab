"""The address of a request's client, behind a known number of proxies."""

import ipaddress
import re

from django.conf import settings
from django.http import HttpRequest

UNKNOWN = "0.0.0.0"  # noqa: S104 (stands for "not known"; nothing listens on it)
"""What a request has for an address where none can be read."""
_IPV6_PREFIX = 64
_WITH_PORT = re.compile(r"\[(?P<ipv6>[^\]]*)\](?::\d{1,5})?|(?P<ipv4>[\d.]+):\d{1,5}", re.ASCII)


def client_address(request: HttpRequest) -> str:
    """The client's IPv4 address or IPv6 network of 64 bits; UNKNOWN where there is none.

    With n trusted proxies it is the n-th entry of X-Forwarded-For from the right: what the
    outermost of them saw. Entries further left are the client's own words. A header that is
    missing, too short or garbage did not come through the proxies: then REMOTE_ADDR counts.
    """
    proxies: int = settings.TRUSTED_PROXIES
    entries = request.META.get("HTTP_X_FORWARDED_FOR", "").rsplit(",", proxies)[-proxies:]
    forwarded = _parse(entries[0]) if proxies and len(entries) == proxies else None
    return forwarded or _parse(request.META.get("REMOTE_ADDR", "")) or UNKNOWN


def _parse(text: str) -> str | None:
    """An address with or without a port; None where it is none."""
    text = text.strip()[:60]
    if match := _WITH_PORT.fullmatch(text):
        text = match["ipv6"] or match["ipv4"] or ""
    try:
        address = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return None
    if isinstance(address, ipaddress.IPv4Address):
        return str(address)
    if address.ipv4_mapped:
        return str(address.ipv4_mapped)
    # Who has one IPv6 address mostly has the 2^64 of its network, and could take a new one each try
    network = ipaddress.ip_network((address, _IPV6_PREFIX), strict=False)
    return str(network.network_address)
