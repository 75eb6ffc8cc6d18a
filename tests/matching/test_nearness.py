"""How near two spellings are, and that nearness puts in order and never decides."""

import pytest

from requests_app.connectors.base import Candidate
from requests_app.matching.judgement import is_clear, weigh
from requests_app.matching.nearness import Nearness, nearest, nearness, rank
from requests_app.values import Root

TABLE = [
    ("name", "Ada Lovelace", "LOVELACE, Ada", Nearness.SAME),
    ("name", "Zoé Faure", "Zoe Faure", Nearness.SAME),
    ("name", "Ada Lovelace", "Ada Lovelaec", Nearness.NEARLY),
    ("name", "Katharina Schmidt", "Katarina Schmitt", Nearness.NEARLY),
    ("name", "Ada Lovelace", "Ada King Lovelace", Nearness.PART),
    ("name", "Ada Lovelace", "Adam Loveless", Nearness.SIMILAR),
    ("name", "Ada Lovelace", "Bob Marley", Nearness.OTHER),
    ("name", "Li", "Lu", Nearness.OTHER),
    ("postcode", "75 001", "75001", Nearness.SAME),
    ("postcode", "75001", "75010", Nearness.NEARLY),
    ("postcode", "75001", "10115", Nearness.OTHER),
    ("order_number", "OJ-100200", "OJ100300", Nearness.NEARLY),
    ("birth_date", "1815-12-10", "1852-11-27", Nearness.OTHER),
]


@pytest.mark.parametrize(("kind", "typed", "held", "near"), TABLE)
def test_nearness_of_spellings(kind: str, typed: str, held: str, near: Nearness) -> None:
    assert nearness(kind, typed, held) == nearness(kind, held, typed) == near


def test_of_several_values_the_nearest_counts_and_of_none_nothing() -> None:
    assert nearest("name", "Ada", ["Bob", "ADA"]) == Nearness.SAME
    assert nearest("name", "Ada", []) is None
    assert nearest("name", "", ["Ada"]) is None


def test_the_likeliest_comes_first() -> None:
    typed = {"name": "Ada Lovelace", "postcode": "75001"}

    def plain(name: str, postcode: str) -> dict[str, object]:
        candidate = Candidate(Root("customers", ("1",)), ("email",), {"name": (name,), "postcode": (postcode,)})
        return weigh(candidate, typed).plain

    people = [
        plain("Bob Marley", "10115"),
        plain("Ada Lovelaec", "75001"),
        plain("Ada Lovelace", "75001"),
        plain("Adam Loveless", "1"),
    ]
    ranked = sorted(people, key=lambda one: rank(one, typed), reverse=True)

    assert [people.index(one) for one in ranked] == [2, 1, 3, 0]


def test_a_name_that_is_nearly_the_same_still_differs_and_is_no_clear_match() -> None:
    candidate = Candidate(Root("customers", ("1",)), ("email",), {"name": ("Ada Lovelaec",)})
    weighed = weigh(candidate, {"name": "Ada Lovelace"})

    assert weighed.differs == ("name",)
    assert not is_clear([weighed], "ada@example.com")
