"""What the pages of mail and filing, and the questions of machines, cost in queries."""

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from requests_app.api import services
from requests_app.api.models import Scope
from requests_app.correspondence.services import write
from requests_app.intake.mailroom import take_in
from requests_app.intake.models import Draft
from requests_app.values import SYSTEM
from requests_app.vault.models import Upload
from requests_app.workflow.states import State
from tests.console.desk import an_officer, at_the_desk
from tests.intake.mails import PDF, a_mail, raw
from tests.making import a_brand, a_dsr

pytestmark = pytest.mark.django_db
MOST = 40  # of one page; a page that asks once for each row asks more of twenty rows


@pytest.mark.pages("console:mail", "console:mail_draft", "console:file_for", "console:attachment", "console:print_letter")
def test_a_page_of_mail_costs_the_same_however_much_waits(django_assert_max_num_queries: DjangoAssertNumQueries) -> None:
    message = a_mail()
    message.add_attachment(PDF, maintype="application", subtype="pdf", filename="invoice.pdf")
    draft = take_in(a_brand(), message.as_bytes())
    for number in range(40):
        take_in(a_brand(), raw(Message_ID=f"<{number}@many>"))
    letter = write(a_dsr(State.REVIEWING), "follow", links={"follow": "x", "disown": "y"})
    desk = at_the_desk(an_officer())
    assert draft is not None
    assert Draft.objects.count() == 41

    for page in (
        "mail/", f"mail/{draft.pk}/", "file-for/o-jewels/", f"files/{Upload.objects.get().pk}/",
        f"requests/{letter.dsr.reference}/letters/{letter.pk}/",
    ):  # fmt: skip
        with django_assert_max_num_queries(MOST):
            assert desk.get(f"/console/{page}").status_code == 200


@pytest.mark.pages(
    "api:schema", "api:rights", "api:requests", "api:request", "api:withdrawal", "api:messages", "api:nothing", "portal:start"
)
def test_a_question_of_a_machine_costs_little(django_assert_max_num_queries: DjangoAssertNumQueries) -> None:
    token = services.make(a_brand(), tuple(Scope), label="the shop's site", by=SYSTEM)
    dsr = a_dsr(State.REVIEWING)
    asked = {
        "api/v1/schema": 200, "api/v1/rights": 200, "api/v1/requests": 200, f"api/v1/requests/{dsr.reference}": 200,
        f"api/v1/requests/{dsr.reference}/messages": 200, f"api/v1/requests/{dsr.reference}/withdrawal": 405, "api/nothing": 404,
        "o-jewels/start": 302,
    }  # fmt: skip

    for path, status in asked.items():
        with django_assert_max_num_queries(8):
            assert Client().get(f"/{path}", headers={"Authorization": f"Bearer {token}"}).status_code == status
