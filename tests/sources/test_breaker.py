"""A system that keeps failing is left alone for a while; one that answers is forgiven."""

from datetime import timedelta
from pathlib import Path
from threading import Barrier

import pytest
from django.db.models.functions import Now

from requests_app.connectors.base import Refused, Unreachable
from requests_app.sources.models import BREAKER_DELAY, BREAKER_OPENS_AFTER, Source
from requests_app.sources.services import Resting, answering, config, described, inventory, secret, seed
from tests.ledger.test_claim import in_a_thread
from tests.making import a_brand, a_source


def fails(source: Source) -> None:
    with pytest.raises(Unreachable), answering(source):
        raise Unreachable("no route")


@pytest.mark.django_db
def test_a_failure_is_remembered_in_words_for_an_officer() -> None:
    source = a_source()
    fails(source)

    source.refresh_from_db()
    assert (source.failures, source.last_fault, source.last_fault_text) == (1, "unreachable", "no route")
    assert source.resting_until is None


@pytest.mark.django_db
@pytest.mark.threat("FI-10")
def test_after_five_failures_in_a_row_the_system_is_left_alone() -> None:
    source = a_source()
    for _ in range(BREAKER_OPENS_AFTER - 1):
        fails(source)
    source.refresh_from_db()
    assert source.resting_until is None
    fails(source)
    asked: list[str] = []

    with pytest.raises(Resting), answering(source):
        asked.append("asked")

    assert asked == []
    assert Source.objects.filter(resting_until__gt=Now(), resting_until__lte=Now() + BREAKER_DELAY).exists()
    assert Source.objects.get().failures == BREAKER_OPENS_AFTER


@pytest.mark.django_db
def test_after_its_rest_the_system_is_asked_again_and_one_failure_is_enough() -> None:
    source = a_source(failures=5, resting_until=Now() - timedelta(seconds=1))

    fails(source)

    with pytest.raises(Resting), answering(source):
        pass


@pytest.mark.django_db
def test_an_answer_closes_the_breaker_and_forgets_the_fault() -> None:
    source = a_source(failures=7, resting_until=Now() - timedelta(seconds=1), last_fault="unreachable", last_fault_text="no route")

    with answering(source):
        pass

    source.refresh_from_db()
    assert (source.failures, source.resting_until, source.last_fault, source.last_fault_text) == (0, None, "", "")
    assert source.answered_at is not None


@pytest.mark.django_db
def test_a_fault_of_our_own_is_not_the_systems() -> None:
    source = a_source()

    with pytest.raises(ZeroDivisionError), answering(source):
        raise ZeroDivisionError

    source.refresh_from_db()
    assert (source.failures, source.answered_at) == (0, None)


@pytest.mark.django_db
def test_another_system_of_the_same_shop_is_asked_as_before() -> None:
    tired, fresh = a_source("orders"), a_source("marketing")
    for _ in range(BREAKER_OPENS_AFTER):
        fails(tired)

    with answering(fresh):
        pass

    fresh.refresh_from_db()
    assert fresh.answered_at is not None


@pytest.mark.django_db(transaction=True)
def test_failures_at_the_same_moment_are_all_counted() -> None:
    source, start = a_source(), Barrier(4)

    def fail_at_once() -> None:
        start.wait(60)
        source.failed("unreachable", "no route")

    for thread in [in_a_thread(fail_at_once) for _ in range(4)]:
        thread.join(60)

    source.refresh_from_db()
    assert source.failures == 4


@pytest.mark.django_db
def test_the_secret_comes_from_the_environment_and_its_file_comes_first(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    source = a_source(secret="DSAR_SOURCE_TEST_URL", files="DSAR_SOURCE_TEST_FILES")
    monkeypatch.setenv("DSAR_SOURCE_TEST_URL", "sqlite:///one")
    monkeypatch.setenv("DSAR_SOURCE_TEST_FILES", str(tmp_path))

    found = config(source)
    assert (found.url, found.files) == ("sqlite:///one", tmp_path)
    assert "sqlite:///one" not in repr(found)

    (tmp_path / "secret").write_text("sqlite:///two\n")
    monkeypatch.setenv("DSAR_SOURCE_TEST_URL_FILE", str(tmp_path / "secret"))
    assert config(source).url == "sqlite:///two"


@pytest.mark.parametrize("value", [None, ""])
def test_a_missing_secret_is_named_by_its_variable(value: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DSAR_SOURCE_TEST_URL", raising=False)
    if value is not None:
        monkeypatch.setenv("DSAR_SOURCE_TEST_URL", value)

    with pytest.raises(Refused, match="DSAR_SOURCE_TEST_URL is not set"):
        secret("DSAR_SOURCE_TEST_URL")


def test_a_secret_file_that_cannot_be_read_is_refused_and_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("DSAR_SOURCE_TEST_URL_FILE", str(tmp_path / "nowhere"))

    with pytest.raises(Refused, match="DSAR_SOURCE_TEST_URL_FILE"):
        secret("DSAR_SOURCE_TEST_URL")


@pytest.mark.django_db
def test_a_system_is_written_once_and_then_the_table_is_the_truth() -> None:
    brand = a_brand()
    system = {"name": "orders", "connector": "sql", "description": "demo/orders.yaml", "secret": "A", "title": {"en": "Orders"}}
    seed(brand, [system])
    Source.objects.update(enabled=False)
    seed(brand, [system | {"secret": "B"}])

    source = Source.objects.get()
    assert (source.secret, source.enabled) == ("A", False)
    assert not Source.objects.searched().exists()


@pytest.mark.django_db
def test_a_system_is_called_by_its_title_in_the_readers_language_or_by_its_name() -> None:
    source = a_source(title={"en": "Orders", "fr": "Commandes"})

    assert [source.title_in(language) for language in ("fr", "en", "de")] == ["Commandes", "Orders", "Orders"]
    assert a_source("crm").title_in("fr") == "crm"
    assert str(source) == "O-Jewels: orders"


def test_what_a_system_holds_is_read_from_its_description_without_its_secret() -> None:
    source = Source(name="orders", connector="sql", description="demo/orders.yaml", secret="NONE")

    assert "customers" in described(source)
    assert inventory(source).system == "orders"


def test_a_description_that_cannot_be_used_any_more_says_nothing() -> None:
    source = Source(name="orders", connector="sql", description="pyproject.toml", secret="NONE")

    assert described(source) == {}


def test_that_a_system_rests_is_a_consequence_and_what_made_it_rest_is_the_reason() -> None:
    source = Source(last_fault="refused")

    assert source.reason(Resting.code) == "refused"
    assert source.reason("unreachable") == "unreachable"
