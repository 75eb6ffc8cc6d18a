"""T-6.02, T-6.03: whoever has a full copy of every mail, and not the key of the browser that filed, opens nothing."""

import re
from collections.abc import Callable
from typing import Final

import pytest
from django.test import Client

from requests_app.bundle.models import Bundle
from requests_app.workflow.models import SubjectRequest
from requests_app.workflow.services import Move, advance
from requests_app.workflow.states import State
from tests.filing import an_officer
from tests.impostors.attacking import Watched
from tests.mail import Post
from tests.making import ADDRESS
from tests.portal.acting import Agent, agrees
from tests.portal.customer import Customer
from tests.portal.test_handover import account, presents, sends
from tests.running import run_all_due
from tests.signing import a_token, signing_keys
from tests.small_shop import SmallShop

pytestmark = pytest.mark.django_db(transaction=True)
CANARY: Final = "cnry-7f3a-mailbox"
# Whatever in a letter could be a secret: figures, groups of four, long words.
_SECRETS: Final = re.compile(r"\b(?:\d{3} ?\d{3}|[0-9a-zA-Z]{4}(?:-[0-9a-zA-Z]{4})+|[\w-]{22,})\b")
_MOST: Final = 12


def by_form(customer: Customer, post: Post) -> None:
    customer.sends(postcode="75001")
    run_all_due()
    customer.opens(f"/o-jewels/en/letter/{post.to(ADDRESS)[-1].tokens[0]}/")
    customer.post("confirm/")


def signed_in_at_the_shop(customer: Customer, _post: Post) -> None:
    presents(customer, a_token(sub="1"))
    sends(customer, account=account(customer))


def through_an_agent(customer: Customer, post: Post) -> None:
    agent = Agent(Customer(Client(), customer.brand))
    agent.files(order_number="O-11")
    agrees(customer, post)
    agent.proves(post)


def answered(shop: SmallShop, post: Post, files: Callable[[Customer, Post], None]) -> tuple[Customer, SubjectRequest]:
    """Walk a request to its copy; return the person with the filing browser."""
    shop.customer(1, ADDRESS)
    shop.order(11, 1)
    shop.order(12, 1, CANARY)
    shop.brand.hand_over = signing_keys()
    shop.brand.save(update_fields=["hand_over"])
    customer = Customer(Client(), shop.brand)
    files(customer, post)
    run_all_due()
    dsr = SubjectRequest.objects.select_related("brand").get()
    assert dsr.stage == State.REVIEWING
    advance(dsr, Move.APPROVE, by=an_officer(shop.brand).actor)
    run_all_due()
    assert Bundle.objects.get(dsr=dsr).file is not None
    return customer, dsr


def opens_everything(thief: Customer, post: Post, dsr: SubjectRequest) -> None:
    """Open each link of each letter, and try with it whatever in the letters looks like a secret."""
    words = {word for mail in post.taken for word in _SECRETS.findall(mail.text)} | {dsr.reference}
    tokens = [token for mail in post.taken for token in mail.tokens]
    for token in tokens:
        thief.client.get(f"/o-jewels/en/letter/{token}/", follow=True)
        for page in ("confirm/", "open/", "party/", "act/", "agree/"):
            thief.post(page, signed="Ada Example", code="111111")
    for word in sorted(words, key=len)[:_MOST]:
        for page in ("download/", "send/", "acting/fetch/"):
            thief.post(f"requests/{dsr.reference}/{page}", claim=word, address="to@other.example", token="x")
        thief.client.cookies[f"claim-{dsr.reference}"] = word


@pytest.mark.threat("6.02")
@pytest.mark.parametrize("files", [by_form, signed_in_at_the_shop, through_an_agent])
def test_all_mails_together_open_no_copy(shop: SmallShop, post: Post, files: Callable[[Customer, Post], None]) -> None:
    customer, dsr = answered(shop, post, files)
    before = Bundle.objects.get(dsr=dsr).downloads_left
    watched = Watched()

    opens_everything(Customer(watched, shop.brand), post, dsr)

    assert not any(CANARY.encode() in seen for seen in watched.seen)
    assert Bundle.objects.get(dsr=dsr).downloads_left == before
    assert not dsr.transfers.exists()

    # With the key it does open: it was the key that was missing.
    key = customer.key(dsr)
    owner = Customer(watched, shop.brand)
    owner.post(f"requests/{dsr.reference}/download/", claim=key)
    assert any(CANARY.encode() in seen for seen in watched.seen)


@pytest.mark.threat("6.02")
def test_the_key_stands_in_no_mail_and_in_no_page_of_another_browser(shop: SmallShop, post: Post) -> None:
    customer, dsr = answered(shop, post, by_form)
    key, watched = customer.key(dsr), Watched()

    opens_everything(Customer(watched, shop.brand), post, dsr)

    assert not any(key in mail.text or key.encode() in mail.raw for mail in post.taken)
    assert not any(key.encode() in seen for seen in watched.seen)


@pytest.mark.threat("6.03")
def test_the_key_without_a_mailed_link_opens_nothing_either(shop: SmallShop, post: Post) -> None:
    customer, dsr = answered(shop, post, by_form)
    watched = Watched()
    finder = Customer(watched, shop.brand)
    finder.client.cookies[f"claim-{dsr.reference}"] = customer.key(dsr)

    for page in ("download/", "send/", "acting/fetch/"):
        finder.post(f"requests/{dsr.reference}/{page}", claim=customer.key(dsr))

    assert not any(CANARY.encode() in seen for seen in watched.seen)
