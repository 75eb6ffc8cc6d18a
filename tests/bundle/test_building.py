"""Building the customer's copy from what was collected, and what hinders it."""

import io
import json
import zipfile
from datetime import UTC, date, datetime
from hashlib import sha256
from pathlib import Path

import pytest
from pytest_django import Settings

from requests_app.audit.models import AuditEvent
from requests_app.bundle import services as bundle
from requests_app.bundle.gather import DescriptionChanged, gather
from requests_app.bundle.models import Bundle
from requests_app.bundle.services import Sealed
from requests_app.collection.models import PullState
from requests_app.keys import store
from requests_app.ledger.models import Step, StepState
from requests_app.values import SYSTEM
from requests_app.vault import services as vault
from requests_app.vault.rows import Kind
from requests_app.workflow.models import SubjectRequest
from requests_app.workflow.services import Move, advance
from requests_app.workflow.states import State
from tests.bundle.copies import a_vault, an_approved_request, answered, build, drafted, fetched, now_of, on_disk  # noqa: F401
from tests.filing import an_officer
from tests.mail import Post
from tests.running import run_all_due
from tests.small_shop import LETTERS

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.promise("A2")
def test_an_approved_request_becomes_a_copy_that_a_machine_can_load(dsr: SubjectRequest) -> None:
    copy = build(dsr)

    archive = zipfile.ZipFile(io.BytesIO(fetched(copy)))
    assert archive.testzip() is None
    assert json.loads(archive.read("data/newsletter/subscribers.json")) == [{"id": 7, "email": "ada@example.com", "list": "news"}]
    assert archive.read("data/newsletter/subscribers.csv") == b'"id","email","list"\n7,"a","news"\n'
    assert now_of(dsr).stage == State.ANSWERED
    assert (copy.number, copy.records, copy.missing, copy.downloads_left) == (1, 1, [], 10)


def test_what_is_known_of_a_copy_is_what_was_handed_over(dsr: SubjectRequest) -> None:
    copy = build(dsr)
    content = fetched(copy)

    assert (copy.size, copy.digest) == (len(content), sha256(content).hexdigest())
    facts = AuditEvent.objects.get(action="bundle.sealed").facts
    assert facts == {"number": 1, "missing": [], "digest": copy.digest, "size": copy.size, "records": 1}
    assert str(copy) == f"copy 1 of {dsr.pk}"


@pytest.mark.threat("4.06")
def test_a_copy_that_lacks_a_system_says_so_and_answers_in_part(dsr: SubjectRequest, tmp_path: Path) -> None:
    answered(dsr, "orders", tmp_path, state=PullState.FAILED, fault="unreachable")

    copy = build(dsr)

    assert copy.missing == ["orders"]
    assert now_of(dsr).stage == State.ANSWERED_IN_PART
    manifest = zipfile.ZipFile(io.BytesIO(fetched(copy))).read("manifest.json").decode()
    assert "unreachable" in manifest
    assert bundle.facts(now_of(dsr))["parts"] == [{"title": "The orders", "why": "This system could not be reached."}]


def test_a_request_that_was_withdrawn_before_the_building_gets_no_copy(dsr: SubjectRequest) -> None:
    bundle.start(dsr)
    advance(dsr, Move.WITHDRAW, by=SYSTEM)

    run_all_due("bundle.build")

    assert not Bundle.objects.exists()
    assert Step.objects.get(kind="bundle.build").proof == {"moved_on": True}


def test_a_request_that_was_withdrawn_during_the_building_keeps_no_copy(dsr: SubjectRequest, own_vault: Path) -> None:
    parts = len(on_disk(own_vault))
    with vault.writing(dsr, Kind.FILE, level=0) as draft:
        draft.writer.write(b"a finished copy")
    advance(now_of(dsr), Move.WITHDRAW, by=SYSTEM)

    bundle.keep(dsr, draft.file, Sealed("0" * 64, 15, 1))

    assert not Bundle.objects.exists()
    assert len(on_disk(own_vault)) == parts
    assert now_of(dsr).stage == State.WITHDRAWN


HARMS = [
    ("key", "key_gone", 1),
    ("part", "part_damaged", 1),
    ("missing part", "part_damaged", 1),
    ("room", "no_space", 30),
    ("description", "description_changed", 30),
]


@pytest.mark.parametrize(("harm", "code", "attempts"), HARMS)
def test_what_hinders_the_building_is_named_and_nothing_half_built_stays(
    dsr: SubjectRequest, own_vault: Path, tmp_path: Path, settings: Settings, *, harm: str, code: str, attempts: int
) -> None:
    settings.LEDGER_RAISES = True
    an_officer(dsr.brand)
    bundle.start(dsr)
    damage(harm, dsr, own_vault, tmp_path, settings)
    before = len(on_disk(own_vault))
    Step.objects.filter(kind="bundle.build").update(attempts=attempts - 1)

    run_all_due("bundle.build")

    step = Step.objects.get(kind="bundle.build")
    assert (step.state, step.error) == (StepState.DEAD, code)
    assert not Bundle.objects.exists()
    assert len(on_disk(own_vault)) == before
    assert now_of(dsr).stage == State.FULFILLING


def test_when_a_copy_cannot_be_built_the_officers_are_told(dsr: SubjectRequest, own_vault: Path, post: Post) -> None:
    an_officer(dsr.brand)
    bundle.start(dsr)
    on_disk(own_vault)[0].unlink()

    run_all_due("bundle.build", "correspondence.send")

    [letter] = post.taken
    assert letter.recipients == ("officer@desk.example",)
    assert letter.subject == f"O-Jewels: {dsr.reference} does not go on"


def damage(harm: str, dsr: SubjectRequest, own_vault: Path, tmp_path: Path, settings: Settings) -> None:
    if harm == "key":
        store.destroy(dsr.pk)
    elif harm == "part":
        path = on_disk(own_vault)[0]
        content = bytearray(path.read_bytes())
        content[-1] ^= 1
        path.write_bytes(content)
    elif harm == "missing part":
        on_disk(own_vault)[0].unlink()
    elif harm == "room":
        settings.DSAR_VAULT_RESERVE = 1 << 60
    else:
        (tmp_path / "letters.yaml").write_text(LETTERS.replace("- name: subscribers", "- name: members"), encoding="utf-8")


def test_a_collection_that_is_no_longer_described_is_not_left_out_in_silence(dsr: SubjectRequest, tmp_path: Path) -> None:
    (tmp_path / "letters.yaml").write_text(LETTERS.replace("- name: subscribers", "- name: members"), encoding="utf-8")

    with pytest.raises(DescriptionChanged, match="newsletter"):
        gather(dsr, dsr.received_at)


def test_a_copy_is_dated_by_the_shops_own_clock(dsr: SubjectRequest) -> None:
    dsr.received_at = datetime(2026, 11, 21, 23, 30, tzinfo=UTC)

    assert gather(dsr, dsr.received_at).asked_on == date(2026, 11, 22)


def test_the_officers_reason_for_going_on_without_a_system_stands_in_the_copy(dsr: SubjectRequest, tmp_path: Path) -> None:
    answered(dsr, "orders", tmp_path, state=PullState.FAILED, fault="unreachable")
    dsr.transitions.filter(move=Move.APPROVE).update(reason=None)
    transition = dsr.transitions.get(move=Move.APPROVE)
    transition.reason = "It is being repaired."
    transition.save()

    made = gather(dsr, dsr.received_at)

    assert [system.reason for system in made.missing] == ["It is being repaired."]
