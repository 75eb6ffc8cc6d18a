"""What every connector keeps: a new folder in the catalogue is tried without a new line here."""

import json
from collections import Counter
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest

from requests_app.connectors import CONNECTORS
from requests_app.connectors.base import Attachment, BadDescription, Batch, Connector, ForeignRecord, Form, SourceFault
from tests.contracts.rehearsal import Rehearsal


@pytest.fixture(params=sorted(CONNECTORS))
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def connector(name: str) -> Connector:
    return CONNECTORS[name]


@pytest.fixture
def rehearsal(name: str, tmp_path: Path) -> Rehearsal:
    made = import_module(f"tests.connectors.{name}.rehearsal").rehearse(tmp_path)
    assert isinstance(made, Rehearsal)
    return made


def answer(connector: Connector, rehearsal: Rehearsal) -> Iterator[Batch | tuple[Attachment, bytes]]:
    for item in connector.find(rehearsal.config, rehearsal.identity, rehearsal.roots):
        yield (item, b"".join(item.chunks)) if isinstance(item, Attachment) else item


def batches(connector: Connector, rehearsal: Rehearsal) -> list[Batch]:
    return [item for item in answer(connector, rehearsal) if isinstance(item, Batch)]


def test_the_system_is_usable(connector: Connector, rehearsal: Rehearsal) -> None:
    assert connector.check(rehearsal.config).usable


def test_the_inventory_has_words_for_everything(connector: Connector, rehearsal: Rehearsal) -> None:
    inventory = connector.inventory(rehearsal.config)

    names = [collection.name for collection in inventory.collections]
    assert len(names) == len(set(names)) > 0
    assert len(bytes.fromhex(inventory.digest)) == 32
    for collection in inventory.collections:
        assert collection.title["en"]
        assert collection.fields
        assert all(field.title["en"] and field.about != "other" for field in collection.fields)
        assert all(field.about == "other" for field in collection.withheld)


def test_the_person_is_a_candidate_and_nobody_is_none(connector: Connector, rehearsal: Rehearsal) -> None:
    found = list(connector.candidates(rehearsal.config, rehearsal.identity))

    assert {candidate.root for candidate in found} == set(rehearsal.roots)
    assert all(candidate.matched for candidate in found)
    assert all(values for candidate in found for values in candidate.evidence.values())
    assert list(connector.candidates(rehearsal.config, rehearsal.nobody)) == []


def test_every_record_comes_in_both_forms(connector: Connector, rehearsal: Rehearsal) -> None:
    counts: Counter[tuple[str, Form]] = Counter()
    for batch in batches(connector, rehearsal):
        counts[batch.collection, batch.form] += batch.records
        assert batch.text.endswith(b"\n")

    assert counts == {(name, form): count for name, count in rehearsal.counts.items() for form in Form}


def test_records_have_the_fields_of_the_inventory_in_their_order(connector: Connector, rehearsal: Rehearsal) -> None:
    fields = {one.name: [field.name for field in one.fields] for one in connector.inventory(rehearsal.config).collections}

    for batch in batches(connector, rehearsal):
        if batch.form is Form.JSON:
            lines = batch.text.decode().removesuffix("\n").split("\n")
            assert len(lines) == batch.records
            assert all(list(json.loads(line)) == fields[batch.collection] for line in lines)


def test_attachments_belong_to_records_that_came(connector: Connector, rehearsal: Rehearsal) -> None:
    for item in answer(connector, rehearsal):
        if not isinstance(item, Batch):
            file, content = item
            assert 0 <= file.record < rehearsal.counts[file.collection]
            assert content
            assert "/" not in file.name


@pytest.mark.threat("3.05")
def test_nothing_withheld_and_nothing_of_a_stranger_comes(connector: Connector, rehearsal: Rehearsal) -> None:
    for item in answer(connector, rehearsal):
        told = item.text if isinstance(item, Batch) else item[1]
        assert not any(canary in told for canary in rehearsal.canaries)


@pytest.mark.threat("3.05")
def test_a_root_of_a_stranger_is_refused_before_anything_comes(connector: Connector, rehearsal: Rehearsal) -> None:
    for roots in (rehearsal.stranger_roots, (*rehearsal.roots, *rehearsal.stranger_roots)):
        with pytest.raises(ForeignRecord):
            next(connector.find(rehearsal.config, rehearsal.identity, roots))
    with pytest.raises(ForeignRecord):
        next(connector.find(rehearsal.config, rehearsal.nobody, rehearsal.roots))


def test_the_same_question_gets_the_same_bytes(connector: Connector, rehearsal: Rehearsal) -> None:
    assert batches(connector, rehearsal) == batches(connector, rehearsal)


@pytest.mark.threat("8.08")
def test_a_system_that_does_not_answer_is_a_fault_without_secrets(connector: Connector, rehearsal: Rehearsal) -> None:
    health = connector.check(rehearsal.unreachable)
    faults: list[SourceFault] = []
    for ask in (
        lambda: list(connector.candidates(rehearsal.unreachable, rehearsal.identity)),
        lambda: list(connector.find(rehearsal.unreachable, rehearsal.identity, rehearsal.roots)),
    ):
        with pytest.raises(SourceFault) as caught:
            ask()
        faults.append(caught.value)

    assert not health.usable
    told = [
        *(problem.message for problem in health.problems),
        *map(str, faults),
        repr(rehearsal.unreachable),
        repr(rehearsal.config),
    ]
    assert not any(secret in text for secret in rehearsal.secrets for text in told)
    assert all(fault.__cause__ is None and fault.__context__ is None for fault in faults)


def test_a_description_that_cannot_be_used_is_told_with_its_place(connector: Connector, rehearsal: Rehearsal) -> None:
    health = connector.check(rehearsal.misdescribed)

    assert not health.usable
    assert any(rehearsal.misdescribed.description.name in problem.where for problem in health.problems)
    with pytest.raises(BadDescription):
        connector.inventory(rehearsal.misdescribed)
