"""Every page of the portal, in every state, errors included, is for everybody: axe, a phone, large letters, right to left."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Final

import pytest
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Browser, Page
from pytest_django import Settings

from requests_app.connectors.suppressing import Channel
from requests_app.correspondence.services import write
from requests_app.erasure import certifying
from requests_app.erasure.models import CoolingOff
from requests_app.optouts.digests import digest_of, token_for
from requests_app.portal import urls
from requests_app.replies import wills
from requests_app.replies.models import Reach
from requests_app.rights import RIGHTS
from requests_app.values import CUSTOMER, Claim
from requests_app.vault import uploads
from requests_app.verification import services as verification
from requests_app.verification.models import Purpose
from requests_app.workflow.models import SubjectRequest
from requests_app.workflow.states import Move, State, states
from tests.browser import test_everywhere_acting  # noqa: F401  # its pages count here
from tests.browser.window import CUSTOMERS, LOOKED_AT, Window, a_page, looks_at
from tests.erasure.planned import an_erasure
from tests.making import a_brand, a_dsr
from tests.portal.customer import Customer, a_copy, link, walk

pytestmark = pytest.mark.django_db
OFFERED: Final = sorted(name for name, right in RIGHTS.items() if not right.concerns)
FOR_OTHERS: Final = ("access", "erasure", "rectification")
ONE_OF_A_KIND: Final = ("access", "erasure", "rectification", "restriction", "object_direct_marketing", "complaint")
LANGUAGES: Final = ("en", "fr", "de", "el")
SAME_EVERYWHERE: Final = frozenset(  # what a request looks like there does not hang on its right
    {State.RECEIVED, State.VERIFYING, State.MATCHING, State.DECIDING, State.COLLECTING, State.WITHDRAWN, State.LAPSED}
)
# What answers no page of its own, and pages that have a test of their own in another file of this folder.
NO_PAGES: Final = frozenset(
    {
        "gpc", "door", "start", "look", "leave", "metrics_latest", "metrics_csv", "metrics_json", "say", "file", "resend", "code",
        "stop", "waive", "statement", "acting_resend", "stop_acting", "forget", "security",
    },
)  # fmt: skip
ELSEWHERE: Final = frozenset({"embed", "task_link", "task_code", "tasks", "task"})


@pytest.fixture(scope="module")
def page(chromium: Browser) -> Iterator[Page]:
    """One page of one browser, for all."""
    yield from a_page(chromium)


@pytest.fixture
def customer(settings: Settings) -> Customer:
    settings.PORTAL_FILL_DELAY = -1
    brand = a_brand(
        privacy_phone="+33 1 99 00 20 20", languages=list(LANGUAGES), rights={"voluntary": OFFERED},
        authority={"name": "Commission nationale de l’informatique", "url": "https://authority.example"},
    )  # fmt: skip
    return Customer(Client(), brand)


@pytest.fixture
def window(request: pytest.FixtureRequest, page: Page, customer: Customer) -> Iterator[Window]:
    window = Window(page, CUSTOMERS)
    window.look_css = customer.client.get("/o-jewels/look.css")
    yield window
    window.close()
    assert request.function.looks_at <= window.seen


def let_see(customer: Customer, dsr: SubjectRequest) -> str:
    """Let the browser have opened a mailed link of `dsr`, in which it was filed, too; return where its page is."""
    customer.client.cookies[f"claim-{dsr.reference}"] = verification.begin(dsr).claim
    customer.opens(link(dsr, Purpose.FOLLOW))
    customer.post("open/")
    return f"requests/{dsr.reference}/"


def test_every_page_of_the_portal_is_looked_at() -> None:
    assert {str(page.name) for page in urls.urlpatterns} - NO_PAGES - ELSEWHERE == LOOKED_AT


@pytest.mark.parametrize("right", OFFERED)
@looks_at("request")
def test_every_form_is_for_everybody(window: Window, customer: Customer, right: str) -> None:
    customer.language = LANGUAGES[OFFERED.index(right) % len(LANGUAGES)]
    window.look("form", customer.get(f"{right}/"))
    window.look("errors", customer.post(f"{right}/", step="check", birth_date_0="31", some="1"))
    if RIGHTS[right].needs_proof:
        wanted = {
            "extent": "everything",
            "ground": "objection",
            "details": "It was long ago.",
            "decision": "No.",
            "reach": "general",
        }
        window.look("check", customer.sends("check", right, **wanted))
    assert window.wrong == []


@looks_at("home", "accessibility", "follow", "metrics", "link", "confirm", "status", "staff", "coded")
def test_the_door_is_for_everybody(window: Window, customer: Customer) -> None:
    for language in LANGUAGES:
        customer.language = language
        window.look(f"home, {language}", customer.get())
    window.look("accessibility", customer.client.get("/o-jewels/accessibility?lang=de"))
    for path in ("telepathy/", "follow/", "metrics/2026/", "letter/dead/", "confirm/", "requests/DSR-0000-0000/", "staff/"):
        window.look(path, customer.get(path))
    window.look("follow, wrong", customer.post("follow/", email="nobody"))
    window.look("letter on paper", customer.get("code/"))
    window.look("letter on paper, wrong", customer.post("code/", reference="DSR-0000-0000", code="123 456"))
    window.look("follow, sent", customer.post("follow/", email="ada@example.com"))
    assert window.wrong == []


@pytest.mark.parametrize("right", FOR_OTHERS)
@looks_at("others", "for_other", "staff_request")
def test_for_others_and_staff(window: Window, customer: Customer, right: str) -> None:
    customer.language = LANGUAGES[FOR_OTHERS.index(right) + 1]
    window.look("for whom", customer.get(f"for-others/{right}/"))
    for part in ("agent", "heir"):
        window.look(part, customer.get(f"for-others/{right}/{part}/"))
        window.look(f"{part}, errors", customer.post(f"for-others/{right}/{part}/", step="check"))
    window.look("staff", customer.get(f"staff/{right}/"))
    window.look("staff, errors", customer.post(f"staff/{right}/", step="check"))
    assert window.wrong == []


@looks_at("child")
def test_the_page_of_a_child_is_for_everybody(window: Window, customer: Customer) -> None:
    window.look("child", customer.get("child/"))
    window.look("errors", customer.post("child/"))
    assert window.wrong == []


@pytest.mark.parametrize("right", ONE_OF_A_KIND)
@looks_at("status")
def test_where_it_stands(window: Window, customer: Customer, right: str) -> None:
    """The page of a request in every state that it can be in."""
    customer.language = LANGUAGES[ONE_OF_A_KIND.index(right) % len(LANGUAGES)]
    for state in sorted(
        states(right) - SAME_EVERYWHERE if right not in {"access", "erasure"} else states(right) - {State.ERASED_IN_PART}
    ):
        dsr = a_dsr(state, right=right, language=customer.language, details="It was long ago.")
        here = let_see(customer, dsr)
        if dsr.verified_at:
            write(dsr, "proven", links=verification.links(dsr))
        window.look(state, customer.get(here))
    assert window.wrong == []


@looks_at("withdraw", "receipt", "more", "objecting", "will")
def test_what_can_be_done_with_a_request(window: Window, customer: Customer) -> None:
    customer.language = "de"
    dsr = a_dsr(State.DECIDING, language="de")
    here = let_see(customer, dsr)
    uploads.keep(
        dsr,
        uploads.check(b"%PDF-1.7 x", "a-name-that-is-quite-long-and-has-no-blanks-" * 2 + ".pdf"),
        by=CUSTOMER,
        purpose="message",
    )
    for path in ("withdraw/", "receipt/", "more/"):
        window.look(path, customer.get(f"{here}{path}"))
    window.look("more, errors", customer.post(f"{here}more/"))
    window.look("say, errors", customer.post(f"{here}say/"))
    refused = a_dsr(State.REFUSED, language="de")
    window.look("complain", customer.get(f"{let_see(customer, refused)}object/complaint/"))
    window.look("complain, errors", customer.post(f"requests/{refused.reference}/object/complaint/"))
    will = a_dsr(State.ANSWERED, right="post_mortem")
    wills.keep(will, wills.Will(Reach.SPECIFIC, "Give it to Bob. " * 20, "Bob Example"), by=CUSTOMER)
    window.look("will", customer.get(f"{let_see(customer, will)}will/"))
    window.look("will, errors", customer.post(f"requests/{will.reference}/will/"))
    assert window.wrong == []


@pytest.mark.parametrize("right", ["access", "portability"])
@looks_at("status", "address", "confirm", "disown", "download")
def test_the_way_to_the_copy_is_for_everybody(window: Window, customer: Customer, right: str) -> None:
    dsr = customer.files(right=right)
    window.look("filed", customer.get(f"requests/{dsr.reference}/"))
    window.look("address", customer.get(f"requests/{dsr.reference}/address/"))
    window.look("address, errors", customer.post(f"requests/{dsr.reference}/address/", email="x"))
    customer.opens(link(dsr, Purpose.CONFIRM))
    window.look("confirm", customer.get("confirm/"))
    customer.proves(dsr)
    customer.opens(link(dsr, Purpose.DISOWN))
    window.look("disown", customer.get("disown/"))
    window.look("disown, errors", customer.post("disown/"))
    a_copy(dsr)
    paths = ("", "download/", *(("send/",) if right == "portability" else ()))
    for path in paths:
        window.look(path or "ready", customer.get(f"requests/{dsr.reference}/{path}"))
    customer.loses_key(dsr)
    for path in paths[1:]:
        window.look(f"{path}, errors", customer.post(f"requests/{dsr.reference}/{path}"))
    assert window.wrong == []


@looks_at("status", "certificate")
def test_an_erasure_is_followed_by_everybody(window: Window, customer: Customer) -> None:
    dsr = an_erasure(State.COOLING_OFF, brand=customer.brand)
    CoolingOff.objects.filter(dsr=dsr).update(until=timezone.now() + timedelta(hours=72))
    here = let_see(customer, dsr)
    window.look("cooling off", customer.get(here))
    CoolingOff.objects.filter(dsr=dsr).update(until=timezone.now())
    walk(dsr, Move.ERASE, Move.FINISH_IN_PART)
    dsr.refresh_from_db()
    certifying.keep(dsr, certifying.make(dsr, timezone.now()))
    window.look("in part", customer.get(here))
    window.look("certificate", customer.get(f"{here}certificate/"))
    assert window.wrong == []


@looks_at("unsubscribe")
def test_one_click_is_for_everybody(window: Window, customer: Customer) -> None:
    token = token_for(customer.brand, digest_of(customer.brand, Claim("email", "ada@example.com")), Channel.EMAIL)
    window.look("unsubscribe", customer.client.get(f"/o-jewels/unsubscribe/{token}/"))
    window.look("unsubscribed", customer.client.post(f"/o-jewels/unsubscribe/{token}/", {"everything": "1"}))
    window.look("dead", customer.client.get("/o-jewels/unsubscribe/none/"))
    assert window.wrong == []
