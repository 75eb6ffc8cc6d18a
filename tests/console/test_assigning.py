"""Who works on a request."""

import pytest
from django.core.management import call_command

from requests_app.audit.models import AuditEvent
from requests_app.officers.models import Membership, Role, Sees
from requests_app.workflow import assigning
from requests_app.workflow.assigning import MayNotAnswer, NotOpen
from requests_app.workflow.models import SubjectRequest
from requests_app.workflow.states import State
from tests.console.desk import an_officer, at_the_desk
from tests.making import a_brand, a_dsr

pytestmark = pytest.mark.django_db


def test_an_officer_takes_a_request_from_its_own_page_and_gives_it_back() -> None:
    dsr, ada = a_dsr(State.REVIEWING), an_officer()
    desk, page = at_the_desk(ada), f"/console/requests/{dsr.reference}/"

    taken = desk.post(f"{page}assign/", {"to": ada.pk}, follow=True).content.decode()
    shown = desk.get("/console/mine/").content.decode()
    desk.post(f"{page}assign/", {"to": "nobody"})

    assert "Given to ada@desk.example." in taken
    assert dsr.reference in shown
    assert SubjectRequest.objects.get().assignee is None


@pytest.mark.parametrize(("role", "sees"), [(Role.AUDITOR, Sees.CUSTOMERS), (Role.OFFICER, Sees.STAFF)])
def test_nobody_gets_what_they_may_not_answer(role: Role, sees: Sees) -> None:
    dsr, bob = a_dsr(State.REVIEWING), an_officer(role=role)
    bob.memberships.update(sees=sees)

    with pytest.raises(MayNotAnswer):
        assigning.assign(dsr, bob, by=bob.actor)


def test_nobody_works_on_what_is_closed() -> None:
    dsr, ada = a_dsr(State.REFUSED), an_officer()

    with pytest.raises(NotOpen):
        assigning.assign(dsr, ada, by=ada.actor)


def test_giving_what_is_given_writes_nothing_down() -> None:
    dsr, ada = a_dsr(State.REVIEWING), an_officer()

    assert assigning.assign(dsr, ada, by=ada.actor)
    assert not assigning.assign(dsr, ada, by=ada.actor)
    assert AuditEvent.objects.filter(action="request.assigned").count() == 1


def test_who_leaves_leaves_the_requests_to_nobody(capsys: pytest.CaptureFixture[str]) -> None:
    ada = an_officer()
    open_one, closed = a_dsr(State.REVIEWING, assignee=ada), a_dsr(State.REFUSED, assignee=ada)

    call_command("officer", "leave", "ada@desk.example")

    assert "nobody works on now: 1" in capsys.readouterr().out
    assert SubjectRequest.objects.get(pk=open_one.pk).assignee is None
    assert SubjectRequest.objects.get(pk=closed.pk).assignee == ada, "whoever answered stays known"


def test_who_may_no_longer_answer_there_loses_what_was_theirs_and_nothing_else() -> None:
    ada, bob = an_officer(), an_officer("bob@desk.example")
    bob.memberships.create(brand=a_brand("maison-s"), role=Role.OFFICER)
    kept, lost = a_dsr(State.REVIEWING, assignee=ada), a_dsr(State.REVIEWING, assignee=bob, brand=a_brand("maison-s"))
    Membership.objects.filter(officer=bob, brand=a_brand("maison-s")).update(role=Role.AUDITOR)

    assert assigning.tidy() == 1
    assert assigning.tidy() == 0
    assert SubjectRequest.objects.get(pk=kept.pk).assignee == ada
    assert SubjectRequest.objects.get(pk=lost.pk).assignee is None
