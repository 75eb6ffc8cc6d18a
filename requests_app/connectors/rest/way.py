"""The source's address, as the operator gave it: where the system is, and behind `#` the values and options for it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import parse_qsl

from requests_app.connectors.base import Config, Misconfigured
from requests_app.connectors.rest.endpoints import Api
from requests_app.connectors.rest.templates import filled, gaps
from requests_app.outward.addresses import Target, target
from requests_app.outward.allowed import Allowed, Host
from requests_app.outward.client import Limits
from requests_app.outward.faults import Blocked

OPTIONS: Final[Mapping[str, int]] = {
    "candidate_limit": 100,
    "total_timeout": 600,
    "read_timeout": 30,
    "page_limit": 10_000,
    "record_limit": 1_000_000,
    "page_bytes": 8 * 1024 * 1024,
    "total_bytes": 512 * 1024 * 1024,
    "patience": 20,
}
_NO_HOST: Final = frozenset("/?#@\\")
_FLAGS: Final = ("private", "plain")
_PACE: Final = "per_second"  # an option without a default: the description says it


@dataclass(frozen=True, slots=True)
class Way:
    """Where a system is and how it is asked. `values` are secrets."""

    base: str
    values: Mapping[str, str] = field(repr=False)
    options: Mapping[str, int]
    allowed: Allowed

    @property
    def home(self) -> Target:
        return target(self.base)

    @property
    def limits(self) -> Limits:
        return Limits(
            read_delay=self.options["read_timeout"],
            total_delay=self.options["total_timeout"],
            body_bytes=self.options["page_bytes"],
            total_bytes=self.options["total_bytes"],
        )


def way(config: Config, api: Api) -> Way:
    """Read where the system is.

    Raises:
        Misconfigured: a value is missing, an option is unknown or no number, or the address is none. No value is repeated.
    """
    address, _, behind = config.url.partition("#")
    told = dict(parse_qsl(behind, keep_blank_values=True)) | dict(config.options)
    unknown = told.keys() - {*api.values, *OPTIONS, *_FLAGS, _PACE}
    if unknown:
        raise Misconfigured(f"{config.name}: behind the # of the address stands a name that nobody asks for")
    if missing := [name for name in api.values if not told.get(name, "").strip()]:
        raise Misconfigured(f"{config.name}: the address lacks behind its # a value for: {', '.join(missing)}")
    values = {name: told[name] for name in api.values}
    if not all(value.isprintable() for value in values.values()):
        raise Misconfigured(f"{config.name}: a value behind the # of the address holds signs that cannot be sent")
    named = address if address not in {"", "http://", "https://"} else filled(api.address, values)
    options = {name: _whole(config, name, told.get(name, str(default))) for name, default in OPTIONS.items()}
    options |= {_PACE: _whole(config, _PACE, told[_PACE])} if _PACE in told else {}
    hosts = [filled(host, values) for host in api.hosts]
    if any(set(text) & _NO_HOST for text in (*hosts, *(values[gap] for gap in gaps(api.address)))):
        raise Misconfigured(f"{config.name}: a value behind the # of the address makes a host that is none")
    return Way(named.rstrip("/"), values, options, _allowed(config, hosts, named, told))


def _allowed(config: Config, hosts: Sequence[str], address: str, told: Mapping[str, str]) -> Allowed:
    try:
        own = Host.at(address, told)
        others = [target(f"https://{host}") for host in hosts]
    except Blocked as fault:
        reason = str(fault)
    else:
        return Allowed((own, *(Host(one.host, one.port) for one in others if one.host != own.name)))
    raise Misconfigured(f"{config.name}: {reason}")


def _whole(config: Config, name: str, text: str) -> int:
    if not (text.isascii() and text.isdecimal() and int(text)):
        raise Misconfigured(f"{config.name}: the option {name} must be a whole number above 0")
    return int(text)
