"""Refused pages of the desk are written down: for want of a right, or because a request is another's (ASVS 16.3.2, 16.3.3)."""

from uuid import uuid4

import pytest
from django.urls import reverse

from requests_app.audit.models import AuditEvent
from requests_app.officers.models import Role
from requests_app.workflow.states import State
from tests.console.desk import an_officer, at_the_desk
from tests.making import a_brand, a_dsr

pytestmark = pytest.mark.django_db
FORBIDDEN, NOT_THERE = 403, 404


def refusals() -> list[tuple[object, str, dict[str, object]]]:
    found = AuditEvent.objects.filter(action="access.refused").order_by("pk")
    return [(one.dsr_id, one.actor_name, one.facts) for one in found]


def test_a_page_for_which_the_role_does_not_suffice_is_written_down() -> None:
    dsr, auditor = a_dsr(State.REVIEWING), an_officer(role=Role.AUDITOR)

    assert at_the_desk(auditor).get(reverse("console:records", args=[dsr.reference])).status_code == FORBIDDEN

    assert refusals() == [(dsr.pk, auditor.actor.name, {"page": "console:records"})]


def test_a_request_of_another_shop_that_was_asked_for_is_written_down_there() -> None:
    dsr, officer = a_dsr(State.REVIEWING, brand=a_brand("maison-s")), an_officer()

    assert at_the_desk(officer).get(reverse("console:detail", args=[dsr.reference])).status_code == NOT_THERE

    assert refusals() == [(dsr.pk, officer.actor.name, {"page": "console:detail"})]


def test_what_is_nowhere_is_no_refusal() -> None:
    dsr, desk = a_dsr(State.REVIEWING), at_the_desk(an_officer())

    for address in (reverse("console:detail", args=["DSR-0000-0000"]), reverse("console:mail_draft", args=[uuid4()])):
        assert desk.get(address).status_code == NOT_THERE
    desk.get(reverse("console:match", args=[dsr.reference]))

    assert refusals() == []
