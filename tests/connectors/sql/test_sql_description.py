"""The dataset file: fideslang's format loads unchanged, ours is checked to the last key."""

import re
from pathlib import Path

import pytest
import yaml
from fideslang.models import Dataset

from requests_app.connectors.base import BadDescription, Config, Origin, Pointer, Recipient
from requests_app.connectors.keeping import Hold, Keeping
from requests_app.connectors.sql.description import Masking, Partition
from requests_app.connectors.sql.graph import trace
from requests_app.connectors.sql.keeping import DEEDS, KEYS
from requests_app.connectors.sql.reading import describe
from tests.connectors.shops import SQL

DEMO = Path(__file__).parents[3] / "demo"
STANDARD = """
dataset:
  - fides_key: shop
    organization_fides_key: default_organization
    tags: [a]
    name: Shop system
    description: Everything that the format knows
    meta: {any: thing}
    data_categories: null
    data_uses: [essential]
    fides_meta: {resource_id: x, after: [other], namespace: {schema: sales}}
    collections:
      - name: customer_accounts
        description: ours
        data_categories: [user.contact]
        data_subjects: [customer]
        fides_meta:
          after: [shop.visits]
          erase_after: [shop.visits]
          skip_processing: false
          masking_strategy_override: {strategy: delete}
          partitioning: {field: created, windows: []}
        fields:
          - name: id
            data_categories: [user.unique_id]
            fides_meta: {primary_key: true, data_type: integer, read_only: true}
          - name: email
            fidesops_meta: {identity: email, data_type: string, length: 40}
          - name: tags
            fides_meta: {data_type: "string[]", return_all_elements: true, custom_request_field: tag}
          - name: no
            fides_meta: {masking_strategy_override: {strategy: random_string_rewrite, configuration: {length: 20}}}
      - name: visits
        fidesops_meta: {skip_processing: false}
        fields:
          - name: customer
            fides_meta:
              references:
                - {dataset: shop, field: customer_accounts.id, direction: from}
                - {dataset: crm, field: people.id}
      - name: cache
        fides_meta: {skip_processing: true}
        fields: [{name: whatever}]
"""
OURS = """
dataset:
  - fides_key: shop
    name: Shop
    dsar:
      title: {en: The shop, fr: La boutique}
      recipients:
        courier: {name: {en: Carrier, fr: Transporteur}, category: shipping, country: NO, safeguard: adequacy decision}
      purposes:
        sale: {title: {en: To sell}, legal_basis: contract}
        news: {title: {en: To write}, legal_basis: consent}
      origins: {you: {en: From you}}
      retention: {invoice: {en: Ten years}}
    collections:
      - name: customers
        dsar:
          topic: account
          title: {en: Your account}
          purposes: [sale, news]
          recipients: [courier]
          origins: [you]
          retention_class: invoice
          keep_as: profile
          dates: {account_closed: left_on}
          erase: blank
          holds: [{kind: open_contract, when: {field: state, in: [open]}}, {kind: litigation}]
        data_categories: [user]
        fields:
          - {name: id, fides_meta: {primary_key: true}}
          - {name: email, fides_meta: {identity: email}, data_categories: [user.contact.email]}
          - {name: total_paid, dsar: {title: {en: Paid}, type: decimal}}
          - {name: partner_name, dsar: {about: other}}
          - {name: state, dsar: {about: both, keep_as: status}}
          - {name: left_on, dsar: {type: date}}
          - {name: scan, dsar: {file: {media_type: image/png}, fact: name}}
"""


def written(folder: Path, text: str) -> Path:
    path = folder / "shop.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def mistakes(folder: Path, text: str) -> list[tuple[str, str]]:
    with pytest.raises(BadDescription) as caught:
        describe(written(folder, text))
    return [(problem.where, problem.message) for problem in caught.value.problems]


def test_every_key_of_the_standard_format_is_accepted(tmp_path: Path) -> None:
    plain = yaml.safe_load(STANDARD)["dataset"][0]
    plain["collections"][0]["fields"][3]["name"] = "no"  # YAML reads the word as false; we do not
    Dataset(**plain)

    description = describe(written(tmp_path, STANDARD))

    assert {(one.dataset, one.schema) for one in description.collections} == {("shop", "sales")}
    assert [collection.name for collection in description.collections] == ["customer_accounts", "visits"]
    accounts = description.collection("customer_accounts")
    assert [field.name for field in accounts.key] == ["id"]
    assert [(field.name, field.identity) for field in accounts.identities] == [("email", "email")]
    assert [field.info.categories for field in accounts.fields] == [("user.unique_id",), *[("user.contact",)] * 3]
    assert accounts.field("no").info.title == {"en": "No"}
    assert accounts.info.title == {"en": "Customer accounts"}
    graph = trace(description)
    (edge,) = graph.into["visits"]
    assert (edge.source, edge.source_field, edge.target_field) == ("customer_accounts", "id", "customer")
    assert [one.pointer for one in graph.entrances] == [Pointer("crm", "people", "id")]
    assert [lead.target for lead in graph.exits] == [Pointer("crm", "people", "id")]
    assert (accounts.after, accounts.erase_after) == (("shop.visits",), ("shop.visits",))
    assert accounts.masking == Masking("delete", {})
    assert accounts.partitions == (Partition("created", ()),)
    assert accounts.field("no").masking == Masking("random_string_rewrite", {"length": "20"})
    assert (accounts.field("id").read_only, accounts.field("email").length) == (True, 40)
    assert (accounts.field("tags").whole, accounts.field("tags").custom) == (True, "tag")


def test_the_demo_files_are_accepted_by_us_and_by_fideslang() -> None:
    for name in ("orders", "marketing"):
        Dataset(**yaml.safe_load((DEMO / f"{name}.yaml").read_text(encoding="utf-8"))["dataset"][0])
        assert trace(describe(DEMO / f"{name}.yaml")).unreached == ()


@pytest.mark.promise("O14")
def test_the_inventory_says_what_the_file_says(tmp_path: Path) -> None:
    inventory = SQL.inventory(Config("shop", "", written(tmp_path, OURS)))

    (customers,) = inventory.collections
    assert (inventory.system, inventory.title["fr"]) == ("shop", "La boutique")
    assert len(inventory.digest) == 64
    assert (customers.topic, customers.title) == ("account", {"en": "Your account"})
    assert [(purpose.title["en"], purpose.legal_basis) for purpose in customers.purposes] == [
        ("To sell", "contract"),
        ("To write", "consent"),
    ]
    assert customers.recipients == (Recipient({"en": "Carrier", "fr": "Transporteur"}, "shipping", "NO", "adequacy decision"),)
    assert (customers.origins, customers.retention_class, customers.retention) == (
        (Origin({"en": "From you"}),),
        "invoice",
        {"en": "Ten years"},
    )
    assert [field.name for field in customers.fields] == ["id", "email", "total_paid", "state", "left_on", "scan"]
    assert [field.name for field in customers.withheld] == ["partner_name"]
    by_name = {field.name: field for field in (*customers.fields, *customers.withheld)}
    assert by_name["total_paid"].data_type == "decimal"
    assert by_name["state"].about == "both"
    assert by_name["scan"].is_file
    assert by_name["id"].is_key
    assert by_name["partner_name"].title == {"en": "Partner name"}
    assert by_name["email"].categories == ("user.contact.email",)


def test_what_erasure_needs_is_kept(tmp_path: Path) -> None:
    customers = describe(written(tmp_path, OURS)).collection("customers")

    holds = (Hold("open_contract", "state", ("open",)), Hold("litigation", "", ()))
    assert customers.info.keeping == Keeping(("profile",), {"account_closed": "left_on"}, holds, "", "blank")
    assert customers.info.keeping.facts() == ("left_on", "state")
    assert {one.name: one.keep_as for one in customers.info.fields}["state"] == "status"


@pytest.mark.parametrize(
    ("old", "new", "where", "part"),
    [
        ("topic: account", "topics: account", "customers.dsar.topics", "no key that we know"),
        ("type: decimal", "typ: decimal", "customers.total_paid.dsar.typ", "no key"),
        ("type: decimal", "type: money", "customers.total_paid.dsar.type", "must be one of"),
        ("about: other", "about: nobody", "customers.partner_name.dsar.about", "must be one of"),
        ("fact: name", "fact: shoe_size", "customers.scan.dsar.fact", "must be one of"),
        ("legal_basis: contract", "legal_basis: because", "shop.dsar.purposes.sale.legal_basis", "must be one of"),
        (", legal_basis: contract", "", "shop.dsar.purposes.sale.legal_basis", "missing"),
        ("purposes: [sale, news]", "purposes: [sale, fun]", "customers.dsar.purposes", "`fun` is not named"),
        ("recipients: [courier]", "recipients: courier", "customers.dsar.recipients", "must be a list"),
        ("retention_class: invoice", "retention_class: ever", "customers.dsar.retention_class", "`ever` is not named"),
        ("field: state", "field: mood", "customers.dsar.holds.when.field", "`mood` is no field"),
        ("kind: litigation", "why: litigation", "customers.dsar.holds.kind", "is missing"),
        ("left_on}\n", "gone_on}\n", "customers.dsar.dates.account_closed", "`gone_on` is no field"),
        ("left_on}\n", "total_paid}\n", "customers.dsar.dates.account_closed", "holds no day"),
        ("erase: blank", "erase: perhaps", "customers.dsar.erase", "must be one of"),
        ("{en: Your account}", "{fr: Votre compte}", "customers.dsar.title", "English"),
        ("primary_key: true", "primary_key: maybe", "customers.id.fides_meta.primary_key", "true or false"),
        ("name: total_paid", "name: id", "customers.id", "described twice"),
        ("type: decimal", "type: decimal, type: decimal", "customers.total_paid.dsar.type", "twice"),
        ("media_type: image/png", "media: image/png", "customers.scan.dsar.file.media", "no key"),
        ("type: decimal", "type: decimal}, fields: [{name: x}], meta: {", "customers.total_paid.fields", "no fields below it"),
        ("{name: scan, dsar", "{name: scan, fields: [{name: x}], dsar", "customers.scan.dsar.file", "no file"),
        ("{identity: email}", "{identity: email, data_type: words}", "customers.email.fides_meta.data_type", "must be one of"),
    ],
)  # fmt: skip
def test_every_mistake_is_told_by_file_line_and_field(tmp_path: Path, old: str, new: str, where: str, part: str) -> None:
    assert old in OURS

    told = mistakes(tmp_path, OURS.replace(old, new, 1))

    line = OURS[: OURS.index(old)].count("\n") + 1
    assert any(place == f"shop.yaml:{line}: {where}" and part in message for place, message in told)


def test_all_mistakes_are_told_at_once(tmp_path: Path) -> None:
    text = OURS.replace("about: other", "about: x").replace("topic:", "topik:").replace("fact: name", "fact: x")

    assert len(mistakes(tmp_path, text)) == 3


@pytest.mark.parametrize(
    ("reference", "part"),
    [
        ("{dataset: shop, field: customers.nope}", "not described"),
        ("{dataset: shop, field: nowhere.id}", "not described"),
        ("{dataset: shop, field: id}", "collection.field"),
        ("{dataset: shop, field: customers.id.x}", "not described"),
        ("{field: customers.id}", "is missing"),
        ("{dataset: shop, field: customers.id, direction: up}", "must be one of"),
    ],
)
def test_a_reference_that_leads_nowhere_is_told(tmp_path: Path, reference: str, part: str) -> None:
    text = (
        OURS
        + f"      - name: orders\n        fields:\n          - name: id\n            fides_meta: {{references: [{reference}]}}\n"
    )

    assert any(
        where.startswith(f"shop.yaml:{text.count(chr(10))}: orders.id") and part in message
        for where, message in mistakes(tmp_path, text)
    )


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("", "shop.yaml:1: dataset"),
        ("dataset: []", "shop.yaml:1: dataset"),
        ("dataset:\n - {fides_key: a, collections: []}", "shop.yaml:1: dataset"),
        ("dataset:\n - {fides_key: a, collections: []}\n - {fides_key: b}", "shop.yaml:3: b.collections"),
        ("dataset:\n - {fides_key: a, collections: []}\n - {fides_key: a, collections: []}", "shop.yaml:2: a"),
        ("dataset: [1]", "shop.yaml:1: dataset.fides_key"),
        ("dataset: {a: b}", "shop.yaml:1: dataset"),
        ("a: b: c", "shop.yaml:1"),
        ("dataset:\n\t- x", "shop.yaml:2"),
        ("dataset: *x", "shop.yaml:1"),
        ("dataset: [{fides_key: a}]", "shop.yaml:1: a.collections"),
        ("dataset: [{fides_key: a, collections: [{name: b}]}]", "shop.yaml:1: b.fields"),
        ("dataset: !!python/object/apply:os.system ['true']", "shop.yaml:1: dataset.fides_key"),
    ],
)
def test_what_is_no_dataset_file_is_a_sentence(tmp_path: Path, text: str, where: str) -> None:
    assert where in [place for place, _ in mistakes(tmp_path, text)]


def test_a_file_that_is_not_there_or_not_text_is_a_sentence(tmp_path: Path) -> None:
    path = tmp_path / "shop.yaml"
    for content in (None, b"\xff\xfe\x00"):
        if content:
            path.write_bytes(content)
        with pytest.raises(BadDescription, match=r"shop\.yaml"):
            describe(path)
        (problem,) = SQL.check(Config("shop", "sqlite:///x", path)).problems
        assert problem.fatal


def test_a_changed_file_is_read_again(tmp_path: Path) -> None:
    first = describe(written(tmp_path, OURS))
    second = describe(written(tmp_path, OURS.replace("en: The shop", "en: Elsewhere")))

    assert (first.title["en"], second.title["en"]) == ("The shop", "Elsewhere")
    assert first.digest != second.digest


def test_merge_keys_and_anchors_are_resolved(tmp_path: Path) -> None:
    text = """
dataset:
  - fides_key: shop
    collections:
      - name: customers
        fields:
          - &id {name: id, fides_meta: {primary_key: true}}
          - {<<: *id, name: email, fides_meta: {identity: email}}
"""
    customers = describe(written(tmp_path, text)).collection("customers")

    assert [(field.name, field.info.is_key, field.identity) for field in customers.fields] == [
        ("id", True, ""),
        ("email", False, "email"),
    ]


def test_the_guide_names_every_key_and_every_problem() -> None:
    """What may stand in a file, or be told about it, is looked up in the code."""
    root = Path(__file__).parents[3]
    guide = (root / "docs/how-to/describe-a-source.md").read_text(encoding="utf-8")
    code = {str(path): path.read_text(encoding="utf-8") for path in (root / "requests_app/connectors/sql").rglob("*.py")}
    keys = set(re.findall(r'"(\w+)"', " ".join(re.findall(r"\.only\(([^)]*)\)", " ".join(code.values())))))
    problems = set(re.findall(r'Problem\(\s*"(\w+)"', " ".join(code.values())))
    options = set(re.findall(r'option\(config, "(\w+)"', " ".join(code.values())))

    keys |= {*KEYS, *DEEDS}
    assert len(keys) > 20
    assert len(problems) > 9
    assert {word for word in keys | problems | options if f"`{word}`" not in guide} == set()


PARTS = """
dataset:
  - fides_key: shop
    collections:
      - name: orders
        dsar: {keep_as: [order, invoice]}
        fields: [{name: id, fides_meta: {primary_key: true}}, {name: email, fides_meta: {identity: email}}]
      - name: alone
        fields: [{name: id, fides_meta: {primary_key: true}}]
      - name: lines
        dsar: {part_of: orders}
        fields:
          - {name: id, fides_meta: {primary_key: true}}
          - {name: order_id, fides_meta: {references: [{dataset: shop, field: orders.id, direction: from}]}}
          - {name: before_id, fides_meta: {references: [{dataset: shop, field: lines.id}, {dataset: crm, field: cases.id}]}}
"""


def test_a_record_is_ruled_as_what_it_is_part_of(tmp_path: Path) -> None:
    described = describe(written(tmp_path, PARTS))

    assert described.collection("orders").info.keeping.data_classes == ("order", "invoice")
    assert described.collection("lines").info.keeping.part_of == "orders"


def test_what_it_is_part_of_has_the_name_that_collections_of_several_datasets_get(tmp_path: Path) -> None:
    second = """
  - fides_key: old
    collections: [{name: orders, fields: [{name: id}, {name: email, fides_meta: {identity: email}}]}]
"""

    assert describe(written(tmp_path, PARTS + second)).collection("lines").info.keeping.part_of == "shop.orders"


@pytest.mark.parametrize(
    ("whole", "message"),
    [
        ("lines", "goes round: lines → lines"),
        ("cases", "`cases` is no collection of this system"),
        ("alone", "neither has a reference to the other: `alone`"),
    ],
)  # fmt: skip
def test_a_record_is_part_of_another_one_of_its_own_system(tmp_path: Path, whole: str, message: str) -> None:
    assert mistakes(tmp_path, PARTS.replace("part_of: orders", f"part_of: {whole}")) == [
        ("shop.yaml:10: lines.dsar.part_of", message)
    ]
