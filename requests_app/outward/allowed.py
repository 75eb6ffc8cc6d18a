"""Which hosts may be asked."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from requests_app.outward.addresses import PORTS, Target, target
from requests_app.outward.faults import Blocked


@dataclass(frozen=True, slots=True)
class Host:
    """A host that may be asked. `private`: it may lie in a private network; `plain`: without TLS."""

    name: str
    port: int = 443
    private: bool = False
    plain: bool = False

    @classmethod
    def at(cls, address: str, told: Mapping[str, str]) -> Self:
        """Return the host of `address`; its operator told `private` and `plain` to be `yes`, or not.

        Raises:
            Blocked: it is no plain address.
        """
        home = target(address)
        return cls(home.host, home.port, private=told.get("private") == "yes", plain=told.get("plain") == "yes")


@dataclass(frozen=True, slots=True)
class Allowed:
    """Which hosts may be asked. `anywhere`: every public host too, over TLS on port 443 (an address that somebody typed)."""

    hosts: tuple[Host, ...] = ()
    anywhere: bool = False

    def check(self, asked: Target) -> None:
        """Raises: Blocked: the host, its port or its scheme is not allowed."""
        host = next((one for one in self.hosts if (one.name, one.port) == (asked.host, asked.port)), None)
        if host is None and not (self.anywhere and asked.port == PORTS["https"]):
            raise Blocked("the host is none of those that may be asked")
        if asked.scheme != "https" and not (host and host.plain):
            raise Blocked("the host may only be asked over TLS")

    @property
    def private(self) -> frozenset[str]:
        return frozenset(host.name for host in self.hosts if host.private)
