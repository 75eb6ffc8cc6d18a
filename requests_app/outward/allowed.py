"""Which hosts may be asked."""

from dataclasses import dataclass

from requests_app.outward.addresses import PORTS, Target
from requests_app.outward.faults import Blocked


@dataclass(frozen=True, slots=True)
class Host:
    """A host that may be asked. `private`: it may lie in a private network; `plain`: without TLS."""

    name: str
    port: int = 443
    private: bool = False
    plain: bool = False


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
