"""Workers are killed at any moment, the broker is emptied and stopped: nothing is lost, nothing happens twice."""

import os
import re
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from random import SystemRandom
from threading import Thread
from zipfile import ZipFile

import pytest
from django.core.management import call_command

from demo.people import Person
from requests_app.audit.models import AuditEvent
from requests_app.brands.models import Brand
from requests_app.bundle.models import Bundle
from requests_app.bundle.services import handed_over
from requests_app.correspondence.models import Letter
from requests_app.intake.services import Application, open_request
from requests_app.ledger.models import Step
from requests_app.sources.models import Source
from requests_app.values import CUSTOMER, Actor
from requests_app.vault import services as vault
from requests_app.vault.models import StoredFile
from requests_app.verification import services as verification
from requests_app.workflow.models import SubjectRequest
from requests_app.workflow.services import Move, advance
from requests_app.workflow.states import OPEN, State
from tests.brokers import Broker
from tests.faults.conftest import Shop
from tests.faults.crew import Crew, Nemesis
from tests.mail import Post, post
from tests.making import as_owner
from tests.running import run_all_due

__all__ = ["post"]

KILLS = 50
COMPARED = 8
IN_FLIGHT = 6
PATIENCE = 480.0  # seconds; a quiet machine needs a quarter of it
WHOLE_WAY = [Move.ASK_FOR_PROOF, Move.ACCEPT_PROOF, Move.SEARCH, Move.FINISH_COLLECTION, Move.APPROVE, Move.ANSWER]
OFFICER = Actor("officer", "officer:1")


@dataclass(slots=True)
class Driver:
    """What people do: file, confirm, approve. It stands in for the web, which never waits for the crew."""

    post: Post
    filed: dict[str, tuple[SubjectRequest, verification.Secrets]] = field(default_factory=dict)

    def file(self, customer: Person) -> None:
        application = Application(
            right="access", email=customer.email, name=customer.full_name, language="en", facts=customer.facts,
        )  # fmt: skip
        dsr = open_request(Brand.objects.get(slug="o-jewels"), application, by=CUSTOMER)
        self.filed[customer.email] = (dsr, verification.begin(dsr))

    def go_on(self) -> int:
        """Confirm and approve what waits for a person; return how many requests are open."""
        for dsr in SubjectRequest.objects.filter(state=State.VERIFYING):
            self._confirm(dsr)
        for dsr in SubjectRequest.objects.filter(state=State.REVIEWING):
            advance(dsr, Move.APPROVE, by=OFFICER)
        return SubjectRequest.objects.filter(state__in=OPEN).count()

    def _confirm(self, dsr: SubjectRequest) -> None:
        letters = [letter for letter in self.post.to(dsr.email) if letter.tokens]
        if letters and verification.waits_for_answer(dsr):
            _dsr, secrets = self.filed[dsr.email]
            verification.confirm(verification.opened(letters[-1].tokens[0]), claim=secrets.claim)


def contents(dsr: SubjectRequest) -> dict[str, bytes]:
    """Return what a copy holds, without what must differ: ids, times, and what is computed from them."""
    with handed_over(Bundle.objects.get(dsr=dsr)) as chunks:
        archive = ZipFile(BytesIO(b"".join(chunks)))
    assert archive.testzip() is None
    left_out = re.compile(r"manifest|signature|trail")
    return {name: _without_moments(dsr, archive.read(name)) for name in archive.namelist() if not left_out.search(name)}


def _without_moments(dsr: SubjectRequest, text: bytes) -> bytes:
    return re.sub(rb"\d\d:\d\d(:\d\d)?", b"", text.replace(dsr.reference.encode(), b""))


@pytest.fixture
def unkilled(shop: Shop, place: Path, post: Post, transactional_db: None) -> dict[str, dict[str, bytes]]:
    """The copies of the first customers as they are when nobody is killed, by address."""
    load_shops()
    driver = Driver(post)
    for customer in shop.customers[:COMPARED]:
        driver.file(customer)
    run_all_due()
    while driver.go_on():
        assert run_all_due()
    made = {email: contents(dsr) for email, (dsr, _secrets) in driver.filed.items()}
    _empty()
    post.taken.clear()
    load_shops()
    return made


def load_shops() -> None:
    """The shops with the two systems that this test has made; their third is a service of its own."""
    call_command("loadbrands")
    with as_owner() as cursor:
        cursor.execute("ALTER TABLE requests_app_sourceversion DISABLE TRIGGER USER")
        cursor.execute(
            "DELETE FROM requests_app_sourceversion USING requests_app_source s WHERE s.id = source_id AND s.name = 'accounts'"
        )
        cursor.execute("ALTER TABLE requests_app_sourceversion ENABLE TRIGGER USER")
    Source.objects.filter(name="accounts").delete()


def _empty() -> None:
    with as_owner() as cursor:
        cursor.execute("ALTER TABLE requests_app_auditevent DISABLE TRIGGER USER")
        cursor.execute(
            "TRUNCATE requests_app_brand, requests_app_subjectrequest, requests_app_step, requests_app_auditevent CASCADE"
        )
        cursor.execute("ALTER TABLE requests_app_auditevent ENABLE TRIGGER USER")


@pytest.mark.timeout(1200)
@pytest.mark.threat("FI-01")
@pytest.mark.threat("FI-03")
@pytest.mark.threat("FI-04")
def test_whoever_is_killed_every_request_is_answered_once_and_right(
    unkilled: dict[str, dict[str, bytes]], crew: Crew, shop: Shop, broker: Broker, post: Post,
) -> None:  # fmt: skip
    seed = int(os.environ.get("DSAR_FAULTS_SEED") or SystemRandom().randrange(10**6))
    print(f"DSAR_FAULTS_SEED={seed}")
    nemesis, driver = Nemesis(crew, broker, seed), Driver(post)
    damage = Thread(target=nemesis.run)
    damage.start()
    try:
        carry(driver, crew, iter(shop.customers), until=KILLS)
    finally:
        nemesis.stopped.set()
        damage.join()
    print(crew.killed, "kills;", nemesis.deeds, len(driver.filed), "requests")
    finish(driver)

    assert crew.killed >= KILLS
    assert_answered_once(driver)
    assert_every_step_done_and_some_taken_again()
    assert_each_letter_known_by_its_number(post)
    assert_nothing_left_over()
    assert {email: contents(driver.filed[email][0]) for email in unkilled} == unkilled


def carry(driver: Driver, crew: Crew, customers: Iterator[Person], *, until: int) -> None:
    """Keep requests in flight until so many kills were done, and the compared ones were filed."""
    end = time.monotonic() + PATIENCE
    while crew.killed < until or len(driver.filed) < COMPARED:
        assert time.monotonic() < end, f"{crew.killed} kills only"
        crew.supervise()
        if driver.go_on() < IN_FLIGHT:
            driver.file(next(customers))
        time.sleep(0.1)


def finish(driver: Driver) -> None:
    """Wait until every request is answered and every step is over."""
    end = time.monotonic() + PATIENCE
    while driver.go_on() or Step.objects.exclude(state__in=["done", "dead"]).exists():
        open_ones = list(Step.objects.exclude(state__in=["done", "dead"]).values_list("kind", "state", "attempts", "error"))
        assert time.monotonic() < end, open_ones
        time.sleep(0.2)


def assert_answered_once(driver: Driver) -> None:
    for dsr in SubjectRequest.objects.all():
        assert dsr.stage == State.ANSWERED
        assert dsr.bundles.count() == 1
        assert [transition.move for transition in dsr.transitions.all()] == WHOLE_WAY
        moved = AuditEvent.objects.filter(dsr_id=dsr.pk, action="request.moved")
        assert [event.facts["move"] for event in moved] == WHOLE_WAY
    assert SubjectRequest.objects.count() == len(driver.filed)


def assert_every_step_done_and_some_taken_again() -> None:
    assert Counter(Step.objects.values_list("state", flat=True)).keys() == {"done"}
    again = Step.objects.filter(fence__gt=1).count()
    assert again >= KILLS / 10, f"only {again} steps were hit: the kills came when nobody worked"
    done = AuditEvent.objects.filter(action="step.done").values_list("facts__step", flat=True)
    assert sorted(done) == sorted(Step.objects.values_list("pk", flat=True))


def assert_each_letter_known_by_its_number(post: Post) -> None:
    """At least one message for each letter, and no letter of one kind to one address twice."""
    letters = Letter.objects.values_list("dsr", "kind", "address_index")
    doubled = [letter for letter, times in Counter((dsr, kind, bytes(index)) for dsr, kind, index in letters).items() if times > 1]
    numbers = {str(message.message["Message-ID"]).strip("<>").partition("@")[0] for message in post.taken}

    assert doubled == []
    assert numbers == {str(pk) for pk in Letter.objects.values_list("pk", flat=True)}
    assert len(post.taken) <= len(numbers) * 1.5


def assert_nothing_left_over() -> None:
    """After the janitor, the vault holds what rows name, and nothing else."""
    vault.tidy(timedelta(0))
    known = set(StoredFile.objects.values_list("location", flat=True))
    place = vault.storage()

    assert {name.hex for name in place.names(timedelta(0))} == known
    assert vault.tidy(timedelta(0)) == 0
