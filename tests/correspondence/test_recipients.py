"""Other companies are told of an erasure: who, what it says of the person, and what becomes of their answers."""

import re
import subprocess
from datetime import timedelta
from hashlib import sha256

import pytest
from django.db.models.functions import Now

from requests_app.audit.models import AuditEvent
from requests_app.connectors.base import Recipient
from requests_app.correspondence import recipients, silence
from requests_app.correspondence.models import NoticeState, RecipientNotice
from requests_app.correspondence.recipients import Company, companies, fingerprint, mark, tell
from requests_app.correspondence.services import forget
from requests_app.erasure import letters
from requests_app.workflow.states import State
from tests.erasure.planned import an_erasure
from tests.mail import Post
from tests.making import ADDRESS, a_brand, a_dsr, an_officer
from tests.running import run_all_due

pytestmark = pytest.mark.django_db
GROUP = [
    {"name": "O Iberia", "role": "controller", "country": "ES", "email": "privacy@iberia.example"},
    {"name": "O America", "role": "controller", "country": "US", "email": "privacy@america.example", "tells_of_erasure": False},
    {"name": "O Silent", "role": "processor", "country": "FR"},
]
IBERIA = Company("O Iberia", "privacy@iberia.example")


def test_the_companies_of_the_group_are_told_unless_they_want_not_to_be() -> None:
    assert companies(a_brand(group=GROUP), [], "en") == (IBERIA,)


def test_a_recipient_with_an_address_is_told_in_its_own_name_and_once() -> None:
    courier = Recipient({"en": "Courier", "fr": "Coursier"}, "shipping", email="dpo@courier.example")
    same = Recipient({"en": "The group"}, "group", email="Privacy@Iberia.example")
    silent = Recipient({"en": "Bank"}, "payment")
    told = companies(a_brand(group=GROUP), [courier, same, silent, courier], "fr")

    assert told == (Company("Coursier", "dpo@courier.example"), IBERIA)


@pytest.mark.promise("O6")
@pytest.mark.django_db(transaction=True)
def test_an_erasure_is_told_to_the_group_by_mail_and_the_person_learns_to_whom(post: Post) -> None:
    dsr = an_erasure(State.ERASED_IN_PART, brand=a_brand(group=GROUP))
    run_all_due()

    (letter,) = post.to("privacy@iberia.example")
    assert dsr.reference in letter.text
    assert "Please erase what you hold about this person as well" in letter.text
    assert post.to("privacy@america.example") == []
    assert RecipientNotice.objects.get(dsr=dsr).state == NoticeState.SENT
    assert "We also told of the erasure: O Iberia." in post.to(ADDRESS)[-1].text


def test_where_nothing_was_erased_nobody_is_told() -> None:
    letters.end(an_erasure(State.ERASED_IN_PART, brand=a_brand(group=GROUP), sets=()))

    assert not RecipientNotice.objects.exists()


def test_the_letter_names_nobody_and_who_holds_the_address_knows_it_again() -> None:
    dsr = a_dsr(State.MATCHING, email="Ada@EXAMPLE.com", name="Ada Example")
    tell(dsr, [IBERIA])
    text = RecipientNotice.objects.get().text or ""
    salt, told = re.findall(r"^(?:Salt|Fingerprint): ([0-9a-f]+)$", text, re.MULTILINE)
    command = next(line for line in text.splitlines() if line.startswith("printf")).replace("name@example.com", "ada@example.com")

    assert not re.search(r"\bada\b", text.lower())
    assert ADDRESS not in text.lower()
    assert told == sha256(f"{salt}:ada@example.com".encode()).hexdigest()
    printed = subprocess.run(["/bin/sh", "-c", command], check=True, capture_output=True, text=True).stdout
    assert printed.split()[0] == told


def test_two_recipients_cannot_find_out_that_they_were_told_of_the_same_person() -> None:
    tell(a_dsr(State.MATCHING), [IBERIA, Company("Courier", "dpo@courier.example")])
    marks = [re.findall(r"[0-9a-f]{32,64}", notice.text or "") for notice in RecipientNotice.objects.all()]

    assert not set(marks[0]) & set(marks[1])


def test_nobody_is_told_twice() -> None:
    dsr = a_dsr(State.MATCHING)
    tell(dsr, [IBERIA])
    tell(dsr, [IBERIA])

    assert RecipientNotice.objects.count() == 1


@pytest.mark.parametrize("state", sorted(recipients.ANSWERS))
def test_an_officer_marks_what_a_recipient_answered(state: NoticeState) -> None:
    tell(a_dsr(State.MATCHING), [IBERIA])
    notice = RecipientNotice.objects.get()
    mark(notice, state, by=an_officer())

    assert not RecipientNotice.objects.unanswered().exists()
    assert AuditEvent.objects.filter(action="recipient.answered", facts__answer=state).exists()


@pytest.mark.parametrize("state", sorted(set(NoticeState) - recipients.ANSWERS))
def test_what_is_no_answer_cannot_be_marked_as_one(state: NoticeState) -> None:
    tell(a_dsr(State.MATCHING), [IBERIA])
    notice = RecipientNotice.objects.get()

    with pytest.raises(ValueError, match=state):
        mark(notice, state, by=an_officer())
    assert RecipientNotice.objects.unanswered().get() == notice


@pytest.mark.django_db(transaction=True)
def test_an_answer_that_is_marked_before_the_letter_is_sent_stays(post: Post) -> None:
    tell(a_dsr(State.MATCHING), [IBERIA])
    mark(RecipientNotice.objects.get(), NoticeState.HOLDS_NOTHING, by=an_officer())
    run_all_due("correspondence.tell_recipient")

    assert RecipientNotice.objects.get().state == NoticeState.HOLDS_NOTHING
    assert post.to("privacy@iberia.example")


@pytest.mark.django_db(transaction=True)
def test_a_worker_that_dies_sends_a_second_copy_that_is_known_as_one(post: Post) -> None:
    tell(a_dsr(State.MATCHING), [IBERIA])
    run_all_due("correspondence.tell_recipient", dying=True)

    assert len({letter.message["Message-ID"] for letter in post.to("privacy@iberia.example")}) == 1


def test_what_was_told_is_forgotten_with_the_request() -> None:
    dsr = a_dsr(State.MATCHING)
    tell(dsr, [IBERIA])
    forget([dsr.pk])

    notice = RecipientNotice.objects.get()
    assert (notice.subject, notice.text, notice.name) == (None, None, "O Iberia")


def test_the_fingerprint_is_that_of_the_address_as_the_house_compares_it() -> None:
    assert fingerprint("ADA@Example.COM", "s") == fingerprint("ada@example.com", "s")
    assert fingerprint("ada@example.com", "s") != fingerprint("ada@example.com", "t")


def told_for(days: int) -> RecipientNotice:
    """Return the notice of a recipient that has had its letter for so many days."""
    tell(a_dsr(State.MATCHING), [IBERIA])
    an_officer()
    run_all_due("correspondence.tell_recipient")
    RecipientNotice.objects.update(sent_at=Now() - timedelta(days=days))
    return RecipientNotice.objects.get()


def later() -> None:
    for _ in range(2):
        silence.look()
        run_all_due("correspondence.remind_recipient", "correspondence.send")


@pytest.mark.promise("O6")
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("days", "letters", "told"), [(13, 1, 0), (15, 2, 0), (31, 2, 1)])
def test_who_does_not_answer_is_reminded_once_and_the_officers_hear_of_it_once(
    post: Post, days: int, letters: int, told: int
) -> None:
    notice = told_for(days)

    later()

    sent = post.to("privacy@iberia.example")
    assert len(sent) == letters
    (mark_of_the_person,) = re.findall(r"Fingerprint: \w{64}", str(notice.text))
    assert all(mark_of_the_person in one.text for one in sent)
    assert len([one for one in post.to("officer@desk.example") if "O Iberia does not answer" in one.subject]) == told


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("state", sorted(recipients.ANSWERS))
def test_who_has_answered_is_left_alone(post: Post, state: NoticeState) -> None:
    mark(told_for(31), state, by=an_officer())

    later()

    assert len(post.to("privacy@iberia.example")) == 1
    assert post.to("officer@desk.example") == []


@pytest.mark.django_db(transaction=True)
def test_an_answer_that_comes_before_the_reminder_is_sent_stops_it(post: Post) -> None:
    notice = told_for(15)
    silence.look()
    mark(notice, NoticeState.ERASED, by=an_officer())

    run_all_due("correspondence.remind_recipient")

    assert len(post.to("privacy@iberia.example")) == 1
