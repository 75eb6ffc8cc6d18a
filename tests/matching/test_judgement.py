"""How sure are we? The table of what agrees, differs, and says nothing."""

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from requests_app.connectors.base import Candidate
from requests_app.matching.judgement import is_clear, weigh
from requests_app.values import Root
from tests.making import ADDRESS


def candidate(
    evidence: Mapping[str, tuple[str, ...]] | None = None, *, key: str = "1", matched: tuple[str, ...] = ("email",)
) -> Candidate:
    return Candidate(Root("customers", (key,)), matched, evidence or {})


SAME = [
    ("name", "Ada Example", "ada EXAMPLE"),
    ("name", "Ada Example", "Example, Ada"),
    ("name", "Ada Example", "Example"),
    ("name", "Zoe Ünal", "Zoë Unal"),
    ("name", "Jean-Luc Picard", "JEAN LUC PICARD"),
    ("name", "Ada", "Ada Maria Example"),
    ("name", "Straße", "STRASSE"),
    ("postcode", "sw1a1aa", "SW1A 1AA"),
    ("postcode", "75 001", "75001"),
    ("postcode", "1000-205", "1000 205"),
    ("order_number", "o-1001", "O1001"),
    ("birth_date", "1984-03-27", "1984-03-27"),
    ("birth_date", "1984/03/27", "1984-03-27"),
    ("phone_number", "+33 6 12 34 56 78", "0612345678"),
    ("phone_number", "0033612345678", "06.12.34.56.78"),
]
OTHER = [
    ("name", "Ada Example", "Bob Example"),
    ("name", "Ada Example", "Adam Example"),
    ("name", "!!!", "Ada"),
    ("name", "Ada", "!!!"),
    ("postcode", "75001", "75002"),
    ("postcode", "75001", "7500"),
    ("postcode", "-", " "),
    ("order_number", "O-1001", "O-10010"),
    ("birth_date", "1984-03-27", "1984-27-03"),
    ("birth_date", "1984-03-27", "1984-03-27 00:00:00"),
    ("phone_number", "+33612345678", "+33612345679"),
    ("phone_number", "5678", "+33612345678"),
    ("phone_number", "none", "unknown"),
]


@pytest.mark.parametrize(("kind", "typed", "held"), SAME)
def test_a_fact_agrees_however_it_is_written(kind: str, typed: str, held: str) -> None:
    weighed = weigh(candidate({kind: (held,)}), {kind: typed})

    assert (weighed.agrees, weighed.differs) == ((kind,), ())


@pytest.mark.parametrize(("kind", "typed", "held"), OTHER)
def test_a_fact_that_is_another_differs(kind: str, typed: str, held: str) -> None:
    weighed = weigh(candidate({kind: (held,)}), {kind: typed})

    assert (weighed.agrees, weighed.differs) == ((), (kind,))


@pytest.mark.parametrize(
    ("typed", "held"),
    [
        ({}, {"postcode": ("75001",)}),
        ({"postcode": ""}, {"postcode": ("75001",)}),
        ({"postcode": "75001"}, {}),
        ({"postcode": "75001"}, {"postcode": ()}),
    ],
)
def test_what_either_side_lacks_says_nothing(typed: dict[str, str], held: dict[str, tuple[str, ...]]) -> None:
    weighed = weigh(candidate(held), typed)

    assert (weighed.agrees, weighed.differs) == ((), ())


def test_one_of_several_values_on_record_is_enough() -> None:
    assert weigh(candidate({"postcode": ("10115", "75001")}), {"postcode": "75001"}).agrees == ("postcode",)


def test_what_is_kept_of_a_candidate_is_plain_data() -> None:
    weighed = weigh(candidate({"postcode": ("75001",), "name": ("Bob",)}, key="7"), {"postcode": "75001", "name": "Ada"})

    assert weighed.plain == {
        "root": ["customers", ["7"]],
        "matched": ["email"],
        "evidence": {"postcode": ["75001"], "name": ["Bob"]},
        "agrees": ["postcode"],
        "differs": ["name"],
    }


def clear(*candidates: Candidate, typed: Mapping[str, str] | None = None, address: str = ADDRESS) -> bool:
    return is_clear([weigh(one, typed or {}) for one in candidates], address)


def test_one_record_of_which_nothing_differs_is_clear() -> None:
    assert clear(candidate({"name": ("Ada Example",)}), typed={"name": "Ada Example"})
    assert clear(candidate())


@pytest.mark.threat("3.01")
def test_several_records_or_none_are_never_clear() -> None:
    assert not clear()
    assert not clear(candidate(key="1"), candidate(key="2"))


@pytest.mark.threat("3.01")
@pytest.mark.parametrize("kind", ["name", "postcode", "birth_date", "order_number", "phone_number"])
def test_one_fact_that_differs_is_enough_to_doubt(kind: str) -> None:
    evidence = {"postcode": ("75001",), "name": ("Ada",), kind: ("something else 1",)}

    assert not clear(candidate(evidence), typed={"postcode": "75001", "name": "Ada", kind: "what was typed 2"})


@pytest.mark.threat("1.01")
@pytest.mark.parametrize("matched", [(), ("phone_number",), ("customer_id",)])
def test_a_record_that_does_not_carry_the_proven_address_is_never_clear(matched: tuple[str, ...]) -> None:
    assert not clear(candidate({"postcode": ("75001",)}, matched=matched), typed={"postcode": "75001"})


@pytest.mark.threat("1.07")
@pytest.mark.parametrize("address", ["zoë@example.com", "ad\u0430@example.com", "ada\u200b@example.com", "\u212aarl@example.com"])
def test_an_address_whose_name_is_outside_ascii_is_left_to_an_officer(address: str) -> None:
    assert not clear(candidate(), address=address)


@given(st.text(), st.text(), st.sampled_from(["name", "postcode", "birth_date", "order_number", "phone_number"]))
def test_comparing_is_the_same_from_both_sides_and_never_fails(left: str, right: str, kind: str) -> None:
    assert bool(weigh(candidate({kind: (left,)}), {kind: right}).agrees) == bool(
        weigh(candidate({kind: (right,)}), {kind: left}).agrees
    )


@given(st.text(min_size=1).filter(str.isalnum))
def test_whatever_is_typed_agrees_with_itself(text: str) -> None:
    assert weigh(candidate({"postcode": (text,)}), {"postcode": text}).agrees == ("postcode",)
