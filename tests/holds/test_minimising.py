"""What of a kept record stays: the words of the profiles, and the data categories of the descriptions."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import pytest
import yaml
from django.conf import settings

from requests_app.connectors.base import FieldInfo
from requests_app.duties.shelf import profiles
from requests_app.holds.minimising import REFERENCE, blanked, is_whole, words, words_of
from tests.holds.describing import a_collection, a_field

FOLDERS: Final = ("demo", "examples", "benchmarks/base/datasets")


def categories(fields: list[dict[str, Any]]) -> Iterator[str]:
    for field in fields:
        yield from field.get("data_categories") or []
        yield from categories(field.get("fields") or [])


def used() -> list[str]:
    files: list[Path] = [path for folder in FOLDERS for path in (settings.BASE_DIR / folder).glob("*.yaml")]
    datasets = [dataset for path in files for dataset in yaml.safe_load(path.read_text(encoding="utf-8"))["dataset"]]
    return sorted({name for one in datasets for collection in one["collections"] for name in categories(collection["fields"])})


@pytest.mark.parametrize("category", used())
def test_every_category_of_the_descriptions_has_words_or_is_dropped_by_name(category: str) -> None:
    """A category below one that is dropped is dropped; that the word of all, `user`, decides means that nobody thought of it."""
    above = category if category == "user" else category.partition(".")[0] + "." + category.split(".")[1]

    assert category.startswith("system.") or above in words()


def test_every_word_is_one_that_a_profile_keeps_or_drops() -> None:
    known = {word for profile in profiles().values() for word in (*profile.keep, *profile.drop)}

    assert {word for found in words().values() for word in found} <= known | {REFERENCE}


def test_a_category_has_the_words_of_the_nearest_one_above_it() -> None:
    assert words_of("user.name.first") == words_of("user.name") != ()
    assert words_of("user.contact.url") == words_of("user.never.heard.of") == words_of("system.operations") == ()


def test_a_field_may_say_itself_as_what_it_is_kept() -> None:
    records = a_collection(
        "x", a_field("vat_number", "user.government_id", keep_as="tax_id"), a_field("passport", "user.government_id")
    )

    assert blanked(records, ["accounting"]) == ("passport",)


def test_keys_references_and_days_on_which_a_later_ruling_depends_stay() -> None:
    records = a_collection(
        "x", a_field("email", "user.contact.email", is_key=True), a_field("customer", "user.unique_id"),
        a_field("seen", "user.behavior"), a_field("phone", "user.contact.phone_number"), a_field("stock", ""),
    )  # fmt: skip

    assert blanked(records, ["accounting"], needed=["seen"]) == ("phone",)
    assert blanked(records, ["accounting"]) == ("phone", "seen")


def test_another_person_s_data_does_not_go_because_of_this_request_and_what_is_of_both_goes() -> None:
    note = "user.content.private"
    records = a_collection("x", a_field("agent", note, about="other"), a_field("family", note, about="both"), a_field("own", note))

    assert blanked(records, ["accounting"]) == ("family", "own")


def test_several_profiles_keep_together_what_each_of_them_keeps() -> None:
    records = a_collection(
        "x", a_field("street", "user.contact.address.street"), a_field("country", "user.contact.address.country")
    )

    assert blanked(records, ["oss"]) == ("street",)
    assert blanked(records, ["oss", "accounting"]) == ()


def test_values_inside_a_field_go_by_themselves_where_some_of_them_stay() -> None:
    name, mail = a_field("billing.name"), a_field("billing.email", "user.contact.email")
    mixed, gone = (FieldInfo("billing", {"en": ""}, (), "object", parts=parts) for parts in ((name, mail), (mail,)))

    assert blanked(a_collection("x", mixed), ["accounting"]) == ("billing.email",)
    assert blanked(a_collection("x", gone), ["accounting"]) == ("billing",)


@pytest.mark.promise("C4")
def test_nothing_is_struck_out_of_what_the_law_on_money_laundering_keeps() -> None:
    records = a_collection("papers", a_field("email", "user.contact.email"), a_field("scan", "user.government_id"))

    assert is_whole("aml")
    assert blanked(records, ["aml", "accounting"]) == ()
    assert blanked(records, ["accounting"]) == ("email", "scan")


def test_records_that_a_law_blocks_or_registers_stay_whole() -> None:
    assert {name for name in profiles() if is_whole(name)} == {"aml", "blocked_archive", "register"}


def test_a_secret_goes_whatever_a_duty_keeps_unless_that_keeps_the_record_whole() -> None:
    accounts = replace(a_collection("x", a_field("buyer")), secrets=(a_field("password", "", about="secret"),))

    assert blanked(accounts, ["accounting"]) == ("password",)
    assert blanked(accounts, ["accounting"], ["password"]) == ()
    assert blanked(accounts, [next(name for name in profiles() if is_whole(name))]) == ()
