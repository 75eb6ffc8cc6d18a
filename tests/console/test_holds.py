"""Holds at the desk: who sees them, who places, confirms and ends them, and what the pages say."""

from datetime import timedelta
from typing import Any, Final

import pytest
from django.db.models.functions import Now
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from requests_app.audit.models import AuditEvent
from requests_app.holds import services
from requests_app.holds.models import Hold
from requests_app.officers.models import Role
from requests_app.workflow.states import State
from tests.console.desk import PASSWORD, an_officer, at_the_desk
from tests.holds import placing
from tests.holds.placing import REVIEW_ON, a_hold, begun
from tests.making import ADDRESS, a_brand, a_dsr, a_source

pytestmark = pytest.mark.django_db
LIST: Final = "/console/holds/"
PLACE: Final = "/console/holds/place/o-jewels/"
ASKED: Final = {
    "seen": "0", "matter": "2026/118", "reason": "A claim about a ring", "reach": "persons", "named": ADDRESS,
    "review_on": REVIEW_ON.isoformat(), "password": PASSWORD,
}  # fmt: skip


@pytest.fixture
def client() -> Client:
    return at_the_desk(an_officer())


def page(hold: Hold, deed: str = "") -> str:
    return f"{LIST}{hold.pk}/{deed}{'/' if deed else ''}"


def step(client: Client, hold: Hold, deed: str, **said: Any) -> Any:
    """Open the page of a step and send its form, as a browser would."""
    seen = client.get(page(hold, deed)).context["form"]["seen"].value()
    return client.post(page(hold, deed), {"seen": seen, "password": PASSWORD, **said}, follow=True)


def shown(client: Client, address: str) -> str:
    return client.get(address).content.decode()


@pytest.mark.promise("S21")
def test_an_officer_places_a_hold_and_reads_what_it_came_too_late_for(client: Client) -> None:
    dsr = a_dsr(State.REVIEWING)
    begun(dsr, a_source(), records=7)

    answer = client.post(PLACE, ASKED, follow=True).content.decode()

    assert "The hold acts from now on." in answer
    assert f"Too late for 7 records: their erasure in orders for {dsr.reference} had begun." in answer
    for words in ("2026/118", "A claim about a ring", "1 person, known by digest only", "Not confirmed by a second person yet"):
        assert words in answer
    assert ADDRESS not in answer


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"password": "wrong"}, "This is not your password."),
        ({"named": " "}, "Name at least one."),
        ({"reach": "orders", "named": ""}, "Name at least one."),
        ({"reach": "collections"}, "Choose at least one."),
        ({"named": "ada@example.com\nno one@"}, "Line 2 is no e-mail address."),
        ({"review_on": "2020-01-01"}, "The day must lie ahead."),
        ({"reason": ""}, "This field is required."),
    ],
)
def test_what_is_missing_or_wrong_is_told_and_nothing_is_placed(client: Client, changes: dict[str, str], told: str) -> None:
    answer = client.post(PLACE, ASKED | changes)

    assert answer.status_code == 422
    assert told in answer.content.decode()
    assert not Hold.objects.exists()


def test_whole_kinds_of_records_are_chosen_by_their_titles(client: Client) -> None:
    a_source()
    a_source("broken", description="demo/nothing.yaml")

    assert "Your calls to us" in shown(client, PLACE)
    answer = client.post(PLACE, ASKED | {"reach": "collections", "collections": ["orders:calls", "orders:visits"]}, follow=True)

    assert "orders: Your calls to us, orders: " in answer.content.decode()
    assert Hold.objects.get().targets == ["orders:calls", "orders:visits"]


def test_a_whole_shop_is_frozen_without_naming_anybody(client: Client) -> None:
    answer = client.post(PLACE, ASKED | {"reach": "brand", "named": ""}, follow=True)

    assert "Everything at the shop" in answer.content.decode()


def test_a_second_person_confirms_and_the_first_is_not_asked_to(client: Client) -> None:
    client.post(PLACE, ASKED)
    hold, other = Hold.objects.get(), at_the_desk(an_officer("bob@desk.example"))

    assert page(hold, "confirm") not in shown(client, page(hold))
    assert client.get(page(hold, "confirm")).status_code == 409
    assert "The hold is confirmed." in step(other, hold, "confirm").content.decode()
    assert "confirmed by bob@desk.example" in shown(client, page(hold))


def test_a_forged_form_of_the_first_person_confirms_nothing(client: Client) -> None:
    client.post(PLACE, ASKED)
    hold = Hold.objects.get()
    seen = client.get(page(hold, "review")).context["form"]["seen"].value()

    answer = client.post(page(hold, "confirm"), {"seen": seen, "password": PASSWORD})

    assert answer.status_code == 422
    assert "A second person must do this." in answer.content.decode()
    assert Hold.objects.get().confirmed_by is None


def test_a_hold_is_ended_by_two(client: Client) -> None:
    hold = a_hold()
    other = at_the_desk(an_officer("bob@desk.example"))

    answer = step(client, hold, "release", reason="The matter is closed").content.decode()
    assert "A second person must confirm now that the hold ends." in answer
    assert "The matter is closed" in answer
    assert page(hold, "end") not in answer
    assert "The hold is over." in step(other, hold, "end").content.decode()

    assert not Hold.objects.standing().exists()
    assert "over" in shown(client, LIST)
    assert client.get(page(hold, "review")).status_code == 409


def test_a_proposal_is_taken_back_and_the_hold_goes_on(client: Client) -> None:
    hold = a_hold()
    services.propose_release(hold, reason="Closed", by=placing.an_officer())

    assert "The hold goes on." in step(client, hold, "keep").content.decode()
    assert Hold.objects.get().release_by is None


def test_a_review_sets_a_new_day(client: Client) -> None:
    hold, until = a_hold(), REVIEW_ON + timedelta(days=60)

    assert step(client, hold, "review", until="2020-01-01").status_code == 422
    assert "somebody looks again" in step(client, hold, "review", until=until.isoformat()).content.decode()
    assert Hold.objects.get().review_on == until


def test_who_decides_on_what_has_changed_since_is_told_so(client: Client) -> None:
    hold = a_hold()
    seen = client.get(page(hold, "release")).context["form"]["seen"].value()
    services.propose_release(hold, reason="Closed", by=placing.an_officer())

    answer = client.post(page(hold, "release"), {"seen": seen, "password": PASSWORD, "reason": "Mine"})

    assert answer.status_code == 409
    assert "Somebody was quicker" in answer.content.decode()


def test_of_two_who_end_at_once_the_second_is_told(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    hold = a_hold()
    services.propose_release(hold, reason="Closed", by=placing.an_officer("bob"))
    seen = client.get(page(hold, "end")).context["form"]["seen"].value()
    ended = services.confirm_release

    def quicker(found: Hold, *, by: Any) -> None:
        Hold.objects.update(ended_by=placing.an_officer("cyd"), ended_at=Now())
        ended(found, by=by)

    monkeypatch.setattr(services, "confirm_release", quicker)

    assert client.post(page(hold, "end"), {"seen": seen, "password": PASSWORD}).status_code == 409


def test_a_step_that_there_is_not_is_not_found(client: Client) -> None:
    assert client.get(page(a_hold(), "erase")).status_code == 404


def test_the_password_is_asked_once_in_five_minutes(client: Client) -> None:
    hold = a_hold()
    step(client, hold, "review", until=(REVIEW_ON + timedelta(days=1)).isoformat())

    assert "password" not in client.get(page(hold, "release")).context["form"].fields


def test_an_auditor_sees_that_there_is_a_hold_and_not_what_it_is_about() -> None:
    hold = a_hold()
    auditor = at_the_desk(an_officer("eve@desk.example", role=Role.AUDITOR))

    for address in (LIST, page(hold)):
        text = shown(auditor, address)
        assert "A matter" in text
        assert "2026/118" not in text
        assert "claim about a ring" not in text
        assert "Place a hold" not in text
    assert not AuditEvent.objects.filter(action="hold.viewed").exists()


def test_reading_what_a_hold_is_about_is_written_down(client: Client) -> None:
    hold = a_hold()
    shown(client, page(hold))

    assert AuditEvent.objects.get(action="hold.viewed").facts == {"hold": str(hold.pk)}


def test_another_shop_s_hold_does_not_exist(client: Client) -> None:
    other = a_hold(brand=a_brand("maison-s"), by="zoe")

    assert "Place one when a claim is made" in shown(client, LIST)
    assert client.get(page(other)).status_code == client.post(page(other, "confirm"), {}).status_code == 404


def test_a_review_that_is_overdue_stands_out(client: Client) -> None:
    a_hold()
    Hold.objects.update(review_on=timezone.now().date() - timedelta(days=2))

    assert "overdue" in shown(client, LIST)
    assert "overdue" in shown(client, page(Hold.objects.get()))


PRICES: Final = {"holds": 11, "hold": 8, "hold_step": 5, "place_hold": 8}


@pytest.mark.pages("console:holds", "console:hold", "console:hold_step", "console:place_hold")
@pytest.mark.parametrize("rows", [1, 4])
@pytest.mark.parametrize("name", PRICES)
def test_what_a_page_about_holds_costs(name: str, rows: int, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    for number in range(rows):
        hold = a_hold(named=[f"p{number}@example.com"])
    client = at_the_desk(an_officer("lea@desk.example", role=Role.ADMINISTRATOR), fresh=True)
    words: dict[str, list[Any]] = {"holds": [], "hold": [hold.pk], "hold_step": [hold.pk, "review"], "place_hold": ["o-jewels"]}
    address = reverse(f"console:{name}", args=words[name])
    client.get(address)

    with django_assert_num_queries(PRICES[name]):
        assert client.get(address).status_code == 200
