"""What shops say of themselves can be described, and an answer then says it: kinds of data, doors, recipients, roles, purposes."""

import re
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Final

import pytest

from requests_app.brands.policies import Policy
from requests_app.bundle.information import information
from requests_app.bundle.material import Material
from requests_app.bundle.pages import index
from requests_app.connectors import CONNECTORS
from requests_app.connectors.base import Config, Inventory
from tests.bundle.conftest import a_collection, a_field, a_system, held
from tests.bundle.reading import Tags
from tests.bundle.test_portable import answered

FACTS: Final = Path(__file__).parent / "facts.yaml"
DEMO: Final = Path(__file__).parents[2] / "demo" / "orders.yaml"


def inventory(file: Path) -> Inventory:
    return CONNECTORS["sql"].inventory(Config("facts", "", file))


def sheet(material: Material, file: Path, *only: str) -> str:
    system = answered(inventory(file))
    parts = tuple(part for part in system.collections if not only or part.info.name in only)
    return Tags(b"".join(information(replace(material, systems=(replace(system, collections=parts),)))).decode()).words


@pytest.fixture(name="told")
def what_is_told(material: Material) -> str:
    return sheet(material, FACTS)


@pytest.mark.promise("O7")
def test_each_door_through_which_data_came_is_named(told: str) -> None:
    for door in (
        "You opened an account", "You bought something", "You ordered a piece made for you", "You had an appointment by video",
        "You looked where your order was", "You sent a suggestion", "You came to an event", "You called us",
        "You were in one of our shops", "A social network",
    ):  # fmt: skip
        assert door in told


@pytest.mark.promise("S10")
def test_sensitive_kinds_are_named_as_specially_protected(told: str) -> None:
    for kind in (
        "Your origin", "Your political opinions", "Your beliefs", "Your membership in a union", "Your genes",
        "Voice, face or other traits of the body", "Your health", "Your sex life or orientation", "Offences",
    ):  # fmt: skip
        assert f"{kind} (specially protected)" in told
    assert "Your e-mail addresses (specially" not in told


@pytest.mark.promise("S15")
def test_surveys_draws_networks_forums_and_the_ids_of_advertising_are_named(told: str) -> None:
    for said in (
        "You answered a survey", "You wrote a review", "You took part in a prize draw", "A social network, with your permission",
        "You wrote in a forum", "A third party told us", "Identifiers of your devices", "Identifiers for advertising",
        "What you searched for", "Where you were", "Your contacts", "What you wrote or sent in private",
    ):  # fmt: skip
        assert said in told


@pytest.mark.promise("A17")
def test_a_profile_from_shops_events_and_contests_and_nine_kinds_of_device_data_are_named(told: str) -> None:
    for said in (
        "Your customer account", "Your date of birth", "You took part in a contest", "You came to an event",
        "Your internet addresses", "Your devices", "Identifiers of your devices", "Identifiers for advertising",
        "Identifiers in cookies", "Pages you looked at", "What you searched for", "Where you were", "Technical records of use",
    ):  # fmt: skip
        assert said in told


@pytest.mark.promise("A17")
@pytest.mark.promise("J10")
def test_a_password_is_never_among_what_is_shown(material: Material) -> None:
    system = answered(inventory(FACTS))
    page = b"".join(index(replace(material, systems=(system,)))).decode()

    (profiles,) = [info for info in system.inventory.collections if info.name == "profiles"]
    assert "password" not in [field.name for field in profiles.fields]
    assert "some password" not in page


@pytest.mark.promise("S19")
def test_papers_pay_health_and_status_of_staff_serve_employment_alone(material: Material) -> None:
    told = sheet(material, FACTS, "employees")

    for kind in (
        "Your passport", "Numbers of official documents", "Your immigration status", "What is known of your credit",
        "Your bank account", "Your pay", "Your CV", "Your absences from work", "Your health (specially protected)",
    ):  # fmt: skip
        assert kind in told
    assert "To employ you and for nothing else A contract with you Your work" in told
    assert "To sell" not in told


@pytest.mark.promise("J9")
@pytest.mark.promise("S22")
def test_each_recipient_is_named_with_its_part(told: str) -> None:
    assert "Cloud Ltd Computer services. Works for us alone, on our written instructions" in told
    assert "Courts Authorities. An authority, where a law obliges us" in told
    assert "Both Names Ltd Business partners. Gets them only with your consent" in told
    assert "Whoever reads reviews Other users of our website. Decides itself" in told
    assert "A buyer of the shop Buyers of the business. Decides itself" in told
    assert "Sister Shop Companies of our group" in told


@pytest.mark.promise("J9")
@pytest.mark.promise("S27")
def test_what_is_anonymous_is_no_part_of_an_answer_and_what_was_published_is_called_so(told: str) -> None:
    assert [info.name for info in inventory(FACTS).collections] == ["profiles", "devices", "employees"]
    assert "Footfall" not in told
    assert "What you published" in told


@pytest.mark.promise("A14")
def test_kinds_of_data_recipients_and_purposes_stand_together(told: str) -> None:
    kinds = "Numbers by which we recognise you · Your internet addresses"
    assert f"Ads Ltd Advertising. Gets them only with your consent To send news {kinds}" in told
    assert "Pay Ltd Payments. Decides itself what it does with them To sell Your payments Your profile (Funds confirmed)" in told


@pytest.mark.promise("C11")
def test_a_recipient_is_sent_no_more_than_the_fields_that_name_it(told: str) -> None:
    assert (
        "Parcel Ltd Delivery. Works for us alone, on our written instructions To sell Your postal addresses Your profile (Address)"
        in told
    )
    (profiles, *_others) = inventory(FACTS).collections
    sent = {to.name["en"]: [field.name for field in profiles.sent_to(to)] for to in profiles.receivers}
    assert sent["Parcel Ltd"] == ["address"]
    assert sent["Pay Ltd"] == ["funds_confirmed"]
    assert not {"address", "funds_confirmed"} & set(sent["Courts"])


@pytest.mark.promise("S23")
def test_of_a_payment_the_shop_holds_a_confirmation_and_the_payment_firm_the_rest(told: str) -> None:
    assert "Pay Ltd Payments" in told
    assert "Your payments" in told


@pytest.mark.promise("C8")
def test_sizes_tiers_custom_work_warranties_and_repairs_are_named_with_couriers_and_insurers(material: Material) -> None:
    told = sheet(material, DEMO)
    held_in = {info.name: info for info in inventory(DEMO).collections}

    assert {"ring_sizes", "warranties", "repairs", "visits"} <= held_in.keys()
    assert {"tier", "birth_date", "gender"} <= {field.name for field in held_in["customers"].fields}
    for said in ("Colis Direct", "Helvia Assurance", "Payline Services", "Nuage Hosting", "Tax and customs authorities"):
        assert said in told


@pytest.mark.promise("A16")
def test_the_profile_is_said_to_live_as_long_as_the_account(told: str) -> None:
    assert "As long as your account exists Your profile" in told


@pytest.mark.promise("O11")
def test_marketing_is_said_to_rest_on_approval(material: Material) -> None:
    told = sheet(material, DEMO.with_name("marketing.yaml"), "subscribers", "list_members")

    assert "To send you news you asked for Your consent" in told


@pytest.mark.promise("S24")
def test_each_record_names_the_text_that_governed_it(material: Material) -> None:
    orders = a_collection("orders", a_field("id", "integer", categories=("user.unique_id",)), a_field("day"), collected="day")
    days = [{"id": 1, "day": "2019-01-01"}, {"id": 2, "day": "2023-05-05"}, {"id": 3, "day": "2001-01-01"}]
    texts = (Policy("2018", date(2018, 5, 25)), Policy("2022", date(2022, 3, 1), "https://o.example/2022"))
    known = replace(material, brand=replace(material.brand, policies=texts), systems=(a_system("orders", held(orders, days)),))

    page = b"".join(index(known)).decode()
    told = Tags(b"".join(information(known)).decode()).words
    governed = re.findall(r'<td data-label="Privacy policy that governs it"[^>]*>(?:<span>)?(\d*)', page)
    assert governed == ["2018", "2022", ""]
    assert re.search(r"2022 (?:1 March|March 1,) 2022 https://o.example/2022", told)
