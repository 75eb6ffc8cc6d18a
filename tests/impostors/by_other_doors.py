"""Twenty-one ways to ask for what is somebody else's by mail, telephone, letter, machine, agent, or a shop's own word."""

import json
import re
from contextlib import suppress
from typing import Any, Final

from django.test import Client

from requests_app.api import services as api
from requests_app.api.models import Scope
from requests_app.brands.models import Brand
from requests_app.intake import mailroom
from requests_app.intake.services import Application
from requests_app.matching.held import held, settle_on
from requests_app.portal.forms import stamp
from requests_app.values import SYSTEM
from requests_app.verification import acting, by_post, moving
from requests_app.verification import services as verification
from requests_app.verification.acting import NotNow, NotYours
from requests_app.verification.services import NoMoreCorrections, TooSoon
from requests_app.workflow.models import SubjectRequest
from requests_app.workflow.parties import Party
from requests_app.workflow.services import StaleState
from tests.impostors.attacking import Attack, on_paper, waved_through
from tests.intake.mails import raw
from tests.portal.acting import a_paper
from tests.portal.customer import ANSWERS, Customer
from tests.running import run_all_due
from tests.signing import a_signing_shop, a_token, edwards, signing_keys

_SIX: Final = re.compile(r"\b\d{3} \d{3}\b")


def _mailed(attack: Attack, sender: str, text: str = "Send me all that you hold about me.", **headers: str) -> None:
    """Let a mail come, and an officer make it what it says to be, without a look at it; then try what came back."""
    mail = raw(text, From=sender, Message_ID=f"<{attack.victim.number}@mail.example>", **headers)
    draft = mailroom.take_in(attack.shop.brand, mail)
    assert draft is not None
    asked = Application(
        right="access", email=draft.sender, name=attack.victim.name, language="en", channel="email", key=draft.pk,
        facts={"postcode": attack.victim.postcode, "order_number": attack.victim.order},
    )  # fmt: skip
    dsr = mailroom.complete(draft, asked, by=attack.officers[0].actor)
    verification.begin(dsr)
    run_all_due()
    for letter in attack.post.to(attack.mine):
        for code in _SIX.findall(letter.text):
            attack.proves(attack.mine, code=code)
    attack.gets_answers()


def answers_to_elsewhere(attack: Attack) -> None:
    _mailed(attack, f"Ada <{attack.victim.email}>", **{"Reply-To": attack.mine})


def a_sender_that_is_not(attack: Attack) -> None:
    _mailed(attack, f"Ada <{attack.victim.email}>", Sender=attack.mine, **{"Return-Path": f"<{attack.mine}>"})


def a_name_that_looks_like_an_address(attack: Attack) -> None:
    _mailed(attack, f'"{attack.victim.email}" <{attack.mine}>')


def a_mail_passed_on(attack: Attack) -> None:
    text = f"Please do.\n\n---\nFrom: Ada <{attack.victim.email}>\nSubject: My data\n\nSend it to {attack.mine}."
    _mailed(attack, f"Mallory <{attack.mine}>", text, Subject="Fwd: my data")


def a_new_address_told_by_telephone(attack: Attack) -> None:
    """The officer takes the new address down, and reads the figures out to whoever calls."""
    on_paper(attack, attack.mine, "phone")
    assert attack.told is not None
    attack.proves(attack.mine, code=attack.told.code)
    attack.gets_answers()


def a_change_of_address_by_telephone(attack: Attack) -> None:
    """The victim's request is answered already; now somebody calls and wants it sent elsewhere."""
    browser, dsr = attack.the_victim()
    browser.opens(attack.letter(attack.victim.email))
    browser.post("confirm/")
    run_all_due()
    dsr.refresh_from_db()
    with suppress(StaleState, TooSoon):
        moving.offer(dsr, attack.mine, by=attack.officers[0])
    with suppress(NoMoreCorrections):
        verification.correct(dsr, attack.mine)
    waved_through(dsr, attack.officers)
    attack.proves(attack.mine)
    attack.gets_answers()


def a_name_on_paper(attack: Attack) -> None:
    """A letter with the victim's name and another street: figures go where the record says, if anywhere."""
    dsr = on_paper(attack)
    found = held(dsr)
    assert all("Evil" not in one.address for one in found)
    if found:
        settled = settle_on(dsr, found[0], by=attack.officers[0])
        by_post.write_code(settled, by=attack.officers[0])
    for code in ("000 000", "123 456", "ABCD-EFGH-JKMN-PQRS"):
        attack.browser.post("code/", reference=dsr.reference, code=code)
    run_all_due()


def _as(attack: Attack, part: str, *, person: str = "", wants: bool = False, right: str = "access") -> SubjectRequest:
    said = ANSWERS | attack.victim.known | {"your_name": "Mia Agent", "your_email": attack.mine, "step": "send"}
    said |= {"email": person or attack.victim.email, "opened": _stamp(attack)} | ({"wants_answer": "on"} if wants else {})
    dsr = attack.sent(attack.browser.post(f"for-others/{right}/{part}/", **said), right)
    assert dsr is not None
    return dsr


def an_agent_who_asks_nobody(attack: Attack) -> None:
    _as(attack, "agent", wants=True)
    attack.proves(attack.mine, "party/")
    attack.gets_answers()


def an_agent_with_two_mailboxes(attack: Attack) -> None:
    """One agrees to what the other asks; then the victim's address is put in the place of the one that agreed."""
    second = attack.owns(f"second{attack.victim.number}@evil.example")
    person = attack.a_browser()
    dsr = _as(attack, "agent", person=second)
    attack.opens(second, browser=person)
    person.post("agree/", signed=attack.victim.name)
    person.post(f"requests/{dsr.reference}/address/", email=attack.victim.email)
    run_all_due()
    attack.proves(attack.mine, "party/")
    attack.gets_answers()


def an_agent_who_agrees_for_the_person(attack: Attack) -> None:
    dsr = _as(attack, "agent")
    attack.opens(attack.mine)
    for page in ("agree/", "confirm/", "open/", "act/"):
        attack.browser.post(page, signed=attack.victim.name, code="000000")
    attack.proves(attack.mine, "party/")
    attack.browser.post(f"requests/{dsr.reference}/address/", email=attack.mine)
    attack.gets_answers()


def _accepted(attack: Attack, dsr: SubjectRequest, *, seconds: int) -> None:
    """Let an officer accept a paper that shows nothing; `seconds`: how often the same one tries to agree as another."""
    attack.browser.post(f"requests/{dsr.reference}/acting/", paper=a_paper(b"%PDF-1.7 nothing at all"))
    party = Party.objects.select_related("dsr__brand").get(dsr=dsr)
    with suppress(NotNow):
        acting.accept(party, reason="it looks good", by=attack.officers[0], to_party=True)
    for _ in range(seconds):
        with suppress(NotNow, NotYours):
            acting.second(party, by=attack.officers[0])
    run_all_due()


def an_agent_whose_letter_is_believed(attack: Attack) -> None:
    """Papers are accepted for the agent; the person has said nothing."""
    dsr = _as(attack, "agent", wants=True)
    attack.proves(attack.mine, "party/")
    _accepted(attack, dsr, seconds=1)
    attack.gets_answers()


def a_guardian_or_an_heir_without_papers(attack: Attack) -> None:
    dsr = _as(attack, ("guardian", "heir")[attack.variant % 2])
    attack.proves(attack.mine, "party/")
    attack.browser.post(f"requests/{dsr.reference}/acting/", paper=a_paper(b"%PDF-1.7 nothing at all"))
    attack.gets_answers()


def a_guardian_or_an_heir_believed_by_one(attack: Attack) -> None:
    dsr = _as(attack, ("heir", "guardian")[attack.variant % 2])
    attack.proves(attack.mine, "party/")
    _accepted(attack, dsr, seconds=3)
    attack.gets_answers()


def a_child_that_is_none(attack: Attack) -> None:
    """Anybody may report a child's account; what they are shown of it is nothing, and nothing goes before two officers looked."""
    said = {"email": attack.victim.email, "your_email": attack.mine, "name": attack.victim.name, "opened": _stamp(attack)}
    dsr = attack.sent(attack.browser.post("child/", **said, details="", website=""), "erasure")
    assert dsr is not None
    attack.honest.add(dsr.pk)  # an officer's desk is as far as it may get without a proof
    attack.proves(attack.mine, "party/")
    dsr.refresh_from_db()
    assert dsr.state in {"verifying", "matching", "deciding"}


def a_key_of_the_shop(attack: Attack) -> None:
    _by_machine(attack, attack.shop.brand)


def a_key_of_another_shop(attack: Attack) -> None:
    attack.the_victim()
    other = _other_shop(attack)
    _by_machine(attack, other)
    attack.browser = Customer(attack.browser.client, attack.shop.brand, attack.victim.language)


def _by_machine(attack: Attack, brand: Brand) -> None:
    token = api.make(brand, tuple(Scope), label="stolen", by=SYSTEM)
    headers = {"Authorization": f"Bearer {token}"}
    body = {
        "right": "access", "email": attack.victim.email, "name": attack.victim.name, "language": "en",
        "residence": attack.victim.residence,
    }  # fmt: skip

    def asks(method: str, path: str, said: Any = None, **more: str) -> Any:
        content = {"data": json.dumps(said), "content_type": "application/json"} if said is not None else {}
        return getattr(attack.browser.client, method)(f"/api/v1/{path}", **content, headers=headers | more)

    filed = asks("post", "requests", body, **{"Idempotency-Key": f"attempt-{attack.victim.number}"})
    run_all_due()
    known = [dsr.reference for dsr in attack.everything()]
    for reference in (*known, filed.json().get("reference", "none")):
        for path in ("", "/messages", "/copy", "/bundle"):
            asks("get", f"requests/{reference}{path}")
        asks("post", f"requests/{reference}/messages", {"text": f"Send it to {attack.mine}."})
        attack.browser.client.cookies[f"claim-{reference}"] = filed.json().get("claim_code") or ""
    asks("get", "requests")
    asks("post", "requests", body | {"email": attack.mine}, **{"Idempotency-Key": f"attempt-{attack.victim.number}"})


def _other_shop(attack: Attack) -> Brand:
    keys = {"issuer": "https://other.example", "keys": [{"kid": "ed", "pem": signing_keys()["keys"][0]["pem"]}]}
    return a_signing_shop("evil-shop", hand_over=keys, languages=["en", "fr"])


def _handed_over(attack: Attack, token: str, **form: str) -> None:
    """Present a token, and file with whatever it opened."""
    attack.browser.client.post(f"/{attack.shop.brand.slug}/hand-over/", {"token": token})
    page = attack.browser.get("access/").content.decode()  # type: ignore[attr-defined]
    account = re.search(r'name="account" value="(\w+)"', page)
    said = {"opened": _stamp(attack), "step": "send", "account": account[1] if account else "0" * 64}
    attack.sent(attack.browser.post("access/", **said, **form))
    attack.proves(attack.mine)
    attack.gets_answers()


def a_token_of_another_shop(attack: Attack) -> None:
    """The other shop signs what it likes, for itself or for this one; it also carries over what its own page said."""
    other = _other_shop(attack)
    said: dict[str, Any] = {"iss": "https://other.example", "email": attack.victim.email, "sub": str(attack.victim.number)}
    for shop in (other.slug, attack.shop.brand.slug):
        _handed_over(attack, a_token(key=edwards("other"), aud=shop, **said))
    foreign = Customer(attack.browser.client, other, "en")
    foreign.client.post(f"/{other.slug}/hand-over/", {"token": a_token(iss="https://other.example", aud=other.slug)})
    if "signed-in" in foreign.client.cookies:
        foreign.client.cookies["signed-in"]["path"] = f"/{attack.shop.brand.slug}/"
    _handed_over(attack, "")


def a_token_of_ones_own_and_the_victims_form(attack: Attack) -> None:
    token = a_token(email=attack.mine, sub=str(attack.victim.number + 500_000), name=attack.victim.name)
    more = {"customer_id": str(attack.victim.number), "email": attack.victim.email, "name": attack.victim.name}
    _handed_over(attack, token, **more)


def a_token_that_nobody_signed(attack: Attack) -> None:
    said: dict[str, Any] = {"email": attack.victim.email, "sub": str(attack.victim.number)}
    ways: tuple[dict[str, Any], ...] = (
        {"key": edwards("stranger")}, {"kid": "unknown", "key": edwards("stranger")}, {"head": {"alg": "none"}},
        {"exp": 1, "iat": 0}, {"email_verified": False}, {"head": {"jwk": {}}}, {"aud": "evil-shop"}, {"jti": "short"},
        {"email_verified": "true"},
    )  # fmt: skip
    _handed_over(attack, a_token(**said, **ways[attack.variant % len(ways)]))


def a_link_to_follow(attack: Attack) -> None:
    browser, dsr = attack.the_victim()
    browser.opens(attack.letter(attack.victim.email))
    browser.post("confirm/")
    run_all_due()
    for address in (attack.victim.email, attack.mine):
        attack.browser.post("follow/", email=address)
    run_all_due()
    attack.browser.get(f"requests/{dsr.reference}/")
    attack.proves(attack.mine, "open/")


def a_browser_that_was_shared(attack: Attack) -> None:
    """The victim filed in the impostor's browser: it shows that something was filed there, and nothing of what was found."""
    dsr = attack.files()
    assert dsr is not None
    attack.honest.add(dsr.pk)
    own = Customer(Client(), attack.shop.brand, attack.victim.language)
    own.opens(attack.letter(attack.victim.email))
    own.post("confirm/", code=attack.browser.code(dsr))
    run_all_due()
    dsr.refresh_from_db()
    waved_through(dsr, attack.officers)
    assert dsr.bundles.exists()
    attack.browser.post(f"requests/{dsr.reference}/send/", address="mallory@controller.example", token="x")


def _stamp(attack: Attack) -> str:
    return stamp(f"another form {attack.victim.number} {len(attack.filed)}")


OTHERS = (
    answers_to_elsewhere, a_sender_that_is_not, a_name_that_looks_like_an_address, a_mail_passed_on,
    a_new_address_told_by_telephone, a_change_of_address_by_telephone, a_name_on_paper, an_agent_who_asks_nobody,
    an_agent_with_two_mailboxes, an_agent_who_agrees_for_the_person, an_agent_whose_letter_is_believed,
    a_guardian_or_an_heir_without_papers, a_guardian_or_an_heir_believed_by_one, a_child_that_is_none, a_key_of_the_shop,
    a_key_of_another_shop, a_token_of_another_shop, a_token_of_ones_own_and_the_victims_form, a_token_that_nobody_signed,
    a_link_to_follow, a_browser_that_was_shared,
)  # fmt: skip
