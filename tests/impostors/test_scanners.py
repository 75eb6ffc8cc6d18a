"""T-2.05: programs of many kinds open what was mailed, some press every button: nothing changes, and then the person succeeds.

Eleven stand in `scanning`; here are two at once, and one that comes after the person. Chromium: tests/browser/test_portal.py.
"""

from collections.abc import Callable
from typing import Any, Final

import pytest
from django.test import Client

from requests_app.audit.models import AuditEvent
from requests_app.bundle.models import Bundle
from requests_app.correspondence.models import Letter
from requests_app.ledger.models import Step
from requests_app.verification.models import Challenge, Proof, Purpose
from requests_app.workflow.models import SubjectRequest, Transition
from requests_app.workflow.parties import Party
from requests_app.workflow.services import Move
from requests_app.workflow.states import State
from tests.impostors.scanning import SCANNERS
from tests.making import a_brand
from tests.portal.acting import Agent
from tests.portal.customer import SEE_OTHER, Customer, a_copy, confirm_link, link, walk
from tests.racing import at_once

Mail = Callable[[Customer], tuple[SubjectRequest, list[str], Callable[[], bool]]]


def asked_to_confirm(customer: Customer) -> tuple[SubjectRequest, list[str], Callable[[], bool]]:
    """The first letter; the person presses the button in the browser that filed."""
    dsr = customer.files()
    mailed = confirm_link(dsr)

    def succeeds() -> bool:
        customer.opens(mailed)
        return customer.post("confirm/").status_code == SEE_OTHER

    return dsr, [mailed, link(dsr, Purpose.DISOWN)], succeeds


def told_of_the_copy(customer: Customer) -> tuple[SubjectRequest, list[str], Callable[[], bool]]:
    """The letter with the link to the copy; the person fetches it with the key of the filing browser."""
    dsr = customer.files()
    customer.proves(dsr)
    a_copy(dsr)
    mailed = link(dsr, Purpose.DOWNLOAD)

    def succeeds() -> bool:
        customer.opens(mailed)
        customer.post("open/")
        return b"".join(customer.post(f"requests/{dsr.reference}/download/").streaming_content).startswith(b"PK")  # type: ignore[attr-defined]

    return dsr, [mailed, link(dsr, Purpose.FOLLOW), link(dsr, Purpose.DISOWN)], succeeds


def asked_to_agree(customer: Customer) -> tuple[SubjectRequest, list[str], Callable[[], bool]]:
    """The letters to whoever acts and to the person, who signs."""
    Agent(Customer(Client(), customer.brand)).asks()
    dsr = SubjectRequest.objects.latest("received_at")
    walk(dsr, Move.ASK_FOR_PROOF)
    mailed = link(dsr, Purpose.AGREE)

    def succeeds() -> bool:
        customer.opens(mailed)
        customer.post("agree/", signed="Ada Example")
        return Party.objects.get(dsr=dsr).agreed_at is not None

    return dsr, [mailed, link(dsr, Purpose.PROVE_PARTY), link(dsr, Purpose.DISOWN)], succeeds


MAILS: Final[tuple[Mail, ...]] = (asked_to_confirm, told_of_the_copy, asked_to_agree)


def everything() -> tuple[Any, ...]:
    """All that a program could change, beside what its own browser is told."""
    return (
        list(SubjectRequest.objects.order_by("pk").values_list("pk", "state", "verified_at", "right", "email_index")),
        list(Challenge.objects.order_by("pk").values_list("pk", "used_at", "revoked_at")),
        list(Party.objects.order_by("pk").values_list("pk", "proven_at", "agreed_at", "stopped_at", "papers")),
        list(Bundle.objects.order_by("pk").values_list("pk", "downloads_left", "withdrawn_at")),
        list(Proof.objects.order_by("pk").values_list("pk", "claim_digest", "corrections_left")),
        *(table.objects.count() for table in (Transition, Step, Letter)),
        AuditEvent.objects.exclude(action__startswith="session.").count(),
    )


@pytest.mark.django_db
@pytest.mark.threat("2.05")
@pytest.mark.parametrize("mail", MAILS)
@pytest.mark.parametrize("name", SCANNERS)
def test_a_program_changes_nothing_and_then_the_person_succeeds(name: str, mail: Mail) -> None:
    dsr, links, succeeds = mail(Customer(Client(), a_brand()))
    before = everything()

    SCANNERS[name](links)

    assert everything() == before
    assert succeeds()
    dsr.refresh_from_db()
    assert dsr.stage != State.WITHDRAWN


@pytest.mark.django_db(transaction=True)
@pytest.mark.threat("2.05")
def test_two_programs_at_once_change_nothing() -> None:
    _dsr, links, succeeds = asked_to_confirm(Customer(Client(), a_brand()))
    before = everything()

    def scan(number: int) -> str:
        SCANNERS["sends every form" if number else "follows every link"](links)
        return "done"

    assert at_once(2, scan) == ["done", "done"]
    assert everything() == before
    assert succeeds()


@pytest.mark.django_db
@pytest.mark.threat("2.05")
def test_a_program_that_comes_after_the_person_changes_nothing() -> None:
    dsr, links, succeeds = asked_to_confirm(Customer(Client(), a_brand()))
    assert succeeds()
    before = everything()

    for scan in SCANNERS.values():
        scan(links)

    assert everything() == before
    dsr.refresh_from_db()
    assert dsr.stage == State.MATCHING


@pytest.mark.django_db
@pytest.mark.parametrize(("page", "number"), [("confirm/", 0), ("disown/", 1)])
def test_what_a_program_could_change_is_seen(page: str, number: int) -> None:
    """The control: one that holds the figures of the filing browser, or ticks what has to be ticked, does change something."""
    customer = Customer(Client(), a_brand())
    dsr, links, _succeeds = asked_to_confirm(customer)
    before = everything()
    program = Customer(Client(), customer.brand)
    program.opens(links[number])
    program.post(page, code=customer.code(dsr), sure="on")
    assert everything() != before
