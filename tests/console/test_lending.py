"""Need to know: one request lent to a colleague, for as long as it is open and the one who lent it may answer it."""

from datetime import timedelta
from itertools import product

import pytest
from django.db.models.functions import Now
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from requests_app.audit.models import AuditEvent
from requests_app.console import finding
from requests_app.officers.models import Membership, Officer, Role, Sees
from requests_app.officers.policy import Action
from requests_app.officers.services import leave
from requests_app.values import SYSTEM
from requests_app.workflow import lending
from requests_app.workflow.delegations import LENT, Delegation
from requests_app.workflow.lending import NotToLend, SeesItAnyway
from requests_app.workflow.models import SubjectRequest
from requests_app.workflow.services import Move, State, advance, today_of
from tests.console.desk import an_officer, at_the_desk
from tests.making import a_brand, a_dsr

pytestmark = [pytest.mark.django_db, pytest.mark.promise("C6"), pytest.mark.promise("J7")]


@pytest.fixture
def dsr() -> SubjectRequest:
    return a_dsr(State.REVIEWING)


@pytest.fixture
def lender() -> Officer:
    return an_officer("lender@desk.example")


@pytest.fixture
def stranger() -> Officer:
    """An officer of another shop."""
    return an_officer("stranger@desk.example", brand=a_brand("j-supply"))


def sees(officer: Officer, dsr: SubjectRequest) -> bool:
    officer = Officer.objects.get(pk=officer.pk)
    found = SubjectRequest.objects.visible_to(officer).filter(pk=dsr.pk).exists()
    assert found == lending.may(officer, Action.SEE, SubjectRequest.objects.select_related("brand").get(pk=dsr.pk))
    return found


def test_another_shops_officer_sees_and_works_exactly_what_is_lent(dsr: SubjectRequest, lender: Officer, stranger: Officer) -> None:
    other = a_dsr(State.REVIEWING)
    desk = at_the_desk(stranger)
    assert desk.get(f"/console/requests/{dsr.reference}/").status_code == 404

    lending.lend(dsr, stranger, by=lender)

    assert desk.get(f"/console/requests/{dsr.reference}/").status_code == 200
    assert desk.get(f"/console/requests/{dsr.reference}/notes/").status_code == 200
    desk.post(f"/console/requests/{dsr.reference}/notes/", {"text": "looked at"})
    assert dsr.notes.get().by == stranger
    assert finding.by_reference(stranger, dsr.reference) == dsr.reference
    assert finding.by_reference(stranger, other.reference) == ""
    assert desk.get(f"/console/requests/{other.reference}/").status_code == 404
    assert list(SubjectRequest.objects.visible_to(stranger)) == [dsr]


@pytest.mark.parametrize(("role", "action"), list(product([*Role, None], Action)))
def test_what_is_lent_is_worked_as_an_officer_does_whatever_the_role_elsewhere(
    dsr: SubjectRequest, lender: Officer, role: Role | None, action: Action
) -> None:
    colleague = Officer.objects.create_user("colleague@desk.example")
    if role is not None:
        Membership.objects.create(officer=colleague, brand=a_brand("j-supply"), role=role)
    assert not lending.may(colleague, action, dsr)

    lending.lend(dsr, colleague, by=lender)

    assert lending.may(colleague, action, dsr) is (action in LENT)


def test_an_auditor_of_the_same_shop_may_be_lent_what_auditors_cannot_open(dsr: SubjectRequest, lender: Officer) -> None:
    auditor = an_officer("auditor@desk.example", role=Role.AUDITOR)
    lending.lend(dsr, auditor, by=lender)

    assert at_the_desk(auditor).get(f"/console/requests/{dsr.reference}/notes/").status_code == 200


@pytest.mark.parametrize("move", [Move.REFUSE, Move.WITHDRAW])
def test_it_ends_by_itself_when_the_request_is_closed(dsr: SubjectRequest, lender: Officer, stranger: Officer, move: Move) -> None:
    lent = lending.lend(dsr, stranger, by=lender)
    advance(SubjectRequest.objects.select_related("brand").get(pk=dsr.pk), move, by=lender.actor, reason="none")

    lent.refresh_from_db()
    assert lent.ended_at is not None
    assert not sees(stranger, dsr)
    assert at_the_desk(stranger).get(f"/console/requests/{dsr.reference}/").status_code == 404
    assert AuditEvent.objects.filter(dsr_id=dsr.pk, action="delegation.ended").count() == 1


def test_what_lapsed_and_is_taken_up_again_is_not_lent_any_more(lender: Officer, stranger: Officer) -> None:
    dsr = a_dsr(State.VERIFYING)
    lending.lend(dsr, stranger, by=lender)
    for move in (Move.LAPSE, Move.REVIVE):
        advance(dsr, move, by=SYSTEM)

    assert not sees(stranger, dsr)


def test_it_ends_when_the_one_who_lent_it_leaves(dsr: SubjectRequest, lender: Officer, stranger: Officer) -> None:
    lending.lend(dsr, stranger, by=lender)
    assert sees(stranger, dsr)
    leave(lender.email, by=SYSTEM)

    assert not sees(stranger, dsr)


@pytest.mark.parametrize("change", [{"role": Role.AUDITOR}, {"sees": Sees.STAFF}])
def test_it_ends_when_the_one_who_lent_it_may_not_answer_it_any_more(
    dsr: SubjectRequest, lender: Officer, stranger: Officer, change: dict[str, str]
) -> None:
    lending.lend(dsr, stranger, by=lender)
    Membership.objects.filter(officer=lender).update(**change)

    assert not sees(stranger, dsr)


def test_it_ends_when_the_colleague_leaves(dsr: SubjectRequest, lender: Officer, stranger: Officer) -> None:
    lending.lend(dsr, stranger, by=lender)
    leave(stranger.email, by=SYSTEM)

    assert not sees(stranger, dsr)


def test_it_holds_through_its_last_day_and_no_longer(dsr: SubjectRequest, lender: Officer, stranger: Officer) -> None:
    today = today_of(dsr.brand)
    lent = lending.lend(dsr, stranger, by=lender, until=today)
    assert sees(stranger, dsr)

    Delegation.objects.filter(pk=lent.pk).update(ends_at=Now() - timedelta(seconds=1))
    assert not sees(stranger, dsr)
    assert lending.lend(dsr, stranger, by=lender, until=today)  # and may be lent anew


@pytest.mark.parametrize(("side", "may"), [(Sees.CUSTOMERS, False), (Sees.STAFF, True), (Sees.BOTH, True)])
def test_nothing_is_lent_over_the_wall_by_who_does_not_stand_there(
    lender: Officer, stranger: Officer, side: Sees, *, may: bool
) -> None:
    of_staff = a_dsr(State.REVIEWING, person_kind="employee")
    Membership.objects.filter(officer=lender).update(sees=side)
    if may:
        lending.lend(of_staff, stranger, by=lender)
    else:
        with pytest.raises(NotToLend):
            lending.lend(of_staff, stranger, by=lender)

    assert sees(stranger, of_staff) is may


def test_who_was_lent_a_request_does_not_lend_it_on(dsr: SubjectRequest, lender: Officer, stranger: Officer) -> None:
    third = an_officer("third@desk.example", brand=a_brand("third"))
    lending.lend(dsr, stranger, by=lender)

    with pytest.raises(NotToLend):
        lending.lend(dsr, third, by=stranger)


def test_who_sees_a_request_anyway_is_not_lent_it(dsr: SubjectRequest, lender: Officer, stranger: Officer) -> None:
    lending.lend(dsr, stranger, by=lender)

    with pytest.raises(SeesItAnyway):
        lending.lend(dsr, stranger, by=lender)
    with pytest.raises(SeesItAnyway):
        lending.lend(dsr, an_officer("mate@desk.example"), by=lender)


def test_a_closed_request_and_a_day_that_passed_are_not_lent(dsr: SubjectRequest, lender: Officer, stranger: Officer) -> None:
    with pytest.raises(NotToLend):
        lending.lend(a_dsr(State.ANSWERED), stranger, by=lender)
    with pytest.raises(NotToLend):
        lending.lend(dsr, stranger, by=lender, until=today_of(dsr.brand) - timedelta(days=1))


def test_the_page_lends_lists_and_takes_back(dsr: SubjectRequest, lender: Officer, stranger: Officer) -> None:
    desk, address = at_the_desk(lender), f"/console/requests/{dsr.reference}/colleagues/"
    assert "Nobody works here" in desk.post(address, {"email": "nobody@desk.example"}).content.decode()

    desk.post(address, {"email": stranger.email.upper()})
    lent = Delegation.objects.get()
    assert (lent.officer, lent.by) == (stranger, lender)
    assert stranger.email in desk.get(address).content.decode()

    desk.post(f"{address}{lent.pk}/end/")
    assert not sees(stranger, dsr)
    assert "over" in desk.get(address).content.decode()
    assert list(AuditEvent.objects.filter(action__startswith="delegation.").values_list("action", flat=True)) == [
        "delegation.made", "delegation.ended",
    ]  # fmt: skip


@pytest.mark.pages("console:lending")
@pytest.mark.parametrize("rows", [1, 4])
def test_the_page_costs_the_same_however_many_colleagues(
    dsr: SubjectRequest, lender: Officer, rows: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(rows):
        lending.lend(dsr, an_officer(f"c{number}@desk.example", brand=a_brand("j-supply")), by=lender)
    desk: Client = at_the_desk(lender)
    with django_assert_num_queries(8):
        desk.get(f"/console/requests/{dsr.reference}/colleagues/")


@pytest.mark.parametrize("tab", ["", "unassigned/", "to-decide/"])
def test_what_is_lent_stands_in_the_borrowers_queue(dsr: SubjectRequest, lender: Officer, stranger: Officer, tab: str) -> None:
    own = a_dsr(State.REVIEWING, brand=a_brand("j-supply"))
    desk = at_the_desk(stranger)
    assert dsr.reference not in desk.get(f"/console/{tab}").content.decode()

    lending.lend(dsr, stranger, by=lender)

    page = desk.get(f"/console/{tab}").content.decode()
    assert page.count(f"/console/requests/{dsr.reference}/") == page.count(f"/console/requests/{own.reference}/") > 0
    assert "hidden by what you chose" not in page


def test_what_is_lent_and_seen_anyway_stands_in_the_queue_once(dsr: SubjectRequest, lender: Officer) -> None:
    auditor = an_officer("auditor@desk.example", role=Role.AUDITOR)
    other = a_dsr(State.REVIEWING)
    lending.lend(dsr, auditor, by=lender)

    page = at_the_desk(auditor).get("/console/").content.decode()
    assert page.count(f"/console/requests/{dsr.reference}/") == page.count(f"/console/requests/{other.reference}/") > 0
