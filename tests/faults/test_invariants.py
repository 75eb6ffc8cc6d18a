"""The oracle itself: it finds nothing where nothing was broken, and each of I1 to I14 finds what breaks it."""

import os
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Final
from uuid import uuid4

import psycopg
import pytest
from django.conf import settings
from django.db import connection, transaction
from pytest_django import Settings

from requests_app.audit.models import AuditEvent
from requests_app.audit.services import record
from requests_app.bundle.models import Bundle
from requests_app.erasure.models import RecordSet
from requests_app.ledger.models import Step
from requests_app.values import SYSTEM
from requests_app.workflow.states import State
from tests.faults import simulators
from tests.faults.invariants import DOUBLED, INVARIANTS, LOST, UNPROVEN, Deed, Seen, broken, moment, promised, trail_of
from tests.faults.people import People
from tests.mail import Delivered, Post, post
from tests.making import a_dsr, an_officer
from tests.running import run_all_due
from tests.small_shop import SmallShop, shop

__all__ = ["post", "shop"]

COPY, ERASED, HELD = 1, 2, 3


@pytest.fixture
def seen(shop: SmallShop, post: Post, settings: Settings, tmp_path: Path) -> Seen:
    """What is seen of one copy, one erasure and somebody whose records are held, with nobody killed."""
    settings.DSAR_KEY_STORE, settings.DSAR_VAULT = tmp_path / "keys", tmp_path / "vault"
    simulators.watch(shop)
    people = People(shop, post, (an_officer("one@desk.example", shop.brand), an_officer("two@desk.example", shop.brand)))
    for number in (COPY, ERASED, HELD):
        simulators.move_in(shop, number)
    people.hold(HELD)
    people.ask(COPY, "access")
    for number in (ERASED, HELD):
        people.ask(number, "erasure")
    run_all_due()
    while people.go_on():
        assert run_all_due()
    run_all_due()
    return replace(people.seen(), trail=trail_of())


def a_filing_is_gone(seen: Seen) -> Seen:
    return replace(seen, filed={**seen.filed, uuid4(): (None, None)})


def nobody_works_on_it(seen: Seen) -> Seen:
    dsr = a_dsr(State.MATCHING)
    Step.objects.filter(dsr=dsr).delete()
    return replace(seen, filed=promised(dsr))


def done_twice(seen: Seen) -> Seen:
    return replace(seen, deeds=[*seen.deeds, seen.deeds[0]])


def done_before_the_intent(seen: Seen) -> Seen:
    return replace(seen, deeds=[replace(seen.deeds[0], at=moment("2026-01-01 00:00:00"))])


def held_and_touched(seen: Seen) -> Seen:
    one = next(iter(seen.held))
    return replace(seen, there=seen.there - {one}, deeds=[Deed(one, moment("2100-01-01 00:00:00"), seen.deeds[0].dsr)])


def done_without_proof(seen: Seen) -> Seen:
    RecordSet.objects.exclude(done_at=None).update(proof={})
    return seen


def told_twice(seen: Seen) -> Seen:
    event = AuditEvent.objects.filter(action="request.moved").first()
    assert event is not None
    record("request.moved", by=SYSTEM, dsr_id=event.dsr_id, **event.facts)
    return replace(seen, trail=None)


def said_twice(seen: Seen) -> Seen:
    return replace(seen, mail=[*seen.mail, Delivered("x", ("somebody@example.com",), seen.mail[0].raw)])


def another_copy_than_was_sealed(seen: Seen) -> Seen:
    Bundle.objects.update(digest="0" * 64)
    return seen


def a_name_in_a_step(seen: Seen) -> Seen:
    Step.objects.filter(dsr__in=seen.filed).update(params={"who": simulators.address(COPY)})
    return seen


def left_half_written(seen: Seen) -> Seen:
    assert isinstance(settings.DSAR_VAULT, Path)
    path = settings.DSAR_VAULT / "incoming" / uuid4().hex
    path.touch()
    os.utime(path, (time.time() - 1000, time.time() - 1000))
    return seen


def forgotten_open(seen: Seen) -> Seen:
    return replace(seen, oldest_transaction=timedelta(0))


def the_trail_was_written_by_another_hand(seen: Seen) -> Seen:
    AuditEvent.objects.create(
        action="step.done", actor_kind="system", actor_name="system", dsr_id=next(iter(seen.filed)), facts={"step": 0}
    )
    return seen


def a_date_has_moved(seen: Seen) -> Seen:
    return replace(seen, filed=dict.fromkeys(seen.filed, (date(2020, 1, 1), date(2020, 1, 1))))


PLANTED: Final[dict[str, Callable[[Seen], Seen]]] = {
    "I1": a_filing_is_gone, "I2": nobody_works_on_it, "I3": done_twice, "I4": done_before_the_intent, "I5": held_and_touched,
    "I6": done_without_proof, "I7": told_twice, "I8": said_twice, "I9": another_copy_than_was_sealed, "I10": a_name_in_a_step,
    "I11": left_half_written, "I12": forgotten_open, "I13": the_trail_was_written_by_another_hand, "I14": a_date_has_moved,
}  # fmt: skip


@contextmanager
def undone() -> Iterator[None]:
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@contextmanager
def somebody_idle() -> Iterator[None]:
    """A session of the application that has begun something and gone away."""
    values = connection.get_connection_params() | {"cursor_factory": psycopg.Cursor, "context": None}
    with psycopg.connect(**values) as idle:
        idle.execute("SELECT 1")
        yield


def test_each_invariant_is_silent_where_nothing_is_wrong_and_finds_what_breaks_it(seen: Seen) -> None:
    assert Counter(deed.record for deed in seen.deeds) == Counter(simulators.records(ERASED))
    assert broken(seen) == {}

    found = dict[str, bool]()
    for name, plant in PLANTED.items():
        with undone(), somebody_idle():
            found[name] = bool(list(INVARIANTS[name](plant(seen))))

    assert found == dict.fromkeys(INVARIANTS, True)


def test_a_line_that_was_changed_or_taken_out_of_the_trail_is_missed(seen: Seen) -> None:
    last, digest = trail_of()
    record("nothing.happened", by=SYSTEM)

    assert trail_of(upto=last) == (last, digest)
    assert trail_of(upto=last - 1)[1] != digest


def test_every_invariant_is_one_of_what_is_lost_doubled_unproven_or_told_elsewhere() -> None:
    assert LOST | DOUBLED | UNPROVEN | {"I10", "I12"} == set(INVARIANTS)
