"""What the environment says to the settings: read strictly, with a remedy where it is wrong."""

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


def read_seconds(name: str, usual: str) -> float:
    """How long one statement of a web request may take."""
    text = os.environ.get(name, "").strip() or usual
    with contextlib.suppress(ValueError):
        if 0.1 <= float(text) <= 600:
            return float(text)
    raise ImproperlyConfigured(f"{name}={text!r}: write seconds from 0.1 to 600.")


def read_whole_number(name: str, *, default: int, most: int) -> int:
    """A whole number from 0 to `most` from the environment."""
    text = os.environ.get(name, "").strip() or str(default)
    if text.isascii() and text.isdecimal() and int(text) <= most:
        return int(text)
    raise ImproperlyConfigured(f"{name}={text!r}: write a whole number from 0 to {most}.")


def stored_secret_key(folder: Path) -> str:
    """The secret key of a local machine, made once, readable by its owner alone."""
    path = folder / "secret_key"
    try:
        folder.mkdir(mode=0o755, exist_ok=True)
        if not path.exists():
            _make_secret(path)
        return path.read_text()
    except OSError as error:
        raise ImproperlyConfigured(
            f"{path} cannot be kept: {error.strerror}. Make room, or let this account write there, "
            "or set SECRET_KEY and DATABASE_URL."
        ) from error


def _make_secret(path: Path) -> None:
    # Written aside and then linked: of two processes that start at once, one wins whole
    draft = path.with_name(f"secret_key.{os.getpid()}")
    try:
        draft.touch(mode=0o600)
        draft.write_text(secrets.token_urlsafe(50))
        with contextlib.suppress(FileExistsError):
            path.hardlink_to(draft)
    finally:
        draft.unlink(missing_ok=True)
