"""What a worker does at once, what it lets go of, and that nothing of it is lost or done twice."""

from collections.abc import Callable, Iterator

import pytest
from django.db import transaction
from pytest_django import Settings

from requests_app.audit.models import AuditEvent
from requests_app.ledger.carrying import carry
from requests_app.ledger.claims import Claim, claim
from requests_app.ledger.handlers import KINDS, Backoff, Done, Kind, Outcome
from requests_app.ledger.models import Step
from requests_app.ledger.services import enqueue
from tests.ledger.conftest import Work
from tests.ledger.test_claim import await_that

pytestmark = pytest.mark.django_db(transaction=True)
QUEUES = {"journey"}


@pytest.fixture
def decided() -> Iterator[list[str]]:
    """A kind that folds: it notes its key, and breaks when that is `bad`."""
    done: list[str] = []

    def note(claim: Claim) -> None:
        if claim.step.key == "bad":
            raise ZeroDivisionError
        done.append(claim.step.key)

    def handler(claim: Claim) -> Outcome:
        return Done(commit=lambda: note(claim))

    KINDS["test.decision"] = Kind("test.decision", handler, "journey", Backoff(), None, folds=True)
    yield done
    del KINDS["test.decision"]


def leading_to(*keys: str, kind: str = "test.work") -> Callable[[Claim], Outcome]:
    """A handler whose first run asks for the steps `keys`."""

    def ask() -> None:
        for key in keys:
            enqueue(kind, key=key)

    return lambda claim: Done(commit=ask if claim.step.key == "work:1" else None)


def states() -> dict[str, str]:
    return dict(Step.objects.values_list("key", "state"))


def test_what_is_born_in_a_workers_hands_knows_when_it_was_written(work: Work) -> None:
    known: list[object] = []

    def ask(claim: Claim) -> Outcome:
        known.append(claim.step.created_at)
        return leading_to("second")(claim)

    work.handler = ask
    carry(work.step().pk, QUEUES)

    assert known == list(Step.objects.order_by("pk").values_list("created_at", flat=True))


def test_what_follows_is_done_by_the_same_worker(work: Work) -> None:
    work.handler = leading_to("second", "third")

    assert carry(work.step().pk, QUEUES) == 3
    assert states() == {"work:1": "done", "second": "done", "third": "done"}
    assert sorted(AuditEvent.objects.values_list("facts__step", flat=True)) == sorted(Step.objects.values_list("pk", flat=True))


def test_what_belongs_to_another_queue_is_left_to_others(work: Work) -> None:
    work.handler = leading_to("second")

    assert carry(work.step().pk, {"mail"}) == 1
    assert states()["second"] == "due"


def test_a_step_born_in_a_workers_hands_is_nobody_elses(work: Work) -> None:
    found: list[Claim | None] = []

    def handler(claimed: Claim) -> Outcome:
        if claimed.step.key != "work:1":
            found.extend(claim(pk) for pk in Step.objects.filter(state="running").values_list("pk", flat=True))
        return leading_to("second", "third")(claimed)

    work.handler = handler
    carry(work.step().pk, QUEUES)

    assert found == [None, None, None]


def test_what_was_decided_in_a_transaction_that_failed_is_not_done(work: Work) -> None:
    def decide() -> None:
        enqueue("test.work", key="second")
        raise RuntimeError

    work.handler = lambda _claim: Done(commit=decide)
    carry(work.step().pk, QUEUES)

    assert states() == {"work:1": "due"}


def test_a_chain_that_takes_long_lets_go_of_what_it_has_not_begun(work: Work, settings: Settings) -> None:
    settings.LEDGER_CHAIN_DELAY = 0.2
    seen: list[str] = []

    def handler(claimed: Claim) -> Outcome:
        if claimed.step.key == "second":
            await_that(lambda: states()["third"] == "due")
            seen.append(states()["third"])
        return leading_to("second", "third")(claimed)

    work.handler = handler
    carry(work.step().pk, QUEUES)

    assert seen == ["due"]
    third = Step.objects.get(key="third")
    assert (third.state, third.attempts, third.owner) == ("due", 0, "")
    assert claim(third.pk) is not None


def test_a_decision_is_carried_out_in_the_transaction_that_asked_for_it(work: Work, decided: list[str]) -> None:
    seen: list[dict[str, str]] = []

    def commit() -> None:
        enqueue("test.decision", key="good")
        transaction.on_commit(lambda: seen.append(states()))

    work.handler = lambda _claim: Done(commit=commit)
    carry(work.step().pk, QUEUES)

    assert decided == ["good"]
    assert seen == [{"work:1": "done", "good": "done"}]


def test_a_decision_that_breaks_is_due_by_itself_and_spoils_nothing(work: Work, decided: list[str]) -> None:
    work.handler = leading_to("bad", "good", kind="test.decision")

    assert carry(work.step().pk, QUEUES) == 1
    assert decided == ["good"]
    assert states() == {"work:1": "done", "bad": "due", "good": "done"}


def test_without_a_chain_a_decision_waits_for_a_worker(decided: list[str]) -> None:
    enqueue("test.decision", key="good")

    assert decided == []
    assert states() == {"good": "due"}
