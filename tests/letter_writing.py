"""A letter writer without an e-mail address, the shop whose records hold where people live, and an officer at the desk."""

import re
from typing import Any, Final
from uuid import uuid4

import pytest
from django.test import Client

from requests_app.console.posting_forms import LETTER
from requests_app.correspondence.models import Letter
from requests_app.workflow.models import SubjectRequest
from requests_app.workflow.services import today_of
from tests.console.desk import an_officer, at_the_desk
from tests.running import run_all_due
from tests.small_shop import SmallShop

SAID: Final = {
    "channel": "post", "right": "access", "name": "Ada Example", "email": "", "language": "en", "residence": "FR",
    "street": "12 rue des Lilas", "postcode": "75001", "city": "Paris", "country": "", "customer_number": "1", "order_number": "",
    "birth_date": "", "phone_number": "", "details": "What do you know about me?",
}  # fmt: skip


def described(shop: SmallShop) -> SmallShop:
    """Let the order system hold addresses and numbers, and find people by the customer number and by telephone."""
    path = shop.folder / "orders.yaml"
    text = path.read_text(encoding="utf-8")
    key = "fides_meta: {primary_key: true, data_type: integer}}"
    text = text.replace(key, "fides_meta: {primary_key: true, identity: customer_id, data_type: integer}}", 1)
    more = [
        "- {name: street, data_categories: [user.contact.address], dsar: {fact: street}}",
        "- {name: city, data_categories: [user.contact.address], dsar: {fact: city}}",
        "- {name: phone, data_categories: [user.contact], fides_meta: {identity: phone_number}, dsar: {fact: phone_number}}",
    ]
    scan = "          - {name: scan"
    path.write_text(text.replace(scan, "".join(f"          {one}\n" for one in more) + scan, 1), encoding="utf-8")
    shop.sql("ALTER TABLE customers ADD street text, ADD city text, ADD phone text")
    return shop


def lives(shop: SmallShop, number: int, street: str, phone: str = "") -> None:
    shop.sql("UPDATE customers SET street = %s, city = 'Paris', phone = %s WHERE id = %s", street, phone or None, number)


@pytest.fixture
def homes(shop: SmallShop) -> SmallShop:
    """Ada and Bob with their addresses; Ada has a telephone."""
    described(shop).customer(1, "ada@example.com")
    shop.order(11, 1)
    shop.customer(2, "bob@example.com", "Bob Other", "10115")
    shop.order(12, 2)
    lives(shop, 1, "12 rue des Lilas", "+33 1 99 00 10 10")
    lives(shop, 2, "1 Hauptstrasse")
    return shop


@pytest.fixture
def desk(homes: SmallShop) -> Client:
    return at_the_desk(an_officer(brand=homes.brand), fresh=True)


def filed(desk: Client, **changes: str) -> SubjectRequest:
    answer = desk.post("/console/file-for/o-jewels/", SAID | {"once": str(uuid4())} | changes)
    assert answer.status_code == 200, answer.context["form"].errors
    run_all_due()
    return SubjectRequest.objects.latest("received_at")


def at(dsr: SubjectRequest, page: str = "") -> str:
    return f"/console/requests/{dsr.reference}/{page}"


def version(desk: Client, dsr: SubjectRequest, page: str) -> str:
    (seen, *_others) = re.findall(r'name="seen" value="(\d+)"', desk.get(at(dsr, page)).content.decode())
    return str(seen)


def press(desk: Client, dsr: SubjectRequest, page: str, **fields: str) -> Any:
    return desk.post(at(dsr, page), fields | {"seen": version(desk, dsr, page)})


def address_of(desk: Client, dsr: SubjectRequest) -> str:
    (held,) = set(re.findall(r'name="held" value="([^"]+)"', desk.get(at(dsr, "by-post/")).content.decode()))
    return str(held)


def send_figures(desk: Client, dsr: SubjectRequest, way: str = LETTER) -> Any:
    return press(desk, dsr, "by-post/", deed="held", held=address_of(desk, dsr), way=way)


def letter(dsr: SubjectRequest, kind: str) -> Letter:
    return Letter.objects.get(dsr=dsr, kind=kind, officer=None)


def post_it(desk: Client, one: Letter) -> None:
    day = today_of(one.dsr.brand).isoformat()
    assert desk.post(at(one.dsr, f"letters/{one.pk}/by-hand/"), {"on": day}).status_code == 302


def proven(desk: Client, **changes: str) -> SubjectRequest:
    """File, send the figures, and take down what the person wrote back."""
    dsr = filed(desk, **changes)
    send_figures(desk, dsr)
    sent = letter(dsr, "post_code")
    post_it(desk, sent)
    (code,) = re.findall(r"\d{3} \d{3}", str(sent.text))
    assert press(desk, dsr, "by-post/", deed="said", code=code)["Location"] == at(dsr)
    run_all_due()
    dsr.refresh_from_db()
    return dsr


def decided(desk: Client, dsr: SubjectRequest) -> None:
    page = desk.get(at(dsr, "match/")).content.decode()
    names = set(re.findall(r'type="checkbox" name="([^"]+)" value="0"', page))
    assert names
    assert press(desk, dsr, "match/", reason="The address agrees.", **dict.fromkeys(names, "0")).status_code == 302
    run_all_due()
