"""A copy to take along goes to another company on the person's word: whole, once, with the token, and nowhere else."""

from collections.abc import Iterator
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from requests_app.audit.models import AuditEvent
from requests_app.bundle import sending
from requests_app.bundle import services as bundle
from requests_app.bundle.models import Bundle, Transfer, TransferState
from requests_app.bundle.sending import BadAddress, Declined, TooOften
from requests_app.bundle.services import NotAvailable
from requests_app.outward.allowed import Host
from requests_app.values import SYSTEM
from requests_app.workflow.models import SubjectRequest
from requests_app.workflow.services import Move, advance
from requests_app.workflow.states import State
from tests.bundle.copies import a_vault, answered, build, fetched, now_of  # noqa: F401
from tests.making import a_brand, a_dsr
from tests.running import run_all_due

pytestmark = pytest.mark.django_db(transaction=True)
THERE = "https://other.example/people/7"


class Other:
    """Another company: it keeps what it was sent, and answers with `status`."""

    def __init__(self) -> None:
        self.status = 201
        self.came: list[tuple[str, dict[str, str], bytes]] = []
        other = self

        class Handler(BaseHTTPRequestHandler):
            def do_PUT(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                other.came.append((self.path, {name.lower(): text for name, text in self.headers.items()}, body))
                self.send_response(other.status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self.server.server_address[1]


@pytest.fixture
def other() -> Iterator[Other]:
    made = Other()
    thread = Thread(target=made.server.serve_forever, args=(0.01,))
    thread.start()
    yield made
    made.server.shutdown()
    thread.join()
    made.server.server_close()


@pytest.fixture(name="copy")
def a_copy_to_take_along(tmp_path: Path) -> Bundle:
    dsr = a_dsr(State.COLLECTING, brand=a_brand(), right="portability")
    answered(dsr, "newsletter", tmp_path)
    advance(now_of(dsr), Move.APPROVE, by=SYSTEM)
    return build(now_of(dsr))


def to(other: Other, dsr: SubjectRequest) -> Transfer:
    made = sending.send(dsr, THERE, "its-token")
    made.address = f"http://127.0.0.1:{other.port}/people/7"
    made.save()
    return Transfer.objects.select_related("dsr__brand").get(pk=made.pk)


def carried_out(transfer: Transfer, other: Other) -> None:
    sending.carry_out(transfer, lambda: None, hosts=(Host("127.0.0.1", other.port, private=True, plain=True),))


@pytest.mark.promise("O2")
def test_the_other_company_gets_the_same_bytes_with_the_token_and_no_download_is_used_up(copy: Bundle, other: Other) -> None:
    carried_out(to(other, copy.dsr), other)

    ((path, headers, body),) = other.came
    assert (path, headers["authorization"], headers["content-type"]) == ("/people/7", "Bearer its-token", "application/zip")
    assert sha256(body).hexdigest() == copy.digest
    assert Bundle.objects.get(pk=copy.pk).downloads_left == copy.downloads_left
    assert body == fetched(copy)


@pytest.mark.parametrize(("status", "again"), [(403, False), (404, False), (302, False), (429, True), (503, True)])
def test_what_the_other_company_does_not_take_is_told(copy: Bundle, other: Other, *, status: int, again: bool) -> None:
    other.status = status

    with pytest.raises(Declined) as told:
        carried_out(to(other, copy.dsr), other)

    assert told.value.again == again


@pytest.mark.parametrize(
    "address", ["http://other.example/", "https://other.example:8443/", "ftp://other.example/", "other.example", ""]
)
def test_only_an_https_address_is_taken(copy: Bundle, address: str) -> None:
    with pytest.raises(BadAddress):
        sending.send(copy.dsr, address, "token")

    assert not Transfer.objects.exists()


@pytest.mark.parametrize(
    "address", ["https://127.0.0.1/x", "https://169.254.169.254/latest", "https://[::1]/x", "https://10.0.0.8/x"]
)
def test_nothing_is_sent_into_a_private_network(copy: Bundle, address: str) -> None:
    made = sending.send(copy.dsr, address, "token")
    run_all_due("bundle.send")

    ended = Transfer.objects.get(pk=made.pk)
    assert (ended.state, ended.fault, ended.token) == (TransferState.FAILED, "blocked", None)


def test_the_token_and_the_address_stand_in_no_audit_line(copy: Bundle) -> None:
    sending.end(sending.send(copy.dsr, THERE, "its-token"), TransferState.RECEIVED)

    lines = AuditEvent.objects.filter(action__startswith="copy.")
    assert {one.action for one in lines} == {"copy.sending_asked", "copy.sent_on"}
    assert not any("other.example" in str(one.facts) or "its-token" in str(one.facts) for one in lines)


def test_a_copy_that_is_there_no_more_is_sent_nowhere(copy: Bundle, other: Other) -> None:
    waiting = to(other, copy.dsr)
    bundle.withdraw(copy.dsr)

    with pytest.raises(NotAvailable):
        carried_out(waiting, other)
    with pytest.raises(NotAvailable):
        sending.send(copy.dsr, THERE, "token")
    assert not other.came


def test_a_copy_that_holds_everything_goes_to_nobody_else(tmp_path: Path) -> None:
    dsr = a_dsr(State.COLLECTING, brand=a_brand())
    answered(dsr, "newsletter", tmp_path)
    advance(now_of(dsr), Move.APPROVE, by=SYSTEM)
    build(now_of(dsr))

    with pytest.raises(NotAvailable):
        sending.send(dsr, THERE, "token")


def test_a_copy_is_sent_on_five_times_at_most(copy: Bundle) -> None:
    for _ in range(sending.MOST):
        sending.send(copy.dsr, THERE, "token")

    with pytest.raises(TooOften):
        sending.send(copy.dsr, THERE, "token")
