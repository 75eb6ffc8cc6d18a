"""Refusing, from a form or a click in a mail to three systems that no longer reach the person; an objection is weighed."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import Settings
from sqlalchemy import Boolean, Column, Integer, String, Table, make_url, text

from requests_app.brands.models import Brand
from requests_app.connectors.suppressing import Channel
from requests_app.correspondence import denials
from requests_app.correspondence.denials import Rests
from requests_app.ledger.models import Step
from requests_app.optouts import guarding
from requests_app.optouts.clicking import headers
from requests_app.optouts.digests import digest_of
from requests_app.optouts.models import Effect, EffectState
from requests_app.portal.forms import stamp
from requests_app.values import Claim
from requests_app.workflow.models import SubjectRequest
from requests_app.workflow.states import State
from tests.connectors.conftest import made
from tests.connectors.shops import EMAIL, KEY, Shop
from tests.filing import an_officer, file_and_confirm
from tests.mail import Post
from tests.making import a_brand, a_source
from tests.running import run_all_due

pytestmark = pytest.mark.django_db
ADA: Final = "ada@example.com"
ENGINES: Final = {"postgresql": "ENCODING 'UTF8' TEMPLATE template0", "mariadb": "CHARACTER SET utf8mb4", "sqlite": ""}
ONLY_BOB: Final = {engine: ["bob@example.com"] for engine in ENGINES}
RULES: Final = [
    {"channel": ["email", "ad_partners"], "field": "newsletter", "value": False},
    {"channel": "profiling", "field": "profiled", "value": False},
]


@pytest.fixture(scope="module")
def databases() -> Iterator[dict[str, Any]]:
    with made("postgresql", ENGINES["postgresql"]) as postgres, made("mariadb", ENGINES["mariadb"]) as maria:
        yield {"postgresql": postgres, "mariadb": maria}


@pytest.fixture
def systems(databases: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, db: None) -> Iterator[dict[str, Shop]]:
    """One mailing system in each engine, each of which knows Ada and Bob."""
    found: dict[str, Shop] = {}
    for engine in ENGINES:
        folder = tmp_path / engine
        folder.mkdir()
        found[engine] = shop = Shop(databases.get(engine) or make_url(f"sqlite:///{folder / 'mail.sqlite'}"), folder)
        columns = (Column("id", Integer, primary_key=True), Column("email", String(80)), Column("postcode", String(9)))
        Table("people", shop.metadata, *columns, Column("newsletter", Boolean), Column("profiled", Boolean))
        people = [{"id": key, "email": email, "postcode": "75001", "newsletter": True, "profiled": True} for key, email in
                  ((1, ADA), (2, "bob@example.com"))]  # fmt: skip
        shop.metadata.drop_all(shop.engine)
        shop.fill(people=people)
        fields = {"id": KEY, "email": EMAIL, "postcode": {"dsar": {"fact": "postcode"}}, "newsletter": {}, "profiled": {}}
        shop.describe(meta={"people": {"dsar": {"suppress": RULES}}}, people=fields)
        secret = f"DSAR_TEST_{engine.upper()}_URL"
        monkeypatch.setenv(secret, shop.config.url)
        a_source(engine, description=str(folder / "shop.yaml"), secret=secret, erase_secret=secret)
    yield found
    for shop in found.values():
        shop.engine.dispose()


def reached(shop: Shop, column: str = "newsletter") -> list[str]:
    with shop.connected() as connection:
        rows = connection.execute(text(f"SELECT email, {column} FROM people ORDER BY email"))  # our own name
        return [email for email, on in rows if on]


def digest(brand: Brand) -> bytes:
    return digest_of(brand, Claim("email", ADA))


@pytest.mark.promise("S7")
@pytest.mark.promise("A15")
@pytest.mark.promise("J5")
def test_from_one_form_to_three_systems_that_no_longer_write_and_one_letter(
    systems: dict[str, Shop], post: Post, settings: Settings
) -> None:
    settings.PORTAL_FILL_DELAY = -1
    page = reverse("portal:request", args=["o-jewels", "fr", "object_direct_marketing"])
    done = Client().post(page, {"email": "Ada@Example.com", "everything": "1", "opened": stamp("x")}, follow=True)
    assert "C’est noté" in done.content.decode(), done.content.decode()[1500:]
    run_all_due()

    assert {engine: reached(shop) for engine, shop in systems.items()} == ONLY_BOB
    assert {engine: len(reached(shop, "profiled")) for engine, shop in systems.items()} == dict.fromkeys(ENGINES, 2)
    assert list(Effect.objects.values_list("state", flat=True)) == [EffectState.DONE] * 3
    assert SubjectRequest.objects.get().stage == State.ANSWERED
    letters = post.to("Ada@Example.com") or post.to("Ada@example.com")
    assert len(letters) == 1
    assert "- SMS" in letters[0].text
    assert "Les messages dont vous avez besoin continuent" in letters[0].text


@pytest.mark.promise("S16")
def test_one_click_in_a_mail_reaches_every_system_and_an_import_does_not_bring_it_back(systems: dict[str, Shop]) -> None:
    brand = a_brand()
    link = re.findall(r"<https?://[^/]+([^>]+)>", headers(brand, digest(brand), Channel.EMAIL)["List-Unsubscribe"])[0]
    assert Client().post(link, {"List-Unsubscribe": "One-Click"}).content == b""
    Step.objects.filter(kind="optouts.guard").update(not_before="2026-01-01T00:00Z")
    run_all_due()
    assert {engine: reached(shop) for engine, shop in systems.items()} == ONLY_BOB

    for shop in systems.values():
        shop.run("UPDATE people SET newsletter = " + ("true" if shop.backend != "sqlite" else "1"))
    guarding.guard_everywhere("2026-11-23")
    run_all_due()
    assert {engine: reached(shop) for engine, shop in systems.items()} == ONLY_BOB


@pytest.mark.promise("O15")
def test_an_objection_is_proven_weighed_and_if_upheld_carried_out_and_read_back(systems: dict[str, Shop], post: Post) -> None:
    officer = an_officer(a_brand())
    filed = file_and_confirm(post, right="objection", details="I am a journalist; a profile endangers my sources.")
    assert filed.state == State.REVIEWING
    assert reached(systems["sqlite"], "profiled") == [ADA, "bob@example.com"]

    filed.approve(by=officer)
    run_all_due()

    assert filed.state == State.ANSWERED
    assert {engine: reached(shop, "profiled") for engine, shop in systems.items()} == ONLY_BOB
    assert "Your objection is upheld" in post.to(ADA)[-1].subject


@pytest.mark.promise("O15")
def test_an_objection_that_is_refused_is_answered_with_reasons_and_changes_nothing(systems: dict[str, Shop], post: Post) -> None:
    officer = an_officer(a_brand())
    filed = file_and_confirm(post, right="objection", details="I do not like it.")
    denials.refuse(filed.now, Rests("not_covered", "GDPR, Art. 21(1)", "Fraud must be watched for."), by=officer)
    run_all_due()

    assert filed.state == State.REFUSED
    assert "Fraud must be watched for." in post.to(ADA)[-1].text
    assert reached(systems["sqlite"], "profiled") == [ADA, "bob@example.com"]
