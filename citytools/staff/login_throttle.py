"""Growing delays between wrong passwords, counted for each user name and client together.

django-axes calls this at each sign-in (AXES_HANDLER). Its own handler is not used: it keeps what
clients send in columns that are too short, has one cool-off for all, and counts a try only after
its password was hashed, so that many tries at once are all hashed. What is kept here is a keyed
hash of the user name (people type their password there), the client's address, and a count.
"""

import datetime
import ipaddress
import logging
import math
import re
from typing import Any

from axes.handlers.database import AxesDatabaseHandler
from axes.helpers import get_client_username
from axes.models import AccessAttempt
from django import forms
from django.conf import settings
from django.contrib.admin.forms import AdminAuthenticationForm
from django.core.validators import MaxLengthValidator
from django.db import transaction
from django.db.models import F
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.crypto import salted_hmac

_log = logging.getLogger(__name__)
FREE_TRIES = 5
"""Tries at one name before the first delay."""
FREE_TRIES_OF_CLIENT = 30
"""Tries of one client at all names together. Without it, whoever makes up a new name each time is
never delayed, and keeps the one thread that hashes passwords busy: nobody else could sign in."""
FIRST_DELAY_SECONDS, MAX_DELAY_SECONDS = 10, 15 * 60
MAX_MEMORY = datetime.timedelta(days=1)
"""After so long without a try, a client's tries at a name are forgotten."""
MAX_ROWS, PRUNE_EVERY = 10_000, 100
"""Rows that are left whatever number of names somebody makes up, and after how many new ones it is
looked at: to find the oldest of 10,000 took 30 ms, all else of a try 1 ms."""
_ANY_NAME = ""
"""In the column of the user name's key, for a client's tries at all names."""
_RETRY_AFTER = "login_retry_after"


def delay_seconds(tries: int, free_tries: int = FREE_TRIES) -> int:
    """Seconds to wait after so many tries: 0, then 10 from the last free one on, doubled each time.

    Of five free ones the fifth is the last that waits for nothing.
    """
    if tries < free_tries:
        return 0
    doublings = min(tries - free_tries, 10)  # beyond, the longest delay is long reached
    return min(FIRST_DELAY_SECONDS << doublings, MAX_DELAY_SECONDS)


class LoginThrottle(AxesDatabaseHandler):
    """Handler for django-axes: refuses a try that comes too early, before any password is hashed.

    A try is counted when it begins and taken back when it succeeds, so that tries at the same time
    are counted too. One that is refused is not counted: waiting always helps.
    """

    def is_allowed(self, request: HttpRequest, credentials: dict[str, Any] | None = None) -> bool:
        """Count the try; False while the delay lasts."""
        username = get_client_username(request, credentials) or ""
        address = _address(request)
        seconds = _count_try(_name_key(username), address)
        # One that waits for its name is not counted for its client either
        seconds = seconds or _count_try(_ANY_NAME, address, FREE_TRIES_OF_CLIENT)
        if seconds:
            # AxesMiddleware then hands the answer to `too_many_tries`
            request.axes_locked_out = True  # type: ignore[attr-defined]
            setattr(request, _RETRY_AFTER, seconds)
        return not seconds

    def user_login_failed(self, *_: Any, **__: Any) -> None:
        """Nothing: the try was counted when it began."""

    def user_logged_in(self, sender: Any, request: HttpRequest, user: Any, **_: Any) -> None:
        """Forget the client's tries at this name, and of those at all names this one."""
        attempts = AccessAttempt.objects.filter(ip_address=_address(request))
        attempts.filter(username=_name_key(user.get_username())).delete()
        attempts.filter(username=_ANY_NAME, failures_since_start__gt=0).update(
            failures_since_start=F("failures_since_start") - 1
        )

    def user_logged_out(self, *_: Any, **__: Any) -> None:
        """Nothing: no log of visits is kept."""

    def reset_attempts(
        self,
        *,
        username: str | None = None,
        **options: Any,
    ) -> int:
        """What `manage.py axes_reset` and its like do."""
        key = _name_key(username) if username else None
        return int(super().reset_attempts(username=key, **options))


def _address(request: HttpRequest) -> str:
    return str(request.axes_ip_address)  # type: ignore[attr-defined]


def _name_key(username: str) -> str:
    return salted_hmac("citytools.staff.login_throttle", username, algorithm="sha256").hexdigest()


def _count_try(key: str, address: str, free_tries: int = FREE_TRIES) -> int:
    """Count a try and return 0, or the seconds that are left to wait."""
    now = timezone.now()
    start = {"failures_since_start": 0, "get_data": "", "post_data": "", "path_info": ""}
    with transaction.atomic():
        row, created = AccessAttempt.objects.select_for_update().get_or_create(
            username=key, ip_address=address, user_agent="", defaults=start
        )
        waited = now - row.attempt_time
        tries = int(row.failures_since_start) if waited < MAX_MEMORY else 0
        left: float = delay_seconds(tries, free_tries) - waited.total_seconds()
        if tries >= free_tries and left > 0:
            return math.ceil(left)
        row.failures_since_start, row.attempt_time = tries + 1, now
        row.save(update_fields=["failures_since_start", "attempt_time"])
    if tries + 1 == free_tries:
        names = "all names" if key == _ANY_NAME else "one name"
        _log.warning("Sign-in: %s tries at %s by %s; further wait.", tries + 1, names, address)
    if created:
        _prune(now, row.pk)
    return 0


def _prune(now: datetime.datetime, new: int) -> None:
    """Delete what is forgotten, and now and then the oldest beyond MAX_ROWS."""
    AccessAttempt.objects.filter(attempt_time__lt=now - MAX_MEMORY).delete()
    if new % PRUNE_EVERY:
        return
    rows = AccessAttempt.objects.order_by("-attempt_time", "-pk")
    AccessAttempt.objects.filter(pk__in=rows.values("pk")[MAX_ROWS:]).delete()


def too_many_tries(
    request: HttpRequest, response: HttpResponse, _credentials: dict[str, Any] | None = None
) -> HttpResponse:
    """The sign-in page, which says how long to wait (`LoginForm`), as 429 with Retry-After."""
    response.status_code = 429
    response["Retry-After"] = str(getattr(request, _RETRY_AFTER))
    return response


class LoginForm(AdminAuthenticationForm):
    """The sign-in form: says when to try again, and hashes nothing that can be no user name."""

    def __init__(self, request: HttpRequest | None = None, *args: Any, **kwargs: Any) -> None:
        super().__init__(request, *args, **kwargs)
        # Django sets max_length only when it is too late for the field to check it
        field: Any = self.fields["username"]
        field.validators.append(MaxLengthValidator(field.max_length))

    def get_invalid_login_error(self) -> forms.ValidationError:
        """As in Django; while there is a delay, how long it lasts."""
        seconds = getattr(self.request, _RETRY_AFTER, 0)
        if not seconds:
            return super().get_invalid_login_error()
        words = f"Too many tries from here. Try again in {_duration_in_words(seconds)}."
        return forms.ValidationError(words, code="too_many_tries")


def _duration_in_words(seconds: int) -> str:
    if seconds < 100:
        return f"{seconds} second{'' if seconds == 1 else 's'}"
    return f"{math.ceil(seconds / 60)} minutes"


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
