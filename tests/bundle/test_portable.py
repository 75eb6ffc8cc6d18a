"""The copy to take elsewhere, and the answer on kinds of data alone: from the example shop's own descriptions."""

import csv
import io
import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, Final
from zipfile import ZipFile

import jsonschema
import pytest

from requests_app.bundle.assemble import assemble
from requests_app.bundle.linked import PROPERTIES, VOCABULARY
from requests_app.bundle.material import Material, SystemPart, SystemState
from requests_app.connectors import CONNECTORS
from requests_app.connectors.base import Config, FieldInfo, Inventory, Scope
from tests.bundle.conftest import MADE_AT, held
from tests.bundle.reading import Tags

DEMO: Final = Path(__file__).parents[2] / "demo"
VALUES: Final = {"integer": 7, "float": 2.5, "boolean": True}


def described(scope: Scope, name: str = "orders") -> Inventory:
    return CONNECTORS["sql"].inventory(Config(name, "", DEMO / f"{name}.yaml", scope=scope))


def value(field: FieldInfo) -> Any:
    return VALUES.get(field.data_type, f"some {field.name}")


def answered(inventory: Inventory) -> SystemPart:
    """One record in every collection of which anything travels."""
    parts = tuple(
        held(info, [{field.name: value(field) for field in info.fields}] if info.fields else []) for info in inventory.collections
    )
    return SystemPart(inventory.system, inventory, SystemState.SEARCHED, parts, answered_at=MADE_AT)


@pytest.fixture(name="portable")
def of_the_demo(material: Material) -> Material:
    systems = tuple(answered(described(Scope.PORTABLE, name)) for name in ("orders", "marketing"))
    return replace(material, systems=systems, scope=Scope.PORTABLE)


def members(material: Material) -> dict[str, bytes]:
    with ZipFile(io.BytesIO(b"".join(assemble(material)))) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def words(file: Path) -> str:
    return Tags(file.read_text(encoding="utf-8")).words


def collections(got: dict[str, bytes]) -> Iterator[str]:
    return (name.removeprefix("data/").removesuffix(".json") for name in got if name.startswith("data/") and name.endswith(".json"))


@pytest.mark.promise("O2")
@pytest.mark.promise("O9")
@pytest.mark.promise("C1")
@pytest.mark.promise("S2")
def test_the_purchases_of_the_example_shop_travel_and_its_checks_for_fraud_do_not(portable: Material) -> None:
    got = members(portable)

    held_in = set(collections(got))
    assert {"orders/orders", "orders/items", "orders/customers", "orders/preferences", "marketing/subscribers"} <= held_in
    checks = {"orders/purchase_checks", "orders/visits", "orders/calls", "orders/identity_checks", "marketing/campaign_events"}
    assert not held_in & checks
    assert "tier" not in json.loads(got["data/orders/customers.json"])[0]
    assert not any(b"purchase_check" in text for name, text in got.items() if name.startswith(("data/", "schemas/")))


@pytest.mark.promise("O2")
def test_each_collection_is_valid_by_its_schema_and_the_same_as_its_table(portable: Material) -> None:
    got = members(portable)

    for name in collections(got):
        records, schema = json.loads(got[f"data/{name}.json"]), json.loads(got[f"schemas/{name}.schema.json"])
        jsonschema.Draft202012Validator.check_schema(schema)
        jsonschema.Draft202012Validator(schema).validate(records)
        (header, *rows) = csv.reader(io.StringIO(got[f"data/{name}.csv"].decode(), newline=""))
        assert header == list(records[0])
        assert len(rows) == len(records) == 1
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.Draft202012Validator(schema).validate([{**records[0], "undescribed": 1}])


@pytest.mark.promise("O2")
def test_the_terms_of_schema_org_stand_for_types_and_fields(portable: Material) -> None:
    got = members(portable)
    types = {name: json.loads(got[f"context/{name}.jsonld"])["@type"].removeprefix(VOCABULARY) for name in collections(got)}
    customers = json.loads(got["context/orders/customers.jsonld"])["@context"]

    assert types["orders/customers"] == "Person"
    assert types["orders/addresses"] == "PostalAddress"
    assert types["orders/orders"] == "Order"
    assert customers["first_name"] == {"@id": "https://schema.org/givenName"}
    assert customers["email"] == {"@id": "https://schema.org/email"}
    assert customers["id"] == {"@id": "https://schema.org/identifier"}
    assert customers["newsletter"]["@id"].startswith("urn:")
    assert (
        json.loads(got["schemas/orders/customers.schema.json"])["items"]["properties"]["first_name"]["x-schema-org"] == "givenName"
    )


def test_no_two_fields_of_a_record_bear_one_name_of_schema_org_and_every_field_has_a_name(portable: Material) -> None:
    got = members(portable)

    for name in collections(got):
        terms = json.loads(got[f"context/{name}.jsonld"])["@context"]
        ids = [term["@id"] for key, term in terms.items() if key != "@version"]
        assert len(set(ids)) == len(ids)
        assert set(terms) - {"@version"} == set(json.loads(got[f"data/{name}.json"])[0])
        ours = {one.removeprefix(VOCABULARY) for one in ids if one.startswith(VOCABULARY)}
        assert ours <= {*PROPERTIES.values(), "identifier"}


@pytest.mark.promise("O9")
def test_page_and_manifest_say_what_stays_out_and_why(portable: Material, unpacked: Callable[[Material], Path]) -> None:
    folder = unpacked(portable)
    read = words(folder / "index.html")
    listed = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))

    assert "What is not in this copy, and why" in read
    assert "We use it on our legitimate interest, not by your consent or for a contract with you." in read
    assert "Your account (Loyalty tier)" in read
    assert "ask us for access to your data" in read
    assert not (folder / "information.html").exists()
    assert listed["scope"] == "portable"
    (checks,) = [one for one in listed["left_out"] if one["collection"] == "purchase_checks"]
    assert set(checks["why"].values()) == {"We use it on our legitimate interest, not by your consent or for a contract with you."}


def test_who_has_nothing_to_take_along_is_not_told_that_nothing_is_held(material: Material) -> None:
    none = tuple(replace(one, collections=(), state=SystemState.NOTHING) for one in material.systems)
    read = members(replace(material, systems=none, scope=Scope.PORTABLE))["index.html"].decode()

    assert "We hold nothing that you could take along" in read
    assert "We hold nothing about you" not in read


@pytest.mark.promise("A1")
def test_who_asks_for_the_kinds_gets_every_kind_and_no_value(material: Material, unpacked: Callable[[Material], Path]) -> None:
    system = answered(described(Scope.ALL))
    folder = unpacked(replace(material, systems=(system,), scope=Scope.KINDS))

    shown, told = words(folder / "index.html"), words(folder / "information.html")
    assert not (folder / "data").exists()
    assert "some email" not in shown
    assert "some email" not in told
    for said in ("Your e-mail addresses", "To sell and deliver what you ordered", "Colis Direct", "You gave it to us"):
        assert said in told
    assert "Your orders" in shown


def test_of_the_kinds_alone_no_system_gives_more_than_keys() -> None:
    for info in described(Scope.KINDS).collections:
        assert [field.name for field in info.fields] == [field.name for field in info.fields if field.is_key]
