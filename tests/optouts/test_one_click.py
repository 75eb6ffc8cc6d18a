"""The link at the foot of a mail: a click refuses, a look changes nothing, and the link names nobody."""

import base64
import hashlib
import hmac
import re
from urllib.parse import unquote

import pytest
from django.test import Client
from django.urls import reverse

from requests_app.connectors.suppressing import Channel
from requests_app.ledger.models import Step
from requests_app.optouts import guarding, register
from requests_app.optouts.channels import MARKETING
from requests_app.optouts.clicking import headers
from requests_app.optouts.digests import digest_of, shown_key, token_for
from requests_app.optouts.models import Suppression
from tests.making import a_brand
from tests.optouts.refusing import ADA, EMAIL, Mailer
from tests.running import run_all_due

pytestmark = pytest.mark.django_db


def link(channel: Channel = Channel.EMAIL, slug: str = "o-jewels") -> str:
    brand = a_brand(slug)
    return reverse("portal:unsubscribe", args=["o-jewels", token_for(brand, digest_of(brand, EMAIL), channel)])


def refused() -> tuple[str, ...]:
    brand = a_brand()
    return register.channels_refused(brand, digest_of(brand, EMAIL))


@pytest.mark.promise("S16")
@pytest.mark.promise("J5")
@pytest.mark.parametrize("form", ["application/x-www-form-urlencoded", "multipart/form-data; boundary=cut"])
def test_a_click_in_a_mail_program_refuses_without_page_cookie_or_redirect(form: str) -> None:
    body = "List-Unsubscribe=One-Click"
    if "multipart" in form:
        body = '--cut\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--cut--\r\n'
    answer = Client(enforce_csrf_checks=True).generic("POST", link(), body, content_type=form)

    assert (answer.status_code, answer.content, answer.cookies.output()) == (200, b"", "")
    assert refused() == (Channel.EMAIL,)


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_a_scanner_that_looks_changes_nothing(method: str) -> None:
    answer = Client().generic(method, link())

    assert answer.status_code == 200
    assert not Suppression.objects.exists()


def test_a_person_gets_a_page_with_two_equal_buttons() -> None:
    page = Client().get(link()).content.decode()

    assert re.findall(r'<button name="(\w+)"', page) == ["this", "everything"]
    assert "Nothing has changed yet" in page


@pytest.mark.parametrize(("button", "channels"), [("this", (Channel.EMAIL,)), ("everything", MARKETING)])
def test_a_button_refuses_what_it_says(button: str, channels: tuple[Channel, ...]) -> None:
    answer = Client(enforce_csrf_checks=True).post(link(), {button: "1"})

    assert answer.status_code == 200
    assert refused() == channels


def test_another_post_refuses_nothing() -> None:
    assert Client().post(link(), {"List-Unsubscribe": "maybe"}).status_code == 400
    assert not Suppression.objects.exists()


@pytest.mark.parametrize(
    "change", [lambda t: t[:-1] + "x", lambda t: t.replace("email", "phone"), lambda _: "x", lambda _: "a.b.c"]
)
def test_a_link_that_was_changed_is_none(change: object) -> None:
    token = link().rstrip("/").rpartition("/")[2]
    address = reverse("portal:unsubscribe", args=["o-jewels", change(token)])  # type: ignore[operator]

    assert Client().post(address, {"List-Unsubscribe": "One-Click"}).status_code == 404
    assert not Suppression.objects.exists()


def test_the_link_of_another_shop_is_none() -> None:
    a_brand()
    assert Client().post(link(slug="other"), {"List-Unsubscribe": "One-Click"}).status_code == 404


def test_the_link_holds_no_address() -> None:
    assert "ada@" not in unquote(link()).lower()
    assert base64.b64encode(ADA.encode()).decode()[:6] not in link()


def test_the_headers_are_those_of_the_standard() -> None:
    brand = a_brand()
    told = headers(brand, digest_of(brand, EMAIL))

    assert told["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert re.fullmatch(r"<https?://[^ ]+/o-jewels/unsubscribe/email\.[0-9a-f]{64}\.[0-9a-f]{32}/>", told["List-Unsubscribe"])


def test_the_shop_makes_the_same_link_with_ten_lines_of_its_own() -> None:
    """As docs/how-to/honour-the-suppression-list.md shows."""
    brand = a_brand()
    key = base64.urlsafe_b64decode(shown_key(brand))
    local, _, domain = " Ada@Example.COM ".strip().rpartition("@")
    address = f"{local}@{domain}".encode("ascii").lower().decode()
    digest = hmac.new(key, f"email:{address}".encode(), hashlib.sha256).hexdigest()
    mark = hmac.new(key, f"unsubscribe:email:{digest}".encode(), hashlib.sha256).hexdigest()[:32]

    assert reverse("portal:unsubscribe", args=["o-jewels", f"email.{digest}.{mark}"]) == link()


def test_the_systems_that_still_reach_the_address_are_switched_off_soon_after(mailer: Mailer) -> None:
    Client().post(link(), {"List-Unsubscribe": "One-Click"})
    Client().post(link(Channel.SMS), {"List-Unsubscribe": "One-Click"})
    looks = Step.objects.filter(kind="optouts.guard")
    assert looks.count() in {1, 2}  # of one quarter of an hour, or of two

    looks.update(not_before="2026-01-01T00:00Z")
    run_all_due()

    assert mailer.on() == ["bob@example.com"]


@pytest.mark.promise("O11")
@pytest.mark.promise("A15")
def test_whom_an_import_brings_back_is_switched_off_again(mailer: Mailer) -> None:
    Client().post(link(), {"List-Unsubscribe": "One-Click"})
    mailer.run("DELETE FROM subscribers")
    mailer.add("bob@example.com", "ADA@example.com", "no address at all")

    assert guarding.guard_everywhere("2026-11-22") == 1
    run_all_due()

    assert mailer.on() == ["bob@example.com", "no address at all"]
    assert mailer.on("profiled") == ["ADA@example.com", "bob@example.com", "no address at all"]


def test_who_agreed_anew_is_reached_again_and_can_refuse_again(mailer: Mailer) -> None:
    from requests_app.values import SYSTEM

    brand = a_brand()
    Client().post(link(), {"List-Unsubscribe": "One-Click"})
    assert register.lift(brand, digest_of(brand, EMAIL), [Channel.EMAIL], by=SYSTEM) == 1
    assert refused() == ()
    guarding.guard_everywhere("2026-11-22")
    run_all_due()
    assert mailer.on() == ["ada@example.com", "bob@example.com"]

    Client().post(link(), {"List-Unsubscribe": "One-Click"})
    assert refused() == (Channel.EMAIL,)
