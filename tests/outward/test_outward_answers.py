"""An answer comes whole and within its limits, or not at all."""

import gzip
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from requests_app.outward.allowed import Allowed, Host
from requests_app.outward.client import Ask, Client, Limits
from requests_app.outward.faults import BrokenOff, LedAway, NotReached, NotTrusted, Outward, TimedOut, TooLarge
from tests.outward.servers import OK, Reply, Server, says, serving

HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nconnection: close\r\n"
QUICK = Limits(read_delay=0.3, total_delay=1.0, body_bytes=100_000, total_bytes=300_000)


def local(*servers: Server) -> Allowed:
    return Allowed(tuple(Host("127.0.0.1", server.port, private=True, plain=True) for server in servers))


def body_of(server: Server, limits: Limits = QUICK, path: str = "/", *, follow: bool = False) -> bytes:
    with Client(local(server), limits) as client, client.ask(Ask(server.url(path), follow=follow)) as answer:
        return answer.body()


CROOKED: dict[str, tuple[Reply, type[Outward]]] = {
    "closed at once": (says(b""), BrokenOff),
    "half a head": (says(b"HTTP/1.1 200 O"), BrokenOff),
    "no HTTP": (says(b"SSH-2.0-OpenSSH\r\n\r\n"), BrokenOff),
    "shorter than it says": (says(HEAD + b"content-length: 100\r\n\r\n{}"), BrokenOff),
    "a chunk that breaks off": (says(HEAD + b"transfer-encoding: chunked\r\n\r\n5\r\n{}"), BrokenOff),
    "no last chunk": (says(HEAD + b"transfer-encoding: chunked\r\n\r\n2\r\n{}\r\n"), BrokenOff),
    "silence": (says(b"", b"", b"", delay=1), TimedOut),
    "silence in the middle": (says(HEAD + b"content-length: 9\r\n\r\n", b"{}", delay=1), TimedOut),
    "a drip": (says(HEAD + b"content-length: 99\r\n\r\n", *[b"x"] * 99, delay=0.1), TimedOut),
    "a dripping head": (says(*[bytes([sign]) for sign in HEAD * 3], delay=0.05), TimedOut),
    "large": (says(HEAD + b"content-length: 200000\r\n\r\n", b"x" * 200_000), TooLarge),
    "endless": (says(HEAD + b"\r\n", *[b"x" * 50_000] * 100), TooLarge),
    "large headers": (says(HEAD + b"".join(b"x-%d: %s\r\n" % (n, b"y" * 900) for n in range(200)) + b"\r\n{}"), BrokenOff),
    "many headers": (says(HEAD + b"".join(b"x-%d: y\r\n" % n for n in range(200)) + b"\r\n{}"), TooLarge),
    "a packing nobody asked for": (says(HEAD + b"content-encoding: br\r\n\r\nx"), BrokenOff),
    "damaged gzip": (says(HEAD + b"content-encoding: gzip\r\n\r\n" + b"x" * 50), BrokenOff),
    "half a gzip": (says(HEAD + b"content-encoding: gzip\r\n\r\n" + gzip.compress(b"{}" * 500)[:20]), BrokenOff),
    "a gzip with something behind": (says(HEAD + b"content-encoding: gzip\r\n\r\n" + gzip.compress(b"{}") + b"{}"), BrokenOff),
    "a bomb": (says(HEAD + b"content-encoding: gzip\r\n\r\n" + gzip.compress(b"0" * 5_000_000)), TooLarge),
}


@pytest.mark.threat("4.02")
@pytest.mark.parametrize("what", CROOKED)
def test_an_answer_that_is_not_whole_is_a_fault(what: str) -> None:
    reply, fault = CROOKED[what]
    began = time.monotonic()

    with serving(reply) as server, pytest.raises(fault) as caught:
        body_of(server)

    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None
    assert time.monotonic() - began < 60


@pytest.mark.threat("4.03")
def test_a_bomb_within_the_size_is_known_by_its_ratio() -> None:
    limits = Limits(body_bytes=50_000_000)
    with (
        serving(says(HEAD + b"content-encoding: gzip\r\n\r\n" + gzip.compress(b"0" * 5_000_000))) as server,
        pytest.raises(TooLarge),
    ):
        body_of(server, limits)


def test_all_answers_together_have_a_limit() -> None:
    with serving(says(HEAD + b"content-length: 90000\r\n\r\n", b"x" * 90_000)) as server, Client(local(server), QUICK) as client:
        for _ in range(3):
            with client.ask(Ask(server.url())) as answer:
                assert len(answer.body()) == 90_000
        with pytest.raises(TooLarge), client.ask(Ask(server.url())) as answer:
            answer.body()


@pytest.mark.parametrize("size", [0, 1, 65_535, 65_536, 65_537, 99_999])
def test_what_came_packed_is_unpacked_whole(size: int) -> None:
    content = bytes(number * 7919 % 251 for number in range(size))
    packed = gzip.compress(content)
    with serving(says(HEAD + b"content-encoding: gzip\r\ncontent-length: %d\r\n\r\n" % len(packed) + packed)) as server:
        assert body_of(server) == content


def test_nobody_there_is_said() -> None:
    with serving(says(OK)) as server:
        pass
    with pytest.raises(NotReached):
        body_of(server)


def leads_to(url: str, status: int = 302) -> Reply:
    return says(f"HTTP/1.1 {status} Found\r\nlocation: {url}\r\ncontent-length: 0\r\n\r\n".encode())


@pytest.mark.threat("4.05")
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_to_a_host_that_is_not_allowed_is_not_followed(status: int) -> None:
    with serving(says(OK)) as sink, serving(leads_to(sink.url(), status)) as server, pytest.raises(LedAway):
        body_of(server, follow=True)

    assert sink.asked == []


@pytest.mark.threat("4.05")
def test_a_redirect_to_another_host_that_is_allowed_carries_no_secret() -> None:
    with serving(says(OK)) as other, serving(leads_to(other.url("/file"))) as server, Client(local(other, server)) as client:
        ask = Ask(server.url(), secret={"Authorization": "Bearer s3cret", "X-Api-Key": "s3cret"}, follow=True)
        with client.ask(ask) as answer:
            assert answer.body() == b"ok"

    assert b"s3cret" in server.asked[0]
    assert b"s3cret" not in other.asked[0]


@pytest.mark.threat("4.01")
@pytest.mark.parametrize(
    "where", ["http://[::1]:{p}/", "//127.1:{p}/", "https://127.0.0.1:{p}/", "ftp://127.0.0.1/", "http://x@127.0.0.1:{p}/", ""]
)
def test_each_hop_is_looked_at_like_the_first(where: str) -> None:
    with serving(says(OK)) as server:
        pass
    with serving(leads_to(where.format(p=server.port))) as server, pytest.raises(LedAway):
        body_of(server, follow=True)


def test_a_redirect_is_an_answer_to_who_does_not_follow() -> None:
    with serving(leads_to("/elsewhere")) as server, Client(local(server)) as client, client.ask(Ask(server.url())) as answer:
        assert answer.status == 302

    assert len(server.asked) == 1


def test_a_ring_of_redirects_ends() -> None:
    with serving(leads_to("/again")) as server, pytest.raises(LedAway):
        body_of(server, follow=True)

    assert len(server.asked) == 6


@contextmanager
def behind_tls(folder: Path) -> Iterator[int]:
    """A server with a certificate that nobody signed."""
    key, certificate = folder / "key.pem", folder / "cert.pem"
    make = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=localhost", "-days", "2"]
    make += ["-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1", "-keyout", str(key), "-out", str(certificate)]
    subprocess.run(make, check=True, capture_output=True)
    program = f"""
import http.server, ssl, sys
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), http.server.SimpleHTTPRequestHandler)
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain({str(certificate)!r}, {str(key)!r})
server.socket = context.wrap_socket(server.socket, server_side=True)
print(server.server_port, flush=True)
server.serve_forever()
"""
    with subprocess.Popen(
        [sys.executable, "-c", program], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, cwd=folder
    ) as process:
        assert process.stdout is not None
        yield int(process.stdout.readline())
        process.kill()


def test_a_certificate_that_nobody_signed_is_not_trusted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with behind_tls(tmp_path) as port:
        ask, allowed = Ask(f"https://localhost:{port}/cert.pem"), Allowed((Host("localhost", port, private=True),))
        with Client(allowed) as client, pytest.raises(NotTrusted), client.ask(ask):
            pass
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "cert.pem"))
        with Client(allowed) as client, client.ask(ask) as answer:
            assert b"BEGIN CERTIFICATE" in answer.body()
        elsewhere = Allowed((Host("other.test", port, private=True),))
        ask = Ask(f"https://other.test:{port}/cert.pem")
        with Client(elsewhere, resolve=lambda _: ["127.0.0.1"]) as client, pytest.raises(NotTrusted), client.ask(ask):
            pass


def test_a_server_that_stalls_in_the_middle_of_tls_is_not_waited_for() -> None:
    with serving(says(b"", b"", b"", delay=3)) as server:
        allowed = Allowed((Host("127.0.0.1", server.port, private=True),))
        with Client(allowed, QUICK) as client, pytest.raises(TimedOut), client.ask(Ask(f"https://127.0.0.1:{server.port}/")):
            pass


def test_an_exception_of_ours_passes_unchanged() -> None:
    with serving(says(OK)) as server, Client(local(server)) as client, pytest.raises(KeyError), client.ask(Ask(server.url())):
        raise KeyError("mine")
