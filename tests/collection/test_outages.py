"""A system that keeps failing pauses what needs it, tells people once, and everything goes on by itself when it answers."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.db.models.functions import Now
from pytest_django import Settings

from requests_app.audit.models import AuditEvent
from requests_app.collection import outages
from requests_app.collection.models import Pull
from requests_app.connectors.base import Unreachable
from requests_app.ledger.claims import claim
from requests_app.ledger.handlers import LONGEST_WAIT
from requests_app.ledger.models import Step, StepState
from requests_app.ledger.services import run
from requests_app.matching import services as matching
from requests_app.matching.models import Match, MatchState
from requests_app.sources import stops
from requests_app.sources.models import BREAKER_OPENS_AFTER, Source
from requests_app.sources.services import Resting, answering
from requests_app.workflow.models import SubjectRequest
from requests_app.workflow.states import State
from tests.collection.wire import Wire
from tests.mail import Post
from tests.making import ADDRESS, a_dsr, an_officer
from tests.running import come_due, run_all_due
from tests.small_shop import SmallShop

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def wire(shop: SmallShop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: Settings) -> Iterator[Wire]:
    """The order system behind a service of its own; the newsletter as ever."""
    settings.DSAR_VAULT = tmp_path / "vault"
    service = Wire(shop.database, tmp_path)
    monkeypatch.setenv("SMALL_ORDERS_URL", service.address)
    service.start()
    yield service
    service.kill()


def asking(number: int = 0) -> SubjectRequest:
    dsr = a_dsr(State.MATCHING, email=f"guest{number}@example.com" if number else ADDRESS)
    matching.start(dsr)
    return dsr


def now(dsr: SubjectRequest) -> State:
    return SubjectRequest.objects.get(pk=dsr.pk).stage


def orders() -> Source:
    return Source.objects.get(name="orders")


def rested() -> None:
    """Let the rest of a paused system be over, and what waits for it come due."""
    Source.objects.filter(paused_at__isnull=False).update(resting_until=Now() - timedelta(seconds=1))
    come_due("matching.ask", "collection.pull", "collection.check")


def failing(wire: Wire, requests: int = 6) -> list[SubjectRequest]:
    """Let the service die, and ask until the system is left alone."""
    wire.kill()
    found = [asking(number) for number in range(requests)]
    run_all_due()
    assert orders().is_paused
    return found


@pytest.mark.threat("FI-10")
def test_while_a_system_is_paused_what_needs_it_waits_without_losing_patience(wire: Wire, shop: SmallShop) -> None:
    found = failing(wire)
    before = dict(Step.objects.filter(source=shop.orders).values_list("pk", "attempts"))

    for _ in range(12):
        come_due("matching.ask")
        run_all_due()

    waits = Step.objects.filter(source=shop.orders, error="resting")
    assert waits.count() == len(found)
    assert dict(Step.objects.filter(source=shop.orders).values_list("pk", "attempts")) == before
    assert not Step.objects.filter(state=StepState.DEAD).exists()
    assert set(Match.objects.filter(source=shop.newsletter).values_list("state", flat=True)) == {MatchState.NOBODY}


def test_one_question_tries_whether_it_answers_and_then_everything_goes_on_by_itself(wire: Wire, shop: SmallShop) -> None:
    shop.customer(1, ADDRESS)
    found = failing(wire)
    wire.start("break")
    rested()
    run_all_due()
    assert wire.asked <= 1
    assert orders().is_paused

    wire.behave("pass")
    rested()
    run_all_due()
    rested()
    run_all_due()

    assert not orders().is_paused
    assert orders().failures == 0
    assert {now(dsr) for dsr in found} == {State.REVIEWING, State.DECIDING}
    assert set(Pull.objects.values_list("state", flat=True)) == {"done"}


def test_a_worker_that_dies_with_the_trial_is_followed_by_another(wire: Wire, shop: SmallShop) -> None:
    failing(wire)
    wire.start()
    rested()
    step = Step.objects.filter(source=shop.orders, error="resting").order_by("pk").first()
    assert step
    died = claim(step.pk)
    assert died
    with answering(orders()):
        pass  # it was let through, and killed before it said so
    Source.objects.filter(pk=shop.orders.pk).update(
        paused_at=Now(), failures=BREAKER_OPENS_AFTER, resting_until=Now() + timedelta(minutes=2)
    )
    with pytest.raises(Resting), answering(orders()):
        pass

    Step.objects.filter(pk=step.pk).update(lease_until=Now() - timedelta(seconds=1))
    rested()
    again = claim(step.pk)
    assert again
    run(again)

    assert Step.objects.get(pk=step.pk).state == StepState.DONE
    assert not orders().is_paused


def test_many_that_come_at_once_after_the_rest_are_one_trial(wire: Wire) -> None:
    failing(wire)
    wire.start("break")
    rested()
    Source.objects.update(resting_until=Now() - timedelta(seconds=1))
    tried = 0
    for _ in range(5):
        try:
            with answering(orders()):
                tried += 1
                raise Unreachable("no route")  # noqa: TRY301  # as a system does
        except (Resting, Unreachable):
            pass

    assert tried == 1


def test_officers_are_told_once_for_each_outage(wire: Wire, shop: SmallShop, post: Post) -> None:
    an_officer("ada@desk.example", shop.brand)
    failing(wire)
    for _ in range(3):
        outages.watch()
        run_all_due("collection.tell_paused")

    (letter,) = [one for one in post.to("ada@desk.example") if "keeps failing" in one.subject]
    assert "/console/sources/" in letter.text
    assert AuditEvent.objects.filter(action="source.paused").count() == 1


def test_what_nobody_waits_for_is_tried_all_the_same(wire: Wire, shop: SmallShop) -> None:
    for _ in range(BREAKER_OPENS_AFTER):
        shop.orders.failed("unreachable", "no route")
    Source.objects.update(resting_until=Now() - timedelta(seconds=1))

    outages.watch()
    outages.watch()
    assert run_all_due("collection.check") == ["collection.check"]

    assert not orders().is_paused


def test_half_of_many_failing_pauses_as_well_as_five_in_a_row(shop: SmallShop) -> None:
    source = shop.orders
    for _ in range(10):
        source.failed("too_slow", "no answer")
        with answering(source):
            pass
    assert not orders().is_paused
    source.failed("too_slow", "no answer")

    assert orders().is_paused


def test_whoever_waited_three_days_fails_by_the_reason_so_that_an_officer_can_go_on_without(wire: Wire, shop: SmallShop) -> None:
    (dsr, *_others) = failing(wire)
    Step.objects.update(created_at=Now() - LONGEST_WAIT)

    for _ in range(8):
        come_due("matching.ask", "collection.pull")
        run_all_due()

    assert Match.objects.get(dsr=dsr, source=shop.orders).state == MatchState.FAILED
    assert Match.objects.get(dsr=dsr, source=shop.orders).fault == "unreachable"
    assert now(dsr) == State.REVIEWING


def test_a_stopped_system_is_not_asked_until_somebody_lets_it_go_on(wire: Wire, shop: SmallShop) -> None:
    officer = an_officer("ada@desk.example", shop.brand)
    stop = stops.place(shop.brand, shop.orders, reason="a leak", by=officer)
    wire.behave("pass")
    dsr = asking()
    run_all_due()

    assert wire.asked == 0
    assert Step.objects.get(source=shop.orders).error == "stopped"
    assert orders().failures == 0
    with pytest.raises(stops.StandsAlready):
        stops.place(shop.brand, shop.orders, reason="again", by=officer)

    stops.lift(stop, reason="mended", by=officer)
    with pytest.raises(stops.NotStanding):
        stops.lift(stop, reason="twice", by=officer)
    come_due("matching.ask")
    run_all_due()

    assert now(dsr) == State.REVIEWING
    told = AuditEvent.objects.filter(action__startswith="stop.").order_by("pk").values_list("action", "facts__source")
    assert list(told) == [("stop.placed", "orders"), ("stop.lifted", "orders")]
