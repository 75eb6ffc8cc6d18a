from dataclasses import replace

import pytest
from django.utils import translation

from requests_app.bundle.cells import LONGEST
from requests_app.bundle.information import information
from requests_app.bundle.material import Material, SystemState
from requests_app.bundle.pages import ROWS_SHOWN
from requests_app.sources import words
from tests.bundle.conftest import a_collection, a_field, held
from tests.bundle.reading import Tags, page, shown, with_records


def test_the_cover_names_brand_person_dates_law_and_what_was_searched(material: Material) -> None:
    text = shown(material)

    for part in (
        "Your data at O Jewels", "Ada Example", "ada@example.com", "DSR-7K4M-92", "20 November 2026", "22 November 2026, 11:31",
        "GDPR, Art. 15", "Orders 3 records, 1 file", "Marketing Nothing about you",
    ):  # fmt: skip
        assert part in text
    assert "not complete" not in text
    assert "We hold nothing" not in text


def test_amounts_dates_and_choices_are_in_the_customers_format(material: Material) -> None:
    english, french = shown(material), shown(replace(material, language="fr"))

    assert "1,195.5" in english
    assert "30 Jun 2024, 09:22" in english
    assert "2 Jan 2025" in english
    assert "Yes" in english
    assert "1\u202f195,5" in page(replace(material, language="fr")) or "1\xa0195,5" in page(replace(material, language="fr"))
    assert "2 jan" in french.lower()


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("2024-02-30", "2024-02-30"),
        ("0000-00-00T00:00:00Z", "0000-00-00T00:00:00Z"),
        ("2024-06-30 07:22:00", "30 Jun 2024, 07:22"),
        ("+33 6 39 98 10 01", "+33 6 39 98 10 01"),
        ("1195.5", "1195.5"),
        (10**20, "1" + "0" * 20),
        ({"a": ["ü"]}, '{"a": ["ü"]}'),
        ("x" * (LONGEST + 1), "x" * LONGEST + " … (the rest is in the data files)"),
    ],
)
def test_other_values_are_shown_as_they_are(material: Material, value: object, text: str) -> None:
    assert text in shown(with_records(material, held(a_collection("notes", a_field("a")), [{"a": value}])))


def test_codes_have_words_where_there_are_words(material: Material) -> None:
    country = a_field("country", categories=("user.contact.address.country",))
    language = a_field("language", categories=("user.demographic.language",))
    flag = a_field("flag", "boolean")
    text = shown(
        with_records(
            material, held(a_collection("notes", country, language, flag), [{"country": "CH", "language": "fr", "flag": 1}])
        )
    )

    assert "Switzerland" in text
    assert "French" in text
    assert "Flag Yes" in text


def test_an_amount_that_a_source_writes_as_text_is_an_amount_all_the_same(material: Material) -> None:
    part = held(a_collection("notes", a_field("total", "decimal")), [{"total": "1234.50"}, {"total": "12,3"}])

    assert "1,234.50" in shown(with_records(material, part))
    assert "12,3" in shown(with_records(material, part))


def test_long_tables_show_the_first_rows_and_point_to_the_rest(material: Material) -> None:
    rows = [{"a": f"row-{number}"} for number in range(ROWS_SHOWN + 1)]
    text = shown(with_records(material, held(a_collection("notes", a_field("a")), rows)))

    assert f"row-{ROWS_SHOWN - 1}" in text
    assert f"row-{ROWS_SHOWN} " not in text
    assert "These are the first 1,000 of 1,001 records. All of them are in data/orders/notes.csv." in text


def test_columns_without_anything_are_named_and_take_no_room(material: Material) -> None:
    text = page(material)

    assert 'data-label="Note"' not in text
    assert "Nothing stands in: Note." in " ".join(text.split())


def test_what_is_withheld_is_named(material: Material) -> None:
    assert "Not shown, because it is about other people: Recipient name." in shown(material)


def test_a_file_is_linked_from_its_record(material: Material) -> None:
    assert '<a href="files/orders/warranties-1.pdf">PDF document</a>' in page(material)


def test_a_collection_without_json_points_to_its_table(material: Material) -> None:
    part = replace(held(a_collection("notes", a_field("a")), [{"a": "buried"}]), json=None)
    text = shown(with_records(material, part))

    assert "data/orders/notes.csv" in text
    assert "buried" not in text


def test_nothing_held_is_an_answer_of_its_own(nothing: Material) -> None:
    text = shown(nothing)

    assert "We hold nothing about you" in text
    assert "What we hold" not in text
    assert "We hold nothing about you. This is who we are" in Tags(b"".join(information(nothing)).decode()).words


@pytest.mark.threat("4.06")
def test_a_partial_answer_says_on_page_one_what_is_missing_and_that_it_follows(partial: Material) -> None:
    text = shown(partial)
    first = text[: text.index("What we searched")]

    assert "This answer is not complete yet" in first
    assert "This system could not be reached. The server moves." in first
    assert "A supplement with what is missing follows" in first
    assert "Marketing No answer yet" in text


def test_an_answer_without_one_system_never_says_that_nothing_is_held(nothing: Material) -> None:
    orders, marketing = nothing.systems

    assert "We hold nothing" not in shown(
        replace(nothing, systems=(orders, replace(marketing, state=SystemState.FAILED, collections=())))
    )


def test_a_later_copy_says_that_it_replaces_the_earlier_one(material: Material) -> None:
    assert "This copy replaces the one you had from us before" in shown(replace(material, number=2))


@pytest.mark.promise("O1")
@pytest.mark.promise("O12")
def test_the_information_names_purposes_categories_recipients_terms_sources_transfers_rights_and_authority(
    material: Material,
) -> None:
    text = Tags(b"".join(information(material)).decode()).words

    for part in (
        "To sell and deliver A contract with you Your orders · Your warranties", "Your customer account", "Colis Direct Delivery",
        "Payline United States Standard contractual clauses", "Five years", "You gave it to us", "You may have data erased", "CNIL",
        "https://www.cnil.fr", "10 rue A Paris", "privacy@o.example",
    ):  # fmt: skip
        assert part in text
    assert "Colis Direct France Standard" not in text
    assert "letters" not in text


def test_every_word_list_answers_what_it_does_not_know() -> None:
    with translation.override("en"):
        assert words.topic("gift_cards") == "Gift cards"
        assert words.category("user.name.middle") == "Your name"
        assert words.category("martian") == "Other data about you"
        assert words.legal_basis("own_reason") == "Own reason"
        assert words.recipient("drone_firm") == "Drone firm"
        assert words.safeguard("ad hoc clauses") == "ad hoc clauses"
        assert words.country("XX") == "XX"
        assert words.fault("?") == "This system gave no complete answer."
        assert words.file_type("application/x-tar") == "File"
        assert words.said({"en": "a", "fr": "b"}, "fr-CA") == "b"
        assert words.said({"en": "a"}, "de") == "a"
