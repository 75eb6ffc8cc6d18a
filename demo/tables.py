"""The tables of the two demo systems, once for every engine."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Numeric,
    String,
    Table,
    Text,
    func,
)
from sqlalchemy.types import TypeEngine

ID: Final = BigInteger().with_variant(Integer(), "sqlite")
MONEY: Final = Numeric(12, 2)
MOMENT: Final = DateTime(timezone=True)

ORDERS: Final = MetaData()
MARKETING: Final = MetaData()

NOT_DESCRIBED: Final[Mapping[str, str]] = MappingProxyType(
    {
        "orders.customers.password_hash": "a secret of the sign-in: never shown to anybody",
        "orders.products": "the catalogue of articles: no personal data",
        "orders.demo_build": "the generator's own mark",
        "marketing.lists": "names of lists: no personal data; each member's row repeats the name",
        "marketing.campaigns": "the letters themselves: no personal data; each event repeats the title",
        "marketing.demo_build": "the generator's own mark",
    }
)
"""Tables and columns that the dataset files leave out, each with the reason."""


def _key(name: str = "id") -> Column[Any]:
    return Column(name, ID, primary_key=True, autoincrement=False)


def _to(target: str, name: str, **options: Any) -> Column[Any]:
    options.setdefault("nullable", False)
    return Column(name, ID, ForeignKey(target), autoincrement=False, **options)


def _text(name: str, length: int = 120) -> Column[Any]:
    return Column(name, String(length), nullable=False)


def _has(name: str, kind: TypeEngine[Any]) -> Column[Any]:
    return Column(name, kind, nullable=False)


def _may(name: str, kind: TypeEngine[Any]) -> Column[Any]:
    return Column(name, kind)


def _table(metadata: MetaData, name: str, *columns: Column[Any]) -> Table:
    table = Table(name, metadata, *columns, mysql_charset="utf8mb4", mysql_collate="utf8mb4_unicode_ci")
    for column in columns:
        if column.foreign_keys and not (column.primary_key and column is columns[0]):
            Index(f"{name}_{column.name}", column)
    return table


def _mark(metadata: MetaData) -> Table:
    return _table(metadata, "demo_build", _text("seed", 40), _text("version", 40))


_table(ORDERS, "products", Column("sku", String(20), primary_key=True), _text("description"), _has("price", MONEY))
_table(
    ORDERS,
    "addresses",
    _key(),
    _text("street", 160),
    _text("postcode", 12),
    _text("city"),
    _text("country", 2),
    _may("delivery_note", Text()),
)
CUSTOMERS: Final = _table(
    ORDERS,
    "customers",
    _key(),
    _text("email", 254),
    _text("first_name"),
    _text("last_name"),
    _may("phone", String(40)),
    _may("birth_date", Date()),
    _may("gender", String(10)),
    _text("language", 2),
    _text("tier", 20),
    _has("newsletter", Boolean()),
    _text("policy_version", 10),
    _has("created_at", MOMENT),
    _to("addresses.id", "billing_address_id", nullable=True),
    _to("addresses.id", "delivery_address_id", nullable=True),
    _text("password_hash", 200),
    _text("processing", 20),
)
_table(
    ORDERS,
    "preferences",
    _to("customers.id", "customer_id", primary_key=True),
    _text("favourite_metal", 40),
    _may("metal_reaction", String(120)),
    _text("style", 40),
    _may("family_note", Text()),
    _has("updated_at", MOMENT),
)
_table(
    ORDERS,
    "ring_sizes",
    _key(),
    _to("customers.id", "customer_id"),
    _text("finger", 40),
    _has("size_mm", Numeric(4, 1)),
    _has("measured_on", Date()),
)
_table(
    ORDERS,
    "wishes",
    _key(),
    _to("customers.id", "customer_id"),
    _text("sku", 20),
    _text("description"),
    _has("added_at", MOMENT),
)
_table(
    ORDERS,
    "orders",
    _key(),
    Column("number", String(20), nullable=False, unique=True),
    _to("customers.id", "customer_id"),
    _text("status", 20),
    _text("channel", 40),
    _has("ordered_at", MOMENT),
    _may("delivered_on", Date()),
    _text("currency", 3),
    _has("total", MONEY),
)
_table(
    ORDERS,
    "items",
    _to("orders.id", "order_id", primary_key=True),
    _key("line"),
    _text("sku", 20),
    _text("description"),
    _may("engraving", String(120)),
    _has("quantity", Integer()),
    _has("price", MONEY),
)
_table(
    ORDERS,
    "gift_messages",
    _key(),
    _to("orders.id", "order_id"),
    _text("recipient_name"),
    _text("recipient_phone", 40),
    _has("message", Text()),
    _has("written_at", MOMENT),
)
_table(
    ORDERS,
    "invoices",
    _key(),
    _to("orders.id", "order_id"),
    Column("number", String(20), nullable=False, unique=True),
    _text("billed_to"),
    _has("issued_on", Date()),
    _has("net", MONEY),
    _has("vat", MONEY),
    _has("gross", MONEY),
)
_table(
    ORDERS,
    "payments",
    _key(),
    _to("orders.id", "order_id"),
    _text("provider_reference", 40),
    _text("method", 20),
    _has("amount", MONEY),
    _has("paid_at", MOMENT),
)
_table(
    ORDERS,
    "returns",
    _key(),
    _to("orders.id", "order_id"),
    _text("status", 20),
    _has("reason", Text()),
    _has("requested_on", Date()),
    _may("refund", MONEY),
)
_table(
    ORDERS,
    "purchase_checks",
    _key(),
    _to("orders.id", "order_id"),
    _text("rule", 80),
    _has("score", Numeric(4, 3)),
    _text("outcome", 40),
    _has("checked_at", MOMENT),
)
_table(
    ORDERS,
    "warranties",
    _key(),
    _to("customers.id", "customer_id"),
    _to("orders.id", "order_id"),
    _text("certificate", 20),
    _text("status", 20),
    _has("starts_on", Date()),
    _has("ends_on", Date()),
    _may("scan", String(120)),
)
_table(
    ORDERS,
    "repairs",
    _key(),
    _to("customers.id", "customer_id"),
    _text("piece"),
    _text("status", 20),
    _may("work", Text()),
    _has("received_on", Date()),
    _may("returned_on", Date()),
    _may("cost", MONEY),
    _may("photo", LargeBinary()),
)
_table(
    ORDERS,
    "identity_checks",
    _key(),
    _to("customers.id", "customer_id"),
    _text("document_kind", 40),
    _text("document_number", 40),
    _text("issued_in", 2),
    _has("checked_on", Date()),
    _may("scan", String(120)),
)
_table(
    ORDERS,
    "calls",
    _key(),
    _to("customers.id", "customer_id"),
    _text("agent"),
    _text("topic"),
    _has("started_at", MOMENT),
    _has("seconds", Integer()),
    _may("recording", String(120)),
)
_table(
    ORDERS,
    "visits",
    _key(),
    _to("customers.id", "customer_id"),
    _has("at", MOMENT),
    _text("page"),
    _text("ip_address", 45),
    _text("browser"),
)
ORDERS_MARK: Final = _mark(ORDERS)

_table(MARKETING, "lists", Column("code", String(20), primary_key=True), _text("title"))
_table(MARKETING, "campaigns", _key(), _text("title"), _has("sent_at", MOMENT))
SUBSCRIBERS: Final = _table(
    MARKETING,
    "subscribers",
    _key(),
    _text("email", 254),
    _text("first_name"),
    _text("last_name"),
    _may("postcode", String(12)),
    _text("language", 2),
    _text("status", 20),
    _has("confirmed", Boolean()),
    _has("signed_up_at", MOMENT),
    _text("door", 40),
)
_table(
    MARKETING,
    "list_members",
    _to("subscribers.id", "subscriber_id", primary_key=True),
    Column("list_code", String(20), ForeignKey("lists.code"), primary_key=True),
    _text("list_title"),
    _has("joined_at", MOMENT),
    _may("left_at", MOMENT),
)
_table(
    MARKETING,
    "consents",
    _key(),
    _to("subscribers.id", "subscriber_id"),
    _text("channel", 20),
    _text("choice", 20),
    _has("wording", Text()),
    _text("policy_version", 10),
    _may("ip_address", String(45)),
    _has("made_at", MOMENT),
)
_table(
    MARKETING,
    "campaign_events",
    _key(),
    _to("subscribers.id", "subscriber_id"),
    _text("campaign"),
    _text("kind", 20),
    _may("link", String(200)),
    _text("browser"),
    _has("at", MOMENT),
)
MARKETING_MARK: Final = _mark(MARKETING)

Index("customers_email", CUSTOMERS.c.email)
Index("customers_email_lower", func.lower(CUSTOMERS.c.email))
Index("subscribers_email", SUBSCRIBERS.c.email)
