"""What a person takes along, and the kinds of data alone: from the form to the opened copy."""

import io
import json
import zipfile

import pytest

from requests_app.bundle import services as bundle
from requests_app.collection.services import page
from requests_app.workflow.states import State
from tests.filing import Filed, an_officer, file_and_confirm
from tests.mail import Post
from tests.making import ADDRESS
from tests.running import run_all_due
from tests.small_shop import SmallShop

FRAUD = "{fraud: {title: {en: To prevent fraud, fr: Prévenir la fraude}, legal_basis: legitimate_interest}, sale: "


def fetched(filed: Filed) -> zipfile.ZipFile:
    with bundle.handed_over(filed.bundle) as chunks:
        return zipfile.ZipFile(io.BytesIO(b"".join(chunks)))


@pytest.fixture(name="watched")
def a_shop_that_watches_for_fraud(shop: SmallShop) -> SmallShop:
    """Ada with an order that was flagged, and a newsletter."""
    file = shop.folder / "orders.yaml"
    text = file.read_text(encoding="utf-8").replace("purposes: {sale: ", f"purposes: {FRAUD}", 1)
    file.write_text(
        text + "          - {name: flag, data_categories: [user.behavior], dsar: {purposes: [fraud]}}\n", encoding="utf-8"
    )
    shop.sql("ALTER TABLE orders ADD flag text")
    shop.customer(1, ADDRESS, scan=shop.scan("ada.pdf", b"%PDF of Ada"))
    shop.order(10, 1)
    shop.sql("UPDATE orders SET flag = 'suspicious'")
    shop.subscriber(7, ADDRESS)
    return shop


@pytest.mark.promise("O2")
@pytest.mark.promise("O9")
@pytest.mark.promise("C1")
@pytest.mark.promise("S2")
def test_a_person_takes_the_purchases_along_and_not_what_fraud_watching_found(watched: SmallShop, post: Post) -> None:
    filed = file_and_confirm(post, watched.brand, right="portability")
    filed.approve(by=an_officer(watched.brand))
    run_all_due()

    assert filed.state == State.ANSWERED
    copy = fetched(filed)
    assert json.loads(copy.read("data/orders/orders.json")) == [{"id": 10, "customer_id": 1, "number": "O-10", "total": 10.5}]
    assert json.loads(copy.read("data/newsletter/subscribers.json"))[0]["email"] == ADDRESS
    assert [copy.read(name) for name in copy.namelist() if name.startswith("files/")] == [b"%PDF of Ada"]
    assert not any(b"suspicious" in copy.read(name) for name in copy.namelist())
    assert "Your orders (Flag)" in copy.read("index.html").decode()
    letter = post.to(ADDRESS)[-1].text
    assert "Your copy to take along is ready" in letter
    assert "the copy names it and says why" in letter


def test_nothing_that_stays_out_lies_with_the_request_either(watched: SmallShop, post: Post) -> None:
    filed = file_and_confirm(post, watched.brand, right="portability")

    kept = [page(part, 0, 10) for pull in filed.dsr.pulls.all() for part in pull.parts.filter(form="json")]
    assert kept
    assert "suspicious" not in json.dumps(kept)


@pytest.mark.promise("A1")
def test_who_asks_for_the_kinds_of_data_alone_gets_them_and_no_value(watched: SmallShop, post: Post) -> None:
    filed = file_and_confirm(post, watched.brand, right="categories")
    filed.approve(by=an_officer(watched.brand))
    run_all_due()

    assert filed.state == State.ANSWERED
    copy = fetched(filed)
    told = copy.read("information.html").decode()
    assert {"Your e-mail addresses", "To sell and deliver", "Parcel carrier", "You gave it to us"} <= {
        said for said in ("Your e-mail addresses", "To sell and deliver", "Parcel carrier", "You gave it to us") if said in told
    }
    assert not [name for name in copy.namelist() if name.startswith(("data/", "files/"))]
    assert not any(b"O-10" in copy.read(name) or b"75001" in copy.read(name) for name in copy.namelist())
    kept = [page(part, 0, 10) for pull in filed.dsr.pulls.all() for part in pull.parts.filter(form="json")]
    assert kept == [[{"id": 1}], [{"id": 10}], [{"id": 7}]]
    assert "it holds no values" in post.to(ADDRESS)[-1].text
