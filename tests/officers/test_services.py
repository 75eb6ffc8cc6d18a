from threading import Barrier, Thread

import pytest
from django.db import connection

from requests_app.audit.models import AuditEvent
from requests_app.officers.models import Membership, Officer, Role
from requests_app.officers.services import NoInvitation, UnknownOfficer, accept, invite, leave, lose_factor
from requests_app.values import SYSTEM
from tests.console.desk import PASSWORD, an_officer, at_the_desk, has_factor
from tests.making import a_brand


@pytest.mark.django_db
def test_who_leaves_is_shut_out_at_once() -> None:
    officer = an_officer()
    client = at_the_desk(officer)
    assert client.get("/console/").status_code == 200

    leave("ADA@desk.example ", by=SYSTEM)

    assert client.get("/console/").status_code == 302
    gone = Officer.objects.get()
    assert (gone.is_active, gone.has_usable_password(), has_factor(gone)) == (False, False, False)


@pytest.mark.django_db
def test_who_lost_the_factor_comes_back_by_a_link_only() -> None:
    officer = an_officer()
    client = at_the_desk(officer)

    token = lose_factor("ada@desk.example", by=SYSTEM)

    assert client.get("/console/").status_code == 302
    assert not has_factor(officer)
    assert not Officer.objects.get().check_password(PASSWORD)
    assert accept(token, "a fresh start for everybody") == officer


@pytest.mark.django_db
def test_who_comes_back_after_leaving_works_only_where_invited_again() -> None:
    an_officer(role=Role.ADMINISTRATOR)
    leave("ada@desk.example", by=SYSTEM)

    done = invite("ada@desk.example", brand=a_brand("maison-s"), role=Role.AUDITOR, by=SYSTEM)

    assert done.token
    assert list(Membership.objects.values_list("brand__slug", "role")) == [("maison-s", Role.AUDITOR)]


@pytest.mark.django_db
def test_an_officer_who_gets_another_shop_needs_no_link() -> None:
    an_officer()

    assert invite("ada@desk.example", brand=a_brand("maison-s"), role=Role.OFFICER, by=SYSTEM).token is None
    assert Membership.objects.count() == 2


@pytest.mark.django_db
def test_a_stranger_can_neither_leave_nor_lose_a_factor() -> None:
    with pytest.raises(UnknownOfficer):
        leave("nobody@desk.example", by=SYSTEM)
    with pytest.raises(UnknownOfficer):
        lose_factor("nobody@desk.example", by=SYSTEM)


@pytest.mark.django_db
def test_coming_and_going_is_written_down_without_addresses() -> None:
    token = invite("ada@desk.example", brand=a_brand(), role=Role.OFFICER, by=SYSTEM).token or ""
    accept(token, PASSWORD)
    lose_factor("ada@desk.example", by=SYSTEM)
    leave("ada@desk.example", by=SYSTEM)

    events = AuditEvent.objects.all()
    assert [event.action for event in events] == ["officer.invited", "officer.came", "officer.factor_lost", "officer.left"]
    assert "@" not in "".join(str(event.facts) + event.actor_name for event in events)


@pytest.mark.django_db(transaction=True)
def test_of_two_who_use_one_link_at_the_same_moment_exactly_one_comes_in() -> None:
    token = invite("ada@desk.example", brand=a_brand(), role=Role.OFFICER, by=SYSTEM).token or ""
    start, came = Barrier(2), []

    def come(password: str) -> None:
        start.wait()
        try:
            accept(token, password)
            came.append(password)
        except NoInvitation:
            pass
        finally:
            connection.close()

    threads = [Thread(target=come, args=(f"a password of number {number}",)) for number in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    (password,) = came
    assert Officer.objects.get().check_password(password)
