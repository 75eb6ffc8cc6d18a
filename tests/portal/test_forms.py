"""What the form takes, and in which words it says what it does not."""

import pytest

from requests_app.portal.forms import RequestForm
from tests.portal.customer import ANSWERS


def form(**changes: str) -> RequestForm:
    return RequestForm(ANSWERS | changes)


def errors(field: str, **changes: str) -> list[str]:
    return [str(error) for error in form(**changes).errors.get(field, [])]


@pytest.mark.parametrize(
    "parts",
    [
        ("31", "2", "1984"), ("0", "1", "1984"), ("1", "13", "1984"), ("27", "3", ""), ("", "", "1984"), ("27", "3", "84"),
        ("1", "1", "1899"), ("1", "1", "9999"), ("1", "1", "2999"), ("a", "b", "c"), ("1", "1", "\uff11984"), ("-1", "1", "1984"),
        ("1e0", "1", "1984"), ("27", "3", "1" * 5000),
    ],
)  # fmt: skip
def test_what_is_no_date_of_birth_is_asked_for_again_with_an_example(parts: tuple[str, str, str]) -> None:
    day, month, year = parts
    said = errors("birth_date", birth_date_0=day, birth_date_1=month, birth_date_2=year)
    assert said == ["Enter your date of birth as day, month and year, like 27 3 1984"]


def test_a_date_of_birth_may_be_left_out() -> None:
    filled = form(birth_date_0="", birth_date_1=" ", birth_date_2="")
    assert filled.is_valid()
    assert "birth_date" not in filled.facts


@pytest.mark.threat("1.11")
@pytest.mark.parametrize("number", ["4111 1111 1111 1111", "4111111111111111", "5555-5555-5555-4444", "378282246310005"])
def test_a_card_number_is_not_taken(number: str) -> None:
    assert errors("details", details=f"My card is {number}, thank you.") == ["Take out the card number: we never need one."]


@pytest.mark.parametrize(
    "text", ["Order 4111 1111 1111 1112", "+33 6 12 34 56 78 90 12", "1234567890", "In 2024 I paid 1 200 EUR."]
)
def test_other_numbers_are_taken(text: str) -> None:
    assert errors("details", details=text) == []


@pytest.mark.parametrize("name", ["Élodie Martin-Desrosiers", "王小明", "محمد", "O’Neil", "Σωκράτης", "می\u200cخواهم", "X"])
def test_names_of_every_script_are_taken(name: str) -> None:
    assert form(name=name).is_valid()


@pytest.mark.parametrize("hidden", ["\u202e", "\u2066", "\u200b", "\ufeff", "\x07", "\ue000", "\n", "\x85"])
def test_what_cannot_be_seen_is_not_taken(hidden: str) -> None:
    assert errors("name", name=f"Ada{hidden}Example") == [
        "There is an invisible character in this. Please type it by hand instead of pasting it."
    ]


def test_lines_may_be_broken_where_there_is_room_for_them() -> None:
    filled = form(details="One.\r\nTwo.\tThree.")
    assert filled.is_valid()
    assert filled.cleaned_data["details"] == "One.\nTwo.\tThree."


def test_what_is_too_long_is_counted_and_never_cut() -> None:
    assert errors("name", name="x" * 201) == ["Use at most 200 characters; there are 201."]


def test_the_same_letters_in_two_encodings_become_one() -> None:
    filled = form(name="E\u0301lodie")
    assert filled.is_valid()
    assert filled.cleaned_data["name"] == "Élodie"


def test_only_what_was_given_is_a_fact() -> None:
    filled = form(postcode="", order_number="1234")
    assert filled.is_valid()
    assert filled.facts == {"name": "Ada Example", "order_number": "1234", "birth_date": "1984-03-27"}


@pytest.mark.threat("1.11")
def test_no_form_asks_for_a_file() -> None:
    assert not form().is_multipart()
