"""A hold is looked at again before its day, and its words go once it has been over for its time."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db.models.functions import Now

from requests_app.audit.models import AuditEvent
from requests_app.holds import services
from requests_app.holds.models import Hold
from requests_app.holds.tasks import review
from requests_app.keys import store
from requests_app.ledger.models import Step
from requests_app.officers.models import Officer
from tests.holds.placing import a_hold, an_officer
from tests.mail import Post
from tests.racing import at_once
from tests.running import run_all_due

pytestmark = pytest.mark.django_db


def near(hold: Hold, days: int = 10) -> Hold:
    Hold.objects.filter(pk=hold.pk).update(review_on=datetime.now(UTC).date() + timedelta(days=days))
    hold.refresh_from_db()
    return hold


def test_those_who_answer_get_a_letter_before_a_review_once_and_it_names_nobody(post: Post) -> None:
    near(a_hold())
    an_officer("bob")

    review()
    review()
    run_all_due("holds.remind")

    [letter] = post.to("ada@desk.example")
    assert post.to("bob@desk.example")
    assert "a hold is to be reviewed by" in letter.subject
    assert "http://testserver/console/holds/" in letter.text
    assert "2026/118" not in letter.raw.decode()
    assert AuditEvent.objects.filter(action="hold.review_due").count() == 1


def test_each_reads_it_in_a_language_of_their_own(post: Post) -> None:
    near(a_hold())
    Officer.objects.update(language="fr")

    review()
    run_all_due("holds.remind")

    assert "un gel est à réexaminer" in post.to("ada@desk.example")[0].subject


def test_a_review_far_away_is_told_nobody_and_a_new_day_is_told_again() -> None:
    hold = a_hold()
    review()
    assert not Step.objects.filter(kind="holds.remind").exists()

    near(hold)
    review()
    services.review(hold, until=datetime.now(UTC).date() + timedelta(days=12), by=an_officer())
    review()

    assert Step.objects.filter(kind="holds.remind").count() == 2


def test_a_letter_about_what_is_settled_meanwhile_is_not_sent(post: Post) -> None:
    hold = near(a_hold())
    review()
    near(hold, 12)

    run_all_due("holds.remind")

    assert post.to("ada@desk.example") == []


@pytest.mark.django_db(transaction=True)
def test_of_many_sweeps_at_once_one_tells() -> None:
    near(a_hold())

    at_once(4, lambda _number: str(review()))

    assert Step.objects.filter(kind="holds.remind").count() == 1


def ended(hold: Hold, *, years: int) -> Hold:
    services.propose_release(hold, reason="Closed", by=an_officer())
    Hold.objects.filter(pk=hold.pk).update(ended_by=an_officer("bob"), ended_at=Now() - timedelta(days=365 * years))
    return Hold.objects.get(pk=hold.pk)


def test_the_words_of_a_hold_go_with_their_key_years_after_its_end_and_that_it_stood_stays() -> None:
    old, recent, standing = ended(a_hold(), years=6), ended(a_hold(), years=1), a_hold()

    review()

    gone = Hold.objects.get(pk=old.pk)
    assert (gone.matter, gone.reason, gone.release_reason) == (None, None, None)
    assert gone.placed_by == an_officer()
    with pytest.raises(store.KeyGone):
        store.get(old.pk)
    assert {Hold.objects.get(pk=hold.pk).matter for hold in (recent, standing)} == {"2026/118"}
