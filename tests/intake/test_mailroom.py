from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured
from pytest_django.fixtures import Settings

from dsar.settings import env
from requests_app.audit.models import AuditEvent
from requests_app.correspondence.models import Letter, LetterState
from requests_app.correspondence.services import write
from requests_app.intake import fetching, mailroom
from requests_app.intake.mailroom import Over, complete, put_away, take_in
from requests_app.intake.models import Draft, Mailbox
from requests_app.intake.services import Application
from requests_app.keys import store
from requests_app.keys.store import KeyGone
from requests_app.ledger.models import Step
from requests_app.vault import uploads
from requests_app.vault.models import Upload
from requests_app.workflow.models import SubjectRequest
from tests.intake.dovecot import Box, dovecot
from tests.intake.mails import PDF, a_bounce, a_mail, raw
from tests.mail import Post
from tests.making import a_brand, a_dsr, an_officer
from tests.running import run_all_due

pytestmark = pytest.mark.django_db(transaction=True)


def taken(mail: bytes) -> Draft:
    draft = take_in(a_brand(), mail)
    assert draft is not None
    return draft


def answers() -> int:
    return Step.objects.filter(kind="intake.point_to_form").count()


@pytest.mark.promise("O16")
def test_a_mail_becomes_a_draft_that_nobody_can_read_without_its_key() -> None:
    message = a_mail("Please delete all my data.")
    message.add_attachment(PDF, maintype="application", subtype="pdf", filename="invoice.pdf")

    draft = taken(message.as_bytes())

    assert (draft.sender, draft.name, draft.right, draft.language) == ("ada@example.com", "Ada Example", "erasure", "en")
    assert b"".join(uploads.plain(Upload.objects.get())) == PDF
    row = str(Draft.objects.values().get()) + str(Step.objects.values()) + str(AuditEvent.objects.values())
    assert "ada@" not in row
    assert "delete all" not in row


def test_a_mail_that_comes_twice_is_taken_in_once() -> None:
    taken(raw())

    assert take_in(a_brand(), raw()) is None
    assert take_in(a_brand(), b"X-Other-Way: yes\r\n" + raw()) is None
    assert Draft.objects.count() == answers() == 1


def test_the_sender_is_told_once_a_day_where_the_form_is_and_nothing_else(post: Post) -> None:
    taken(raw("Delete SECRETWORD", Message_ID="<1@x>", Subject="SECRETSUBJECT"))
    taken(raw("And again", Message_ID="<2@x>"))
    run_all_due("intake.point_to_form")

    (letter,) = post.to("ada@example.com")
    assert letter.recipients == ("ada@example.com",)
    assert "/o-jewels/start?right=" in letter.text
    assert "lang=en" in letter.text
    assert "SECRET" not in letter.raw.decode()
    assert letter.message["Auto-Submitted"] == "auto-replied"
    assert Draft.objects.exclude(pointed_at=None).count() == 1


@pytest.mark.parametrize(
    "mail",
    [
        raw(Auto_Submitted="auto-replied"), raw(List_Id="<x.example>"), raw(Return_Path="<>"), raw(From="privacy@o-jewels.example"),
        raw(From="nobody"), raw(From="mailer-daemon@x.example"), raw("From: g@x.example\n\nhi", Subject="Fwd: x"),
    ],
)  # fmt: skip
def test_no_machine_no_own_address_and_nobody_without_one_is_answered(mail: bytes) -> None:
    taken(mail)

    assert answers() == 0


@pytest.mark.promise("J1")
@pytest.mark.promise("S2")
def test_an_officer_completes_a_draft_and_the_request_has_what_was_attached() -> None:
    message = a_mail()
    message.add_attachment(PDF, maintype="application", subtype="pdf", filename="invoice.pdf")
    draft = taken(message.as_bytes())
    officer = an_officer()
    application = Application(
        right="erasure", email="ada@example.com", name="Ada Example", language="en", channel="email", key=draft.pk
    )

    dsr = complete(draft, application, by=officer.actor)

    assert (dsr.pk, dsr.channel, dsr.verified_at) == (draft.owner, "email", None)
    assert b"".join(uploads.plain(dsr.uploads.get())) == PDF
    assert Draft.objects.get().text == "Please delete all my data."
    assert not Draft.objects.waiting().exists()
    with pytest.raises(Over):
        complete(draft, application, by=officer.actor)
    assert SubjectRequest.objects.count() == 1


def test_what_asks_for_nothing_is_put_away_and_cannot_be_read_again() -> None:
    draft = taken(raw())

    put_away(draft, by=an_officer().actor)

    assert Draft.objects.values_list("text", "sender").get() == (None, None)
    with pytest.raises(KeyGone):
        store.get(draft.owner)
    with pytest.raises(Over):
        put_away(draft, by=an_officer().actor)


def test_a_bounce_is_told_at_the_letter_that_it_is_about() -> None:
    dsr = a_dsr()
    letter = write(dsr, "follow", links={"follow": "x", "disown": "y"})
    Letter.objects.update(state=LetterState.SENT)

    assert take_in(dsr.brand, a_bounce(str(letter.pk))) is None
    assert Letter.objects.get().state == LetterState.FAILED
    assert AuditEvent.objects.filter(action="letter.bounced", dsr_id=dsr.pk).count() == 1
    assert not Draft.objects.exists()


def test_a_bounce_that_another_brand_gets_changes_nothing_there() -> None:
    letter = write(a_dsr(), "follow", links={"follow": "x", "disown": "y"})
    Letter.objects.update(state=LetterState.SENT)

    draft = take_in(a_brand("j-supply"), a_bounce(str(letter.pk)))

    assert Letter.objects.get().state == LetterState.SENT
    assert draft is not None
    assert draft.automatic


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Box]:
    with dovecot(tmp_path_factory.mktemp("imap")) as box:
        yield box


def test_a_mailbox_is_read_once_and_left_as_it_was(server: Box, settings: Settings) -> None:
    brand = a_brand()
    settings.DSAR_MAILBOXES = {brand.slug: server.place}
    server.put(raw(Message_ID="<1@x>"), raw("Où sont mes données ?", Message_ID="<2@x>", From="zoe@example.fr"))

    assert fetching.fetch_all() == 2
    assert fetching.fetch_all() == 0
    server.put(raw(Message_ID="<3@x>", From="grace@example.org"))
    assert fetching.fetch_all() == 1

    assert {draft.sender for draft in Draft.objects.all()} == {"ada@example.com", "zoe@example.fr", "grace@example.org"}
    assert not any(b"Seen" in one for one in server.flags())
    state = Mailbox.objects.get()
    assert (state.last, state.fault) == (3, "")
    Mailbox.objects.update(validity=1)  # the server numbers anew: every mail comes again, and is known
    assert fetching.fetch_all() == 3
    assert Draft.objects.count() == 3


@pytest.mark.parametrize(
    ("change", "fault"),
    [("secret", "refused"), ("INBOX", "no_folder"), ("127.0.0.1", "")],
)
def test_a_mailbox_that_cannot_be_read_says_why_in_a_word(server: Box, settings: Settings, change: str, fault: str) -> None:
    brand = a_brand()
    place = server.place.replace(change, "127.0.0.2" if not fault else "wrong")
    settings.DSAR_MAILBOXES = {brand.slug: place}

    assert fetching.fetch_all() == 0

    told = Mailbox.objects.get().fault
    assert told == fault or (not fault and told)
    assert "wrong" not in told


def test_the_address_of_a_mailbox_is_checked_at_the_start(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "place").write_text("imaps://u:p@mail.example/INBOX\n")
    monkeypatch.setenv("DSAR_MAILBOX_O_JEWELS_FILE", str(tmp_path / "place"))
    assert env.mailboxes() == {"o-jewels": "imaps://u:p@mail.example/INBOX"}

    monkeypatch.setenv("DSAR_MAILBOX_J_SUPPLY", "imap://u:p@mail.example")
    with pytest.raises(ImproperlyConfigured, match="j-supply"):
        env.mailboxes()


def test_what_machines_wrote_goes_after_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    draft = taken(raw(List_Id="<x>"))
    taken(raw(Message_ID="<2@x>"))
    monkeypatch.setattr(mailroom, "_KEPT", timedelta(days=-1))

    mailroom.tidy()

    assert [one.pk for one in Draft.objects.exclude(put_away_at=None)] == [draft.pk]
