"""Settings: one file; the environment says only where machines differ.

CITYTOOLS_MODE=local (the default) is one machine, with an embedded PostgreSQL unless
DATABASE_URL names another. CITYTOOLS_MODE=production, or DEBUG set to off, needs SECRET_KEY,
DATABASE_URL and ALLOWED_HOSTS and refuses to start without them.
"""

import os
import re
from pathlib import Path
from typing import Any

import dj_database_url
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from citytools.env import read_seconds, read_switch, read_whole_number, require, stored_secret_key

BASE_DIR = Path(__file__).resolve().parent.parent
EMBEDDED_FOLDER = BASE_DIR / ".postgres"

MODE = os.environ.get("CITYTOOLS_MODE", "local")
if MODE not in {"local", "production"}:
    raise ImproperlyConfigured(f"CITYTOOLS_MODE={MODE!r}: write local or production.")
PRODUCTION = MODE == "production" or read_switch("DEBUG") is False
DEBUG = not PRODUCTION and read_switch("DEBUG") is True
SECRET_KEY = require("SECRET_KEY") if PRODUCTION else os.environ.get("SECRET_KEY", "")
SECRET_KEY = SECRET_KEY or stored_secret_key(EMBEDDED_FOLDER)
ALLOWED_HOSTS = (
    require("ALLOWED_HOSTS").split(",")
    if PRODUCTION
    else ["127.0.0.1", "localhost", "[::1]", "testserver"]
)
# Proxies in front, each of which adds its client to X-Forwarded-For: with 0, who connects is the
# client. Too small, and all who come through a proxy are one; too large, and clients choose freely
TRUSTED_PROXIES = read_whole_number("TRUSTED_PROXIES", default=0, maximum=10)

DATABASE_URL = require("DATABASE_URL") if PRODUCTION else os.environ.get("DATABASE_URL", "")
EMBEDDED_DATABASE = not DATABASE_URL
# Another database of the embedded server, created when first used: for a trial
EMBEDDED_NAME = os.environ.get("CITYTOOLS_DATABASE", "").strip() or "citytools"
DATABASES: dict[str, dict[str, Any]] = {
    "default": {"ENGINE": "citytools.local.postgres", "NAME": EMBEDDED_NAME}
}
if DATABASE_URL:
    DATABASES = {"default": dict(dj_database_url.parse(DATABASE_URL))}
    if DATABASES["default"]["ENGINE"] != "django.db.backends.postgresql":
        raise ImproperlyConfigured("DATABASE_URL must name a PostgreSQL: postgres://…")
    DATABASES["default"]["ENGINE"] = "citytools.local.postgres"
STATEMENT_SECONDS = read_seconds("STATEMENT_SECONDS", "10")
DATABASES["default"] |= {"CONN_MAX_AGE": 60, "CONN_HEALTH_CHECKS": True}
# Seconds and milliseconds of libpq: a host that has gone must not hold a worker for minutes
DATABASES["default"]["OPTIONS"] = {
    "connect_timeout": 2,
    "tcp_user_timeout": 10_000,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 2,
    **DATABASES["default"].get("OPTIONS", {}),
}

INSTALLED_APPS = [
    "citytools.staff.apps.StaffAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.contrib.postgres",
    "django_filters",
    "pgtrigger",
    "pghistory",
    "csp",
    "axes",
    "citytools",
    "boroughs",
    "systems",
    "contracts",
    "skills",
    "research",
]
MIDDLEWARE = [
    "citytools.http.page_cache.remove_tracking_parameters",
    "citytools.worlds.middleware.world_middleware",
    "django.middleware.security.SecurityMiddleware",
    "citytools.http.security_policy.content_security",
    "citytools.http.security_policy.read_only",
    "citytools.http.security_policy.utf8",
    "citytools.http.outages.TemporaryFaults",
    "citytools.http.outages.BoundedQueries",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    # 304 or the page as sent before, ahead of all else; what the rest makes is compressed, marked
    "citytools.http.conditional_get.conditional_get_middleware",
    "citytools.http.conditional_get.compression_middleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "pghistory.middleware.HistoryMiddleware",
    "axes.middleware.AxesMiddleware",
    "citytools.history.former_keys.FormerAddresses",
]
# Whoever reads writes no fact: his queries need no context for the history
PGHISTORY_MIDDLEWARE_METHODS = ("POST", "PUT", "PATCH", "DELETE")
ROOT_URLCONF = "citytools.urls"
WSGI_APPLICATION = "citytools.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.jinja2.Jinja2",
        "DIRS": [BASE_DIR / "templates"],
        "OPTIONS": {
            "environment": "citytools.pages.jinja.environment",
            "context_processors": ["citytools.http.context_processors.site"],
        },
    },
    {
        # The admin's, and those of packages
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates" / "staff"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "citytools.http.context_processors.site",
            ],
        },
    },
]
# What a template forgot to call or was not given is an error; otherwise it is left out
STRICT_TEMPLATES = DEBUG

# Faults and warnings reach the terminal or the service's journal; a page not found is neither
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "dated": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"},
        "one line": {
            "()": "citytools.http.log_format.OneLineFormatter",
            "format": "{asctime} {levelname} {name}: {message}",
            "style": "{",
        },
    },
    "filters": {"not unavailable": {"()": "citytools.http.log_format.NotUnavailableFilter"}},
    "handlers": {
        "terminal": {"class": "logging.StreamHandler", "formatter": "dated"},
        "one line": {"class": "logging.StreamHandler", "formatter": "one line"},
    },
    "root": {"handlers": ["terminal"], "level": "WARNING"},
    "loggers": {
        "django": {"handlers": ["terminal"], "level": "WARNING", "propagate": False},
        "django.request": {"level": "ERROR", "filters": ["not unavailable"]},
        # What strangers send: not one of these is a fault of ours
        "django.security": {"handlers": ["one line"], "level": "WARNING", "propagate": False},
    },
}

# Whether /demo/ shows inventions beside the evidence: in production only where it is asked for
_DEMO = os.environ.get("DEMO", "").strip().lower()
DEMONSTRATION = _DEMO == "yes" if PRODUCTION else _DEMO != "no"

# Pages that a worker caches until data, code or day change, of at most 64 kB each
KEEP_PAGES = read_switch("KEEP_PAGES") is not False and not DEBUG
MAX_CACHED_PAGES = 300 if KEEP_PAGES else 0

# Where the zip of everything and the cached files are; a folder that the server may write to
FILES_FOLDER = Path(os.environ.get("FILES_FOLDER") or BASE_DIR / ".files") / re.sub(
    r"\W+",
    "-",
    str(DATABASES["default"]["NAME"]),  # no zip of another database's facts
)
# Spooled files, cached until data, code or day change, for all workers together
MAX_CACHED_FILE_BYTES = 256 * 1024 * 1024 if KEEP_PAGES else 0

LANGUAGE_CODE = "en-gb"
TIME_ZONE = "Europe/London"
USE_I18N = True
USE_TZ = True

# Absolute: Django would put the prefix of whichever world asked first before a relative one
STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STATICFILES_DIRS = [
    BASE_DIR / "static",
    ("govuk", BASE_DIR / "node_modules/govuk-frontend/dist/govuk"),
    ("plotly", BASE_DIR / "node_modules/plotly.js-basic-dist-min"),
    ("lookup", BASE_DIR / "node_modules/accessible-autocomplete/dist"),
]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
# Pages link hashed names alone: half the files, and half the time to compress them
WHITENOISE_KEEP_ONLY_HASHED_FILES = True

# The hash is that of the empty style element which Plotly adds and fills through the CSSOM.
_EMPTY_STYLE = "'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF, _EMPTY_STYLE],
        "img-src": [SELF, "data:", "blob:"],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
if PRODUCTION:
    SECURE_SSL_REDIRECT = read_switch("SECURE_SSL_REDIRECT") is not False
    SECURE_HSTS_SECONDS = 31_536_000
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
    SESSION_COOKIE_SECURE = True
    CSRF_COOKIE_SECURE = True
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "admin:login"
# Five tries at one user name by one client are free; then each further one waits, from 10 seconds
# up to a quarter of an hour. Other clients' tries at that name do not wait (login_throttle)
AXES_HANDLER = "citytools.staff.login_throttle.LoginThrottle"
AXES_LOCKOUT_CALLABLE = "citytools.staff.login_throttle.too_many_tries"
AXES_CLIENT_IP_CALLABLE = "citytools.staff.login_throttle.client_address"
AXES_ENABLE_ADMIN = False
AXES_DISABLE_ACCESS_LOG = True
