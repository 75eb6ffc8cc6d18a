"""What a letter says, to whom, and what it never says."""

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from email.utils import parseaddr
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import transaction
from django.urls import reverse

from requests_app.correspondence.denials import Rests
from requests_app.correspondence.models import Letter, LetterState
from requests_app.correspondence.services import said, tell_officers, write, written_lately
from requests_app.ledger.models import Step
from requests_app.officers.models import Membership, Role
from requests_app.workflow.models import SubjectRequest
from requests_app.workflow.states import State
from tests.filing import an_officer, file
from tests.mail import HEADERS, Post, words
from tests.making import ADDRESS, a_brand, a_dsr, as_owner
from tests.racing import at_once
from tests.running import run_all_due

pytestmark = pytest.mark.django_db

FOLDER = Path(settings.BASE_DIR) / "templates" / "letters"
LINKS = {name: f"https://shop.example/letter/{name}" for name in ("confirm", "disown", "follow", "download", "request")}
KINDS = sorted(path.stem for path in (FOLDER / "en").glob("*.txt"))
TO_OFFICERS = [kind for kind in KINDS if kind.startswith(("officer_", "keeper_"))]
BUNDLE: Mapping[str, Any] = {"records": 12, "available_until": datetime(2026, 12, 6, 23, 30, tzinfo=UTC)}
REASON = "You are somebody else."
TO_OTHERS = [*TO_OFFICERS, "follow", "recipient_notice", "recipient_reminder", "recipient_corrected", "recipient_restricted"]
MOMENTS: Mapping[str, Any] = {
    "cooling_off": {"until": datetime(2027, 2, 22, 12, tzinfo=UTC)},
    "granted": {"reply": {"text": REASON, "outcome": "granted"}},
    "denied": {"reply": {"text": REASON, "outcome": "denied"}},
}
FACTS: Mapping[str, Any] = {
    "links": LINKS, "bundle": BUNDLE, "reason": REASON, "officer": None, "until": date(2027, 2, 22), "about": "clarification",
    "parts": [{"title": "Orders", "why": "It was away."}, {"title": "Marketing", "why": "It was busy."}], "clock": "all",
    "denial": Rests("unfounded", "GDPR, Art. 12(5)", REASON),
}  # fmt: skip
PROMISED = ["answered", "answered_in_part", "refused"]


def letter(kind: str, dsr: SubjectRequest | None = None) -> tuple[str, str]:
    dsr = dsr or a_dsr(State.REVIEWING)
    return said(dsr, kind, language=dsr.language, **{**FACTS, **MOMENTS.get(kind, {})})


@pytest.mark.parametrize("kind", KINDS)
def test_every_letter_has_one_line_of_subject_and_says_whose_it_is(kind: str) -> None:
    subject, text = letter(kind)

    assert subject.strip() == subject
    assert "\n" not in subject
    assert "{" not in subject + text
    assert "O-Jewels" in subject + text


@pytest.mark.promise("S1")
@pytest.mark.parametrize("kind", KINDS)
def test_every_letter_is_written_in_french_too_with_the_same_links(kind: str) -> None:
    english = letter(kind)
    french = letter(kind, a_dsr(State.REVIEWING, language="fr", due_safe_on=date(2026, 12, 22)))

    assert (FOLDER / "fr" / f"{kind}.txt").exists()
    assert french[1] != english[1]
    assert re.findall(r"https://\S+", english[1]) == re.findall(r"https://\S+", french[1])
    assert not {"the", "your", "please", "request"} & set(french[1].lower().split())


@pytest.mark.promise("S1")
def test_whoever_asks_in_french_is_written_to_in_french(post: Post) -> None:
    file(language="fr")
    run_all_due()

    [sent] = post.taken
    assert sent.subject == "Veuillez confirmer votre adresse électronique"
    assert "appuyez sur le bouton" in sent.text
    assert '<html lang="fr">' in sent.html


def test_a_language_that_no_letter_speaks_is_answered_in_english() -> None:
    subject, _ = said(a_dsr(), "confirm_address", language="xx", links=LINKS)

    assert subject == "Please confirm your e-mail address"


@pytest.mark.promise("C7")
@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind not in TO_OTHERS])
def test_every_letter_to_a_customer_names_a_contact(kind: str) -> None:
    brand = a_brand(privacy_phone="+33 1 23 45 67 89")

    _, text = letter(kind, a_dsr(brand=brand))

    assert brand.privacy_email in text
    assert kind in PROMISED[:2] or brand.privacy_phone in text


@pytest.mark.parametrize("kind", PROMISED)
def test_an_answer_names_the_authority_and_the_court(kind: str) -> None:
    brand = a_brand(authority={"name": "The Authority", "url": "https://authority.example"})

    _, text = letter(kind, a_dsr(brand=brand))

    assert "The Authority (https://authority.example)" in text
    assert "court" in text


@pytest.mark.promise("S5")
def test_a_refusal_gives_the_reason_in_the_officers_own_words() -> None:
    assert "\n\nYou are somebody else.\n\n" in letter("refused")[1]


def test_a_partial_answer_names_what_is_missing() -> None:
    assert "- Orders: It was away.\n- Marketing: It was busy.\n" in letter("answered_in_part")[1]


def test_an_answer_without_records_says_that_nothing_is_held() -> None:
    dsr = a_dsr()

    assert "hold no data about you" in said(dsr, "answered", language="en", **{**FACTS, "bundle": {**BUNDLE, "records": 0}})[1]
    assert "hold no data" not in said(dsr, "answered", language="en", **FACTS)[1]


def test_a_date_is_that_of_the_shops_own_clock() -> None:
    paris, pacific = a_brand(time_zone="Europe/Paris"), a_brand("west", time_zone="America/Los_Angeles")

    assert "until 7 December 2026" in letter("answered", a_dsr(brand=paris))[1]
    assert "until 6 December 2026" in letter("answered", a_dsr(brand=pacific))[1]


@pytest.mark.parametrize("kind", sorted({"confirm_address", "proven", "answered", "answered_in_part", "refused", "follow"}))
def test_every_letter_that_could_reach_the_wrong_person_lets_them_say_so(kind: str) -> None:
    assert LINKS["disown"] in letter(kind)[1]


@pytest.mark.threat("9.05")
@pytest.mark.parametrize("kind", KINDS)
def test_no_letter_holds_what_the_person_typed_or_what_was_found(kind: str) -> None:
    dsr = a_dsr(
        State.REVIEWING, name="Canary Name", email="canary@example.org", facts={"postcode": "CANARY1"}, details="canary details",
    )  # fmt: skip

    subject, text = letter(kind, dsr)

    assert "canary" not in (subject + text).lower()


# ── on the wire ───────────────────────────────────────────────────────────


def test_a_letter_has_the_expected_headers_and_no_other(post: Post) -> None:
    filed = file()
    run_all_due()

    [sent] = post.taken
    kept = Letter.objects.get()
    assert set(sent.message.keys()) == HEADERS
    assert len(sent.message.keys()) == len(HEADERS)
    assert sent.recipients == (ADDRESS,)
    assert sent.message["To"] == ADDRESS
    assert sent.message["Message-ID"] == f"<{kept.pk}@testserver>"
    assert sent.message["Auto-Submitted"] == "auto-generated"
    assert sent.message["Reply-To"] == filed.dsr.brand.privacy_email
    assert parseaddr(str(sent.message["From"])) == (filed.dsr.brand.name, settings.DEFAULT_FROM_EMAIL)
    assert sent.sender == settings.DEFAULT_FROM_EMAIL


def test_text_and_html_say_the_same_words_and_the_html_loads_nothing(post: Post) -> None:
    file()
    run_all_due()

    [sent] = post.taken
    assert words(sent.html) == sent.text.split()
    assert sent.message.get_content_type() == "multipart/alternative"
    assert list(sent.message.iter_attachments()) == []
    assert not re.search(r"(?i)<(img|script|link|style|iframe|form|object)|\bsrc=|url\(", sent.html)


def test_a_brands_name_with_signs_of_its_own_arrives_whole(post: Post) -> None:
    name = 'Älg & "Söhne", <Bijoux>'
    file(a_brand("odd", name=name))
    run_all_due()

    [sent] = post.taken
    assert parseaddr(str(sent.message["From"]))[0] == name
    assert name in sent.text
    assert words(sent.html) == sent.text.split()
    assert "<Bijoux>" not in sent.html


PAYLOADS = (
    "\r\nBcc: eve@example.com", "\nSubject: You won", "\r\n\r\n<b>hello</b>", "\r\n.\r\nMAIL FROM:<eve@example.com>",
    "=?utf-8?q?=0D=0ABcc:=20eve@example.com?=", "\u202eevil", "\0nul", "x" * 2000, "<img src=https://evil.example/x.png>",
    "<a href=https://evil.example>click</a>", "[url=https://evil.example]click[/url]", "https://evil.example/phish",
    "{{ links.confirm }} evil", "{% include 'evil' %}", "%s %(evil)s", "Your account was hacked, call +1 900 555",
    "<script>alert(1)</script>", "&lt;b&gt; evil",
)  # fmt: skip


@pytest.mark.threat("1.03")
@pytest.mark.threat("1.06")
@pytest.mark.parametrize("field", ["name", "details", "facts"])
def test_nothing_that_was_typed_reaches_a_letter_to_an_unproven_address(post: Post, field: str) -> None:
    for number, payload in enumerate(PAYLOADS):
        typed = {"facts": {"postcode": payload, "order_number": payload}} if field == "facts" else {field: payload}
        file(email=f"victim{number}@example.com", **typed)
    run_all_due()

    assert len(post.taken) == len(PAYLOADS)
    for sent in post.taken:
        assert set(sent.message.keys()) == HEADERS
        assert len(sent.recipients) == 1
        everything = sent.raw.decode("utf-8") + sent.text + sent.html
        for sign in ("evil", "eve@example.com", "hacked", "alert(1)", "<b>", "nul", "x" * 100):
            assert sign not in everything


@pytest.mark.threat("1.07")
def test_a_name_outside_ascii_is_written_to_as_it_stands(post: Post) -> None:
    file(email="zoë@bücher.example")
    run_all_due()

    [sent] = post.taken
    assert sent.recipients == ("zoë@xn--bcher-kva.example",)
    assert "To: zoë@xn--bcher-kva.example\r\n".encode() in sent.raw
    assert "=?" not in sent.message["To"]
    assert set(sent.message.keys()) == HEADERS
    assert words(sent.html) == sent.text.split()


@pytest.mark.threat("1.07")
def test_a_server_that_takes_no_such_name_fails_the_letter_and_nobody_else_gets_it(post: Post) -> None:
    post.restart(utf8=False)
    file(email="zoë@example.com")
    run_all_due()

    assert post.taken == []
    assert Letter.objects.get().state == LetterState.FAILED
    assert Step.objects.get(kind="correspondence.send").error == "address_needs_utf8"


# ── to officers ───────────────────────────────────────────────────────────


def test_those_who_answer_for_the_brand_are_told_each_in_their_language_and_nobody_else(post: Post) -> None:
    dsr = a_dsr(State.REVIEWING)
    an_officer(dsr.brand, "english@desk.example")
    an_officer(dsr.brand, "francais@desk.example", "fr")
    an_officer(a_brand("other-shop"), "other@desk.example")
    gone = an_officer(dsr.brand, "gone@desk.example")
    gone.is_active = False
    gone.save()
    auditor = an_officer(dsr.brand, "auditor@desk.example")
    Membership.objects.filter(officer=auditor).update(role=Role.AUDITOR)

    tell_officers(dsr, "officer_turn")
    run_all_due("correspondence.send")

    told = {sent.recipients[0]: sent for sent in post.taken}
    assert set(told) == {"english@desk.example", "francais@desk.example"}
    assert "waits for you" in told["english@desk.example"].subject
    assert "attend votre décision" in told["francais@desk.example"].subject
    assert settings.DSAR_BASE_URL + reverse("console:detail", args=[dsr.reference]) in told["english@desk.example"].text


# ── how many ──────────────────────────────────────────────────────────────


@pytest.mark.django_db(transaction=True)
def test_who_counts_letters_waits_for_whoever_is_about_to_write_one() -> None:
    dsr = a_dsr(State.VERIFYING)
    index = bytes(dsr.email_index)

    @transaction.atomic
    def write_if_none(_number: int) -> str:
        if written_lately(index, "proven", timedelta(minutes=10)):
            return "no"
        write(SubjectRequest.objects.get(pk=dsr.pk), "proven", links=LINKS)
        return "yes"

    assert at_once(6, write_if_none) == ["no"] * 5 + ["yes"]


@pytest.mark.django_db(transaction=True)
def test_a_letter_is_kept_sealed() -> None:
    write(a_dsr(State.REVIEWING), "proven", links=LINKS)

    with as_owner() as owner:
        owner.execute("SELECT address, subject, text FROM requests_app_letter")
        columns = owner.fetchone() or ()
    assert len(columns) == 3
    for column in columns:
        assert ADDRESS.encode() not in column
        assert b"request" not in column
    assert "ada" not in str(Letter.objects.get()).lower()


@pytest.mark.promise("S1")
@pytest.mark.parametrize("kind", KINDS)
def test_french_signs_are_kept_with_the_word_before_them(kind: str) -> None:
    assert not re.search(r" [:;?!»]|« ", re.sub(r"{%.*?%}", "", (FOLDER / "fr" / f"{kind}.txt").read_text(encoding="utf-8")))
