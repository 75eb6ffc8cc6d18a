import time
from typing import Any

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from requests_app.api.hooks import HEADER, signature
from requests_app.intake.models import Draft
from tests.intake.mails import raw
from tests.making import a_brand


@pytest.fixture(autouse=True)
def _key(settings: Settings) -> None:
    settings.DSAR_MAIL_HOOK_KEY = "a key that the provider knows too"


def handed_in(mail: bytes, *, brand: str = "o-jewels", age: float = 0, signed: str | None = None) -> Any:
    moment = str(int(time.time() - age))
    said = f"t={moment},v1={signature(brand, moment, mail)}" if signed is None else signed
    return Client(enforce_csrf_checks=True).post(f"/mail/{brand}", mail, content_type="message/rfc822", headers={HEADER: said})


def test_a_signed_mail_is_taken_in_however_often_it_is_handed_in() -> None:
    a_brand()

    assert [handed_in(raw()).status_code for _ in range(2)] == [204, 204]
    assert Draft.objects.get().sender == "ada@example.com"


@pytest.mark.parametrize("signed", ["", "t=1,v1=x", "v1=", "t=²,v1=x", "t=99999999999999999,v1=x", "t=1", "nonsense"])
def test_what_is_not_signed_is_not_taken(signed: str) -> None:
    a_brand()

    assert handed_in(raw(), signed=signed).status_code == 403
    assert not Draft.objects.exists()


def test_a_signature_is_for_one_mail_one_brand_and_five_minutes(settings: Settings) -> None:
    a_brand()
    a_brand("j-supply")
    moment = str(int(time.time()))
    theirs = f"t={moment},v1={signature('j-supply', moment, raw())}"

    assert handed_in(raw(), signed=theirs).status_code == 403
    assert handed_in(raw(), age=301).status_code == 403
    assert handed_in(raw(), brand="nobody").status_code == 403
    settings.DSAR_MAIL_HOOK_KEY = ""
    assert handed_in(raw()).status_code == 403
    assert not Draft.objects.exists()


def test_a_mail_larger_than_a_form_is_taken_in() -> None:
    a_brand()

    assert handed_in(raw("word " * 200_000)).status_code == 204
    assert Draft.objects.get().unreadable
