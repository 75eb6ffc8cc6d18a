"""Every page of the officers' desk, empty, full and with errors, is for everybody: axe, three screens, light and dark.

The list of pages is the list of addresses: a page that is new and not looked at here fails the suite.
"""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Final

import pytest
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from django.db.models.functions import Now
from django.test import Client
from django.urls import get_resolver, reverse
from django.utils import timezone
from playwright.sync_api import Browser, Page
from pytest_django import Settings

from requests_app.console.queue import Tab
from requests_app.intake.mailroom import take_in
from requests_app.intake.models import Draft, Mailbox
from requests_app.matching.models import MatchState
from requests_app.officers.models import Role
from requests_app.officers.services import invite
from requests_app.replies import wills
from requests_app.replies.models import Reach as WillReach
from requests_app.sources.models import Source
from requests_app.values import CUSTOMER, SYSTEM
from requests_app.verification import acting
from requests_app.verification import services as verification
from requests_app.workflow import parties
from requests_app.workflow.models import SubjectRequest
from requests_app.workflow.states import ERASURE, State
from tests.browser import scenes_of_change  # noqa: F401  # its scenes are looked at here
from tests.browser.scene import (
    AUDITOR,
    LEAD,
    LONG,
    NOT_YOURS,
    OFFICER,
    QUICKER,
    SCENES,
    WELL,
    WENT_ON,
    WRONG,
    Desk,
    a_case,
    an_agent,
    shows,
)
from tests.browser.window import OFFICERS, Window, a_page
from tests.console import test_access as access
from tests.console.access import ADMINISTRATOR, OF_A_PLAN, OF_THE_WAY_IN, TABLE, WHO
from tests.console.desk import PASSWORD, a_candidate, a_match, an_officer, at_the_desk
from tests.intake.mails import PDF, a_mail, raw
from tests.making import a_brand, a_dsr, a_source
from tests.portal.customer import a_copy

pytestmark = pytest.mark.django_db
ONLY_A_BUTTON: Final = 405
# What answers no page of its own: a button, a file, a way on. What such a button says when somebody was quicker is a page.
NO_PAGES: Final = frozenset(
    {
        "console:language", "console:check_source", "console:put_away", "console:attachment", "console:previews_first",
        "console:sent_by_hand", "console:message_file", "console:paper", "console:search_again", "console:ask_back",
        "console:evidence", "console:plan_again", "console:mark_recipient", "console:invitation_link", "console:letter_pdf",
        "console:certificate_pdf",
        "console:assign", "console:keep_view", "console:drop_view", "console:export", "console:passkey_question",
        "console:report_csv", "console:quarter_pack", "console:pack",
        "console:note", "console:presence", "mfa_download_recovery_codes", "openid_connect_login", "openid_connect_callback",
        "mfa_login_webauthn", "mfa_list_webauthn", "mfa_remove_webauthn", "console:identity_paper",
    },
)  # fmt: skip


@pytest.fixture(scope="module")
def page(chromium: Browser) -> Iterator[Page]:
    yield from a_page(chromium)


@pytest.fixture
def desk(page: Page, settings: Settings, tmp_path: Path) -> Iterator[Desk]:
    settings.DSAR_VAULT = tmp_path / "vault"
    a_brand(languages=["en", "fr", "de", "el"])
    window = Window(page, OFFICERS)
    yield Desk(window)
    window.close()


def others() -> set[str]:
    """Return the pages that are in no scene, and open to an administrator with what the test of access finds there."""
    opened = {name for (method, name), row in TABLE.items() if method == "GET" and row[WHO.index(ADMINISTRATOR)] == WELL}
    return opened - NO_PAGES - {page for _scene, pages in SCENES.values() for page in pages}


def buttons() -> set[str]:
    """Return the addresses at which a browser that only looks finds nothing: a button's, and those that lead on."""
    closed = {WENT_ON, ONLY_A_BUTTON}
    return {name for (method, name), row in TABLE.items() if method == "GET" and row[WHO.index(ADMINISTRATOR)] in closed}


def test_every_page_of_the_desk_is_looked_at() -> None:
    scenes = {page for _scene, pages in SCENES.values() for page in pages}
    assert access.addresses() - NO_PAGES - others() - buttons() - scenes == set()
    assert scenes <= access.addresses()


def test_the_pages_that_are_in_no_scene_are_for_everybody(desk: Desk) -> None:
    dsr, client = access.a_case(), access.a_browser(ADMINISTRATOR)
    words = access.words_of(dsr) | {"deed": "again"}
    taken = get_resolver().namespace_dict["console"][1].reverse_dict
    for name in sorted(others()):
        pattern = next(iter(taken.getlist(name[8:])), None) if ":" in name else None
        of = words | ({"reference": SubjectRequest.objects.get(right=ERASURE).reference} if name in OF_A_PLAN else {})
        named = {key: of[key] for key in pattern[0][0][1]} if pattern else OF_THE_WAY_IN.get(name, {})
        answer = client.get(reverse(name, kwargs=dict(named)))
        if answer["Content-Type"].startswith("text/html"):  # the others are files
            desk.shows(answer, name)

    assert desk.window.wrong == []


@pytest.mark.parametrize("name", SCENES)
def test_a_page_is_for_everybody(desk: Desk, name: str) -> None:
    scene, pages = SCENES[name]
    desk.language = ("en", "fr", "de", "el")[list(SCENES).index(name) % 4]

    scene(desk)

    assert desk.window.wrong == []
    assert pages <= desk.window.seen


@shows("queue", "tab", "find")
def the_queue(desk: Desk) -> None:
    for tab in Tab:
        desk.look("console:tab", tab.value)
    today = timezone.localdate()
    a_case(name="Zoé Faure")
    for days in (30, 6, 1):
        a_dsr(State.COLLECTING, due_safe_on=today + timedelta(days), due_legal_on=today + timedelta(days + 1))
    for state in (State.VERIFYING, State.REFUSED, State.DECIDING, State.ERASING):
        a_dsr(state)
    a_dsr(State.COLLECTING, brand=(other := a_brand("maison-s")))
    desk.at(LEAD)
    desk.officer(LEAD).memberships.create(brand=other, role=LEAD)
    desk.look("console:queue", who=LEAD)
    desk.look("console:queue", who=AUDITOR)
    desk.look("console:tab", "answered")
    for sought in ("nobody@example.com", "ada@example.com"):
        desk.shows(desk.at(OFFICER).post(reverse("console:find"), {"sought": sought}), f"found {sought}")


@shows("detail", "systems", "records", "part", "timeline", "letters", "print_letter", "terms", "talk")
def a_request(desk: Desk) -> None:
    dsr = a_case()
    a_dsr(State.ANSWERED, email_index=dsr.email_index)
    here = dsr.reference
    for who in (OFFICER, AUDITOR):
        for name in ("detail", "systems", "timeline", "letters", "terms"):
            desk.look(f"console:{name}", here, who=who)
    desk.look("console:timeline", here, views="")
    for part in dsr.pulls.filter(parts__isnull=False).values_list("parts", flat=True):
        desk.look("console:part", here, part)
    desk.look("console:records", here)
    desk.look("console:records", here, who=AUDITOR, status=NOT_YOURS)
    desk.look("console:print_letter", here, dsr.letters.earliest("pk").pk)
    desk.look("console:talk", here)
    desk.send("console:talk", here)
    empty = a_dsr(State.MATCHING).reference
    for name in ("detail", "systems", "records", "letters", "talk", "terms"):
        desk.look(f"console:{name}", empty)


@shows("extend", "law", "fee", "approve", "refuse")
def what_is_decided_of_a_copy(desk: Desk) -> None:
    dsr = a_case(due_safe_on=timezone.localdate() + timedelta(9), due_legal_on=timezone.localdate() + timedelta(9))
    for name in ("extend", "law", "fee", "approve", "refuse"):
        desk.look(f"console:{name}", dsr.reference)
        desk.send(f"console:{name}", dsr.reference)
    said = {"ground": "not_identified", "reason": LONG, "password": PASSWORD}
    assert "letter" in desk.send("console:refuse", dsr.reference, status=200, **said)
    old = desk.at(OFFICER).post(reverse("console:approve", args=[dsr.reference]), {"seen": "0"})
    desk.shows(old, "somebody was quicker", QUICKER)
    for state in (State.ANSWERED, State.REFUSED, State.ANSWERED_IN_PART):
        desk.look("console:detail", a_dsr(state).reference)


@shows("match")
def who_it_is(desk: Desk) -> None:
    dsr = a_dsr(State.DECIDING, facts={"postcode": "75001"})
    people = [a_candidate(1), a_candidate(2, name="Bob Other " * 8, agrees=[], differs=["name", "postcode"])]
    a_match(dsr, a_source("shop"), MatchState.DOUBTFUL, candidates=people)
    desk.look("console:match", dsr.reference)
    desk.send("console:match", dsr.reference)
    decided = a_dsr(State.REVIEWING)
    a_match(decided, a_source("orders"), candidates=people, chosen=[["customers", ["1"]]])
    desk.look("console:match", decided.reference)
    desk.look("console:match", dsr.reference, who=AUDITOR, status=NOT_YOURS)


@shows("by_post", "hand_over", "to_print")
def who_has_no_address(desk: Desk) -> None:
    home = {"street": "12 rue des Lilas", "postcode": "75001", "city": "Paris"}
    of_a_letter = {"email": None, "postal_address": "12 rue des Lilas\n75001 Paris", "facts": {**home, "customer_number": "1"}}
    dsr = a_dsr(State.VERIFYING, **of_a_letter)
    verification.begin(dsr)
    desk.look("console:by_post", dsr.reference)
    held = a_candidate(1, agrees=["name", "street"], differs=[])
    held["evidence"] |= {kind: [value] for kind, value in home.items()} | {"phone_number": ["+33 1 99 00 10 10"]}
    a_match(dsr, a_source("shop"), MatchState.DOUBTFUL, candidates=[held, a_candidate(2, name="Bob Other " * 8)])
    for deed in ("look", "held", "said"):
        desk.send("console:by_post", dsr.reference, deed=deed)
    key = f"{dsr.matches.get().pk}:0"
    desk.send("console:by_post", dsr.reference, deed="held", held=key, way="call", status=200)
    desk.send("console:by_post", dsr.reference, deed="held", held=key, way="letter", status=WENT_ON)
    desk.look("console:to_print")
    desk.look("console:print_letter", dsr.reference, dsr.letters.latest("written_at").pk)
    proven = a_dsr(State.REVIEWING, **of_a_letter)
    desk.look("console:by_post", proven.reference)
    desk.send("console:by_post", proven.reference, deed="mail")
    answered = a_copy(a_dsr(State.MATCHING, **of_a_letter))
    desk.look("console:hand_over", answered.dsr.reference)
    for deed in ("paper", "handed"):
        desk.send("console:hand_over", answered.dsr.reference, deed=deed)


@shows("acting", "second")
def who_acts(desk: Desk) -> None:
    dsr = a_dsr(State.REVIEWING)
    an_agent(dsr)
    desk.look("console:acting", dsr.reference)
    desk.send("console:acting", dsr.reference)
    parties.Party.objects.update(papers=parties.Papers.ACCEPTED, checked_by=desk.officer(LEAD))
    desk.look("console:acting", dsr.reference)
    desk.look("console:second", dsr.reference)
    desk.send("console:second", dsr.reference)
    heir = a_dsr(State.REVIEWING, right="post_mortem")
    acting.name(heir, parties.Part.HEIR, called="Eve Heir", email="eve@example.com")
    desk.look("console:acting", heir.reference)


@shows("reply")
def an_answer_in_words(desk: Desk) -> None:
    dsr = a_dsr(State.REVIEWING, right="complaint", details=LONG)
    wills.keep(dsr, wills.Will(WillReach.GENERAL, LONG), by=CUSTOMER)
    desk.look("console:detail", dsr.reference)
    desk.look("console:reply", dsr.reference)
    desk.send("console:reply", dsr.reference)
    desk.send("console:reply", dsr.reference, outcome="denied", text=LONG, says=["written_reasons"], password=PASSWORD, status=200)
    desk.look("console:refuse", dsr.reference)


@shows("bulk")
def one_deed_for_many(desk: Desk) -> None:
    many = [a_case(), a_dsr(State.VERIFYING), a_dsr(State.REFUSED)]
    told = {"chosen": [f"{dsr.reference}:{dsr.transitions.count()}" for dsr in many], "to": desk.officer().pk}
    for deed in ("assign", "extend", "spam"):
        for go in ({}, {"go": "1", "reason": ""}):
            answer = desk.at(OFFICER).post(reverse("console:bulk"), {"deed": deed, **told, **go})
            desk.shows(answer, f"{deed} {go}", answer.status_code)


@shows("mail", "mail_draft", "file_for")
def mail(desk: Desk) -> None:
    desk.look("console:mail")
    message = a_mail("https://shop.example/" + "a" * 200 + "\nPlease delete all my data. " * 20)
    message.add_attachment(PDF, maintype="application", subtype="pdf", filename="invoice-" * 12 + ".pdf")
    draft = take_in(a_brand(), message.as_bytes())
    take_in(a_brand(), raw(List_Id="<x>", Subject="News of gold", Message_ID="<2@x>"))
    Mailbox.objects.create(brand=a_brand(), fault="refused")
    assert draft is not None
    for who in (OFFICER, AUDITOR):
        desk.look("console:mail", who=who)
    desk.look("console:mail_draft", draft.pk)
    desk.send("console:mail_draft", draft.pk)
    Draft.objects.filter(pk=draft.pk).update(put_away_at=Now())
    desk.look("console:mail_draft", draft.pk, status=QUICKER)
    desk.look("console:file_for", "o-jewels")
    desk.send("console:file_for", "o-jewels")
    said = {"right": "access", "name": "Ada Example", "email": "ada@example.com", "language": "en", "channel": "phone"}
    desk.send("console:file_for", "o-jewels", status=200, **said)


@shows("sources")
def sources(desk: Desk) -> None:
    desk.look("console:sources")
    a_source("asked-never")
    for name, changes in (("off", {"enabled": False}), ("rests", {"resting_until": timezone.now() + timedelta(1)}), ("well", {})):
        Source.objects.filter(pk=a_source(name).pk).update(answered_at=Now(), **changes)
    a_source("broken").failed("unreachable", "connection refused by " + "a" * 120)
    for who in (OFFICER, AUDITOR):
        desk.look("console:sources", who=who)


@shows("previews")
def letters_as_they_are_sent(desk: Desk) -> None:
    for language in ("fr", "de"):
        desk.look("console:previews", "o-jewels", language)
    nobody = an_officer("nobody@desk.example", brand=a_brand("maison-s"))
    nobody.memberships.all().delete()
    desk.shows(at_the_desk(nobody).get(reverse("console:previews_first")), "no shop")


@shows("detail")
def what_is_not_there(desk: Desk) -> None:
    desk.look("console:detail", "DSR-0000-0000", status=404)
    desk.look("console:tab", "nonsense", status=404)


@shows("account_login", "account_inactive", "mfa_authenticate", "console:invitation", door="")
def coming_in(desk: Desk) -> None:
    an_officer()
    stranger = Client()
    desk.shows(stranger.get(reverse("account_login")), "sign in")
    desk.shows(stranger.post(reverse("account_login"), {"login": "ada@desk.example", "password": "wrong"}), "wrong password")
    desk.shows(stranger.get(reverse("account_inactive")), "inactive")
    stranger.post(reverse("account_login"), {"login": "ada@desk.example", "password": PASSWORD})
    desk.shows(stranger.get(reverse("mfa_authenticate")), "code")
    desk.shows(stranger.post(reverse("mfa_authenticate"), {"code": "12"}), "wrong code")
    guest = Client()
    desk.shows(guest.get(reverse("console:invitation")), "no invitation", 410)
    token = invite("new@desk.example", brand=a_brand(), role=Role.OFFICER, by=SYSTEM).token
    desk.shows(guest.get(reverse("console:invitation_link", args=[token])), "invitation")
    desk.shows(guest.post(reverse("console:invitation"), {"password": "short", "again": "other"}), "bad password", WRONG)


@shows(
    "mfa_activate_totp", "mfa_index", "mfa_deactivate_totp", "mfa_view_recovery_codes", "mfa_generate_recovery_codes",
    "account_change_password", "account_logout", "account_reauthenticate", "mfa_reauthenticate", door="",
)  # fmt: skip
def the_own_account(desk: Desk) -> None:
    one = at_the_desk(an_officer("one@desk.example", factor=False), fresh=True)
    desk.shows(one.get(reverse("mfa_activate_totp")), "second factor")
    desk.shows(one.post(reverse("mfa_activate_totp"), {"code": "12"}), "second factor, wrong")
    officer = an_officer()
    client = at_the_desk(officer, fresh=True)
    desk.shows(client.get(reverse("mfa_index")), "factors, no codes")
    RecoveryCodes.activate(officer)
    for name in ("index", "deactivate_totp", "view_recovery_codes", "generate_recovery_codes", "reauthenticate"):
        desk.shows(client.get(reverse(f"mfa_{name}")), name)
    for name in ("account_change_password", "account_logout", "account_reauthenticate"):
        desk.shows(client.get(reverse(name)), name)
    desk.shows(client.post(reverse("account_change_password"), {"oldpassword": "x", "password1": "a", "password2": "b"}), "wrong")
    desk.shows(client.post(reverse("account_reauthenticate"), {"password": "x"}), "wrong password")
    desk.shows(client.post(reverse("mfa_reauthenticate"), {"code": "1"}), "wrong code")
