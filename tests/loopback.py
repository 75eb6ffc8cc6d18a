"""No test reaches beyond this machine: an attempt fails where it is made, and fails the test that made it."""

import ipaddress
import sys
from collections.abc import Iterator
from typing import Any, Final

import pytest

ATTEMPTS: Final[list[str]] = []
"""What was tried since the last look, by whatever thread."""


class BeyondLoopback(OSError):
    """A test tried to reach another machine."""


def _is_near(host: object) -> bool:
    if host in {None, "", "localhost", b"localhost"}:
        return True
    name = host.decode() if isinstance(host, bytes) else str(host)
    try:
        address = ipaddress.ip_address(name.split("%")[0])
    except ValueError:
        return False
    return address.is_loopback or address.is_unspecified


def _watch(event: str, args: tuple[Any, ...]) -> None:
    if event in {"socket.connect", "socket.sendto"}:
        address = args[1]
        host = address[0] if isinstance(address, tuple) else None  # a string is a socket in the file system
    elif event in {"socket.getaddrinfo", "socket.gethostbyname"}:
        host = args[0]
    else:
        return
    if not _is_near(host):
        ATTEMPTS.append(f"{event} {host}")
        raise BeyondLoopback(f"{event}: a test may not reach {host}")


sys.addaudithook(_watch)


@pytest.fixture(autouse=True)
def nothing_beyond_loopback() -> Iterator[None]:
    ATTEMPTS.clear()
    yield
    assert not ATTEMPTS, f"this test reached beyond loopback: {ATTEMPTS}"
