"""What production does not start with. Each fault is named by its variable; all of them are told at once (T-12.04, T-12.05)."""

import os
from base64 import b64encode
from collections.abc import Callable, Iterator, Mapping
from itertools import pairwise
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

from django.core.exceptions import ImproperlyConfigured
from django.http.request import validate_host

from dsar.settings import env

_LOCAL: Final = {"", "localhost", "127.0.0.1", "::1"}
_CHECKED_TLS: Final = {"verify-ca", "verify-full"}
_SAMPLES: Final = (
    "django-insecure",
    "changeme",
    "change-me",
    "example",
    "no-secret",
    "is signed",
    "development",
    "your-",
    "password",
)
_LONG, _VARIED, _SOME = 40, 10, 16  # signs of a secret, different signs in it, different bytes of a key
_TOKEN: Final = 24  # signs of a token that opens a door to programs
_DUMPS: Final = ("*.dump", "*.sql", "*.sql.*", "*.pgdump", "PG_VERSION", "base.tar*")
_OTHERS: Final = 0o077
Settings = Mapping[str, Any]


def refuse(settings: Settings) -> None:
    """Stop a start whose `settings`, or the environment they were read from, would put people's data in the open.

    Raises:
        ImproperlyConfigured: with a line for each fault, which begins with the variable that is to be mended.
    """
    found = [fault for look in _LOOKS for fault in look(settings)]
    if found:
        raise ImproperlyConfigured("Production does not start like this:\n" + "\n".join(f"- {fault}" for fault in found))


def is_private(host: str) -> bool:
    """Whether nobody listens between us and `host`: this machine, a socket, or what DSAR_PRIVATE_HOSTS names."""
    return host in _LOCAL or host.startswith("/") or host in env.env_list("DSAR_PRIVATE_HOSTS")


def _modes(_: Settings) -> Iterator[str]:
    for name in ("DEBUG", "DJANGO_DEBUG", "DSAR_DEMO"):
        if os.environ.get(name, "").strip().lower() not in {"", "0", "false", "no", "off"}:
            yield f"{name} is on: it shows strangers what only developers may see."


def _secrets(settings: Settings) -> Iterator[str]:
    old = [("SECRET_KEY_FALLBACKS", secret) for secret in settings["SECRET_KEY_FALLBACKS"]]
    for name, secret in [("SECRET_KEY", settings["SECRET_KEY"]), *old]:
        if any(sample in secret.lower() for sample in _SAMPLES):
            yield f"{name} is that of an example."
        elif len(secret) < _LONG or len(set(secret)) < _VARIED:
            yield f"{name} is short or uniform: take 48 random bytes in base64."
    for name in ("METRICS_TOKEN", "DSAR_MAIL_HOOK_KEY"):
        if 0 < len(settings[name]) < _TOKEN:
            yield f"{name.replace('METRICS', 'DSAR_METRICS')} is shorter than {_TOKEN} signs."


def _keys(settings: Settings) -> Iterator[str]:
    for name in ("DSAR_MASTER_KEY", "DSAR_SIGNING_KEY"):
        key: bytes = settings[name]
        steps = {(after - before) % 256 for before, after in pairwise(key)}
        if len(set(key)) < _SOME or len(steps) == 1:
            yield f"{name} is that of an example: it is not random."
        if b64encode(key).decode() == settings["SECRET_KEY"]:
            yield f"{name} is SECRET_KEY too: each has a key of its own."
    if settings["DSAR_MASTER_KEY"] == settings["DSAR_SIGNING_KEY"]:
        yield "DSAR_SIGNING_KEY is DSAR_MASTER_KEY too: each has a key of its own."


def _database(settings: Settings) -> Iterator[str]:
    found = settings["DATABASES"]["default"]
    host = found["OPTIONS"].get("host", found["HOST"])
    if not is_private(host) and found["OPTIONS"].get("sslmode") not in _CHECKED_TLS:
        yield "DATABASE_URL leads to another machine in the clear: say sslmode=verify-full."
    if not (host in _LOCAL or host.startswith("/") or found["PASSWORD"] or "sslcert" in found["OPTIONS"]):
        yield "DATABASE_URL leads to another machine without a password."


def _broker(settings: Settings) -> Iterator[str]:
    parts = urlsplit(settings["REDIS_URL"])
    host = parts.hostname or ""
    if parts.scheme not in {"redis", "rediss", "unix", "redis+socket"}:
        yield "REDIS_URL must begin with rediss://, redis:// or unix://."
    elif host not in _LOCAL and not parts.password:
        yield "REDIS_URL leads to another machine without a password."
    if not is_private(host) and (parts.scheme == "redis" or "none" in parse_qs(parts.query.lower()).get("ssl_cert_reqs", [""])[0]):
        yield "REDIS_URL leads to another machine in the clear: say rediss://, and let its certificate be checked."


def _address(settings: Settings) -> Iterator[str]:
    parts = urlsplit(settings["DSAR_BASE_URL"])
    host = parts.hostname or ""
    if parts.scheme not in {"https", "http"} or not host or parts.path or parts.query or parts.fragment or parts.username:
        yield "DSAR_BASE_URL must be https://host and no more."
    elif parts.scheme == "http" and host not in _LOCAL:
        yield "DSAR_BASE_URL is served without https on a name that others reach."
    if any(one == "*" or (one.startswith(".") and one.count(".") == 1) for one in settings["ALLOWED_HOSTS"]):
        yield "ALLOWED_HOSTS lets any name in."
    elif not validate_host(host, settings["ALLOWED_HOSTS"]):
        yield "ALLOWED_HOSTS lacks the host of DSAR_BASE_URL: every link would lead to nothing."


def _mail(settings: Settings) -> Iterator[str]:
    if not settings["EMAIL_BACKEND"].endswith(".Post"):
        yield "EMAIL_URL writes mail into a folder: customers would get none."
    elif not settings["EMAIL_USE_SSL"] and not is_private(settings["EMAIL_HOST"]):
        yield "EMAIL_URL leads to another machine in the clear: say smtps://."
    scanner = urlsplit(settings["DSAR_CLAMD"])
    if scanner.scheme == "tcp" and not is_private(scanner.hostname or ""):
        yield "DSAR_CLAMD leads to another machine in the clear: files of people would go there."


def _folders(settings: Settings) -> Iterator[str]:
    places = {name: settings[name].resolve() for name in ("DSAR_KEY_STORE", "DSAR_VAULT") if isinstance(settings[name], Path)}
    keys, vault = places["DSAR_KEY_STORE"], places.get("DSAR_VAULT")
    if vault and (keys.is_relative_to(vault) or vault.is_relative_to(keys)):
        yield "DSAR_KEY_STORE and DSAR_VAULT lie in each other: whoever copies one has both."
    if dumped := next((one.name for folder in (keys, keys.parent) for sign in _DUMPS for one in folder.glob(sign)), None):
        yield f"DSAR_KEY_STORE lies beside {dumped}: keys and dumps of the database are kept apart."
    for name, place in places.items():
        if place.is_relative_to(Path(settings["STATIC_ROOT"]).resolve()):
            yield f"{name} lies where files are given to everybody."
        if place.is_dir() and place.stat().st_mode & _OTHERS:
            yield f"{name} can be read by other accounts of this machine: set its mode to 0700."


_LOOKS: Final[tuple[Callable[[Settings], Iterator[str]], ...]] = (
    _modes, _secrets, _keys, _database, _broker, _address, _mail, _folders,
)  # fmt: skip
