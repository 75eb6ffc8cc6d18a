"""Where a system is, without its secret: what somebody may type and read; the secret is put in when the system is asked."""

from collections.abc import Iterator
from typing import Final
from urllib.parse import parse_qsl, urlsplit

from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from requests_app.connectors.base import Misconfigured
from requests_app.sources.models import Source

SCHEMES: Final = {"sql": ("postgresql", "postgres", "mysql", "mariadb"), "rest": ("https", "http")}
_PLAIN: Final = frozenset({"sslmode", "charset", "per_second", "page_limit", "read_timeout", "total_timeout", "record_limit"})


def joined(source: Source, secret: str) -> str:
    """Return the whole address: the secret itself, or the address with the password (SQL) or the values (REST) put in.

    Raises:
        Misconfigured: the address is none.
    """
    if not source.address:
        return secret
    if source.connector == "sql":
        try:
            return make_url(source.address).set(password=secret).render_as_string(hide_password=False)
        except (ArgumentError, ValueError):
            raise Misconfigured(f"{source.name}: the address is no URL of a database") from None
    return f"{source.address}{'&' if '#' in source.address else '#'}{secret}"


def joined_to_write(source: Source, secret: str) -> str:
    """Return the whole address of the account that may write, whose secret is then `account:password` (SQL).

    Raises:
        Misconfigured: the address is none, or the secret names no account.
    """
    if not source.address or source.connector != "sql":
        return joined(source, secret)
    account, colon, password = secret.partition(":")
    if not colon:
        raise Misconfigured(f"{source.name}: the secret of the account that may erase must be account:password")
    try:
        return make_url(source.address).set(username=account, password=password).render_as_string(hide_password=False)
    except (ArgumentError, ValueError):
        raise Misconfigured(f"{source.name}: the address is no URL of a database") from None


def faults(kind: str, address: str) -> Iterator[str]:
    """Yield codes of what speaks against an address that somebody typed: `scheme`, `secret`, `none`."""
    try:
        parts = urlsplit(address)
        known = {name for name, _value in parse_qsl(parts.fragment, keep_blank_values=True)}
        asked = {name for name, _value in parse_qsl(parts.query, keep_blank_values=True)}
        named = bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        yield "none"
        return
    if parts.scheme.partition("+")[0] not in SCHEMES.get(kind, ()) or "+" in parts.scheme:
        yield "scheme"
    elif not named or not address.isprintable() or " " in address:
        yield "none"
    if parts.password is not None or (kind == "rest" and parts.username is not None) or (known | asked) - _PLAIN:
        yield "secret"
