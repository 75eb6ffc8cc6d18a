"""A time stamping authority of a test's own: a process on loopback in which OpenSSL answers, and which can misbehave."""

import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePrivateKey, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

_CONFIG: Final = """
[tsa]
default_tsa = one
[one]
serial = {folder}/serial
crypto_device = builtin
signer_cert = {folder}/{name}.pem
signer_key = {folder}/{name}.key
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = {digests}
ess_cert_id_alg = sha256
"""
_SHA2, _SHA3 = (bytes.fromhex(f"06096086480165030402{last}") for last in ("01", "08"))  # two hashes of 32 bytes: their names
_DIGEST: Final = re.compile(rb"\x04\x20(.{32})", re.DOTALL)  # the message imprint: an octet string of 32 bytes


@dataclass(frozen=True, slots=True)
class Authority:
    """The process: where it is asked, how it behaves, and its own log, a line for each question."""

    folder: Path

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{(self.folder / 'port').read_text()}/stamp#private=yes&plain=yes"

    @property
    def asked(self) -> list[str]:
        return (self.folder / "log").read_text(encoding="utf-8").splitlines()

    def behave(self, how: str) -> None:
        (self.folder / "how").write_text(how, encoding="utf-8")


@contextmanager
def running(folder: Path) -> Iterator[Authority]:
    """Run an authority whose certificates are under `folder`/ca.pem; one that is foreign to it answers too, when told."""
    for root, name in (("ca", "tsa"), ("other_ca", "other")):
        _certify(folder, root, name)
    (folder / "ts.cnf").write_text(_CONFIG.format(folder=folder, name="tsa", digests="sha256, sha3-256"), encoding="utf-8")
    (folder / "other.cnf").write_text(_CONFIG.format(folder=folder, name="other", digests="sha256"), encoding="utf-8")
    (folder / "strict.cnf").write_text(_CONFIG.format(folder=folder, name="tsa", digests="sha512"), encoding="utf-8")
    (folder / "serial").write_text("01")
    (folder / "log").touch()
    authority = Authority(folder)
    authority.behave("well")
    process = subprocess.Popen([sys.executable, __file__, str(folder)])
    try:
        while not (folder / "port").exists():
            assert process.poll() is None
            time.sleep(0.02)
        yield authority
    finally:
        process.kill()
        process.wait(30)


def _certify(folder: Path, root: str, name: str) -> None:
    ca, own = generate_private_key(SECP256R1()), generate_private_key(SECP256R1())
    purpose = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING])
    for file, key, extension in ((root, ca, x509.BasicConstraints(ca=True, path_length=None)), (name, own, purpose)):
        made = _certificate(file, key, root, ca, extension)
        (folder / f"{file}.pem").write_bytes(made.public_bytes(Encoding.PEM))
    (folder / f"{name}.key").write_bytes(own.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))


def _certificate(
    name: str, key: EllipticCurvePrivateKey, issuer: str, by: EllipticCurvePrivateKey, extension: x509.ExtensionType
) -> x509.Certificate:
    now, names = datetime.now(UTC), [x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, one)]) for one in (name, issuer)]
    build = x509.CertificateBuilder(names[1], names[0], key.public_key(), x509.random_serial_number())
    build = build.not_valid_before(now - timedelta(days=2)).not_valid_after(now + timedelta(days=2))
    return build.add_extension(extension, critical=True).sign(by, SHA256())


def _openssl(folder: Path, asked: bytes, config: str = "ts", *before: str) -> bytes:
    command = [*before, "openssl", "ts", "-reply", "-config", str(folder / f"{config}.cnf"), "-queryfile", "/dev/stdin"]
    return subprocess.run(command, check=True, capture_output=True, input=asked).stdout


def _something_else(asked: bytes) -> bytes:
    return _DIGEST.sub(lambda found: b"\x04\x20" + bytes(reversed(found[1])), asked)


def _asked_anew(asked: bytes, *more: str) -> bytes:
    """Return a question about the same hash with a nonce of its own, or with none."""
    found = _DIGEST.search(asked)
    assert found
    command = ["openssl", "ts", "-query", "-digest", found[1].hex(), "-sha256", "-cert", *more]
    return subprocess.run(command, check=True, capture_output=True).stdout


def _late(_folder: Path, _asked: bytes) -> bytes:
    time.sleep(3)
    return b""


WAYS: Final[dict[str, Callable[[Path, bytes], bytes]]] = {
    "well": _openssl,
    "declines": lambda folder, asked: _openssl(folder, asked, "strict"),
    "another authority": lambda folder, asked: _openssl(folder, asked, "other"),
    "something else": lambda folder, asked: _openssl(folder, _something_else(asked)),
    "another hash": lambda folder, asked: _openssl(folder, asked.replace(_SHA2, _SHA3)),
    "no nonce": lambda folder, asked: _openssl(folder, _asked_anew(asked, "-no_nonce")),
    "an old answer": lambda folder, asked: _openssl(folder, _asked_anew(asked)),
    "yesterday": lambda folder, asked: _openssl(folder, asked, "ts", "faketime", "-f", "-1d"),
    "half": lambda folder, asked: _openssl(folder, asked)[:-100],
    "forged": lambda folder, asked: _openssl(folder, asked)[:-1] + b"\x00",
    "nonsense": lambda _folder, _asked: b"<html>Welcome to this network</html>",
    "nothing": lambda _folder, _asked: b"",
    "too much": lambda _folder, _asked: bytes(100_000),
    "late": _late,
}


def serve(folder: Path) -> None:
    class Service(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked = self.rfile.read(int(self.headers["content-length"]))
            how = (folder / "how").read_text(encoding="utf-8")
            with (folder / "log").open("a", encoding="utf-8") as log:
                log.write(f"{how}: {self.path} {self.headers['content-type']}\n")
            said = WAYS[how](folder, asked) if how in WAYS else b""
            self.send_response(200 if how in WAYS else 503)
            self.send_header("content-type", "application/timestamp-reply")
            self.send_header("content-length", str(len(said)))
            self.end_headers()
            self.wfile.write(said)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Service)
    (folder / "port.new").write_text(str(server.server_port))
    (folder / "port.new").rename(folder / "port")
    server.serve_forever()


if __name__ == "__main__":
    serve(Path(sys.argv[1]))
