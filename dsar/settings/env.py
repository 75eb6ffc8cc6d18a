"""Reading the environment; a wrong value stops the start with the name of the variable."""

import os
import re
from base64 import b64decode
from binascii import Error as BadBase64
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

_BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
_LOOPBACK = {"127.0.0.1", "::1", "localhost"}
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


def env_number(name: str, default: int) -> int:
    try:
        return int(env(name, str(default)))
    except ValueError as fault:
        raise ImproperlyConfigured(f"{name} must be a number; it is none.") from fault


def env_key(name: str) -> bytes:
    """Return the 32 bytes that `name` holds in base64."""
    return _key(name, env(name))


def env_keys(name: str) -> list[bytes]:
    """Return the keys that `name` holds, 32 bytes in base64 each, with commas between them; none where it is not set."""
    return [_key(name, one) for one in env_list(name)]


def _key(name: str, text: str) -> bytes:
    try:
        key = b64decode(text, validate=True)
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


def scanner(place: str) -> str:
    """Return the address of a virus scanner, `tcp://host:port` or `unix:///path`; empty where there is none.

    Raises:
        ImproperlyConfigured: it is neither.
    """
    parts = urlsplit(place)
    if place and not ((parts.scheme == "tcp" and parts.hostname) or (parts.scheme == "unix" and parts.path)):
        raise ImproperlyConfigured("DSAR_CLAMD must be tcp://host:port or unix:///path.")
    return place


def contact(address: str) -> str:
    """Return where holes are reported, `mailto:…` or `https://…`; empty where nowhere.

    Raises:
        ImproperlyConfigured: it is neither.
    """
    parts = urlsplit(address)
    if address and not ((parts.scheme == "mailto" and "@" in parts.path) or (parts.scheme == "https" and parts.hostname)):
        raise ImproperlyConfigured("DSAR_SECURITY_CONTACT must begin with mailto: or https://.")
    return address


def authority(address: str, certificates: str) -> str:
    """Return where heads of the trail are time-stamped, `https://host/path`; empty where nowhere.

    Raises:
        ImproperlyConfigured: it is no such address, or nobody said by which certificates its word is checked.
    """
    if address and not (urlsplit(address).scheme in {"https", "http"} and urlsplit(address).hostname and certificates):
        raise ImproperlyConfigured("DSAR_ANCHOR_TSA must begin with https:// or http://, and needs DSAR_ANCHOR_TSA_CA.")
    return address


def mailboxes() -> dict[str, str]:
    """Return by brand where its mail is read: `DSAR_MAILBOX_O_JEWELS=imaps://user:password@host/INBOX` is that of `o-jewels`.

    Raises:
        ImproperlyConfigured: one of them is no such address.
    """
    names = {name.removesuffix("_FILE") for name in os.environ if name.startswith("DSAR_MAILBOX_")}
    found = {name.removeprefix("DSAR_MAILBOX_").lower().replace("_", "-"): env(name) for name in sorted(names)}
    for brand, place in found.items():
        parts = urlsplit(place)
        if not (parts.hostname and (parts.scheme == "imaps" or (parts.scheme == "imap" and parts.hostname in _LOOPBACK))):
            raise ImproperlyConfigured(f"The mailbox of {brand} must be imaps://user:password@host/folder.")
    return found


def vault(place: str) -> Path | dict[str, Any]:
    """Return the folder `place`, or for `s3://bucket/prefix` what is needed to reach that bucket.

    Raises:
        ImproperlyConfigured: a variable is missing or wrong; it is named.
    """
    if not place.startswith("s3://"):
        return Path(place)
    parts = urlsplit(place)
    prefix = f"{parts.path.strip('/')}/".lstrip("/")
    if not _BUCKET.fullmatch(parts.netloc) or parts.query or parts.fragment:
        raise ImproperlyConfigured("DSAR_VAULT must be a folder, or s3://bucket/prefix.")
    encryption, endpoint = env("DSAR_S3_ENCRYPTION", ""), env("DSAR_S3_ENDPOINT", "")
    if encryption not in {"", "AES256", "aws:kms"}:
        raise ImproperlyConfigured("DSAR_S3_ENCRYPTION must be empty, AES256 or aws:kms.")
    if endpoint and urlsplit(endpoint).scheme != "https" and urlsplit(endpoint).hostname not in _LOOPBACK:
        raise ImproperlyConfigured("DSAR_S3_ENDPOINT must begin with https://, unless the server is on this machine.")
    return {
        "name": parts.netloc,
        "prefix": prefix,
        "access_key": env("DSAR_S3_ACCESS_KEY"),
        "secret_key": env("DSAR_S3_SECRET_KEY"),
        "endpoint": endpoint,
        "region": env("DSAR_S3_REGION", "us-east-1"),
        "encryption": encryption,
        "kms_key": env("DSAR_S3_KMS_KEY", ""),
        "path_style": env_bool("DSAR_S3_PATH_STYLE", default=bool(endpoint)),
    }


def single_sign_on() -> dict[str, Any]:
    """Return who vouches for officers by OpenID Connect, as django-allauth wants it; nothing where nobody does.

    Raises:
        ImproperlyConfigured: the issuer is no https address, or its client's name or secret is not set.
    """
    issuer = env("DSAR_OIDC_ISSUER", "").rstrip("/")
    if not issuer:
        return {}
    parts = urlsplit(issuer)
    if not (parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOOPBACK)) or parts.query or parts.fragment:
        raise ImproperlyConfigured("DSAR_OIDC_ISSUER must begin with https://, unless the server is on this machine.")
    app = {
        "provider_id": "house",
        "name": env("DSAR_OIDC_NAME", parts.hostname),
        "client_id": env("DSAR_OIDC_CLIENT"),
        "secret": env("DSAR_OIDC_SECRET"),
        "settings": {"server_url": issuer},
    }
    return {"openid_connect": {"OAUTH_PKCE_ENABLED": True, "SCOPE": ["openid", "email"], "APPS": [app]}}


def mail(url: str) -> dict[str, Any]:
    """Turn `smtps://user:password@host:port` or `file:///folder` into Django's mail settings.

    Plain `smtp://` never upgrades in silence: encryption is TLS from the first byte (`smtps`), or none, on loopback.
    """
    parts = urlsplit(url)
    if parts.scheme == "file":
        return {"EMAIL_BACKEND": "requests_app.correspondence.folder.Folder", "EMAIL_FILE_PATH": parts.path}
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
