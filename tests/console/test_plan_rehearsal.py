"""A plan is tried out in the real system, shown once to those who may see it, and nothing of it stays."""

from http import HTTPStatus

import pytest
from django.test import Client

from requests_app.audit.models import AuditEvent
from requests_app.erasure.models import Plan
from requests_app.erasure.rehearsals import Rehearsal, RehearsalState
from requests_app.ledger.models import Step
from requests_app.officers.models import Role
from requests_app.vault.models import StoredFile
from tests.console.desk import an_officer, at_the_desk
from tests.console.plans import press, url
from tests.console.test_plan_two import orders
from tests.erasure.conftest import erasing
from tests.filing import Filed, file_and_confirm
from tests.mail import Post
from tests.running import come_due, run_all_due
from tests.small_shop import SmallShop, shop

__all__ = ["erasing", "shop"]


@pytest.fixture
def filed(erasing: SmallShop, post: Post) -> Filed:
    return file_and_confirm(post, erasing.brand, right="erasure")


@pytest.fixture
def client(erasing: SmallShop) -> Client:
    return at_the_desk(an_officer(brand=erasing.brand))


def page(name: str = "orders") -> str:
    return f"systems/{Plan.objects.get(source__name=name).pk}/rehearsal/"


@pytest.mark.parametrize("system", ["orders", "newsletter"])
def test_a_rehearsal_shows_what_would_happen_and_changes_nothing(
    erasing: SmallShop, filed: Filed, client: Client, system: str,
) -> None:  # fmt: skip
    before = orders(erasing)
    assert press(client, filed.now, page(system))[0] == HTTPStatus.FOUND
    assert "It is being rehearsed." in client.get(url(filed.now, page(system))).content.decode()
    run_all_due()
    shown = client.get(url(filed.now, page(system))).content.decode()

    assert "What was done, and taken back" in shown
    assert "DELETE FROM" in shown
    assert "ada@example.com" in shown  # before
    assert "gone" in shown
    assert "eve@example.com" not in shown
    assert orders(erasing) == before


def test_each_look_is_written_down_and_nobody_else_may(filed: Filed, client: Client, erasing: SmallShop) -> None:
    press(client, filed.now, page())
    run_all_due()
    before = AuditEvent.objects.filter(action="data.viewed").count()
    client.get(url(filed.now, page()))
    auditor = at_the_desk(an_officer("auditor@desk.example", brand=erasing.brand, role=Role.AUDITOR))

    assert AuditEvent.objects.filter(action="data.viewed").count() == before + 1
    assert auditor.get(url(filed.now, page())).status_code == HTTPStatus.FORBIDDEN


def test_what_it_showed_is_destroyed_after_a_day(filed: Filed, client: Client) -> None:
    press(client, filed.now, page())
    run_all_due()
    file = Rehearsal.objects.get().file
    come_due("erasure.rehearsal_over")
    run_all_due("erasure.rehearsal_over")

    assert Rehearsal.objects.get().state == RehearsalState.OVER
    assert file is not None
    assert not StoredFile.objects.filter(pk=file.pk).exists()
    assert "What the last rehearsal showed was destroyed." in client.get(url(filed.now, page())).content.decode()


def test_two_clicks_are_one_rehearsal(filed: Filed, client: Client) -> None:
    for _ in range(3):
        press(client, filed.now, page())

    assert (Rehearsal.objects.count(), Step.objects.filter(kind="erasure.rehearse").count()) == (1, 1)


def test_a_system_that_does_not_answer_is_told(filed: Filed, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    press(client, filed.now, page())
    monkeypatch.setenv("SMALL_ORDERS_URL", "postgresql://127.0.0.1:1/nowhere")
    for _ in range(3):
        come_due("erasure.rehearse")
        run_all_due("erasure.rehearse")

    assert Rehearsal.objects.get().state == RehearsalState.FAILED
    assert "could not be reached" in client.get(url(filed.now, page())).content.decode()
