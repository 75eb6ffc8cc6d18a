from copy import deepcopy
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from django.db import transaction
from django.db.models.functions import Now
from django.test import Client
from django.urls import URLResolver, get_resolver, reverse
from pytest_django import Settings

from requests_app.arrivals.models import Batch
from requests_app.autopilot.models import Decision, Mode
from requests_app.collection.models import Part
from requests_app.console import urls
from requests_app.correspondence.services import write
from requests_app.erasure.models import Freeze, Plan, PlanState
from requests_app.erasure.remains import Kept
from requests_app.erasure.traces import Reappearance
from requests_app.errands.models import Errand, Keeper
from requests_app.holds.models import Hold
from requests_app.intake.mailroom import take_in
from requests_app.intake.models import Draft
from requests_app.officers.models import Membership, Officer, Role, Sees
from requests_app.officers.services import leave
from requests_app.optouts.models import Effect, SeenPurpose
from requests_app.review.models import Extent, Flag, Note, Proposal, Ruling
from requests_app.sources.models import Source, Stop
from requests_app.sources.versions import SourceVersion
from requests_app.values import CUSTOMER, SYSTEM, Side
from requests_app.vault import uploads
from requests_app.vault.models import Upload
from requests_app.verification import acting
from requests_app.workflow import parties
from requests_app.workflow.delegations import Delegation
from requests_app.workflow.models import SubjectRequest
from requests_app.workflow.states import ERASURE, State
from tests.arrivals.files import a_row, staged
from tests.console.access import (
    ADMINISTRATOR,
    AUDITOR,
    FOREIGN,
    LEFT,
    NOBODY,
    OF_A_PLAN,
    OF_CUSTOMERS,
    OF_THE_SHOP,
    OF_THE_WAY_IN,
    OFFICER,
    ONE_FACTOR,
    TABLE,
    WHO,
)
from tests.console.desk import an_officer, at_the_desk, failed, searched
from tests.console.plans import ASKED, a_certificate, a_plan, an_erasure, stuck, there_again
from tests.holds.placing import a_hold
from tests.intake.mails import PDF, a_mail
from tests.making import DUE_ON, a_brand, a_dsr, a_source
from tests.optouts.refusing import left_to_a_person

pytestmark = pytest.mark.django_db
DEEDS = {"console:hold_step": "review", "console:task_step": "remind"}


@pytest.fixture
def dsr() -> SubjectRequest:
    return a_case()


@pytest.fixture
def of_staff() -> SubjectRequest:
    """The same things, on the other side of the wall."""
    dsr = a_case(Side.STAFF)
    SubjectRequest.objects.update(person_kind="employee")
    Source.objects.update(side=Side.STAFF)
    dsr.refresh_from_db()
    return dsr


def a_case(side: Side = Side.CUSTOMERS) -> SubjectRequest:
    dsr = a_dsr(State.REVIEWING)
    acting.name(dsr, parties.Part.AGENT, called="Mia Agent", email="agent@office.example")
    uploads.keep(dsr, uploads.check(b"%PDF-1.7 mandate", "mandate.pdf"), by=CUSTOMER, purpose=acting.MANDATE)
    message = a_mail()
    message.add_attachment(PDF, maintype="application", subtype="pdf", filename="invoice.pdf")
    take_in(dsr.brand, message.as_bytes())
    write(dsr, "follow", links={"follow": "x", "disown": "y"})
    searched(dsr, a_source("orders"))
    failed(dsr, a_source("marketing"))
    proposed(dsr)
    a_hold(by="placed-it", side=side)
    erasure = an_erasure()
    orders, marketing = dsr.brand.sources.order_by("pk")
    a_plan(erasure, orders, ASKED)
    a_plan(erasure, marketing, state=PlanState.IMPOSSIBLE)
    a_certificate(erasure)
    Freeze.objects.create(brand=erasure.brand)
    there_again(erasure, orders)
    stuck(erasure, orders)
    left_to_a_person(orders)
    keeper = Keeper.objects.create(source=orders, name="Archie", email="archive@shop.example")
    Errand.objects.create(dsr=dsr, source=orders, keeper=keeper, deed="look", about=dsr.pk, due_on=DUE_ON)
    staged(a_row(), brand=dsr.brand, by=Officer.objects.latest("pk"))
    lent_out(dsr)
    SourceVersion.objects.create(source=orders, number=1, connector="sql", digest="0" * 64, reason="first")
    Stop.objects.create(brand=dsr.brand, source=orders, reason="a leak", placed_by=Officer.objects.latest("pk"), lifted_at=Now())
    Decision.objects.create(dsr=dsr, mode=Mode.ON, acted=True, sampled=True)
    return dsr


def proposed(dsr: SubjectRequest) -> None:
    """Something that is withheld, something that a detector found, and a note about it."""
    part = Part.objects.get()
    flag = Flag.objects.create(dsr=dsr, part=part, field="email", kind="email", found=1, kept=1)
    Proposal.objects.create(dsr=dsr, flag=flag, number=0, record=bytes(32), seen=bytes(32))
    Ruling.objects.create(
        dsr=dsr, source=part.pull.source, collection=part.collection, field="name", extent=Extent.COLUMN, ground="others"
    )
    Note.objects.create(dsr=dsr, text="be gentle")


def lent_out(dsr: SubjectRequest) -> None:
    """Lend the request to somebody of a third shop, who has nothing else here."""
    somebody = an_officer("lent@desk.example", brand=a_brand("third"), factor=False)
    Delegation.objects.create(dsr=dsr, officer=somebody, by=somebody)


@pytest.fixture
def vault(settings: Settings, tmp_path: Path) -> None:
    settings.DSAR_VAULT = tmp_path / "vault"


def a_browser(who: str, sees: Sees = Sees.CUSTOMERS) -> Client:
    if who == NOBODY:
        return Client()
    roles = {AUDITOR: Role.AUDITOR, ADMINISTRATOR: Role.ADMINISTRATOR}
    brand = a_brand("maison-s") if who == FOREIGN else a_brand()
    officer = an_officer(brand=brand, role=roles.get(who, Role.OFFICER), factor=who != ONE_FACTOR)
    Membership.objects.filter(officer=officer).update(sees=sees)
    if who != ONE_FACTOR:
        RecoveryCodes.activate(officer)
    client = at_the_desk(officer, fresh=True)
    if who == LEFT:
        leave(officer.email, by=SYSTEM)
    return client


def addresses() -> set[str]:
    """Return the name of every address below /console/."""
    parts: list[Any] = [part for part in urls.urlpatterns if isinstance(part, URLResolver)]
    return {f"{part.namespace}:{page.name}" if part.namespace else page.name for part in parts for page in part.url_patterns}


def test_every_address_of_the_console_is_in_the_table() -> None:
    assert {name for _method, name in TABLE} == addresses()
    assert {(method, name) for method, name in product(("GET", "POST"), addresses())} == set(TABLE)


@pytest.mark.usefixtures("vault")
@pytest.mark.parametrize("who", WHO)
def test_an_address_answers_as_the_table_says(dsr: SubjectRequest, who: str) -> None:
    client = a_browser(who)

    answers = all_answers(client, dsr)

    assert answers == {asked: row[WHO.index(who)] for asked, row in TABLE.items()}


@pytest.mark.promise("S9")
@pytest.mark.promise("S19")
@pytest.mark.promise("J7")
@pytest.mark.usefixtures("vault")
@pytest.mark.parametrize(("case", "sees"), [("dsr", Sees.STAFF), ("of_staff", Sees.CUSTOMERS)])
def test_nobody_sees_over_the_wall(request: pytest.FixtureRequest, case: str, sees: Sees) -> None:
    beyond: SubjectRequest = request.getfixturevalue(case)
    client = a_browser(OFFICER, sees)

    answers = all_answers(client, beyond)

    open_to_both = OF_THE_SHOP | (OF_CUSTOMERS if sees == Sees.CUSTOMERS else frozenset())
    assert answers == {asked: row[WHO.index(OFFICER if asked[1] in open_to_both else FOREIGN)] for asked, row in TABLE.items()}
    for page in ("queue", "sources", "holds", "reappearances"):
        # The name of a right, which every filter lists, is nobody's system.
        seen = client.get(reverse(f"console:{page}")).content.decode().replace("object_direct_marketing", "")
        assert [word for word in (beyond.reference, "orders", "marketing", "Litigation") if word in seen] == [], page
    assert not SubjectRequest.objects.visible_to(Officer.objects.latest("pk")).exists()


@pytest.mark.promise("S9")
@pytest.mark.usefixtures("vault")
def test_whoever_is_named_for_staff_works_their_requests_as_any_other(of_staff: SubjectRequest) -> None:
    client = a_browser(OFFICER, Sees.STAFF)

    answers = all_answers(client, of_staff)

    assert answers == {asked: row[WHO.index(FOREIGN if asked[1] in OF_CUSTOMERS else OFFICER)] for asked, row in TABLE.items()}


def all_answers(client: Client, dsr: SubjectRequest) -> dict[tuple[str, str], int]:
    """Return the status of every answer; what a call changes is undone, so that the words of the addresses are read once."""
    words, of_a_plan = words_of(dsr), SubjectRequest.objects.get(right=ERASURE).reference
    taken = get_resolver().namespace_dict["console"][1].reverse_dict
    answers = {}
    for method, name in TABLE:
        pattern = next(iter(taken.getlist(name[8:])), None) if ":" in name else None
        known = words | ({"reference": of_a_plan} if name in OF_A_PLAN else {}) | {"deed": DEEDS.get(name, "again")}
        named = {key: known[key] for key in pattern[0][0][1]} if pattern else OF_THE_WAY_IN.get(name, {})
        address = reverse(name, kwargs=dict(named))
        answers[method, name] = answered(client, method, address)
    return answers


def answered(client: Client, method: str, address: str) -> int:
    cookies = deepcopy(client.cookies)
    with transaction.atomic():
        status = client.generic(method, address).status_code
        transaction.set_rollback(True)
    client.cookies = cookies
    return status


def words_of(dsr: SubjectRequest) -> dict[str, Any]:
    """Return what may stand in an address about this request."""
    return {
        "lent": Delegation.objects.get().pk,
        "batch": Batch.objects.get().pk,
        "reference": dsr.reference, "part": Part.objects.get().pk, "tab": "to-decide", "token": "unknown",
        "plan": Plan.objects.get(state=PlanState.IMPOSSIBLE).pk, "hold": Hold.objects.get().pk,
        "found": Reappearance.objects.get().pk, "file": dsr.uploads.get().pk, "kept": Kept.objects.get().pk,
        "draft": Draft.objects.get().pk, "letter": dsr.letters.get(kind="follow").pk, "upload": Upload.objects.get(dsr=None).pk,
        "errand": Errand.objects.get().pk, "stop": Stop.objects.get().pk, "view": 0, "year": 2026, "month": 12,
        "quarter": "2026-Q1", "topic": "on-time",
        "number": 0, "flag": Flag.objects.get().pk, "ruling": Ruling.objects.get().pk, "proposal": Proposal.objects.get().pk,
        "note": Note.objects.get().pk,
        "effect": Effect.objects.get().pk, "purpose": SeenPurpose.objects.get().pk,
        "source": dsr.brand.sources.get(name="orders").pk, "brand": dsr.brand.slug, "language": "en",
        "version": SourceVersion.objects.get().number, "right": "access", "decision": Decision.objects.get().pk,
    }  # fmt: skip
