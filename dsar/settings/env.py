"""Reading the environment; a wrong value stops the start with the name of the variable."""

import os
from base64 import b64decode
from binascii import Error as BadBase64
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

_YES, _NO = {"1", "true", "yes", "on"}, {"", "0", "false", "no", "off"}


def env(name: str, default: str | None = None) -> str:
    """Return the variable `name`; the content of the file named by `NAME_FILE` comes first.

    Raises:
        ImproperlyConfigured: neither is set and there is no default, or the file cannot be read.
    """
    if path := os.environ.get(f"{name}_FILE"):
        try:
            return Path(path).read_text(encoding="utf-8").strip()
        except OSError as fault:
            raise ImproperlyConfigured(f"{name}_FILE names a file that cannot be read: {fault.strerror}") from fault
    value = os.environ.get(name, default)
    if value is None:
        raise ImproperlyConfigured(f"{name} is not set (nor {name}_FILE).")
    return value


def env_bool(name: str, *, default: bool) -> bool:
    value = env(name, str(default)).strip().lower()
    if value in _YES:
        return True
    if value in _NO:
        return False
    raise ImproperlyConfigured(f"{name} must be one of true, false; it is neither.")


def env_list(name: str, default: str = "") -> list[str]:
    return [part.strip() for part in env(name, default).split(",") if part.strip()]


def env_key(name: str) -> bytes:
    """Return the 32 bytes that `name` holds in base64."""
    try:
        key = b64decode(env(name), validate=True)
    except BadBase64 as fault:
        raise ImproperlyConfigured(f"{name} is not base64.") from fault
    if len(key) != 32:  # noqa: PLR2004  # AES-256 and Ed25519 both take 32 bytes
        raise ImproperlyConfigured(f"{name} must hold 32 bytes in base64; it holds {len(key)}.")
    return key


def database(url: str) -> dict[str, Any]:
    """Turn `postgresql://user:password@host:port/name?option=value` into Django's settings."""
    parts = urlsplit(url)
    if parts.scheme not in {"postgresql", "postgres"}:
        raise ImproperlyConfigured("DATABASE_URL must begin with postgresql://")
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname or "",
        "PORT": str(parts.port or ""),
        "OPTIONS": dict(parse_qsl(parts.query)),
    }


def mail(url: str) -> dict[str, Any]:
    """Turn `smtps://user:password@host:port` or `file:///folder` into Django's mail settings.

    Plain `smtp://` never upgrades in silence: encryption is TLS from the first byte (`smtps`), or none, on loopback.
    """
    parts = urlsplit(url)
    if parts.scheme == "file":
        return {"EMAIL_BACKEND": "django.core.mail.backends.filebased.EmailBackend", "EMAIL_FILE_PATH": parts.path}
    if parts.scheme not in {"smtp", "smtps"}:
        raise ImproperlyConfigured("EMAIL_URL must begin with smtps://, smtp:// or file://")
    return {
        "EMAIL_BACKEND": "requests_app.correspondence.post.Post",
        "EMAIL_HOST": parts.hostname or "localhost",
        "EMAIL_PORT": parts.port or (465 if parts.scheme == "smtps" else 25),
        "EMAIL_HOST_USER": unquote(parts.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
        "EMAIL_USE_SSL": parts.scheme == "smtps",
        "EMAIL_TIMEOUT": 20,
    }
