"""One system's answer on its way into the vault: whole, or not at all."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from pytest_django import Settings

from requests_app.collection.answer import Answer
from requests_app.collection.models import Pull
from requests_app.connectors.base import Attachment, Batch, CollectionInfo, FieldInfo, Form, Inventory, NotAsDescribed, Unreachable
from requests_app.ledger.claims import Claim, LeaseLost
from requests_app.ledger.models import Step
from requests_app.vault import services as vault
from requests_app.workflow.states import State
from tests.making import a_dsr, a_source

pytestmark = pytest.mark.django_db(transaction=True)


def a_field(name: str) -> FieldInfo:
    return FieldInfo(name, {"en": name}, (), "string")


def a_collection(name: str) -> CollectionInfo:
    return CollectionInfo(name, {"en": name}, "account", (a_field("id"), a_field("=odd")), (), (), (), (), "", {"en": ""})


INVENTORY = Inventory("orders", {"en": "Orders"}, (a_collection("customers"), a_collection("orders")), "digest")


@pytest.fixture(autouse=True)
def own_vault(settings: Settings, tmp_path: Path) -> Path:
    settings.DSAR_VAULT = tmp_path / "vault"
    return tmp_path / "vault"


@pytest.fixture
def claim() -> Claim:
    return Claim(Step.objects.first() or Step(), 1)


@pytest.fixture
def answer(claim: Claim) -> Answer:
    pull = Pull.objects.create(dsr=a_dsr(State.COLLECTING), source=a_source())
    return Answer(pull, claim, INVENTORY)


def rows(form: Form, *numbers: int, collection: str = "customers") -> Batch:
    if form == Form.JSON:
        text = "".join(json.dumps({"id": number}) + "\n" for number in numbers)
    else:
        text = "".join(f'{number},"x"\n' for number in numbers)
    return Batch(collection, form, text.encode(), len(numbers))


def a_file(content: bytes = b"%PDF", *, collection: str = "customers", chunks: Iterator[bytes] | None = None) -> Attachment:
    return Attachment(collection, 0, "scan", "../../etc/passwd", "application/pdf", chunks or iter([content[:2], content[2:]]))


def files_in(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def test_both_text_forms_and_files_are_taken_as_they_come(answer: Answer) -> None:
    answer.take(
        iter([rows(Form.JSON, 1, 2), rows(Form.JSON, 3), rows(Form.CSV, 1, 2, 3), a_file(), rows(Form.JSON, 7, collection="orders"),
              rows(Form.CSV, 7, collection="orders")])
    )  # fmt: skip

    assert answer.records == 4
    kept = [(part.collection, part.form, part.records) for part, _ in answer.parts]
    assert kept == [
        ("customers", "json", 3),
        ("customers", "csv", 3),
        ("orders", "json", 1),
        ("orders", "csv", 1),
        ("customers", "file", 0),
    ]
    with vault.reading(answer.parts[0][1]) as reader:
        assert [json.loads(record) for record in reader.records(0, 10)] == [{"id": 1}, {"id": 2}, {"id": 3}]
    with vault.reading(answer.parts[1][1]) as reader:
        assert reader.header == b'"id","\'=odd"\n'
        assert b"".join(reader.plain()) == b'1,"x"\n2,"x"\n3,"x"\n'


def test_a_file_keeps_its_own_name_and_place_in_the_record(answer: Answer) -> None:
    answer.take(iter([rows(Form.JSON, 1), rows(Form.CSV, 1), a_file(b"%PDF-1.7 content")]))

    part, file = answer.parts[-1]
    assert (part.record, part.field, part.media_type, part.name) == (0, "scan", "application/pdf", "../../etc/passwd")
    with vault.reading(file) as reader:
        assert b"".join(reader.plain()) == b"%PDF-1.7 content"


@pytest.mark.threat("4.06")
@pytest.mark.parametrize(
    "findings",
    [
        [rows(Form.JSON, 1, 2), rows(Form.CSV, 1)],
        [rows(Form.JSON, 1), rows(Form.CSV, 1, 2)],
        [rows(Form.JSON, 1)],
        [rows(Form.CSV, 1)],
        [rows(Form.JSON, 1), rows(Form.CSV, 1), rows(Form.JSON, 1, collection="orders")],
        [rows(Form.JSON, 1, collection="secrets"), rows(Form.CSV, 1, collection="secrets")],
        [a_file(collection="secrets")],
    ],
)
def test_forms_that_differ_or_a_collection_that_nobody_described_make_the_answer_void(
    answer: Answer, own_vault: Path, findings: list[Batch | Attachment]
) -> None:
    with pytest.raises(NotAsDescribed) as caught:
        answer.take(iter([a_file(), *findings]))

    assert any(name in str(caught.value) for name in ("customers", "orders", "secrets"))
    assert files_in(own_vault) == []


@pytest.mark.threat("4.06")
def test_nothing_stays_of_an_answer_that_breaks_off(answer: Answer, own_vault: Path) -> None:
    def broken() -> Iterator[Batch | Attachment]:
        yield rows(Form.JSON, 1)
        yield rows(Form.CSV, 1)
        yield a_file()
        yield rows(Form.JSON, 2, collection="orders")
        raise Unreachable("gone")

    with pytest.raises(Unreachable):
        answer.take(broken())

    assert files_in(own_vault) == []


@pytest.mark.threat("4.06")
def test_nothing_stays_of_a_file_that_breaks_off(answer: Answer, own_vault: Path) -> None:
    def broken() -> Iterator[bytes]:
        yield b"half of it"
        raise Unreachable("gone")

    with pytest.raises(Unreachable):
        answer.take(iter([rows(Form.JSON, 1), rows(Form.CSV, 1), a_file(), a_file(chunks=broken())]))

    assert files_in(own_vault) == []


def test_a_worker_whose_step_was_taken_over_stops_and_leaves_nothing(answer: Answer, claim: Claim, own_vault: Path) -> None:
    def taken_over() -> Iterator[Batch | Attachment]:
        yield rows(Form.JSON, 1)
        claim.lost.set()
        yield rows(Form.CSV, 1)

    with pytest.raises(LeaseLost):
        answer.take(taken_over())

    assert files_in(own_vault) == []


def test_a_worker_stops_within_a_long_file_too(answer: Answer, claim: Claim, own_vault: Path) -> None:
    def endless() -> Iterator[bytes]:
        while True:
            yield b"x" * 1024
            claim.lost.set()

    with pytest.raises(LeaseLost):
        answer.take(iter([a_file(chunks=endless())]))

    assert files_in(own_vault) == []


def test_the_search_shows_how_far_it_is(answer: Answer, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("requests_app.collection.answer._NOTE_DELAY", 0.0)
    seen = []

    def slow() -> Iterator[Batch | Attachment]:
        for number in range(3):
            yield rows(Form.JSON, number)
            seen.append(Pull.objects.get().records)
        yield rows(Form.CSV, 0, 1, 2)

    answer.take(slow())

    assert seen == [1, 2, 3]


def test_what_lies_on_disk_holds_no_word_of_it(answer: Answer, own_vault: Path) -> None:
    marked = Batch("customers", Form.JSON, b'{"id": "cnry-7f3a"}\n', 1)
    answer.take(iter([marked, Batch("customers", Form.CSV, b'"cnry-7f3a"\n', 1), a_file(b"cnry-7f3a")]))

    contents = [path.read_bytes() for path in files_in(own_vault)]
    assert len(contents) == 3
    assert not any(b"cnry" in content for content in contents)
    assert own_vault == settings.DSAR_VAULT
