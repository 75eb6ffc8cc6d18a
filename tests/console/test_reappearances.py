"""What came back after it was erased, and what was kept and needs a person now: the page, and what an officer does there."""

from typing import Any, Final

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from requests_app.audit.models import AuditEvent
from requests_app.erasure import again, later
from requests_app.erasure.remains import Kept, KeptState
from requests_app.erasure.services import NotOpen
from requests_app.erasure.traces import Outcome, Reappearance
from requests_app.ledger.models import Step
from requests_app.officers.models import Role
from requests_app.workflow.models import SubjectRequest
from requests_app.workflow.states import State
from tests.console.desk import PASSWORD, an_officer, at_the_desk
from tests.console.plans import an_erasure, stuck, there_again
from tests.making import a_brand, a_source

pytestmark = pytest.mark.django_db
LIST: Final = "/console/reappearances/"


@pytest.fixture
def client() -> Client:
    return at_the_desk(an_officer())


@pytest.fixture
def dsr() -> SubjectRequest:
    return an_erasure(State.ANSWERED)


def page(one: Reappearance | Kept, deed: str) -> str:
    return f"{LIST}{'kept/' if isinstance(one, Kept) else ''}{one.pk}/{deed}/"


def step(client: Client, one: Reappearance | Kept, deed: str, **said: Any) -> Any:
    """Open the page of a step and send its form, as a browser would."""
    seen = client.get(page(one, deed)).context["form"]["seen"].value()
    return client.post(page(one, deed), {"seen": seen, "password": PASSWORD, **said}, follow=True)


def shown(client: Client, address: str = LIST) -> str:
    return client.get(address).content.decode()


def test_the_page_says_what_is_there_again_and_what_was_kept(client: Client, dsr: SubjectRequest) -> None:
    found = there_again(dsr, a_source("orders"), records=1207)
    other = there_again(dsr, a_source("marketing"), known=False)
    kept = stuck(dsr, dsr.brand.sources.get(name="orders"))

    told = shown(client)

    for words in (dsr.reference, "orders", "1,207", "by its own key", "the same identity only", "2026-01-31", "invoices"):
        assert words in told
    assert page(found, "again") in told
    assert page(other, "again") not in told
    assert page(other, "new-account") in told
    assert page(kept, "by-hand") in told
    assert reverse("console:detail", args=[dsr.reference]) in told
    assert f'{LIST}">Erased data that needs you</a> <span class="count">3<' in shown(client, "/console/holds/")


def test_an_empty_page_says_what_would_be_there(client: Client) -> None:
    assert "Every system is looked at once a day." in shown(client)
    assert "goes by itself when its time is over" in shown(client)


def test_another_shop_s_does_not_exist(client: Client) -> None:
    foreign = an_erasure(State.ANSWERED, brand=a_brand("maison-s"))
    source = a_source(brand=foreign.brand)
    found, kept = there_again(foreign, source), stuck(foreign, source)

    assert foreign.reference not in shown(client)
    assert client.get(page(found, "again")).status_code == client.get(page(kept, "again")).status_code == 404


def test_an_auditor_reads_the_page_and_decides_nothing(dsr: SubjectRequest) -> None:
    found = there_again(dsr, a_source())
    auditor = at_the_desk(an_officer("eve@desk.example", role=Role.AUDITOR))

    assert dsr.reference in shown(auditor)
    assert page(found, "again") not in shown(auditor)


@pytest.mark.threat("7.09")
def test_erasing_again_is_explained_and_left_to_a_worker(client: Client, dsr: SubjectRequest) -> None:
    found = there_again(dsr, a_source())

    asked = shown(client, page(found, "again"))
    assert "bound to these very records" in asked
    answer = step(client, found, "again").content.decode()

    assert "It is being erased." in answer
    assert "being erased" in answer
    assert page(found, "filed") not in answer
    waits = Step.objects.get(kind="erasure.again")
    assert (waits.queue, waits.state, waits.params["reappearance"]) == ("erase", "due", found.pk)
    assert AuditEvent.objects.get(action="erasure.again_asked").dsr_id == dsr.pk


@pytest.mark.promise("A9")
def test_a_new_account_is_left_alone(client: Client, dsr: SubjectRequest) -> None:
    found = there_again(dsr, a_source(), known=False)

    assert "Nothing was erased." in step(client, found, "new-account").content.decode()

    found.refresh_from_db()
    assert (found.outcome, found.settled_by is not None) == (Outcome.NEW_ACCOUNT, True)
    assert not Step.objects.filter(kind="erasure.again").exists()
    assert dsr.reference not in shown(client)


def test_what_is_filed_as_a_request_of_its_own_is_settled(client: Client, dsr: SubjectRequest) -> None:
    found = there_again(dsr, a_source())

    assert "a request of its own deals with it" in step(client, found, "filed").content.decode()
    assert Reappearance.objects.get().outcome == Outcome.FILED


def test_nothing_is_done_without_the_password(client: Client, dsr: SubjectRequest) -> None:
    found, kept = there_again(dsr, a_source()), stuck(dsr, dsr.brand.sources.get(name="orders"))

    for one, deed in ((found, "again"), (found, "new-account"), (kept, "again"), (kept, "by-hand")):
        answer = step(client, one, deed, password="wrong", reason="gone")
        assert answer.status_code == 422
        assert "This is not your password." in answer.content.decode()
    assert (Reappearance.objects.get().outcome, Kept.objects.get().state) == ("", KeptState.ASKED)


def test_what_is_known_by_an_identity_only_is_never_erased_again(client: Client, dsr: SubjectRequest) -> None:
    found = there_again(dsr, a_source(), known=False)

    assert client.get(page(found, "again")).status_code == 409
    assert client.post(page(found, "again"), {"password": PASSWORD}).status_code == 409
    with pytest.raises(NotOpen):
        again.ask_again(found, by=an_officer("bob@desk.example"))


def test_a_step_that_there_is_not_is_not_found(client: Client, dsr: SubjectRequest) -> None:
    found, kept = there_again(dsr, a_source()), stuck(dsr, dsr.brand.sources.get(name="orders"))

    assert client.get(page(found, "by-hand")).status_code == client.get(page(kept, "new-account")).status_code == 404


@pytest.mark.parametrize(
    ("outcome", "told"), [("changed", "not what was approved"), ("forgotten", "no longer kept"), ("failed", "the system failed")]
)
def test_what_could_not_be_erased_again_says_why_and_stays(client: Client, dsr: SubjectRequest, outcome: str, told: str) -> None:
    found = there_again(dsr, a_source(), outcome=outcome)

    assert told in shown(client)
    assert page(found, "filed") in shown(client)


def test_a_kept_part_is_tried_again(client: Client, dsr: SubjectRequest) -> None:
    kept = stuck(dsr, a_source())

    assert "It is being looked at again." in step(client, kept, "again").content.decode()

    assert Kept.objects.get().state == KeptState.WAITING
    assert Step.objects.get(kind="erasure.later").params == {"kept": str(kept.pk), "times": 0}
    assert client.get(page(kept, "again")).status_code == 409


def test_a_kept_part_is_ended_by_hand_with_a_reason(client: Client, dsr: SubjectRequest) -> None:
    kept = stuck(dsr, a_source())

    assert step(client, kept, "by-hand").status_code == 422
    assert "The person is told." in step(client, kept, "by-hand", reason="retired").content.decode()

    assert Kept.objects.get().state == KeptState.ERASED
    event = AuditEvent.objects.get(action="erasure.later_by_hand")
    assert (event.dsr_id, event.facts["reason"], event.facts["records"]) == (dsr.pk, "retired", 5)
    assert Step.objects.filter(kind="erasure.later_letter").count() == 1
    assert client.get(page(kept, "by-hand")).status_code == 409


def test_who_decides_on_what_has_changed_since_is_told_so(client: Client, dsr: SubjectRequest) -> None:
    found, other = there_again(dsr, a_source()), an_officer("bob@desk.example")
    seen = client.get(page(found, "again")).context["form"]["seen"].value()
    again.settle(found, Outcome.NEW_ACCOUNT, by=other)

    answer = client.post(page(found, "again"), {"seen": seen, "password": PASSWORD})

    assert (answer.status_code, Step.objects.filter(kind="erasure.again").exists()) == (409, False)
    assert "Somebody was quicker" in answer.content.decode()


def test_of_two_at_the_same_moment_the_second_is_told(client: Client, dsr: SubjectRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    kept, other = stuck(dsr, a_source()), an_officer("bob@desk.example")
    seen = client.get(page(kept, "by-hand")).context["form"]["seen"].value()
    ended = later.done_by_hand

    def quicker(part: Kept, **said: Any) -> None:
        later.try_again(part, by=other)
        ended(part, **said)

    monkeypatch.setattr(later, "done_by_hand", quicker)

    assert client.post(page(kept, "by-hand"), {"seen": seen, "password": PASSWORD, "reason": "gone"}).status_code == 409
    assert Kept.objects.get().state == KeptState.WAITING


PRICES: Final = {"reappearances": 8, "reappearance_step": 5, "kept_step": 5}


@pytest.mark.pages("console:reappearances", "console:reappearance_step", "console:kept_step")
@pytest.mark.parametrize("rows", [1, 4])
@pytest.mark.parametrize("name", PRICES)
def test_what_a_page_about_what_came_back_costs(name: str, rows: int, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    source = a_source()
    for _ in range(rows):
        dsr = an_erasure(State.ANSWERED)
        found, kept = there_again(dsr, source), stuck(dsr, source)
    client = at_the_desk(an_officer("lea@desk.example", role=Role.ADMINISTRATOR), fresh=True)
    words: dict[str, list[Any]] = {
        "reappearances": [], "reappearance_step": [found.pk, "again"], "kept_step": [kept.pk, "again"],
    }  # fmt: skip
    address = reverse(f"console:{name}", args=words[name])
    client.get(address)

    with django_assert_num_queries(PRICES[name]):
        assert client.get(address).status_code == 200
