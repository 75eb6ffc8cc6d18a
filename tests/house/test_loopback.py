"""The guard that keeps tests on this machine, shown at work."""

import socket

import pytest

from tests.loopback import ATTEMPTS, BeyondLoopback


@pytest.mark.parametrize("host", ["192.0.2.1", "2001:db8::1"])
def test_a_connection_to_another_machine_is_refused_and_remembered(host: str) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe, pytest.raises(BeyondLoopback):
        probe.connect((host, 9))

    assert [f"socket.connect {host}"] == ATTEMPTS
    ATTEMPTS.clear()


def test_a_datagram_to_another_machine_is_refused() -> None:
    with socket.socket(type=socket.SOCK_DGRAM) as probe, pytest.raises(BeyondLoopback):
        probe.sendto(b"", ("192.0.2.1", 9))

    ATTEMPTS.clear()


def test_no_name_is_looked_up_elsewhere() -> None:
    with pytest.raises(BeyondLoopback):
        socket.getaddrinfo("example.com", 443)

    assert ATTEMPTS == ["socket.getaddrinfo example.com"]
    ATTEMPTS.clear()


def test_this_machine_may_be_reached() -> None:
    with socket.socket() as server, socket.socket() as client:
        server.bind(("127.0.0.1", 0))
        server.listen()
        client.connect(server.getsockname())

    assert ATTEMPTS == []
