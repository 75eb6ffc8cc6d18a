"""The SQL connector's system to be tried: a SQLite file."""

from dataclasses import replace
from pathlib import Path

from sqlalchemy import make_url

from requests_app.connectors.base import Config
from requests_app.values import Claim, Identity, Root
from tests.connectors.shops import EMAIL, KEY, Shop, ours, refer
from tests.contracts.rehearsal import Rehearsal


def rehearse(folder: Path) -> Rehearsal:
    shop = Shop(make_url(f"sqlite:///{folder / 'shop.sqlite'}"), folder)
    shop.files = folder
    (folder / "scan.pdf").write_bytes(b"%PDF-1.4")
    shop.run(
        "CREATE TABLE customers (id INTEGER PRIMARY KEY, email TEXT, name TEXT, partner TEXT)",
        "INSERT INTO customers VALUES (0, 'ann@mail.example', 'Keller', 'Canary'), (1, 'bob@mail.example', 'Canary', 'Canary')",
        "CREATE TABLE orders (id INTEGER PRIMARY KEY, customer_id INTEGER, number TEXT, scan TEXT)",
        "INSERT INTO orders VALUES (1, 0, '=1+1', 'scan.pdf'), (2, 0, 'R-2', NULL), (3, 1, 'Canary', 'missing.pdf')",
    )
    shop.describe(
        customers={"id": KEY, "email": EMAIL, "name": ours(fact="name"), "partner": ours(about="other")},
        orders={"id": KEY, "customer_id": refer("customers.id"), "number": ours(fact="order_number"), "scan": ours(file={})},
    )
    shop.engine.dispose()
    wrong = folder / "wrong.yaml"
    wrong.write_text("dataset: [{fides_key: shop, collections: [{name: customers, dsar: {nonsense: 1}}]}]")
    return Rehearsal(
        shop.config,
        Identity((Claim("email", "ANN@mail.example"),)),
        (Root("customers", ("0",)),),
        Identity((Claim("email", "bob@mail.example"),)),
        (Root("customers", ("1",)),),
        Identity((Claim("email", "eve@mail.example"),)),
        {"customers": 1, "orders": 2},
        (b"Canary",),
        ("Secret-1", "Secret-2"),
        Config("shop", "postgresql://Secret-1:Secret-2@127.0.0.1:1/shop", shop.config.description),
        replace(shop.config, description=wrong),
    )
