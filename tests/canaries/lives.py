"""Four people's requests from the form to the end, through the real pages; every page and kind of work is broken on its way."""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, connection
from django.test import Client
from django.urls import reverse

from requests_app.changes.models import Entry, Stand
from requests_app.collection.models import Part
from requests_app.erasure import services as erasure
from requests_app.ledger.claims import claim
from requests_app.ledger.handlers import KINDS
from requests_app.ledger.models import Step, StepState
from requests_app.ledger.services import run
from requests_app.officers.models import Officer
from requests_app.portal.forms import stamp
from requests_app.sources.models import Source
from requests_app.workflow.models import SubjectRequest
from requests_app.workflow.services import Move, advance
from requests_app.workflow.states import State
from tests.canaries.planting import Marks
from tests.canaries.sinks import Sinks
from tests.changes.conftest import CUSTOMERS, SUBSCRIBERS
from tests.console.desk import an_officer, at_the_desk
from tests.portal.customer import SEE_OTHER, Customer, words
from tests.running import come_due
from tests.small_shop import SmallShop

REFUSAL: Final = "object_direct_marketing"
PEOPLE: Final = ("access", "erasure", "rectification", REFUSAL)
ORDERS_EACH: Final = 500
PLACES: Final = (0, 3, 9)  # which statement of a page or a step fails
_CUSTOMER: Final = (
    "", "fields/", "receipt/", "certificate/", "acting/", "paper/", "will/", "address/", "withdraw/", "nothing-of-the-kind/",
)  # fmt: skip
_OFFICER: Final = (
    "", "match/", "records/", "review/", "timeline/", "letters/", "notes/", "messages/", "pack/", "approve/", "changes/", "plan/",
)  # fmt: skip
_ONCE: Final = ("systems/", "review/flags/", "files/", "acting/", "refuse/", "reply/", "dates/", "fee/")
_DESK: Final = ("", "tasks/", "mail/", "holds/", "refusals/", "reappearances/", "sources/", "workload/", "reports/", "export/all/")


@contextmanager
def failing(at: int, secret: str) -> Iterator[None]:
    """Let the statement number `at` fail as PostgreSQL would, with words about a person in the fault."""
    counted = iter(range(10_000))

    def execute(run: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:  # noqa: FBT001  # Django's
        if next(counted) == at:
            raise IntegrityError(f"duplicate key; DETAIL: Key (email)=({secret}) already exists; {params}")
        return run(sql, params, many, context)

    with connection.execute_wrapper(execute):
        yield


@dataclass(slots=True)
class Life:
    """The shop, its people, and everything that becomes of what they ask."""

    shop: SmallShop
    marks: Marks
    sinks: Sinks
    broken: Counter[str] = field(default_factory=Counter)

    def officer(self, name: str) -> Officer:
        email = f"{name}@desk.example"
        return Officer.objects.filter(email=email).first() or an_officer(email, brand=self.shop.brand)

    def address(self, who: str) -> str:
        return self.marks.mark(who, "orders", "email") + "@example.com"

    def furnish(self) -> None:
        """Plant a mark in every field of every record of every person."""
        Source.objects.filter(pk=self.shop.orders.pk).update(erase_secret="SMALL_ORDERS_URL")
        Source.objects.filter(pk=self.shop.newsletter.pk).update(erase_secret="SMALL_LETTERS_URL")
        Path(self.shop.orders.description).write_text(CUSTOMERS, encoding="utf-8")
        Path(self.shop.newsletter.description).write_text(SUBSCRIBERS, encoding="utf-8")
        self.shop.sql("ALTER TABLE customers ADD status text NOT NULL DEFAULT 'active'")
        self.shop.letters("ALTER TABLE subscribers ADD postcode text")
        for number, who in enumerate(PEOPLE, 1):
            self._person(number, who)

    def _person(self, number: int, who: str) -> None:
        planted = self.marks.mark
        scan = self.shop.scan(f"{who}.pdf", f"%PDF-1.7 {planted(who, 'files', 'scan')}".encode())
        self.shop.sql(
            "INSERT INTO customers VALUES (%s, %s, %s, %s, %s)",
            number, self.address(who), planted(who, "orders", "name"), planted(who, "orders", "postcode"), scan,
        )  # fmt: skip
        marked = [planted(who, "orders", f"number {one}") for one in range(ORDERS_EACH)]
        self.shop.sql(
            "INSERT INTO orders SELECT %s * 10000 + n, %s, t, 10.5 FROM unnest(%s::text[]) WITH ORDINALITY AS o(t, n)",
            number, number, marked,
        )  # fmt: skip
        said = (planted(who, "newsletter", "list"), planted(who, "newsletter", "postcode"))
        self.shop.letters("INSERT INTO subscribers VALUES (?, ?, ?, ?)", number, self.address(who), *said)

    def work(self) -> None:
        """Do all that is due, as workers do; the first attempts of every kind break at another statement each."""
        while step := Step.objects.filter(state=StepState.DUE).order_by("pk").first():
            self.sinks.look_around()
            Step.objects.filter(pk=step.pk).exclude(not_before__lte=step.created_at).update(not_before=step.created_at)
            taken = claim(step.pk)
            assert taken is not None
            if (
                step.attempts == 0
                and step.queue != "erase"
                and self.broken[step.kind] < min(3, KINDS[step.kind].retry.attempts - 1)
            ):
                with failing(PLACES[self.broken[step.kind]], self.marks.mark("fault", step.kind)):
                    self.broken[step.kind] += 1
                    run(taken)
            else:
                run(taken)
            come_due()

    def customer(self) -> Customer:
        return Customer(self.sinks.browser(), self.shop.brand)

    def asks(self, who: str) -> tuple[Customer, SubjectRequest]:
        """File with the right's own form, check, send, and prove the mailbox with the letter."""
        customer, typed = self.customer(), self.marks.mark
        said = {
            "email": self.address(who), "name": self.marks.mark(who, "orders", "name"), "opened": stamp(who),
            "postcode": self.marks.mark(who, "orders", "postcode"), "order_number": typed(who, "orders", "number 0"),
            "extent": "everything", "details": typed(who, "typed", "details"),
            "birth_date_0": "", "birth_date_1": "", "birth_date_2": "",
        }  # fmt: skip
        self.broken_on_the_way(f"/{self.shop.brand.slug}/en/{who}/", customer, said | {"step": "check"})
        customer.sends(step="check", right=who, **said)
        answer = customer.sends(right=who, **said)
        assert answer.status_code == SEE_OTHER, words(answer)
        dsr = SubjectRequest.objects.get(reference=answer["Location"].split("/")[-2])
        self.work()
        self.proves(customer, dsr)
        return customer, SubjectRequest.objects.select_related("brand").get(pk=dsr.pk)

    def proves(self, customer: Customer, dsr: SubjectRequest) -> None:
        letters = [mail for mail in self.sinks.post.to(str(dsr.email)) if mail.tokens]
        customer.client.get(f"/{self.shop.brand.slug}/en/letter/{letters[-1].tokens[0]}/", follow=True)
        self.broken_on_the_way(customer.path("confirm/"), customer, {})
        customer.post("confirm/")
        self.work()

    def proves_again(self, customer: Customer, dsr: SubjectRequest) -> None:
        """Open the newest letter, which leads to the copy."""
        letter = [mail for mail in self.sinks.post.to(str(dsr.email)) if mail.tokens][-1]
        customer.client.get(f"/{self.shop.brand.slug}/en/letter/{letter.tokens[0]}/", follow=True)
        customer.post("open/", claim=customer.key(dsr))

    def broken_on_the_way(self, path: str, customer: Customer, said: dict[str, str] | None = None) -> None:
        """Ask for a page, with what was typed, while a statement fails: at every visit of the same page another one."""
        page = "/".join(part for part in path.split("/") if not part.startswith("DSR-"))
        with failing(PLACES[self.broken[page] % len(PLACES)], self.marks.mark("fault", page)):
            self.broken[page] += 1
            customer.client.post(path, said) if said is not None else customer.client.get(path)

    def looks(self, customer: Customer, dsr: SubjectRequest) -> Client:
        """Open every page that the customer and an officer have of this request, whole and broken; return the officer's browser."""
        desk = Customer(self.sinks.browser(at_the_desk(self.officer("one"), fresh=True)), self.shop.brand)
        mine = [customer.path(f"requests/{dsr.reference}/{page}") for page in _CUSTOMER]
        pages = (*_OFFICER, *_ONCE) if dsr.right == "access" else _OFFICER
        theirs = [f"/console/requests/{dsr.reference}/{page}" for page in pages]
        theirs += [f"/console/requests/{dsr.reference}/records/{part.pk}/" for part in Part.objects.filter(pull__dsr=dsr)[:2]]
        theirs += [f"/console/{page}" for page in _DESK if dsr.right == "access"]
        for browser, paths in ((customer, mine), (desk, theirs)):
            for path in paths:
                browser.client.get(path)
                self.broken_on_the_way(path, browser)
        note = f"/console/requests/{dsr.reference}/notes/"
        self.broken_on_the_way(note, desk, {"text": self.marks.mark(dsr.right, "written", "note")})
        desk.client.post(note, {"text": self.marks.mark(dsr.right, "written", "note")})
        desk.client.post("/console/find/", {"sought": str(dsr.email)})
        return desk.client

    def speaks(self, customer: Customer, dsr: SubjectRequest) -> None:
        """Write to the officers, and send a file along."""
        said = self.marks.mark(dsr.right, "typed", "message")
        content = b"%PDF-1.7 " + self.marks.mark(dsr.right, "typed", "file").encode()
        named = f"{self.marks.mark(dsr.right, 'typed', 'name of a file')}.pdf"
        customer.post(f"requests/{dsr.reference}/say/", text=said, file=SimpleUploadedFile(named, content))
        self.work()


def access(life: Life) -> SubjectRequest:
    customer, dsr = life.asks("access")
    assert dsr.state == State.REVIEWING, dsr.state
    life.speaks(customer, dsr)
    life.looks(customer, dsr)
    advance(dsr, Move.APPROVE, by=life.officer("one").actor, reason=life.marks.mark("access", "written", "reason"))
    life.work()
    life.proves_again(customer, dsr)
    got: Any = customer.post(f"requests/{dsr.reference}/download/")
    assert got.streaming, got.content
    assert got.body.startswith(b"PK")
    life.work()
    return dsr


def erased(life: Life) -> SubjectRequest:
    customer, dsr = life.asks("erasure")
    life.speaks(customer, dsr)
    life.looks(customer, dsr)
    dsr.refresh_from_db()
    life.work()
    for name in ("one", "two"):
        erasure.approve(dsr, by=life.officer(name), digest=erasure.plan_digest(dsr))
    life.work()
    erasure.waive_cooling_off(SubjectRequest.objects.get(pk=dsr.pk))
    life.work()
    return dsr


def rectified(life: Life) -> SubjectRequest:
    customer, dsr = life.asks("rectification")
    entries = Entry.objects.filter(dsr=dsr, deed="correct").exclude(field="")
    new = {f"new_{one.pk.hex}": life.marks.mark("rectification", "new", one.field) for one in entries if one.field == "postcode"}
    said = {f"new_{one.pk.hex}": one.old or "" for one in entries} | new
    said |= {f"why_{one.pk.hex}": life.marks.mark("rectification", "typed", "why") for one in entries if one.field == "postcode"}
    life.broken_on_the_way(customer.path(f"requests/{dsr.reference}/fields/"), customer, said)
    customer.post(f"requests/{dsr.reference}/fields/", **said)
    life.work()
    desk = life.looks(customer, dsr)
    found = Entry.objects.filter(dsr=dsr).exclude(stand=Stand.OFFERED)
    verdicts: dict[str, Any] = {"seen": dsr.transitions.count()}
    for one in found:
        verdicts |= {f"verdict_{one.pk.hex}": "accept", f"words_{one.pk.hex}": "", f"found_{one.pk.hex}": one.found or ""}
    desk.post(reverse("console:changes", args=[dsr.reference]), verdicts)
    desk.post(reverse("console:carry_out", args=[dsr.reference]), {"seen": dsr.transitions.count()})
    life.work()
    return dsr


def refused(life: Life) -> SubjectRequest:
    customer, who = life.customer(), REFUSAL
    said = {"email": life.address(who), "everything": "1", "opened": stamp(who)}
    life.broken_on_the_way(customer.path(f"{who}/"), customer, said)
    answer = customer.post(f"{who}/", **said)
    assert answer.status_code == SEE_OTHER, words(answer)
    life.work()
    return SubjectRequest.objects.get(right=who)


LIVES: Final = (access, erased, rectified, refused)
