"""Letters on paper, for whom mail does not reach."""

import re
from datetime import timedelta

import pytest
from django.db.models.functions import Now
from django.test import Client

from requests_app.audit.models import AuditEvent
from requests_app.console.posting import whole
from requests_app.correspondence.models import Letter, LetterState
from requests_app.correspondence.services import write
from requests_app.workflow.services import today_of
from requests_app.workflow.states import State
from tests.console.desk import an_officer, at_the_desk
from tests.mail import Post
from tests.making import a_brand, a_dsr
from tests.running import run_all_due

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def letter() -> Letter:
    dsr = a_dsr(State.REVIEWING, brand=a_brand(postal_address="O Jewels\n10 rue de l’Orfèvre\nParis"))
    return write(dsr, "follow", links={"follow": "https://x.example/secret-link", "disown": "https://x.example/secret-no"})


@pytest.mark.promise("C7")
def test_a_letter_is_printed_with_the_shops_address_and_without_its_links(letter: Letter) -> None:
    page = at_the_desk(an_officer()).get(f"/console/requests/{letter.dsr.reference}/letters/{letter.pk}/").content.decode()

    assert "10 rue de l’Orfèvre" in page
    assert str(letter.subject) in page
    assert "secret-" not in page
    assert len(re.findall("<h1", page)) == 1
    assert AuditEvent.objects.filter(action="data.viewed", facts__page="letter_on_paper").exists()


def test_what_went_out_by_hand_is_marked_with_its_day_and_is_not_mailed_any_more(letter: Letter, post: Post) -> None:
    desk: Client = at_the_desk(an_officer())

    assert desk.get(f"/console/requests/{letter.dsr.reference}/letters/{letter.pk}/by-hand/").status_code == 405
    today = today_of(letter.dsr.brand)
    desk.post(f"/console/requests/{letter.dsr.reference}/letters/{letter.pk}/by-hand/", {"on": today.isoformat()})
    run_all_due("correspondence.send")

    known = Letter.objects.get(pk=letter.pk)
    assert (known.state, known.posted_on) == (LetterState.SENT, today)
    assert known.sent_at is not None
    assert post.to("ada@example.com") == []
    assert AuditEvent.objects.get(action="letter.sent_by_hand").facts == {"letter": str(letter.pk), "on": today.isoformat()}
    assert "Print it" in desk.get(f"/console/requests/{letter.dsr.reference}/letters/").content.decode()


def test_a_letter_that_was_mailed_is_printed_without_its_links(letter: Letter) -> None:
    answer = at_the_desk(an_officer()).get(f"/console/requests/{letter.dsr.reference}/letters/{letter.pk}/paper.pdf")

    assert answer["Content-Type"] == "application/pdf"
    assert answer["Content-Disposition"] == f'attachment; filename="{letter.dsr.reference}-follow.pdf"'
    assert "https://" not in whole(letter)
    assert "[a link" in whole(letter)


def test_a_letter_that_nobody_posts_flags_its_request(letter: Letter) -> None:
    """Two days are enough to print one."""
    Letter.objects.filter(pk=letter.pk).update(on_paper=True)
    desk, page = at_the_desk(an_officer()), f"/console/requests/{letter.dsr.reference}/"

    assert "letter not posted" not in desk.get(page).content.decode()
    Letter.objects.filter(pk=letter.pk).update(written_at=Now() - timedelta(days=3))

    assert "letter not posted" in desk.get(page).content.decode()
    assert "letter not posted" in desk.get("/console/to-print/").content.decode()
