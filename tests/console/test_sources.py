import pytest
from django.test import Client

from requests_app.audit.models import AuditEvent
from requests_app.ledger import services as ledger
from requests_app.ledger.claims import claim
from requests_app.ledger.models import Step
from requests_app.officers.models import Role
from tests.console.desk import an_officer, at_the_desk
from tests.making import a_brand, a_source

pytestmark = pytest.mark.django_db
PAGE = "/console/sources/"


@pytest.fixture
def client() -> Client:
    return at_the_desk(an_officer())


def test_a_failing_system_says_what_is_wrong_and_where(client: Client) -> None:
    a_source().failed("not_as_described", "orders.yaml:12: column `email` is missing")

    shown = client.get(PAGE).content.decode()

    assert "failing" in shown
    assert "the system was changed" in shown
    assert "orders.yaml:12" in shown


def test_a_system_is_checked_by_a_worker_and_not_twice_at_once(client: Client) -> None:
    source = a_source()

    for _ in range(2):
        assert client.post(f"{PAGE}{source.pk}/check/").status_code == 302

    step = Step.objects.get(kind="collection.check")
    assert step.source == source
    assert "being checked" in client.get(PAGE).content.decode()
    assert AuditEvent.objects.get(action="source.check_asked").facts == {"source": "orders", "brand": "o-jewels"}


def test_a_check_that_fails_tells_why_and_can_be_asked_again(client: Client) -> None:
    source = a_source(secret="DSAR_SOURCE_THAT_IS_NOT_SET")
    client.post(f"{PAGE}{source.pk}/check/")

    taken = claim(Step.objects.get(kind="collection.check").pk)
    assert taken
    ledger.run(taken)

    assert "DSAR_SOURCE_THAT_IS_NOT_SET" in client.get(PAGE).content.decode()
    client.post(f"{PAGE}{source.pk}/check/")
    assert Step.objects.filter(kind="collection.check").count() == 2


def test_an_auditor_sees_the_systems_and_checks_none() -> None:
    source = a_source()
    auditor = at_the_desk(an_officer(role=Role.AUDITOR))

    assert "Check now" not in auditor.get(PAGE).content.decode()
    assert auditor.post(f"{PAGE}{source.pk}/check/").status_code == 404


def test_another_shop_s_systems_are_not_shown(client: Client) -> None:
    a_source("secret-system", brand=a_brand("maison-s"))

    assert "secret-system" not in client.get(PAGE).content.decode()


def test_no_secret_stands_on_the_page(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DSAR_SOURCE_X_URL", "postgresql://cnry-user:cnry-password@127.0.0.1:1/x")
    source = a_source(secret="DSAR_SOURCE_X_URL")
    client.post(f"{PAGE}{source.pk}/check/")
    taken = claim(Step.objects.get(kind="collection.check").pk)
    assert taken
    ledger.run(taken)

    assert "cnry" not in client.get(PAGE).content.decode()
