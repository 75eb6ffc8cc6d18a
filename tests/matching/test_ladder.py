"""How sure is sure enough: one fact by the shop's rule, more and a signature where a law says so; never said to anybody."""

from collections.abc import Mapping
from typing import Final

import pytest

from requests_app.matching import services as matching
from requests_app.matching.models import MatchState
from requests_app.verification import acting
from requests_app.verification import services as verification
from requests_app.workflow.parties import Part, Party
from requests_app.workflow.states import State
from tests.making import a_brand, a_dsr, a_source, an_officer
from tests.matching.searching import Search
from tests.running import run_all_due

pytestmark = pytest.mark.django_db
KNOWN: Final[Mapping[str, str]] = {"postcode": "75001", "order_number": "O-1", "birth_date": "1984-03-27"}


@pytest.mark.promise("A7")
@pytest.mark.promise("J2")
@pytest.mark.promise("S6")
@pytest.mark.parametrize(
    ("right", "regime", "facts", "signed", "state"),
    [
        ("access", "eu-gdpr", 0, False, State.DECIDING), ("access", "eu-gdpr", 1, False, State.COLLECTING),
        ("erasure", "eu-gdpr", 0, False, State.DECIDING), ("erasure", "eu-gdpr", 1, False, State.COLLECTING),
        ("erasure", "us-ca-ccpa", 1, False, State.COLLECTING),
        ("categories", "us-ca-ccpa", 1, False, State.DECIDING), ("categories", "us-ca-ccpa", 2, False, State.COLLECTING),
        ("access", "us-ca-ccpa", 2, True, State.DECIDING), ("access", "us-ca-ccpa", 3, False, State.DECIDING),
        ("access", "us-ca-ccpa", 3, True, State.COLLECTING), ("portability", "us-ca-ccpa", 3, True, State.COLLECTING),
    ],
)  # fmt: skip
def test_as_many_facts_agree_as_the_law_wants(right: str, regime: str, facts: int, *, signed: bool, state: State) -> None:
    search = Search("orders", facts=dict(list(KNOWN.items())[:facts]))
    dsr = search.dsr
    dsr.right, dsr.regimes = right, [regime]
    verification.begin(dsr, declared="Ada Example" if signed else "")
    match = search.match("orders")
    match.candidates = [{"agrees": list(KNOWN)[:facts]}]
    match.state = MatchState.CLEAR

    unsure = matching._unsure(dsr, [match])  # the right of a stored request never changes

    assert bool(unsure) is (state == State.DECIDING)


@pytest.mark.promise("A7")
@pytest.mark.promise("O3")
@pytest.mark.parametrize(
    ("part", "state"), [(Part.AGENT, State.COLLECTING), (Part.HEIR, State.DECIDING), (Part.REPORTER, State.DECIDING)]
)
def test_the_mailbox_of_whoever_acts_in_somebodys_stead_shows_nothing(part: Part, state: State) -> None:
    search = Search("orders")
    acting.name(search.dsr, part, called="Mia", email="mia@office.example")
    Party.objects.update(papers="accepted")

    search.answers("orders", {"postcode": ("75001",)})

    assert search.state == state


@pytest.mark.promise("A7")
@pytest.mark.promise("S6")
@pytest.mark.threat("3.01")
@pytest.mark.parametrize("facts_required", [0, 1])
@pytest.mark.parametrize(
    ("channel", "state"),
    [("form", State.COLLECTING), ("phone", State.COLLECTING), ("post", State.COLLECTING), ("email", State.DECIDING)],
)
def test_nothing_is_searched_for_a_mailbox_alone_before_an_officer_decides(channel: str, state: State, facts_required: int) -> None:
    search = Search("orders", facts=KNOWN, facts_required=facts_required, channel=channel)

    search.answers("orders", {kind: (value,) for kind, value in KNOWN.items()})

    assert search.state == state
    if channel == "email":
        search.decide(an_officer(), orders=[0])
        assert search.state == State.COLLECTING


@pytest.mark.promise("S9")
@pytest.mark.parametrize(("kind", "asked"), [("customer", "orders"), ("employee", "payroll"), ("beneficiary", "payroll")])
def test_a_system_is_asked_about_people_of_its_own_side_only(kind: str, asked: str) -> None:
    brand = a_brand()
    a_source("orders")
    a_source("payroll", side="staff")
    dsr = a_dsr(State.MATCHING, brand=brand, person_kind=kind)

    matching.start(dsr)

    assert [match.source.name for match in dsr.matches.select_related("source")] == [asked]


@pytest.mark.promise("A7")
@pytest.mark.threat("1.02")
@pytest.mark.parametrize("postcode", ["75001", "99999"])
def test_more_facts_are_weighed_by_a_step_and_an_officer_decides_either_way(postcode: str) -> None:
    search = Search("orders", facts={})
    verification.begin(search.dsr)
    search.answers("orders", {"postcode": ("75001",)})

    assert verification.add_facts(search.now, {"postcode": postcode})
    assert search.match("orders").candidates[0]["agrees"] == []
    run_all_due("matching.weigh")

    assert search.state == State.DECIDING
    assert search.match("orders").candidates[0]["agrees"] == (["postcode"] if postcode == "75001" else [])


@pytest.mark.threat("2.02")
def test_facts_are_taken_three_times() -> None:
    search = Search("orders", facts={})
    verification.begin(search.dsr)
    search.answers("orders", {"postcode": ("75001",)})

    assert [verification.add_facts(search.now, {"postcode": str(number)}) for number in range(4)] == [True, True, True, False]
