"""Systems that are away, changed, or wrong: each ends as a named fault that an officer can act on, and nothing is half kept."""

import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from django.db.models.functions import Now
from pytest_django import Settings

from requests_app.audit.models import AuditEvent
from requests_app.collection.models import Part, PullState
from requests_app.collection.services import ask_check
from requests_app.console import words
from requests_app.keys import store
from requests_app.ledger.handlers import LONGEST_WAIT
from requests_app.ledger.models import Step, StepState
from requests_app.ledger.services import enqueue
from requests_app.matching.models import MatchState
from requests_app.matching.services import decide
from requests_app.sources.models import Source
from requests_app.values import SYSTEM
from requests_app.vault.models import StoredFile
from requests_app.verification import services as verification
from requests_app.verification.models import Purpose
from requests_app.workflow.services import Move, advance
from requests_app.workflow.states import State
from tests.filing import Filed, an_officer, file
from tests.making import ADDRESS
from tests.running import come_due, run_all_due
from tests.small_shop import SmallShop

pytestmark = pytest.mark.django_db(transaction=True)
CANARY = "Cnry-7f3a"


@pytest.fixture(autouse=True)
def own_vault(settings: Settings, tmp_path: Path) -> Path:
    settings.DSAR_VAULT = tmp_path / "vault"
    settings.LEDGER_PATIENCE = 0.0
    settings.LEDGER_RAISES = True
    return tmp_path / "vault"


@pytest.fixture
def person(shop: SmallShop) -> SmallShop:
    """A customer whose every word can be told from any other."""
    shop.customer(1, ADDRESS, f"Ada {CANARY}", "75001", shop.scan("scan.pdf", CANARY.encode()))
    shop.order(11, 1, f"O-{CANARY}")
    shop.customer(2, "bob@example.com", f"Bob {CANARY}", "10115")
    shop.order(12, 2)
    shop.subscriber(7, ADDRESS, CANARY)
    return shop


def proven(shop: SmallShop) -> Filed:
    """A request whose address is proven, before any system was asked."""
    filed = file(shop.brand, name=f"Ada {CANARY}")
    run_all_due("journey.follow")
    link = verification.link(filed.now, Purpose.CONFIRM, verification.CONFIRM_WITHIN)
    verification.confirm(verification.opened(link.rstrip("/").rpartition("/")[2]), claim=filed.secrets.claim)
    run_all_due("journey.follow")
    return filed


def matched(shop: SmallShop) -> Filed:
    filed = proven(shop)
    run_all_due("matching.ask", "journey.follow")
    assert filed.state == State.COLLECTING
    return filed


def searched(filed: Filed) -> Filed:
    """Let the systems be searched; what one that is left alone makes wait has waited for as long as it may."""
    run_all_due("matching.ask", "collection.pull", "journey.follow")
    Step.objects.filter(error="resting").update(created_at=Now() - LONGEST_WAIT)
    if come_due("matching.ask", "collection.pull"):
        run_all_due("matching.ask", "collection.pull", "journey.follow")
    return filed


def on_disk(folder: Path) -> int:
    return sum(path.is_file() for path in folder.rglob("*"))


def unreachable(shop: SmallShop, env: pytest.MonkeyPatch) -> None:
    env.setenv("SMALL_ORDERS_URL", "postgresql://nobody@127.0.0.1:1/shop")


def refused(shop: SmallShop, env: pytest.MonkeyPatch) -> None:
    env.setenv(
        "SMALL_ORDERS_URL", shop.database.partition("://")[0] + "://nobody_of_that_name:wrong@" + shop.database.rpartition("@")[2]
    )


def without_secret(shop: SmallShop, env: pytest.MonkeyPatch) -> None:
    env.delenv("SMALL_ORDERS_URL")


def without_column(shop: SmallShop, env: pytest.MonkeyPatch) -> None:
    shop.sql("ALTER TABLE customers DROP COLUMN postcode")


def without_table(shop: SmallShop, env: pytest.MonkeyPatch) -> None:
    shop.sql("DROP TABLE orders")


def not_an_address(shop: SmallShop, env: pytest.MonkeyPatch) -> None:
    env.setenv("SMALL_ORDERS_URL", "here")


def badly_described(shop: SmallShop, env: pytest.MonkeyPatch) -> None:
    (shop.folder / "orders.yaml").write_text("dataset: 3", encoding="utf-8")


def of_another_person(shop: SmallShop, env: pytest.MonkeyPatch) -> None:
    """Between match and pull the record gets another owner."""
    shop.sql("UPDATE customers SET email = 'bob@example.com' WHERE id = 1")


def without_file(shop: SmallShop, env: pytest.MonkeyPatch) -> None:
    (shop.folder / "files" / "scan.pdf").unlink()


Break = Callable[[SmallShop, pytest.MonkeyPatch], None]
AT_THE_MATCH: dict[Break, str] = {
    unreachable: "unreachable",
    refused: "refused",
    without_secret: "refused",
    without_column: "not_as_described",
    not_an_address: "misconfigured",
    badly_described: "bad_description",
}
AT_THE_PULL: dict[Break, str] = {
    **{broken: code for broken, code in AT_THE_MATCH.items() if broken is not badly_described},
    without_table: "not_as_described",
    of_another_person: "foreign_record",
    without_file: "missing_file",
}


def said_by_nobody(caplog: pytest.LogCaptureFixture) -> None:
    """No log line, audit fact, step or source repeats a word of the person or a secret."""
    kept = [str(list(model.objects.values())) for model in (AuditEvent, Step, Source)]
    for text in (*kept, caplog.text):
        for secret in (CANARY, ADDRESS, "wrong@", "nobody_of_that_name:wrong"):
            assert secret not in text


@pytest.mark.parametrize("broken", AT_THE_MATCH, ids=lambda one: one.__name__)
def test_a_system_that_cannot_be_asked_who_it_is_fails_by_name_and_the_others_go_on(
    person: SmallShop, broken: Break, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    filed = proven(person)
    broken(person, monkeypatch)
    caplog.clear()

    searched(filed)
    letters = filed.dsr.matches.get(source=person.newsletter)
    assert letters.state == MatchState.DOUBTFUL  # nothing but the mailbox speaks for it now
    decide(filed.now, {str(letters.pk): [0]}, by=an_officer(person.brand), reason="She showed me.")
    searched(filed)

    match = filed.dsr.matches.get(source=person.orders)
    pull = filed.dsr.pulls.get(source=person.orders)
    assert (match.state, match.fault) == (MatchState.FAILED, AT_THE_MATCH[broken])
    assert (pull.state, pull.fault) == (PullState.FAILED, AT_THE_MATCH[broken])
    assert "{code}" not in words.fault(pull.fault)
    assert "did not foresee" not in words.fault(pull.fault)
    said_by_nobody(caplog)
    assert filed.state == State.REVIEWING
    assert filed.dsr.pulls.get(source=person.newsletter).records == 1


@pytest.mark.threat("4.06")
@pytest.mark.parametrize("broken", AT_THE_PULL, ids=lambda one: one.__name__)
def test_a_system_that_changes_between_match_and_pull_fails_by_name_and_leaves_nothing_half_kept(
    person: SmallShop, own_vault: Path, broken: Break, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    filed = matched(person)
    broken(person, monkeypatch)
    caplog.clear()

    searched(filed)

    pull = filed.dsr.pulls.get(source=person.orders)
    assert (pull.state, pull.fault, pull.records) == (PullState.FAILED, AT_THE_PULL[broken], 0)
    assert not pull.parts.exists()
    assert filed.state == State.REVIEWING
    newsletter = filed.dsr.pulls.get(source=person.newsletter)
    assert (newsletter.state, newsletter.records) == (PullState.DONE, 1)
    assert on_disk(own_vault) == StoredFile.objects.count() == 2
    assert "did not foresee" not in words.fault(pull.fault)
    said_by_nobody(caplog)


@pytest.mark.parametrize("broken", AT_THE_PULL, ids=lambda one: one.__name__)
def test_the_page_of_the_system_says_what_is_wrong_with_it(
    person: SmallShop, broken: Break, monkeypatch: pytest.MonkeyPatch
) -> None:
    filed = matched(person)
    broken(person, monkeypatch)

    searched(filed)

    source = Source.objects.get(pk=person.orders.pk)
    assert source.last_fault in {AT_THE_PULL[broken], "resting"}
    assert source.last_fault_text
    assert CANARY not in source.last_fault_text
    assert "wrong" not in source.last_fault_text


def test_a_system_that_comes_back_is_asked_again_by_itself(
    person: SmallShop, monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    settings.LEDGER_PATIENCE = 1.0
    filed = matched(person)
    right = person.database
    unreachable(person, monkeypatch)
    searched(filed)
    step = Step.objects.get(kind="collection.pull", source=person.orders)
    assert (step.state, step.error) == (StepState.DUE, "unreachable")
    assert filed.state == State.COLLECTING

    monkeypatch.setenv("SMALL_ORDERS_URL", right)
    come_due("collection.pull")
    searched(filed)

    assert filed.state == State.REVIEWING
    assert filed.dsr.pulls.get(source=person.orders).records == 2


def test_a_fault_that_nobody_can_wait_away_is_not_tried_again(person: SmallShop) -> None:
    filed = matched(person)
    person.sql("DROP TABLE orders")

    searched(filed)

    step = Step.objects.get(kind="collection.pull", source=person.orders)
    assert (step.state, step.attempts) == (StepState.DEAD, 1)


def test_only_the_system_that_was_missing_is_searched_again(person: SmallShop) -> None:
    filed = matched(person)
    person.sql("ALTER TABLE orders RENAME TO old_orders")
    searched(filed)
    person.sql("ALTER TABLE old_orders RENAME TO orders")
    asked_at = filed.dsr.pulls.get(source=person.newsletter).answered_at

    advance(filed.now, Move.SEARCH_AGAIN, by=SYSTEM)
    searched(filed)

    assert filed.state == State.REVIEWING
    assert filed.dsr.pulls.get(source=person.orders).state == PullState.DONE
    assert filed.dsr.pulls.get(source=person.newsletter).answered_at == asked_at
    assert Step.objects.filter(kind="collection.pull", source=person.newsletter).count() == 1


def test_a_system_that_holds_nobody_is_not_even_connected_to(person: SmallShop, monkeypatch: pytest.MonkeyPatch) -> None:
    filed = proven(person)
    person.letters("DELETE FROM subscribers")
    run_all_due("matching.ask", "journey.follow")
    monkeypatch.delenv("SMALL_LETTERS_URL")

    searched(filed)

    newsletter = filed.dsr.pulls.get(source=person.newsletter)
    assert (newsletter.state, newsletter.records) == (PullState.DONE, 0)
    assert len(newsletter.description_digest) == 64


def test_a_request_that_is_withdrawn_while_it_is_searched_is_asked_no_further(person: SmallShop, own_vault: Path) -> None:
    filed = matched(person)
    advance(filed.now, Move.WITHDRAW, by=SYSTEM)

    run_all_due("collection.pull", "journey.follow")

    assert on_disk(own_vault) == 0
    assert not Part.objects.exists()
    assert Source.objects.get(pk=person.orders.pk).failures == 0


def test_a_request_that_is_withdrawn_before_it_is_matched_asks_no_system(person: SmallShop) -> None:
    filed = proven(person)
    advance(filed.now, Move.WITHDRAW, by=SYSTEM)

    run_all_due("matching.ask")

    assert set(filed.dsr.matches.values_list("state", flat=True)) == {MatchState.ASKING}


def test_without_the_key_nothing_is_collected(person: SmallShop, own_vault: Path) -> None:
    filed = matched(person)
    for name in ("orders", "newsletter"):
        Step.objects.filter(kind="collection.pull", source__name=name).update(attempts=0)
    store.destroy(filed.dsr.pk)

    run_all_due("collection.pull")

    assert set(filed.dsr.pulls.values_list("state", "fault")) == {(PullState.FAILED, "key_gone")}
    assert on_disk(own_vault) == 0


def test_a_full_disk_waits_for_room_and_loses_nothing(person: SmallShop, own_vault: Path, settings: Settings) -> None:
    settings.LEDGER_PATIENCE = 1.0
    settings.DSAR_VAULT_RESERVE = 1 << 60
    filed = matched(person)
    searched(filed)
    assert set(Step.objects.filter(kind="collection.pull").values_list("state", "error")) == {(StepState.DUE, "no_space")}
    assert on_disk(own_vault) == 0

    settings.DSAR_VAULT_RESERVE = 0
    come_due("collection.pull")
    searched(filed)

    assert filed.state == State.REVIEWING


def test_after_five_failures_in_a_row_a_system_is_left_alone(person: SmallShop, monkeypatch: pytest.MonkeyPatch) -> None:
    filed = matched(person)
    unreachable(person, monkeypatch)
    threads = threading.active_count()  # other tests of this process leave some behind
    searched(filed)

    source = Source.objects.get(pk=person.orders.pk)
    assert source.resting_until is not None
    assert filed.state == State.REVIEWING
    assert threading.active_count() < threads + 5


def test_the_check_names_what_is_wrong_and_the_next_one_that_it_is_mended(person: SmallShop) -> None:
    person.sql("ALTER TABLE customers RENAME COLUMN postcode TO plz")
    ask_check(person.orders, by=SYSTEM)
    run_all_due("collection.check")
    source = Source.objects.get(pk=person.orders.pk)
    assert "postcode" in source.last_fault_text

    person.sql("ALTER TABLE customers RENAME COLUMN plz TO postcode")
    ask_check(person.orders, by=SYSTEM)
    run_all_due("collection.check")
    source.refresh_from_db()
    assert (source.failures, source.last_fault, source.last_fault_text) == (0, "", "")


def test_a_check_without_a_secret_or_a_system_fails_by_name(person: SmallShop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SMALL_ORDERS_URL")
    ask_check(person.orders, by=SYSTEM)
    enqueue("collection.check", key="check:nothing")
    run_all_due("collection.check")

    assert set(Step.objects.filter(kind="collection.check").values_list("state", "error")) == {
        (StepState.DEAD, "refused"), (StepState.DEAD, "no_source"),
    }  # fmt: skip
    assert Source.objects.get(pk=person.orders.pk).last_fault == "refused"
