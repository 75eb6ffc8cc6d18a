"""The pages of a system: connected by a form, tried, let count by whoever may, and its versions with what differs."""

from dataclasses import replace
from typing import Final

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from requests_app.audit.models import AuditEvent
from requests_app.connecting import services, trials
from requests_app.officers.models import Officer, Role
from requests_app.sources.models import Source
from requests_app.sources.versions import SourceVersion
from tests.connecting.systems import ERASING, IN_OTHER_WORDS, TYPED, WANTED, an_administrator, counting, proposed
from tests.console.desk import PASSWORD, an_officer, at_the_desk
from tests.making import a_brand
from tests.running import run_all_due

pytestmark = pytest.mark.django_db
LIST: Final = "/console/sources/"
CHANGED: Final = {**TYPED, "dataset": IN_OTHER_WORDS, "seen": 1, "reason": "Better words."}


@pytest.fixture
def admin() -> Officer:
    return an_administrator()


@pytest.fixture
def client(admin: Officer) -> Client:
    return at_the_desk(admin, fresh=True)


def at(name: str, version: SourceVersion) -> str:
    return reverse(f"console:{name}", args=[version.source_id, version.number])


def test_a_system_is_connected_tried_and_let_count(client: Client) -> None:
    answer = client.post(f"{LIST}connect/", TYPED)
    version = SourceVersion.objects.get()
    assert answer["location"] == at("source_version", version)
    assert "does not count yet" in client.get(LIST).content.decode()

    client.post(at("try_version", version), {})
    assert "It is being tried." in client.get(at("source_version", version)).content.decode()
    run_all_due("connecting.try")
    assert "DSAR_SOURCE_CLUB_PASSWORD is not set" in client.get(at("source_version", version)).content.decode()

    assert client.post(at("count_version", version), {"seen": 1})["location"] == reverse("console:source", args=[version.source_id])
    assert Source.objects.searched().get().version == 1


def test_what_erases_is_let_count_by_a_lead_with_the_password(admin: Officer, client: Client) -> None:
    version = proposed(admin, ERASING)
    refused = client.post(at("count_version", version), {"seen": 1})
    assert (refused.status_code, Source.objects.get().version) == (409, 0)
    lead = at_the_desk(an_administrator("lead@desk.example", Role.LEAD))

    assert lead.post(at("count_version", version), {"seen": 1}).status_code == 422
    assert Source.objects.get().version == 0
    assert lead.post(at("count_version", version), {"seen": 1, "password": PASSWORD}).status_code == 302
    assert Source.objects.get().version == 1


def test_a_lead_lets_nothing_count_that_does_not_erase(admin: Officer) -> None:
    lead = at_the_desk(an_administrator("lead@desk.example", Role.LEAD), fresh=True)

    assert lead.post(at("count_version", proposed(admin)), {"seen": 1}).status_code == 404


def test_of_two_who_change_a_system_the_second_is_told_by_whom_and_keeps_what_was_typed(admin: Officer, client: Client) -> None:
    source = counting(admin)
    other = an_administrator("other@desk.example")
    services.change(source, replace(WANTED, paused=True), seen=1, reason="It hurts.", by=other)

    answer = client.post(reverse("console:change_source", args=[source.pk]), CHANGED)

    told = answer.content.decode()
    assert answer.status_code == 409
    assert "It hurts." in told
    assert "other@desk.example" in told
    assert "Our members" in told
    assert source.versions.count() == 2


def test_a_version_shows_what_differs_and_leads_back(admin: Officer, client: Client) -> None:
    source = counting(admin)
    client.post(reverse("console:change_source", args=[source.pk]), CHANGED)
    newer = source.versions.get(number=2)

    told = client.get(at("source_version", newer)).content.decode()
    assert "<del>9 − " in told
    assert "<ins>9 + " in told
    services.let_count(newer, by=admin)

    back = client.get(f"{reverse('console:change_source', args=[source.pk])}?from=1").content.decode()
    assert "Our members" not in back
    assert "title: {en: Members}" in back


def test_no_value_of_a_secret_stands_on_a_page_or_in_the_trail(
    admin: Officer, client: Client, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("DSAR_SOURCE_CLUB_PASSWORD", "cnry-password")
    wanted = replace(WANTED, address="postgresql://reader@127.0.0.1:1/club")
    source = counting(admin, wanted)
    version = source.versions.get()
    trials.ask(version, {}, by=admin)
    run_all_due("connecting.try")
    client.post(f"{LIST}{source.pk}/check/")
    run_all_due("collection.check")

    pages = [LIST, reverse("console:source", args=[source.pk]), at("source_version", version)]
    shown = "".join(client.get(page).content.decode() for page in pages)
    assert "It did not answer" in shown or "cannot be used" in shown, "the twin: the system was asked with it"
    kept = repr([list(AuditEvent.objects.values("facts")), list(SourceVersion.objects.values()), list(version.trials.values())])
    assert [where for where in (shown, kept, caplog.text) if "cnry" in where] == []


@pytest.mark.parametrize("name", ["source_version", "count_version"])
def test_another_shop_s_versions_are_not_there(name: str, admin: Officer) -> None:
    stranger = at_the_desk(an_administrator("else@desk.example", brand="maison-s"), fresh=True)

    assert stranger.get(at(name, proposed(admin))).status_code == 404


def test_an_auditor_reads_versions_and_changes_nothing(admin: Officer) -> None:
    version = proposed(admin)
    auditor = at_the_desk(an_officer("audit@desk.example", role=Role.AUDITOR))

    told = auditor.get(at("source_version", version)).content.decode()
    assert "The club wants it." not in told
    assert "Let it count" not in told
    assert auditor.get(f"{LIST}connect/").status_code == 404


@pytest.mark.pages("console:sources")
@pytest.mark.parametrize("rows", [1, 50])
def test_the_list_of_systems_costs_the_same_for_fifty(
    rows: int, admin: Officer, client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(rows):
        proposed(admin, replace(WANTED, title={"en": f"Club {number}"}))
    for version in SourceVersion.objects.select_related("source"):
        services.take_effect(version)
    with django_assert_num_queries(7):
        shown = client.get(LIST).content.decode()
    assert shown.count("of the fields say all") == rows


@pytest.mark.pages("console:connect", "console:source", "console:change_source", "console:source_version", "console:count_version")
@pytest.mark.parametrize("versions", [2, 5])
def test_a_page_of_a_system(
    versions: int, admin: Officer, client: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    source = counting(admin)
    for number in range(1, versions):
        services.change(source, replace(WANTED, paused=bool(number % 2)), seen=number, reason="again", by=admin)
    newest = source.versions.get(number=versions)
    pages = [
        reverse("console:connect"), reverse("console:source", args=[source.pk]), reverse("console:change_source", args=[source.pk]),
        at("source_version", newest), at("count_version", newest),
    ]  # fmt: skip
    for page in pages:
        with django_assert_max_num_queries(13):
            assert client.get(page).status_code == 200
    assert a_brand().sources.count() == 1
