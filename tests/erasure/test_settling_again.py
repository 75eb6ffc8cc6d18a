"""Officers decide what becomes of what is there again, and of what was kept: a worker erases it, and of two deeds one wins."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Barrier

import pytest
from django.db import connection

from requests_app.erasure import again, later
from requests_app.erasure.later import ByHand
from requests_app.erasure.models import Freeze, Plan
from requests_app.erasure.remains import Kept, KeptState
from requests_app.erasure.services import NotOpen
from requests_app.erasure.tasks import look_again
from requests_app.erasure.traces import Outcome, Reappearance
from requests_app.ledger.models import Step
from requests_app.officers.models import Officer
from requests_app.sources.models import Source
from requests_app.workflow.states import State
from tests.console.plans import stuck, there_again
from tests.erasure.test_later import erased, restore
from tests.erasure.test_running import OTHERS, held
from tests.filing import Filed
from tests.making import a_dsr, a_source, an_officer
from tests.running import come_due, run_all_due
from tests.small_shop import SmallShop

__all__ = ["erased"]


@pytest.fixture
def found(erasing: SmallShop, erased: Filed) -> Reappearance:
    """A subscription that was erased, and that an import has brought back."""
    erasing.subscriber(5, "ada@example.com")
    look_again()
    run_all_due()
    return Reappearance.objects.get()


def looked_at_again() -> None:
    Step.objects.filter(kind="erasure.reappearance").delete()
    look_again()
    run_all_due()


@pytest.mark.parametrize("outcome", [Outcome.NEW_ACCOUNT, Outcome.FILED])
def test_what_an_officer_has_answered_is_asked_again_only_when_it_is_more(
    erasing: SmallShop, found: Reappearance, officers: tuple[Officer, Officer], outcome: Outcome,
) -> None:  # fmt: skip
    again.settle(found, outcome, by=officers[0])

    looked_at_again()
    assert Reappearance.objects.count() == 1

    Reappearance.objects.update(records=0)
    looked_at_again()
    assert Reappearance.objects.filter(settled_at=None, records=1).count() == 1


def test_more_than_was_approved_is_given_back_to_the_officers_and_nothing_goes(
    erasing: SmallShop, erased: Filed, officers: tuple[Officer, Officer],
) -> None:  # fmt: skip
    restore(erasing)
    erasing.order(99, 1)
    look_again()
    run_all_due()
    found = Reappearance.objects.get(source=erasing.orders)

    again.ask_again(found, by=officers[0])
    run_all_due()

    assert held(erasing)["orders"] == [10, 11, 20, 21, 99]
    found.refresh_from_db()
    assert (found.outcome, found.settled_at) == (Outcome.CHANGED, None)
    again.ask_again(found, by=officers[1])
    assert Step.objects.filter(kind="erasure.again", state="due").count() == 1


def test_nothing_is_erased_again_for_a_frozen_shop_and_all_of_it_later(
    erasing: SmallShop, found: Reappearance, officers: tuple[Officer, Officer],
) -> None:  # fmt: skip
    frozen = Freeze.objects.create(brand=erasing.brand)
    again.ask_again(found, by=officers[0])

    run_all_due()
    assert held(erasing) == {**OTHERS, "subscribers": [5, 6]}
    frozen.delete()
    come_due("erasure.again")
    run_all_due()

    assert held(erasing) == OTHERS


def test_a_system_without_an_account_that_may_erase_is_given_back(
    erasing: SmallShop, found: Reappearance, officers: tuple[Officer, Officer],
) -> None:  # fmt: skip
    Source.objects.update(erase_secret="")

    again.ask_again(found, by=officers[0])
    run_all_due()

    found.refresh_from_db()
    assert (found.outcome, found.settled_at) == (Outcome.FAILED, None)


def test_where_the_approved_plan_is_gone_nobody_says_that_it_was_erased(
    erasing: SmallShop, found: Reappearance, officers: tuple[Officer, Officer],
) -> None:  # fmt: skip
    Plan.objects.update(file=None)

    again.ask_again(found, by=officers[0])
    run_all_due()

    found.refresh_from_db()
    assert (found.outcome, found.settled_at) == (Outcome.FORGOTTEN, None)
    assert held(erasing) == {**OTHERS, "subscribers": [5, 6]}


def at_the_same_time(*deeds: Callable[[], None]) -> list[bool]:
    """Do `deeds` at once, each with a connection of its own; return which of them were told that they came too late."""
    start = Barrier(len(deeds))

    def late(deed: Callable[[], None]) -> bool:
        start.wait(timeout=30)
        try:
            deed()
        except NotOpen:
            return True
        finally:
            connection.close()
        return False

    with ThreadPoolExecutor(len(deeds)) as pool:
        return list(pool.map(late, deeds))


@pytest.mark.django_db(transaction=True)
def test_of_two_officers_at_the_same_moment_exactly_one_decides_what_becomes_of_a_kept_part() -> None:
    officers = an_officer("one@desk.example"), an_officer("two@desk.example")
    dsr, source = a_dsr(State.ANSWERED, right="erasure"), a_source()
    for _ in range(10):
        part = stuck(dsr, source)

        late = at_the_same_time(
            partial(later.try_again, part, by=officers[0]),
            partial(later.done_by_hand, part, by=officers[1], reason=ByHand.GONE),
        )

        assert sorted(late) == [False, True]
        assert Kept.objects.get(pk=part.pk).state == (KeptState.ERASED if late[0] else KeptState.WAITING)


@pytest.mark.django_db(transaction=True)
def test_of_two_officers_at_the_same_moment_exactly_one_decides_what_becomes_of_what_is_there_again() -> None:
    officers = an_officer("one@desk.example"), an_officer("two@desk.example")
    dsr, source = a_dsr(State.ANSWERED, right="erasure"), a_source()
    for number in range(10):
        found = there_again(dsr, source, reference=f"DSR-{number}")

        late = at_the_same_time(
            partial(again.ask_again, found, by=officers[0]),
            partial(again.settle, found, Outcome.NEW_ACCOUNT, by=officers[1]),
        )

        assert sorted(late) == [False, True]
        found.refresh_from_db()
        assert found.outcome == (Outcome.NEW_ACCOUNT if late[0] else Outcome.ERASING)
