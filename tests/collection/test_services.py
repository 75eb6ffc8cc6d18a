"""Asking every system, and what becomes of each answer."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from pytest_django import Settings

from requests_app.audit.models import AuditEvent
from requests_app.collection import services as collection
from requests_app.collection.models import Part, Pull, PullState
from requests_app.collection.services import Progress, fail, keep, progress, start
from requests_app.ledger.models import Step
from requests_app.matching.models import Match, MatchState
from requests_app.sources.models import Source
from requests_app.values import SYSTEM
from requests_app.vault import services as vault
from requests_app.vault.models import StoredFile
from requests_app.vault.rows import Kind
from requests_app.workflow.models import SubjectRequest
from requests_app.workflow.services import Move, advance
from requests_app.workflow.states import State
from tests.making import a_brand, a_dsr, a_source
from tests.racing import at_once

pytestmark = pytest.mark.django_db(transaction=True)

CLEAR = {"state": MatchState.CLEAR, "candidates": [], "chosen": [["customers", ["1"]]]}
NOBODY = {"state": MatchState.NOBODY, "candidates": [], "chosen": []}
FAILED = {"state": MatchState.FAILED, "fault": "unreachable"}


@pytest.fixture(autouse=True)
def own_vault(settings: Settings, tmp_path: Path) -> Path:
    settings.DSAR_VAULT = tmp_path / "vault"
    return tmp_path / "vault"


class Asked:
    """A request in collection: `systems` are how each was matched."""

    def __init__(self, **systems: dict[str, Any]) -> None:
        self.brand = a_brand()
        self.dsr = a_dsr(State.COLLECTING, brand=self.brand)
        for name, match in systems.items():
            Match.objects.create(dsr=self.dsr, source=a_source(name, brand=self.brand), **match)
        start(self.dsr)

    @property
    def now(self) -> SubjectRequest:
        return SubjectRequest.objects.select_related("brand").get(pk=self.dsr.pk)

    @property
    def state(self) -> str:
        return self.now.state

    def pull(self, system: str) -> Pull:
        return Pull.objects.select_related("dsr__brand", "source").get(dsr=self.dsr, source__name=system)

    def drafted(self, *records: dict[str, Any]) -> list[tuple[Part, StoredFile]]:
        with vault.writing(self.dsr, Kind.JSON) as draft:
            text = "".join(json.dumps(record) + "\n" for record in records)
            draft.writer.write(text.encode(), len(records))
        return [(Part(collection="customers", form="json", records=len(records)), draft.file)]

    def answers(self, system: str, *records: dict[str, Any]) -> None:
        parts = self.drafted(*records) if records else []
        keep(self.pull(system), parts, records=len(records), digest="d" * 64)

    def steps(self, system: str) -> int:
        return Step.objects.filter(kind="collection.pull", source__name=system).count()


def on_disk(folder: Path) -> int:
    return sum(path.is_file() for path in folder.rglob("*"))


def test_every_matched_system_is_asked_once_and_one_that_could_not_be_matched_is_missing() -> None:
    asked = Asked(orders=CLEAR, marketing=NOBODY, old=FAILED)

    assert (asked.steps("orders"), asked.steps("marketing"), asked.steps("old")) == (1, 1, 0)
    assert (asked.pull("old").state, asked.pull("old").fault) == (PullState.FAILED, "unreachable")
    start(asked.now)
    assert asked.steps("orders") == 1


def test_the_last_answer_moves_the_request_on() -> None:
    asked = Asked(orders=CLEAR, marketing=NOBODY)

    asked.answers("orders", {"id": 1}, {"id": 2})
    assert asked.state == State.COLLECTING
    asked.answers("marketing")

    assert asked.state == State.REVIEWING
    pull = asked.pull("orders")
    assert (pull.state, pull.records, pull.description_digest) == (PullState.DONE, 2, "d" * 64)
    assert pull.answered_at is not None
    assert str(pull) == f"{pull.source}: done"


@pytest.mark.threat("4.06")
def test_a_system_that_failed_does_not_stop_the_others_and_stays_visible() -> None:
    asked = Asked(orders=CLEAR, marketing=CLEAR)

    fail(asked.pull("marketing"), "not_as_described")
    assert asked.state == State.COLLECTING
    asked.answers("orders", {"id": 1})

    assert asked.state == State.REVIEWING
    assert (asked.pull("marketing").state, asked.pull("marketing").fault) == (PullState.FAILED, "not_as_described")
    event = AuditEvent.objects.get(action="pull.failed")
    assert event.facts == {"source": "marketing", "code": "not_as_described"}


def test_a_brand_without_systems_goes_on_at_once() -> None:
    assert Asked().state == State.REVIEWING


@pytest.mark.threat("4.07")
def test_the_trail_says_by_which_description_a_system_was_asked_and_how_much_it_held() -> None:
    asked = Asked(orders=CLEAR)

    asked.answers("orders", {"id": 1})

    assert AuditEvent.objects.get(action="pull.answered").facts == {"source": "orders", "records": 1, "description": "d" * 64}


def search_again(asked: Asked) -> None:
    for move in (Move.SEARCH_AGAIN, Move.SEARCH):
        advance(asked.now, move, by=SYSTEM)
    start(asked.now)


def test_only_the_missing_systems_are_asked_again() -> None:
    asked = Asked(orders=CLEAR, marketing=CLEAR)
    asked.answers("orders", {"id": 1})
    fail(asked.pull("marketing"), "unreachable")

    search_again(asked)

    assert (asked.steps("orders"), asked.steps("marketing")) == (1, 2)
    assert (asked.pull("orders").state, asked.pull("orders").records) == (PullState.DONE, 1)
    marketing = asked.pull("marketing")
    assert (marketing.state, marketing.fault, marketing.round) == (PullState.WAITING, "", 2)
    asked.answers("marketing", {"id": 7})
    assert asked.state == State.REVIEWING


def test_a_system_that_no_longer_takes_part_is_no_longer_missing() -> None:
    asked = Asked(orders=CLEAR, old=FAILED)
    asked.answers("orders", {"id": 1})
    Match.objects.filter(source__name="old").delete()

    search_again(asked)

    assert [pull.source.name for pull in asked.now.pulls.all()] == ["orders"]
    assert asked.state == State.REVIEWING


def test_a_second_answer_takes_the_place_of_the_first(own_vault: Path) -> None:
    asked = Asked(orders=CLEAR)
    asked.answers("orders", {"id": 1})
    asked.answers("orders", {"id": 2}, {"id": 3})

    assert Part.objects.get().records == 2
    assert on_disk(own_vault) == 1


def test_a_failure_after_an_answer_leaves_nothing_of_it(own_vault: Path) -> None:
    asked = Asked(orders=CLEAR, marketing=CLEAR)
    asked.answers("orders", {"id": 1})

    fail(asked.pull("orders"), "foreign_record")

    assert (asked.pull("orders").records, Part.objects.count(), on_disk(own_vault)) == (0, 0, 0)


def test_an_answer_that_comes_after_the_request_was_withdrawn_is_not_kept(own_vault: Path) -> None:
    asked = Asked(orders=CLEAR)
    parts = asked.drafted({"id": 1})
    advance(asked.now, Move.WITHDRAW, by=SYSTEM)

    keep(asked.pull("orders"), parts, records=1, digest="d" * 64)

    assert (Part.objects.count(), StoredFile.objects.count(), on_disk(own_vault)) == (0, 0, 0)
    assert asked.pull("orders").state == PullState.WAITING


def test_what_was_collected_can_be_thrown_away_and_the_record_of_asking_stays(own_vault: Path) -> None:
    asked = Asked(orders=CLEAR)
    asked.answers("orders", {"id": 1})

    collection.discard(asked.now)

    assert (Part.objects.count(), on_disk(own_vault)) == (0, 0)
    assert asked.pull("orders").records == 1


def test_progress_counts_systems_and_records() -> None:
    asked = Asked(orders=CLEAR, marketing=CLEAR, reviews=CLEAR)
    asked.answers("orders", {"id": 1}, {"id": 2})
    fail(asked.pull("reviews"), "unreachable")
    Pull.objects.filter(source__name="marketing").update(records=5)

    assert progress(asked.now) == Progress(systems=3, searched=1, failed=1, records=7)


def test_records_are_read_in_pages() -> None:
    asked = Asked(orders=CLEAR)
    asked.answers("orders", *({"id": number} for number in range(10)))
    part = Part.objects.select_related("file").get()

    assert [row["id"] for row in collection.page(part, 0, 3)] == [0, 1, 2]
    assert [row["id"] for row in collection.page(part, 8, 5)] == [8, 9]
    assert collection.page(part, 10, 5) == []
    assert str(part) == "customers (json)"


@pytest.mark.parametrize("_turn", range(3))
def test_systems_that_end_at_the_same_moment_neither_wait_for_each_other_nor_move_the_request_twice(_turn: int) -> None:
    names = [f"system{number}" for number in range(6)]
    asked = Asked(**dict.fromkeys(names, CLEAR))
    drafts = [asked.drafted({"id": number}) for number in range(6)]

    def end(number: int) -> str:
        keep(asked.pull(names[number]), drafts[number], records=1, digest="d" * 64)
        return "kept"

    assert at_once(6, end) == ["kept"] * 6
    assert asked.state == State.REVIEWING
    assert asked.now.transitions.filter(move=Move.FINISH_COLLECTION).count() == 1
    assert Part.objects.count() == 6


def test_files_that_no_row_knows_are_tidied_and_the_others_stay(own_vault: Path) -> None:
    asked = Asked(orders=CLEAR, marketing=CLEAR)
    asked.answers("orders", {"id": 1})
    asked.drafted({"id": 2})  # a worker was killed before its commit
    assert on_disk(own_vault) == 2

    assert vault.tidy(timedelta(hours=1)) == 0
    assert vault.tidy(timedelta(0)) == 1

    assert on_disk(own_vault) == 1
    with vault.reading(StoredFile.objects.get()) as reader:
        assert reader.index.records == 1


def test_asking_for_a_check_twice_asks_once() -> None:
    source = a_source()

    collection.ask_check(source, by=SYSTEM)
    collection.ask_check(source, by=SYSTEM)

    assert Step.objects.filter(kind="collection.check").count() == 1
    assert Source.objects.get().failures == 0
