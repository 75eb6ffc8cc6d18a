"""T-1.09: three requests of one identity, in every order in which what happens to them can happen.

A stranger files in somebody's name, guesses, and is waited for in vain; the person files twice, proves both, and one is approved.
Each request must stand, after each event, where it would stand if there were no others: an unproven one never blocks another,
hastens none, and lends its proof to none.
"""

from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import timedelta
from typing import Any, Final

import pytest
from django.db.models import Count, Q

from requests_app.intake.services import open_request
from requests_app.values import CUSTOMER, SYSTEM
from requests_app.verification import services as verification
from requests_app.verification.models import Purpose
from requests_app.verification.services import NotProven, Secrets
from requests_app.workflow.models import SubjectRequest
from requests_app.workflow.services import Move, advance
from tests.filing import an_application
from tests.impostors.undoing import forgotten
from tests.making import a_brand

pytestmark = pytest.mark.django_db
Kept = dict[str, tuple[SubjectRequest, Secrets]]
Event = Callable[[Kept, str], None]


def files(kept: Kept, who: str) -> None:
    dsr = open_request(a_brand(), an_application(), by=CUSTOMER)
    kept[who] = (dsr, verification.begin(dsr))
    advance(dsr, Move.ASK_FOR_PROOF, by=SYSTEM)


def _link(dsr: SubjectRequest) -> Any:
    token = verification.link(dsr, Purpose.CONFIRM, timedelta(hours=1)).rstrip("/").rpartition("/")[2]
    return verification.opened(token)


def guesses(kept: Kept, who: str) -> None:
    """Try a wrong code, and the secrets of every other request."""
    dsr, made = kept[who]
    others = [other.claim for name, (_dsr, other) in kept.items() if name != who]
    wrong = f"{(int(made.code) + 1) % 10**6:06}"
    for claim in ("", *others):
        with suppress(NotProven):
            verification.confirm(_link(_now(dsr)), claim=claim, code=wrong if not claim else "")


def files_and_guesses(kept: Kept, who: str) -> None:
    files(kept, who)
    guesses(kept, who)


def proves(kept: Kept, who: str) -> None:
    dsr, made = kept[who]
    verification.confirm(_link(_now(dsr)), claim=made.claim)


def proves_and_is_approved(kept: Kept, who: str) -> None:
    proves(kept, who)
    for move in (Move.SEARCH, Move.FINISH_COLLECTION, Move.APPROVE):
        advance(_now(kept[who][0]), move, by=SYSTEM)


def lapses(kept: Kept, who: str) -> None:
    advance(_now(kept[who][0]), Move.LAPSE, by=SYSTEM)


def _now(dsr: SubjectRequest) -> SubjectRequest:
    return SubjectRequest.objects.select_related("brand").get(pk=dsr.pk)


EVENTS: Final[Mapping[str, tuple[Event, ...]]] = {
    "stranger": (files_and_guesses, lapses),
    "person": (files, proves_and_is_approved),
    "person again": (files, proves),
}
ORDERS: Final = 90  # 6! / (2! 2! 2!)


def stands(kept: Kept) -> dict[str, tuple[Any, ...]]:
    """Return where each request stands, and what it has of its own: nothing in it may come from another."""
    used = Count("challenges", filter=Q(challenges__purpose=Purpose.CONFIRM, challenges__used_at__isnull=False))
    told = SubjectRequest.objects.annotate(used=used, proven=Q(verified_at__isnull=False), approved=Q(approved_at__isnull=False))
    facts = ("state", "proven", "approved", "used", "proof__tries_left", "due_legal_on", "due_safe_on")
    found = {row[0]: row[1:] for row in told.values_list("pk", *facts)}
    return {who: found[dsr.pk] for who, (dsr, _made) in kept.items()}


def alone() -> dict[tuple[str, int], tuple[Any, ...]]:
    """Return where each request stands after each of its events when there is no other."""
    found = {}
    for who, events in EVENTS.items():
        with forgotten():
            kept: Kept = {}
            for number, event in enumerate(events, 1):
                event(kept, who)
                found[who, number] = stands(kept)[who]
    return found


def explore(kept: Kept, done: Mapping[str, int], expected: Mapping[tuple[str, int], tuple[Any, ...]]) -> int:
    """Go every way from here; return how many ways there were to the end."""
    ways = 0
    for who, events in EVENTS.items():
        if done[who] < len(events):
            with forgotten():
                here = dict(kept)
                events[done[who]](here, who)
                now = {**done, who: done[who] + 1}
                assert stands(here) == {name: expected[name, now[name]] for name in here}
                ways += explore(here, now, expected)
    return ways or 1


@pytest.mark.threat("1.09")
def test_three_requests_of_one_person_stand_where_they_would_stand_alone() -> None:
    assert explore({}, dict.fromkeys(EVENTS, 0), alone()) == ORDERS


@pytest.mark.threat("1.09")
def test_nothing_is_approved_that_is_not_itself_proven() -> None:
    """Whatever else of the same person is proven: the stranger's request has no move towards an officer."""
    kept: Kept = {}
    for who in ("stranger", "person"):
        files(kept, who)
    proves(kept, "person")

    assert not {Move.APPROVE, Move.SEARCH, Move.DECIDE} & set(_now(kept["stranger"][0]).moves)
    verification.vouched(kept["stranger"][0], kept["stranger"][0])
    assert _now(kept["stranger"][0]).verified_at is None


def test_a_request_that_lends_its_proof_is_seen() -> None:
    """The control: were one proof enough for all of one address, the comparison would say so."""
    expected = alone()
    kept: Kept = {}
    for who in ("stranger", "person"):
        EVENTS[who][0](kept, who)
    proves(kept, "person")
    advance(_now(kept["stranger"][0]), Move.ACCEPT_PROOF, by=SYSTEM)

    assert stands(kept)["stranger"] != expected["stranger", 1]
