"""Decisions against the customer: a ground, its provision, what was asked before; the letter is shown, and lacks nothing."""

from datetime import timedelta
from http import HTTPStatus

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from requests_app.correspondence.history import counted, earlier
from requests_app.correspondence.models import Denial, DenialKind, Letter, Message
from requests_app.deadlines.models import Pause
from requests_app.workflow.models import SubjectRequest
from requests_app.workflow.states import State
from tests.console.desk import an_officer, at_the_desk, searched
from tests.console.test_answer import press
from tests.making import STATED, a_brand, a_dsr, a_source

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk() -> Client:
    return at_the_desk(an_officer(), fresh=True)


def asked(days_ago: int, state: State = State.ANSWERED, **fields: object) -> SubjectRequest:
    dsr = a_dsr(state, **fields)
    SubjectRequest.objects.filter(pk=dsr.pk).update(received_at=timezone.now() - timedelta(days=days_ago))
    return SubjectRequest.objects.get(pk=dsr.pk)


# ── refusing ──────────────────────────────────────────────────────────────


def test_the_grounds_are_common_ones_and_those_of_the_requests_own_laws(desk: Client) -> None:
    dsr = a_dsr(State.REVIEWING, regimes=["us-ca-ccpa", "eu-gdpr-fr", "eu-gdpr"])

    shown = desk.get(reverse("console:refuse", args=[dsr.reference])).content.decode()

    assert "The request is manifestly unfounded." in shown
    assert "1798.105(d)(1)-(8) deletion exceptions" in shown
    assert "Art. 11(2)/12(2)" in shown
    assert "Sch. 2-4 exemptions" not in shown
    assert '<optgroup label="CCPA">' in shown
    assert '<option value="GDPR, Art. 15(4)">' in shown


@pytest.mark.promise("J3")
@pytest.mark.parametrize(("ground", "provision"), [("not_covered", "GDPR, Art. 15"), ("law:eu-gdpr:1", "GDPR, Art. 11(2)/12(2)")])
def test_a_provision_left_empty_is_the_laws_own_and_shown_before_anything_goes(desk: Client, ground: str, provision: str) -> None:
    dsr = a_dsr(State.REVIEWING)

    status, shown = press(desk, dsr, "refuse", ground=ground, reason="Nobody.")

    assert status == HTTPStatus.OK
    assert f"The provision that we rely on: {provision}" in shown
    assert f'name="provision" value="{provision}"' in shown
    assert press(desk, dsr, "refuse", ground=ground, reason="Nobody.", send="1")[0] == HTTPStatus.FOUND
    denial = Denial.objects.get(dsr=dsr)
    assert (denial.kind, denial.ground, denial.provision, denial.reason) == (DenialKind.REFUSAL, ground, provision, "Nobody.")


@pytest.mark.promise("J3")
def test_excess_without_an_earlier_request_is_no_ground(desk: Client) -> None:
    dsr = a_dsr(State.REVIEWING)

    status, shown = press(desk, dsr, "refuse", ground="excessive", reason="Too often.", send="1")

    assert status == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "There is no earlier request to measure it by." in shown
    assert not Denial.objects.exists()


def test_excess_names_the_earlier_request(desk: Client) -> None:
    first, dsr = asked(20), a_dsr(State.REVIEWING)

    assert press(desk, dsr, "refuse", ground="excessive", reason="Too often.")[0] == HTTPStatus.UNPROCESSABLE_ENTITY
    shown = press(desk, dsr, "refuse", ground="excessive", reason="Too often.", earlier=first.reference)[1]
    assert f"The earlier request: {first.reference}" in shown


def test_an_answer_that_the_shop_cannot_give_whole_is_not_approved_and_the_page_says_why(desk: Client) -> None:
    shop = a_brand()
    shop.statements = {}
    shop.save()
    dsr = a_dsr(State.REVIEWING, brand=shop)
    searched(dsr, a_source())

    status, shown = press(desk, dsr)

    assert status == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "whether machines decide alone, and how: the shop must state it in this language (GDPR)" in shown
    assert SubjectRequest.objects.get().stage == State.REVIEWING
    shop.statements = STATED
    shop.save()
    assert press(desk, dsr)[0] == HTTPStatus.FOUND


# ── asked before ──────────────────────────────────────────────────────────


def test_the_page_shows_what_the_same_mailbox_asked_before_and_how_each_law_counts_it(desk: Client) -> None:
    law = {"regimes": ["us-ca-ccpa", "us-va-vcdpa", "eu-gdpr"], "regime": "us-ca-ccpa"}
    older, old, stranger = asked(400), asked(100), asked(3, email_index=b"s" * 32)
    dsr = a_dsr(State.REVIEWING, **law)

    shown = desk.get(reverse("console:detail", args=[dsr.reference])).content.decode()

    assert old.reference in shown
    assert older.reference in shown
    assert stranger.reference not in shown
    assert "CCPA: number 2 in 12 months; this law gives 2 free (Civ. Code 1798.130(b))" in shown
    assert "VCDPA: number 2 in 12 months; this law gives 2 free" in shown
    assert "Asked before" not in desk.get(reverse("console:detail", args=[stranger.reference])).content.decode()


@pytest.mark.parametrize(
    ("law", "days", "number"),
    [
        ("us-ca-ccpa", [10, 20], 3),
        ("us-ca-ccpa", [364], 2),
        ("us-ca-ccpa", [367], 1),
        ("ar", [100], 2),
        ("ar", [190], 1),
        ("us-al", [5], 2),
    ],
)
def test_a_request_counts_within_the_laws_own_time(law: str, days: list[int], number: int) -> None:
    for ago in days:
        asked(ago)
    asked(1, State.WITHDRAWN)
    asked(2, State.VERIFYING)
    dsr = SubjectRequest.objects.get(pk=a_dsr(State.REVIEWING, regimes=[law], regime=law).pk)

    [found] = counted(dsr, list(earlier(dsr)))

    assert found.number == number
    assert found.is_free == (number <= found.free)


def test_a_law_that_counts_nothing_says_nothing() -> None:
    asked(1)
    dsr = SubjectRequest.objects.get(pk=a_dsr(State.REVIEWING).pk)

    assert list(counted(dsr, list(earlier(dsr)))) == []


# ── a fee ─────────────────────────────────────────────────────────────────

FEE = {"amount": "20 EUR", "computed": "One hour of work.", "ground": "repetitive", "reason": "The third this month."}


def test_a_fee_is_announced_on_the_page_with_its_ground_and_evidence_and_may_be_withdrawn_from(desk: Client) -> None:
    first, dsr = asked(9), a_dsr(State.REVIEWING)

    assert press(desk, dsr, "fee", **FEE)[0] == HTTPStatus.UNPROCESSABLE_ENTITY
    assert press(desk, dsr, "fee", **FEE, earlier=first.reference)[0] == HTTPStatus.FOUND

    told = str(Message.objects.get(dsr=dsr).text)
    for said in ("20 EUR", "One hour of work.", "repeats an earlier one", "GDPR, Art. 15", "third this month", first.reference):
        assert said in told
    assert "Nothing is charged before you agree." in told
    letter = str(Letter.objects.get(dsr=dsr, kind="question").text)
    assert "20 EUR" not in letter
    assert "Before any fee is due you may withdraw your request" in letter
    assert "You may complain to the authority: CNIL" in letter
    denial = Denial.objects.get()
    assert (denial.kind, denial.earlier) == (DenialKind.FEE, first.reference)
    assert Pause.objects.get(dsr=dsr).trigger == "fee"
    assert SubjectRequest.objects.get(pk=dsr.pk).stage == State.REVIEWING


def test_no_fee_is_asked_for_where_a_law_forbids_any(desk: Client) -> None:
    dsr = a_dsr(State.REVIEWING, regimes=["br-lgpd", "eu-gdpr"])

    assert desk.get(reverse("console:fee", args=[dsr.reference])).status_code == HTTPStatus.CONFLICT
    assert "LGPD forbids it" in desk.get(reverse("console:talk", args=[dsr.reference])).content.decode()


@pytest.mark.parametrize("state", [State.VERIFYING, State.ANSWERED])
def test_no_fee_is_announced_where_nobody_waits_for_an_answer(desk: Client, state: State) -> None:
    assert desk.get(reverse("console:fee", args=[a_dsr(state).reference])).status_code == HTTPStatus.CONFLICT
