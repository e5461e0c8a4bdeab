"""Environment variables for the settings, read strictly: a wrong value says what to write."""

import contextlib
import os
import secrets
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured


def read_switch(name: str) -> bool | None:
    """A yes/no from the environment; None where it is not set; anything else stops the start."""
    text = os.environ.get(name, "").strip().lower()
    if text in {"1", "yes", "true", "on"}:
        return True
    if text in {"0", "no", "false", "off"}:
        return False
    if text:
        raise ImproperlyConfigured(f"{name}={text!r}: write yes or no.")
    return None


def require(name: str) -> str:
    value = os.environ.get(name, "").strip()
    if not value:
        raise ImproperlyConfigured(
            f"{name} is not set: production mode needs it. For a try-out on one machine, "
            "unset DEBUG and CITYTOOLS_MODE and run 'make run'."
        )
    return value


def read_seconds(name: str, default: str) -> float:
    """Seconds from 0.1 to 600; anything else stops the start."""
    text = os.environ.get(name, "").strip() or default
    with contextlib.suppress(ValueError):
        if 0.1 <= float(text) <= 600:
            return float(text)
    raise ImproperlyConfigured(f"{name}={text!r}: write seconds from 0.1 to 600.")


def read_whole_number(name: str, *, default: int, maximum: int) -> int:
    """A whole number from 0 to `maximum`; anything else stops the start."""
    text = os.environ.get(name, "").strip() or str(default)
    if text.isascii() and text.isdecimal() and int(text) <= maximum:
        return int(text)
    raise ImproperlyConfigured(f"{name}={text!r}: write a whole number from 0 to {maximum}.")


def stored_secret_key(folder: Path) -> str:
    """The secret key of a local machine, created once, readable by its owner alone."""
    path = folder / "secret_key"
    # Written under another name, then linked: of two processes that start at once, one wins whole
    draft = path.with_name(f"secret_key.{os.getpid()}")
    try:
        folder.mkdir(mode=0o755, exist_ok=True)
        if not path.exists():
            draft.touch(mode=0o600)
            draft.write_text(secrets.token_urlsafe(50))
            with contextlib.suppress(FileExistsError):
                path.hardlink_to(draft)
        return path.read_text()
    except OSError as error:
        raise ImproperlyConfigured(
            f"{path} cannot be kept: {error.strerror}. Make room, or let this account write there, "
            "or set SECRET_KEY and DATABASE_URL."
        ) from error
    finally:
        with contextlib.suppress(OSError):
            draft.unlink(missing_ok=True)
