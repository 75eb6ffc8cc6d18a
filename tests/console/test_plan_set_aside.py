"""The plan of an erasure says what of it is set aside at the person's own wish."""

from datetime import UTC, datetime
from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from requests_app.changes.phrases import GROUNDS
from requests_app.holds.restrictions import Restriction, of_the_person
from requests_app.officers.models import Role
from requests_app.rights.restriction import Ground
from requests_app.workflow.models import SubjectRequest
from tests.console.desk import an_officer, at_the_desk
from tests.console.plans import a_usual_plan, an_erasure, url
from tests.making import a_brand, a_dsr

pytestmark = pytest.mark.django_db
SINCE = datetime(2026, 3, 9, 12, tzinfo=UTC)
TITLE = "This person’s data is set aside"


@pytest.fixture
def dsr() -> SubjectRequest:
    dsr = an_erasure()
    a_usual_plan(dsr)
    return dsr


def set_aside(**fields: Any) -> Restriction:
    asked = a_dsr(right="restriction", wish={"ground": Ground.CLAIMS.value}, **fields)
    return Restriction.objects.create(dsr=asked, began_at=SINCE)


def page(dsr: SubjectRequest, role: Role = Role.OFFICER) -> str:
    return at_the_desk(an_officer(role=role)).get(url(dsr)).content.decode()


def test_it_says_since_when_on_which_ground_by_which_request_and_what_follows(dsr: SubjectRequest) -> None:
    stands = set_aside()

    said = page(dsr)

    assert TITLE in said
    assert "9 March 2026" in said
    assert str(GROUNDS[Ground.CLAIMS]) in said
    assert stands.dsr.reference in said
    assert "What the plan keeps stays set aside until an officer lifts the restriction." in said


def test_nothing_is_said_where_nothing_stands_for_this_person_at_this_shop(dsr: SubjectRequest) -> None:
    lifted = set_aside()
    Restriction.objects.filter(pk=lifted.pk).update(announced_at=SINCE, lifted_at=SINCE)
    set_aside(brand=a_brand("maison-s"))
    SubjectRequest.objects.filter(pk=set_aside().dsr_id).update(email_index=b"x" * 32)

    assert TITLE not in page(dsr)


def test_whoever_may_not_see_data_reads_no_ground(dsr: SubjectRequest) -> None:
    set_aside()

    said = page(dsr, Role.AUDITOR)

    assert TITLE in said
    assert str(GROUNDS[Ground.CLAIMS]) not in said


def test_a_person_without_an_address_is_nobody_elses_namesake(dsr: SubjectRequest) -> None:
    SubjectRequest.objects.filter(pk=set_aside().dsr_id).update(email_index=b"")
    dsr.email_index = b""

    assert of_the_person(dsr) == []


def test_it_costs_one_query_however_many_stand(dsr: SubjectRequest, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    set_aside()
    set_aside()
    with django_assert_num_queries(1):
        assert [one.dsr.reference for one in of_the_person(dsr)]
