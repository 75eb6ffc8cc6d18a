"""Nothing is erased by one person, by a plan that nobody read, or twice: through the pages, against real systems."""

from http import HTTPStatus
from typing import Final

import psycopg
import pytest
from django.test import Client

from requests_app.erasure import services as erasure
from requests_app.erasure.models import Approval, Freeze
from requests_app.ledger.models import Step
from requests_app.officers.models import Membership, Officer, Role
from requests_app.workflow.states import State
from tests.console.desk import PASSWORD, an_officer, at_the_desk
from tests.console.plans import hidden, press, url
from tests.erasure.conftest import erasing
from tests.filing import Filed, file_and_confirm
from tests.mail import Post
from tests.running import run_all_due
from tests.small_shop import SmallShop, shop

__all__ = ["erasing", "shop"]
TIMES: Final = 20


@pytest.fixture
def filed(erasing: SmallShop, post: Post) -> Filed:
    """A request whose plan waits for two officers; a day to think it over."""
    return file_and_confirm(post, erasing.brand, right="erasure")


@pytest.fixture
def first(erasing: SmallShop) -> Officer:
    return an_officer("first@desk.example", brand=erasing.brand)


@pytest.fixture
def second(erasing: SmallShop) -> Officer:
    return an_officer("second@desk.example", brand=erasing.brand)


def orders(shop: SmallShop) -> int:
    with psycopg.connect(shop.database) as connection:
        row = connection.execute("SELECT count(*) FROM orders").fetchone()
    return int(row[0]) if row else 0


@pytest.fixture
def before(erasing: SmallShop) -> int:
    """How many orders there are before anybody decides anything."""
    return orders(erasing)


def nothing_ran(shop: SmallShop, filed: Filed, before: int) -> bool:
    """Whether nothing was decided, and nothing happens when every worker works off what is due."""
    run_all_due()
    began = Step.objects.filter(kind__in=["erasure.run", "erasure.begin"]).exists()
    return (filed.state, orders(shop), began) == (State.REVIEWING, before, False)


def test_two_officers_approve_and_the_customer_may_think_it_over(filed: Filed, first: Officer, second: Officer) -> None:
    assert press(at_the_desk(first), filed.now, password=PASSWORD)[0] == HTTPStatus.FOUND
    assert filed.state == State.REVIEWING

    assert press(at_the_desk(second), filed.now, password=PASSWORD)[0] == HTTPStatus.FOUND
    assert filed.state == State.COOLING_OFF
    assert "Nothing is erased before" in at_the_desk(first).get(url(filed.now)).content.decode()


def test_what_was_done_is_shown_with_intent_effect_and_proof(filed: Filed, first: Officer, second: Officer) -> None:
    for officer in (first, second):
        press(at_the_desk(officer), filed.now, password=PASSWORD)
    erasure.waive_cooling_off(filed.now)
    run_all_due()
    client = at_the_desk(first)

    receipts = client.get(url(filed.now, "receipts/")).content.decode()
    assert filed.state == State.ANSWERED
    assert "read back by key: nothing left" in receipts
    assert "a worker, as approved" in receipts
    assert "nothing is there that should have gone" in client.get(url(filed.now)).content.decode()
    assert "2 people" in client.get(url(filed.now, "certificate/")).content.decode()


@pytest.mark.threat("7.02")
def test_the_first_alone_decides_nothing_however_often(erasing: SmallShop, filed: Filed, before: int, first: Officer) -> None:
    one, other = at_the_desk(first, fresh=True), at_the_desk(first, fresh=True)
    answers = [press(client, filed.now)[0] for _ in range(TIMES) for client in (one, other)]

    assert answers == [HTTPStatus.FOUND] + [HTTPStatus.CONFLICT] * (2 * TIMES - 1)
    assert Approval.objects.count() == 1
    assert nothing_ran(erasing, filed, before)


def test_who_has_approved_finds_the_button_off_and_why(filed: Filed, first: Officer) -> None:
    client = at_the_desk(first, fresh=True)
    press(client, filed.now)
    shown = client.get(url(filed.now)).content.decode()

    assert "One more officer must approve this plan" in shown
    assert "disabled" in shown
    assert "the other yes must be somebody else’s" in shown


@pytest.mark.threat("7.02")
def test_an_approval_is_void_when_its_officer_has_lost_the_role(
    erasing: SmallShop, filed: Filed, before: int, first: Officer, second: Officer,
) -> None:  # fmt: skip
    press(at_the_desk(first, fresh=True), filed.now)
    Membership.objects.filter(officer=first).update(role=Role.AUDITOR)

    for _ in range(TIMES):
        press(at_the_desk(second, fresh=True), filed.now)

    assert nothing_ran(erasing, filed, before)


@pytest.mark.threat("7.02")
def test_an_approval_of_the_plan_before_approves_nothing(
    erasing: SmallShop, filed: Filed, before: int, first: Officer, second: Officer,
) -> None:  # fmt: skip
    reader = at_the_desk(second, fresh=True)
    read = hidden(reader.get(url(filed.now, "approve/")).content.decode(), "digest")
    press(at_the_desk(first, fresh=True), filed.now)
    erasing.order(12, 1)
    erasure.plan_again(filed.now, by=first)
    run_all_due()

    for _ in range(TIMES):
        answer = reader.post(url(filed.now, "approve/"), {"seen": "0", "digest": read})

    assert answer.status_code == HTTPStatus.CONFLICT
    shown = answer.content.decode()
    assert "The plan is another one now: nothing was approved" in shown
    assert "deleted: 2 before, 3 now" in shown
    run_all_due()
    assert (filed.state, Approval.objects.count(), orders(erasing)) == (State.REVIEWING, 1, before + 1)


@pytest.mark.threat("7.02")
def test_an_approval_that_is_sent_again_counts_once(
    erasing: SmallShop, filed: Filed, before: int, first: Officer, second: Officer,
) -> None:  # fmt: skip
    client = at_the_desk(first, fresh=True)
    shown = client.get(url(filed.now, "approve/")).content.decode()
    sent = {name: hidden(shown, name) for name in ("seen", "digest")}

    assert [client.post(url(filed.now, "approve/"), sent).status_code for _ in range(TIMES)].count(HTTPStatus.FOUND) == 1
    assert nothing_ran(erasing, filed, before)
    press(at_the_desk(second, fresh=True), filed.now)
    assert {client.post(url(filed.now, "approve/"), sent).status_code for _ in range(TIMES)} == {HTTPStatus.CONFLICT}
    assert Approval.objects.count() == 2


@pytest.mark.threat("7.02")
def test_nobody_approves_without_the_password(
    erasing: SmallShop, filed: Filed, before: int, first: Officer, second: Officer,
) -> None:  # fmt: skip
    for officer in (first, second):
        client = at_the_desk(officer)
        assert press(client, filed.now)[0] == HTTPStatus.UNPROCESSABLE_ENTITY
        assert press(client, filed.now, password="wrong")[0] == HTTPStatus.UNPROCESSABLE_ENTITY

    assert nothing_ran(erasing, filed, before)


@pytest.mark.threat("8.11")
def test_another_site_approves_nothing(erasing: SmallShop, filed: Filed, before: int, first: Officer) -> None:
    own = at_the_desk(first, fresh=True)
    digest = hidden(own.get(url(filed.now, "approve/")).content.decode(), "digest")
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = own.cookies

    for page in ("approve/", "again/", "freeze/", "recipients/", "questions/"):
        assert strict.post(url(filed.now, page), {"digest": digest, "seen": "0"}).status_code == HTTPStatus.FORBIDDEN
    assert strict.get(url(filed.now, "approve/"), {"digest": digest}).status_code == HTTPStatus.OK
    assert nothing_ran(erasing, filed, before)


@pytest.mark.threat("7.07")
def test_more_than_the_shop_allows_freezes_it_until_a_lead_has_looked(
    erasing: SmallShop, filed: Filed, before: int, first: Officer, second: Officer,
) -> None:  # fmt: skip
    type(erasing.brand).objects.update(erasures_per_hour=0)
    status, shown = press(at_the_desk(first, fresh=True), filed.now)

    assert (status, Freeze.objects.filter(lifted_at=None).count()) == (HTTPStatus.CONFLICT, 1)
    assert "Erasures of this shop are frozen" in shown
    assert nothing_ran(erasing, filed, before)

    type(erasing.brand).objects.update(erasures_per_hour=20)
    assert at_the_desk(second, fresh=True).get(url(filed.now, "freeze/")).status_code == HTTPStatus.FORBIDDEN
    lead = at_the_desk(an_officer("lead@desk.example", brand=erasing.brand, role=Role.LEAD))
    assert press(lead, filed.now, "freeze/")[0] == HTTPStatus.UNPROCESSABLE_ENTITY
    assert press(lead, filed.now, "freeze/", password=PASSWORD)[0] == HTTPStatus.FOUND
    assert press(at_the_desk(first, fresh=True), filed.now)[0] == HTTPStatus.FOUND
