"""Which addresses may be asked. One spelling of a URL is accepted: the plain one."""

import re
from dataclasses import dataclass
from enum import StrEnum
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Final
from urllib.parse import urlsplit

from requests_app.outward.faults import Blocked

Address = IPv4Address | IPv6Address
PORTS: Final = {"https": 443, "http": 80}

_LABEL: Final = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)")
_REST: Final = re.compile(r"[A-Za-z0-9._~!$&'()*+,;=:@/?%\[\]{}|^\"-]*")
_LONGEST: Final = 8192  # characters of a URL


class Reach(StrEnum):
    """Where an address lies. `NEVER`: metadata services, other machines' neighbours, groups, ways around: for nobody's ask."""

    PUBLIC = "public"
    PRIVATE = "private"
    NEVER = "never"


@dataclass(frozen=True, slots=True)
class Target:
    """One plain http or https URL, taken apart. `path` begins with a slash and holds the query."""

    scheme: str
    host: str
    port: int
    path: str

    @property
    def origin(self) -> tuple[str, str, int]:
        return self.scheme, self.host, self.port

    @property
    def netloc(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == PORTS[self.scheme] else f"{host}:{self.port}"

    @property
    def url(self) -> str:
        return f"{self.scheme}://{self.netloc}{self.path}"


def target(url: str) -> Target:
    """Take `url` apart.

    Raises:
        Blocked: it is no plain http(s) URL: other schemes, names and passwords, fragments, signs that readers disagree about,
            numbers written otherwise than as four decimals or in brackets, names that are no names.
    """
    if len(url) > _LONGEST or not url.isascii() or not url.isprintable() or any(sign in url for sign in "\\ <>`"):
        raise Blocked("the address holds signs that have no place in one")
    scheme, colon, behind = url.partition("://")
    if not colon or scheme not in PORTS:
        raise Blocked("the address is neither http nor https")
    netloc = re.split(r"[/?#]", behind, maxsplit=1)[0]
    if "@" in netloc or "#" in behind or "%" in netloc:
        raise Blocked("the address holds more than a host, a path and a query")
    path = behind[len(netloc) :]
    path = path if path.startswith("/") else f"/{path}"
    host, port = _host_and_port(netloc, scheme)
    if not _REST.fullmatch(path) or urlsplit(url).netloc != netloc:
        raise Blocked("the address can be read in more than one way")
    return Target(scheme, host, port, path)


def reach(address: Address) -> Reach:
    """Tell where an address lies; those that stand for another address count as `NEVER`."""
    for kind, networks in ((Reach.NEVER, _NEVER), (Reach.PRIVATE, _PRIVATE)):
        if any(address in network for network in networks if network.version == address.version):
            return kind
    return Reach.PUBLIC if address.version == 4 or address in _GLOBAL else Reach.NEVER  # noqa: PLR2004


def literal(host: str) -> Address | None:
    """Return the address that `host` is, or None for a name."""
    try:
        return ip_address(host)
    except ValueError:
        return None


def _host_and_port(netloc: str, scheme: str) -> tuple[str, int]:
    match = re.fullmatch(r"(?:\[([0-9a-f:.]+)\]|([a-z0-9._-]+))(?::([1-9][0-9]{0,4}))?", netloc.lower())
    if match is None:
        raise Blocked("the address names no host")
    port = int(match[3] or PORTS[scheme])
    if port > 65535:  # noqa: PLR2004
        raise Blocked("the address names no port")
    return (_six(match[1]) if match[1] else _name_or_four(match[2])), port


def _six(text: str) -> str:
    address = literal(text)
    if not isinstance(address, IPv6Address):
        raise Blocked("the address names no host")
    return str(address)


def _name_or_four(text: str) -> str:
    labels = text.split(".")
    if labels[-1].isdecimal() or labels[-1].startswith("0x"):  # a number in the last place makes the whole a number (WHATWG URL)
        if not isinstance(literal(text), IPv4Address):
            raise Blocked("a number in another spelling than four decimals")
        return text
    if len(text) > 253 or not all(_LABEL.fullmatch(label) for label in labels):  # noqa: PLR2004
        raise Blocked("the address names no host")
    return text


def _networks(*texts: str) -> tuple[IPv4Network | IPv6Network, ...]:
    return tuple(ip_network(text) for text in texts)


# IANA's registries of special-purpose addresses (IPv4 and IPv6), and the addresses of metadata services outside of them.
_PRIVATE: Final = _networks("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "127.0.0.0/8", "100.64.0.0/10", "::1/128", "fc00::/7")
_NEVER: Final = _networks(
    *("0.0.0.0/8", "169.254.0.0/16", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "198.18.0.0/15", "198.51.100.0/24"),
    *("203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4", "168.63.129.16/32", "100.100.100.200/32"),
    *("::/128", "::ffff:0:0/96", "64:ff9b::/96", "64:ff9b:1::/48", "100::/64", "2001::/23", "2001:db8::/32", "2002::/16"),
    *("3fff::/20", "5f00::/16", "fd00:ec2::/32", "fe80::/10", "fec0::/10", "ff00::/8"),
)
_GLOBAL: Final = IPv6Network("2000::/3")
