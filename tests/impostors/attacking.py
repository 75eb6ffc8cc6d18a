"""An impostor with everything that one can know or borrow, and eyes that miss nothing of what they are shown."""

import io
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, cast

import psycopg
from django.db import connection, transaction
from django.test import Client

from requests_app.correspondence.addresses import mailbox
from requests_app.correspondence.models import Letter
from requests_app.emails import NotAnAddress
from requests_app.erasure import services as erasure
from requests_app.erasure.services import Frozen, NotReady, PlanStale
from requests_app.intake.services import Application, open_request
from requests_app.matching.services import decide
from requests_app.officers.models import Officer
from requests_app.portal.forms import stamp
from requests_app.verification.services import Secrets, begin
from requests_app.workflow.models import SubjectRequest
from requests_app.workflow.services import Move, advance
from requests_app.workflow.states import State
from tests.impostors.people import Victim
from tests.mail import Post
from tests.portal.customer import ANSWERS, Customer
from tests.running import run_all_due
from tests.small_shop import SmallShop

SEE_OTHER: Final = 303
_PAGES: Final = ("", "certificate/")
_BUTTONS: Final = ("download/", "acting/fetch/")


class Watched(Client):
    """A browser that keeps every byte that it was shown; of an archive what is in it."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[bytes] = []

    def request(self, **asked: Any) -> Any:
        answer = super().request(**asked)
        content = b"".join(answer.streaming_content) if answer.streaming else answer.content  # type: ignore[attr-defined]
        self.seen += [content, str(dict(answer.headers)).encode(), answer.cookies.output().encode()]
        if content.startswith(b"PK"):
            copy = zipfile.ZipFile(io.BytesIO(content))
            self.seen += [copy.read(name) for name in copy.namelist()]
        return answer


@dataclass
class Attack:
    """One attempt. `own`: the mailboxes that the impostor reads; `honest`: requests that the victim filed and proved."""

    shop: SmallShop
    post: Post
    victim: Victim
    officers: tuple[Officer, Officer]
    variant: int
    own: set[str] = field(default_factory=set)
    honest: set[Any] = field(default_factory=set)
    browsers: list[Watched] = field(default_factory=list)
    told: Secrets | None = None
    filed: dict[Any, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.began = now()
        self.browser = self.a_browser()
        self.mine = self.owns(f"mallory{self.victim.number}@evil.example")

    def a_browser(self) -> Customer:
        watched = Watched()
        self.browsers.append(watched)
        return Customer(watched, self.shop.brand, self.victim.language)

    def owns(self, address: str) -> str:
        self.own.add(address)
        return address

    def files(self, right: str = "access", *, browser: Customer | None = None, **changes: Any) -> SubjectRequest | None:
        """Fill in the form with all that is known of the victim; None where it is not taken."""
        said = (
            ANSWERS | self.victim.known | {"opened": stamp(f"form {len(self.filed)}"), "step": "send", "email": self.victim.email}
        )
        if right == "erasure":
            said |= {"extent": "everything", "ground": ""}
        said |= {"declared": self.victim.name} if self.victim.residence.startswith("US") else {}
        return self.sent((browser or self.browser).post(f"{right}/", **said | changes), right)

    def sent(self, answer: Any, right: str = "access") -> SubjectRequest | None:
        """Return what was filed by that answer, with its letters out."""
        run_all_due()
        if answer.status_code != SEE_OTHER or "/requests/" not in answer["Location"]:
            return None
        reference = answer["Location"].split("/requests/")[1].split("/")[0]
        dsr = SubjectRequest.objects.select_related("brand").get(reference=reference)
        self.filed[dsr.pk] = right
        return dsr

    def letter(self, address: str, nth: int = 0) -> str:
        """Return the `nth` link of the newest letter to `address`; one that was never made where there is none."""
        with suppress(NotAnAddress):
            if letters := [one for one in self.post.to(mailbox(address)) if one.tokens]:
                return self.browser.path(f"letter/{letters[-1].tokens[nth]}/")
        return self.browser.path("letter/none/")

    def opens(self, address: str, nth: int = 0, *, browser: Customer | None = None) -> Any:
        return (browser or self.browser).opens(self.letter(address, nth))

    def proves(self, address: str, page: str = "confirm/", **fields: str) -> Any:
        """Open the newest letter to a mailbox of one's own, and press the button."""
        assert address in self.own
        self.opens(address)
        answer = self.browser.post(page, **fields)
        run_all_due()
        return answer

    def steals(self, address: str) -> None:
        """Prove the own mailbox, let officers who doubt nothing answer, and fetch what there is."""
        self.proves(address)
        self.gets_answers()

    def gets_answers(self) -> None:
        """Let two officers agree to whatever is put before them; then open every letter and take every copy."""
        for dsr in self.requests():
            waved_through(dsr, self.officers)
        for address in self.own:
            for letter in self.post.to(address):
                for token in letter.tokens[:1]:
                    self.browser.opens(self.browser.path(f"letter/{token}/"))
                    self.browser.post("open/")
                    self.browser.post("act/")

    def the_victim(self, right: str = "access") -> tuple[Customer, SubjectRequest]:
        """Let the victim file a request of their own; the impostor sees none of it."""
        browser = Customer(Client(), self.shop.brand, self.victim.language)
        dsr = self.files(right, browser=browser)
        assert dsr is not None
        self.honest.add(dsr.pk)
        return browser, dsr

    def requests(self) -> list[SubjectRequest]:
        return [dsr for dsr in self.everything() if dsr.pk not in self.honest]

    def everything(self) -> list[SubjectRequest]:
        return list(SubjectRequest.objects.select_related("brand").filter(received_at__gte=self.began).order_by("received_at"))

    def looks(self) -> None:
        """Ask every browser for every page of every request, and press the buttons that give something."""
        for dsr in self.everything():
            for page in _PAGES:
                for browser in self.browsers:
                    browser.get(f"/{dsr.brand.slug}/{self.victim.language}/requests/{dsr.reference}/{page}")
            for browser in self.browsers:
                for page in _BUTTONS:
                    browser.post(f"/{dsr.brand.slug}/{self.victim.language}/requests/{dsr.reference}/{page}")

    def breaches(self) -> Iterator[str]:
        """Yield what should not be."""
        canary = self.victim.canary.encode()
        if any(canary in seen for browser in self.browsers for seen in browser.seen):
            yield "a page or a copy shows the victim's data"
        for mail in self.post.taken:
            if canary in mail.raw or self.victim.canary in mail.text:
                yield f"a letter to {mail.recipients} holds the victim's data"
        known = {_wire(one) for one in (*self.own, self.victim.email, *(officer.email for officer in self.officers))}
        if strange := {one for mail in self.post.taken for one in mail.recipients} - known:
            yield f"letters went to {strange}"
        yield from self._past_verification()
        yield from self._changed()

    def _past_verification(self) -> Iterator[str]:
        for dsr in self.requests():
            if dsr.verified_at is not None and dsr.email not in self.own:
                yield f"{dsr.right} filed by {dsr.channel} is {dsr.state} without a proof"
        for letter in Letter.objects.filter(officer=None, dsr__in=self.requests()):
            if "Evil Lane" in str(letter.address):
                yield "a letter goes to a street that was only typed"

    def _changed(self) -> Iterator[str]:
        for dsr in SubjectRequest.objects.filter(pk__in=self.filed):
            if dsr.right != self.filed[dsr.pk]:
                yield f"{self.filed[dsr.pk]} became {dsr.right}"
        with psycopg.connect(self.shop.database) as orders:
            held = orders.execute("SELECT email FROM customers WHERE id = %s", [self.victim.number]).fetchone()
        if held != (self.victim.email,):
            yield "the victim's record is not what it was"


def _wire(address: str) -> str:
    return mailbox(address)


def waved_through(dsr: SubjectRequest, officers: tuple[Officer, Officer]) -> None:
    """Let both officers do what they are asked: every candidate is the person, every answer is approved."""
    if dsr.stage == State.DECIDING:
        doubtful = dsr.matches.filter(state="doubtful")
        everybody = {str(match.pk): list(range(len(match.candidates or []))) for match in doubtful}
        decide(dsr, everybody, by=officers[0], reason="so it was said")
        run_all_due()
        dsr.refresh_from_db()
    if dsr.stage == State.REVIEWING and dsr.right == "erasure":
        with suppress(NotReady, PlanStale, Frozen):
            for officer in officers:
                erasure.approve(dsr, by=officer, digest=erasure.plan_digest(dsr))
    elif dsr.stage == State.REVIEWING and Move.APPROVE in dsr.moves:
        advance(dsr, Move.APPROVE, by=officers[0].actor)
    run_all_due()


def on_paper(attack: Attack, email: str = "", channel: str = "post") -> SubjectRequest:
    """Let an officer take down what somebody writes or says on the telephone, in the victim's name."""
    known, victim = attack.victim.known, attack.victim
    application = Application(
        right="access", email=email, name=victim.name, language=victim.language, channel=channel, residence=victim.residence,
        postal_address="" if email else "99 Evil Lane\n66666 Elsewhere",
        facts={"phone_number": known["phone_number"], "order_number": known["order_number"], "street": "99 Evil Lane"},
    )  # fmt: skip
    with transaction.atomic():
        dsr = open_request(attack.shop.brand, application, by=attack.officers[0].actor)
        attack.told = begin(dsr)
    run_all_due()
    return dsr


def now() -> datetime:
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        (moment,) = cursor.fetchone()
    return cast("datetime", moment)
