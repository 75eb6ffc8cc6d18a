"""The officers' desk as somebody looks at it: a window, browsers, and requests that show all that a page can say."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final

from django.db.models.functions import Now
from django.http.response import HttpResponseBase
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from requests_app.changes.models import Entry, Stand
from requests_app.correspondence.services import write
from requests_app.erasure import rehearsals
from requests_app.erasure.models import Plan, PlanState
from requests_app.erasure.rehearsals import Rehearsal
from requests_app.erasure.rehearsing import Rehearsed, vars_of
from requests_app.officers.models import Officer, Role
from requests_app.values import CUSTOMER
from requests_app.vault import services as vault
from requests_app.vault import uploads
from requests_app.vault.rows import Kind
from requests_app.verification import acting
from requests_app.workflow import parties
from requests_app.workflow.models import SubjectRequest
from requests_app.workflow.states import State
from tests.browser.window import Window
from tests.console.desk import an_officer, at_the_desk, failed, searched
from tests.console.plans import ASKED, GONE, KEPT, OVERWRITTEN, a_plan, an_erasure, hidden
from tests.holds.placing import a_hold
from tests.making import a_dsr, a_source

LONG: Final = "You promised an answer by the third of March, and none came. " * 4
AUDITOR, OFFICER, LEAD = Role.AUDITOR, Role.OFFICER, Role.LEAD
WELL, WENT_ON, NOT_YOURS, QUICKER, WRONG = 200, 302, 403, 409, 422


@dataclass
class Desk:
    """A window, and a browser of each officer who looks through it."""

    window: Window
    language: str = "en"
    browsers: dict[str, Client] = field(default_factory=dict)

    def at(self, who: str) -> Client:
        if who not in self.browsers:
            officer = an_officer(f"{who}@desk.example", role=Role(who))
            Officer.objects.filter(pk=officer.pk).update(language=self.language)
            self.browsers[who] = at_the_desk(officer)
        return self.browsers[who]

    def officer(self, who: str = OFFICER) -> Officer:
        self.at(who)
        return Officer.objects.get(email=f"{who}@desk.example")

    def look(self, name: str, /, *of: Any, who: str = OFFICER, status: int = 200, **asked: Any) -> str:
        """Look at the page of that name; return its words."""
        return self.shows(self.at(who).get(reverse(name, args=of), asked), f"{name} for {who} {asked or ''}", status)

    def send(self, name: str, /, *of: Any, who: str = OFFICER, status: int = WRONG, **typed: Any) -> str:
        """Open a page, send its form with what it hides and what is `typed`, and look at the answer."""
        address, client = reverse(name, args=of), self.at(who)
        page = client.get(address).content.decode()
        kept = {one: found for one in ("seen", "digest", "once") if (found := hidden(page, one))}
        return self.shows(client.post(address, {**kept, **typed}), f"{name}, sent by {who}", status)

    def shows(self, answer: HttpResponseBase, name: str, status: int = 200) -> str:
        assert answer.status_code in {status, WENT_ON}, (name, answer.status_code)
        self.window.look(name, answer)
        return str(answer.content.decode())  # type: ignore[attr-defined]


Scene = Callable[[Desk], None]
SCENES: Final[dict[str, tuple[Scene, frozenset[str]]]] = {}


def shows(*names: str, door: str = "console:") -> Callable[[Scene], Scene]:
    """Say which pages a scene shows."""

    def kept(scene: Scene) -> Scene:
        SCENES[scene.__name__] = scene, frozenset(f"{door}{name}" for name in names)
        return scene

    return kept


def a_case(**fields: Any) -> SubjectRequest:
    """A request at review, late, with all that may come with one: a system that failed, somebody who acts, mail, a file."""
    long_ago = timezone.localdate() - timedelta(3)
    told = {"facts": {"postcode": "75001"}, "details": LONG, "due_safe_on": long_ago, "due_legal_on": long_ago}
    dsr = a_dsr(State.REVIEWING, **told | fields)
    orders, broken = a_source("orders"), a_source("marketing", description="demo/marketing.yaml")
    order = {"id": 1, "number": "OJ-1", "status": "delivered", "total": "13.90", "currency": "EUR"}
    searched(dsr, orders, {"customers": [{"id": 7, "email": dsr.email}], "orders": [order] * 60})
    failed(dsr, broken)
    broken.failed("unreachable", "connection refused")
    write(dsr, "proven", links={})
    uploads.keep(dsr, uploads.check(b"%PDF-1.7", "a-name-without-blanks-" * 4 + ".pdf"), by=CUSTOMER, purpose=uploads.MESSAGE)
    return dsr


def an_agent(dsr: SubjectRequest, **fields: Any) -> None:
    acting.name(dsr, parties.Part.AGENT, called="Mia Agent", email="agent@office.example", wants_answer=True)
    uploads.keep(dsr, uploads.check(b"%PDF-1.7 mandate", "mandate.pdf"), by=CUSTOMER, purpose=acting.MANDATE)
    parties.Party.objects.filter(dsr=dsr).update(papers=parties.Papers.SENT, **fields)


def a_full_plan() -> SubjectRequest:
    """An erasure whose plan says all that a plan can say."""
    dsr = an_erasure(scope="everything", ground="objection")
    hold = a_hold(by="placed-it")
    orders, shop = a_source("orders"), a_source("shop")
    a_plan(dsr, orders, GONE, KEPT, state=PlanState.STALE, fault="plan_changed")
    held = {**KEPT, "reason": f"litigation:{hold.pk}", "until": None, "blanked": {}}
    asked = [{**ASKED, "reason": reason} for reason in ("undated", "condition:fr-aml")]
    a_plan(dsr, orders, {**GONE, "records": 1151}, OVERWRITTEN, KEPT, held, *asked, round=2)
    problem = {"code": "no_right", "where": "orders.yaml:12", "message": "`orders`: the account may not delete there"}
    a_plan(dsr, shop, state=PlanState.IMPOSSIBLE, problems=[problem], round=2)
    return dsr


def a_rehearsal(plan: Plan, by: Officer) -> None:
    told = Rehearsed(
        statements=[{"collection": "customers", "text": "DELETE FROM customers WHERE " + "id = ANY(%(ids)s) AND " * 20}],
        receipts=[{"collection": "customers", "deed": "erase", "meant": 3, "done": 3}],
        problems=[{"code": "no_right", "where": "orders.yaml:12", "message": "no right to delete"}],
        samples=[{"collection": "customers", "deed": "blank", "fields": [["email", "ada@example.com", "–"], ["id", "1" * 90, ""]]}],
    )  # fmt: skip
    with vault.writing(plan.dsr, Kind.JSON) as draft:
        draft.writer.write(json.dumps(vars_of(told)).encode() + b"\n", 1)
    rehearsals.keep(Rehearsal.objects.create(plan=plan, asked_by=by), draft.file)


def entries(dsr: SubjectRequest, *stands: Stand) -> list[Entry]:
    """Let a system have shown fields that stand so."""
    source = a_source(f"s{dsr.pk.hex[:6]}", brand=dsr.brand, description="demo/orders.yaml")
    made = [
        Entry(dsr=dsr, source=source, stand=stand, collection="customers", field="first_name", number=number, old="Ada" * 30,
              new="Eve", why="I moved.", key=[str(number)], position=number, decided_at=Now(), done_at=Now(), answer="Why?")
        for number, stand in enumerate(stands)
    ]  # fmt: skip
    return Entry.objects.bulk_create(made)
