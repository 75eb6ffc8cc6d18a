"""The pages of a review: side by side, withholding, proposals, and an approval that waits."""

import re
from http import HTTPStatus
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from requests_app.audit.models import AuditEvent
from requests_app.collection.models import Part
from requests_app.officers.models import Role
from requests_app.review import services
from requests_app.review.models import Answer, Extent, Flag, Proposal, Ruling, Scan, ScanState
from requests_app.workflow.models import SubjectRequest
from requests_app.workflow.states import State
from tests.console.desk import an_officer, at_the_desk, searched
from tests.making import a_dsr, a_source
from tests.running import run_all_due

pytestmark = pytest.mark.django_db
NOTE = "for Mr Bob Marley, bob@other.example"


def a_review(*notes: str | None, **fields: Any) -> SubjectRequest:
    """A request whose records were looked through."""
    dsr = a_dsr(State.REVIEWING, **fields)
    searched(
        dsr, a_source("orders"), {"addresses": [{"id": at, "delivery_note": note} for at, note in enumerate(notes or (NOTE,))]}
    )
    services.begin(dsr)
    run_all_due("review.scan")
    return dsr


@pytest.fixture
def client() -> Client:
    return at_the_desk(an_officer(), fresh=True)


def url(dsr: SubjectRequest, page: str, *args: Any) -> str:
    return reverse(f"console:{page}", args=[dsr.reference, *args])


def part() -> Part:
    return Part.objects.get(form="json")


def post(client: Client, dsr: SubjectRequest, page: str, *args: Any, **typed: Any) -> int:
    return client.post(url(dsr, page, *args), {"seen": dsr.transitions.count(), **typed}).status_code


def withhold(client: Client, dsr: SubjectRequest, number: int = 0, **typed: Any) -> int:
    return post(client, dsr, "review_record", part().pk, number, **{"ground": "others", "what": "delivery_note", **typed})


def sides(client: Client, dsr: SubjectRequest) -> dict[str, tuple[str, str]]:
    """Return for each field of the first record what was found and what the customer will see."""
    record = client.get(url(dsr, "review_part", part().pk)).context["records"][0]
    return {line.label: ("".join(piece.text for piece in line.found), line.shown) for line in record.lines}


def test_what_was_found_stands_beside_what_the_customer_will_see(client: Client) -> None:
    dsr = a_review()
    assert sides(client, dsr)["Note for the carrier"] == (NOTE, NOTE)

    assert withhold(client, dsr, passage="Bob Marley", note="his brother") == HTTPStatus.FOUND

    assert sides(client, dsr)["Note for the carrier"][1] == "for Mr [withheld: about other people], bob@other.example"
    assert Ruling.objects.get().note == "his brother"


def test_the_customer_s_side_speaks_the_customer_s_language(client: Client) -> None:
    dsr = a_review(language="fr")

    withhold(client, dsr)

    assert sides(client, dsr)["Note for the carrier"][1] == "non communiqué\u00a0: concerne d’autres personnes"


@pytest.mark.parametrize(
    "typed",
    [
        {"passage": "not there"},
        {"passage": "Bob", "what": ""},
        {"passage": "Bob", "everywhere": "on"},
        {"what": "gone"},
        {"ground": "x"},
    ],
)
def test_what_cannot_be_withheld_is_given_back_with_what_was_typed(client: Client, typed: dict[str, str]) -> None:
    dsr = a_review()

    answer = client.post(
        url(dsr, "review_record", part().pk, 0),
        {"seen": dsr.transitions.count(), "ground": "others", "what": "delivery_note", "note": "typed at length", **typed},
    )

    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "typed at length" in answer.content.decode()
    assert not Ruling.objects.exists()


def test_a_field_of_every_record_is_withheld_only_after_saying_how_many(client: Client) -> None:
    dsr = a_review(NOTE, "x", "y")
    typed = {"ground": "others", "what": "delivery_note", "everywhere": "on"}

    asked = client.post(url(dsr, "review_record", part().pk, 0), {"seen": dsr.transitions.count(), **typed}).content.decode()

    assert "This withholds the field of 3 records" in asked
    assert not Ruling.objects.exists()
    assert withhold(client, dsr, everywhere="on", confirmed="1") == HTTPStatus.FOUND
    assert Ruling.objects.get().extent == Extent.COLUMN


def test_who_withholds_second_is_told_who_was_first(client: Client) -> None:
    dsr = a_review()
    withhold(client, dsr)

    shown = at_the_desk(an_officer("bob@desk.example")).post(
        url(dsr, "review_record", part().pk, 0), {"seen": dsr.transitions.count(), "ground": "others", "what": "delivery_note"}
    )

    assert "ada@desk.example decided on it already" in shown.content.decode()


def test_a_proposal_is_decided_and_leads_to_the_next(client: Client) -> None:
    dsr = a_review(*["nothing"] * 25, NOTE)
    name, mail = Proposal.objects.order_by("flag__kind").reverse()
    first = client.get(url(dsr, "review")).context["first_open"]
    assert first.startswith(f"{url(dsr, 'review_part', part().pk)}?page=2#p-")

    went = client.post(url(dsr, "review_proposal", name.pk), {"seen": dsr.transitions.count(), "withhold": "1"})

    assert went["Location"].endswith(f"?page=2#p-{mail.pk}")
    assert post(client, dsr, "review_proposal", mail.pk, keep="1") == HTTPStatus.FOUND
    assert set(Proposal.objects.values_list("flag__kind", "answer")) == {("name", Answer.ACCEPTED), ("email", Answer.DISMISSED)}
    assert client.get(url(dsr, "review")).context["first_open"] == ""


def test_all_of_a_kind_are_withheld_after_the_page_said_how_many(client: Client) -> None:
    dsr = a_review(NOTE, "carl@other.example")
    flag = Flag.objects.get(kind="email")

    assert "Withhold all 2" in client.get(url(dsr, "review_kind", flag.pk)).content.decode()
    assert post(client, dsr, "review_kind", flag.pk, ground="others") == HTTPStatus.FOUND

    assert "bob@other" not in sides(client, dsr)["Note for the carrier"][1]
    assert not Proposal.objects.filter(flag=flag, answer=Answer.OPEN).exists()


def test_the_approval_says_what_is_withheld_and_waits_until_somebody_has_looked(client: Client) -> None:
    dsr = a_review()
    withhold(client, dsr)
    shown = client.get(url(dsr, "approve")).content.decode()
    assert "Nobody has looked yet at fields" in shown
    assert re.search(r"<button disabled>", shown)
    assert post(client, dsr, "approve") == HTTPStatus.UNPROCESSABLE_ENTITY
    assert SubjectRequest.objects.get().stage == State.REVIEWING

    assert post(client, dsr, "review_flags", flag=[flag.pk for flag in Flag.objects.all()]) == HTTPStatus.FOUND

    assert "1 value" in client.get(url(dsr, "approve")).content.decode()
    assert post(client, dsr, "approve") == HTTPStatus.FOUND
    assert SubjectRequest.objects.get().stage == State.FULFILLING


def test_the_approval_names_what_is_stale(client: Client) -> None:
    dsr = a_review("plain")
    Flag.objects.all().delete()
    withhold(client, dsr)
    Ruling.objects.update(stale=True)

    assert "The data has changed since something was withheld" in client.get(url(dsr, "approve")).content.decode()
    assert "data has changed" in client.get(url(dsr, "review")).content.decode()
    assert post(client, dsr, "review_ruling", Ruling.objects.get().pk, confirm="1") == HTTPStatus.FOUND
    assert post(client, dsr, "approve") == HTTPStatus.FOUND


def test_what_is_withheld_can_be_taken_back(client: Client) -> None:
    dsr = a_review()
    withhold(client, dsr)

    assert post(client, dsr, "review_ruling", Ruling.objects.get().pk, undo="1") == HTTPStatus.FOUND

    assert sides(client, dsr)["Note for the carrier"] == (NOTE, NOTE)


def test_what_could_not_be_looked_through_says_so_and_is_tried_again(client: Client) -> None:
    dsr = a_review()
    Scan.objects.update(state=ScanState.FAILED)
    assert "Look through them again" in client.get(url(dsr, "review")).content.decode()

    post(client, dsr, "review_flags", again="1")

    assert Scan.objects.get().state == ScanState.WAITING


def test_words_are_found_in_a_collection_and_never_stand_in_an_address(client: Client) -> None:
    dsr = a_review(*["nothing"] * 30, 'a "quoted" cousin', "another COUSIN")

    found = client.post(url(dsr, "review_part", part().pk), {"sought": '"Quoted" c'})
    both = client.post(url(dsr, "review_part", part().pk), {"sought": "cousin"})

    assert [record.number for record in found.context["records"]] == [30]
    assert [record.number for record in both.context["records"]] == [30, 31]
    assert 'method="post" role="search"' in found.content.decode()


def test_each_look_is_written_down_and_an_auditor_gets_none(client: Client) -> None:
    dsr = a_review()
    client.get(url(dsr, "review_part", part().pk))
    assert AuditEvent.objects.get(action="data.viewed").facts["page"] == "review"

    auditor = at_the_desk(an_officer("auditor@desk.example", role=Role.AUDITOR))
    assert auditor.get(url(dsr, "review")).status_code == HTTPStatus.FORBIDDEN


def test_hostile_text_is_shown_as_text(client: Client) -> None:
    dsr = a_review("<script>alert(1)</script> Mr Evil<b>")

    shown = client.get(url(dsr, "review_part", part().pk)).content.decode()

    assert "<script>alert" not in shown


@pytest.mark.pages("console:review", "console:review_part", "console:review_record", "console:review_kind")
@pytest.mark.parametrize("rows", [1, 4])
def test_a_review_costs_the_same_for_one_record_and_for_four(rows: int, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    dsr, client = a_review(*[NOTE] * rows), at_the_desk(an_officer(role=Role.ADMINISTRATOR), fresh=True)
    pages = {"review": 14, "review_part": 10, "review_record": 9, "review_kind": 8}
    args: dict[str, list[Any]] = {"review_part": [part().pk], "review_record": [part().pk, 0]}
    args["review_kind"] = [Flag.objects.get(kind="email").pk]
    for name, price in pages.items():
        with django_assert_num_queries(price):
            assert client.get(url(dsr, name, *args.get(name, []))).status_code == HTTPStatus.OK
