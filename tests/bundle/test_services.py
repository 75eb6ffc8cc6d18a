"""The customer's copy: offered, counted, replaced, taken back, and never another's."""

import io
import zipfile
from datetime import timedelta
from pathlib import Path

import pytest
from django.db.models.functions import Now

from requests_app.audit.models import AuditEvent
from requests_app.bundle import services as bundle
from requests_app.bundle.models import Bundle
from requests_app.bundle.services import NotAvailable
from requests_app.collection.models import Pull, PullState
from requests_app.collection.services import keep
from requests_app.keys import store
from requests_app.ledger.claims import claim
from requests_app.ledger.handlers import KINDS
from requests_app.ledger.models import Step, StepState
from requests_app.matching.models import Match, MatchState
from requests_app.values import SYSTEM
from requests_app.vault import services as vault
from requests_app.vault.frames import Unreadable
from requests_app.vault.rows import Kind
from requests_app.verification.models import Challenge, Purpose
from requests_app.workflow.models import SubjectRequest
from requests_app.workflow.services import Move, advance
from requests_app.workflow.states import State
from tests.bundle.copies import a_vault, an_approved_request, answered, build, drafted, fetched, now_of, on_disk  # noqa: F401
from tests.making import a_dsr
from tests.racing import at_once
from tests.running import come_due, run_all_due, waiting

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.threat("6.07")
def test_a_copy_is_handed_over_ten_times_and_no_more(dsr: SubjectRequest) -> None:
    copy = build(dsr)

    for _ in range(10):
        assert fetched(copy)[:2] == b"PK"
    with pytest.raises(NotAvailable):
        fetched(copy)

    assert AuditEvent.objects.filter(action="bundle.downloaded").count() == 10


@pytest.mark.threat("6.07")
@pytest.mark.parametrize("_turn", range(2))
def test_of_twenty_downloads_at_once_ten_are_handed_over(dsr: SubjectRequest, _turn: int) -> None:
    copy = build(dsr)

    def fetch(_number: int) -> str:
        try:
            return fetched(Bundle.objects.get(pk=copy.pk))[:2].decode()
        except NotAvailable:
            return "no"

    assert at_once(20, fetch) == ["PK"] * 10 + ["no"] * 10
    assert Bundle.objects.get().downloads_left == 0


def test_a_copy_whose_time_is_over_is_neither_handed_over_nor_counted(dsr: SubjectRequest) -> None:
    copy = build(dsr)
    Bundle.objects.update(available_until=Now() - timedelta(seconds=1))

    with pytest.raises(NotAvailable):
        fetched(copy)

    assert Bundle.objects.get().downloads_left == 10


def test_the_brand_says_how_long_and_how_often(dsr: SubjectRequest) -> None:
    dsr.brand.bundle_days, dsr.brand.bundle_downloads = 3, 2
    dsr.brand.save()

    copy = build(dsr)

    copy.refresh_from_db()
    assert copy.downloads_left == 2
    assert copy.available_until - copy.built_at == timedelta(days=3)
    challenge = bundle.links(now_of(dsr))
    assert set(challenge) == {"follow", "disown", "download"}
    link = Challenge.objects.get(purpose=Purpose.DOWNLOAD)
    assert timedelta(days=2) < link.ends_at - link.made_at <= timedelta(days=3)


@pytest.mark.threat("6.06")
@pytest.mark.parametrize("harm", ["swapped", "cut", "gone", "key"])
def test_what_is_not_the_copy_that_was_sealed_is_refused_before_a_byte_leaves_and_not_counted(
    dsr: SubjectRequest, own_vault: Path, harm: str
) -> None:
    copy = build(dsr)
    assert copy.file is not None
    path = next(path for path in on_disk(own_vault) if path.name == copy.file.location)
    other = next(path for path in on_disk(own_vault) if path.name != copy.file.location)
    if harm == "swapped":
        path.write_bytes(other.read_bytes())
    elif harm == "cut":
        path.write_bytes(path.read_bytes()[:20])
    elif harm == "gone":
        path.unlink()
    else:
        store.destroy(dsr.pk)

    with pytest.raises(NotAvailable):
        fetched(copy)

    assert Bundle.objects.get().downloads_left == 10
    assert AuditEvent.objects.filter(action="bundle.unreadable").count() == 1


def test_a_copy_of_another_request_under_the_same_name_is_refused(dsr: SubjectRequest, own_vault: Path) -> None:
    mine = build(dsr)
    with vault.writing(a_dsr(email="bob@example.com"), Kind.FILE, level=0) as theirs:
        theirs.writer.write(b"of Bob")
    paths = {path.name: path for path in on_disk(own_vault)}
    assert mine.file is not None
    paths[mine.file.location].write_bytes(paths[theirs.file.location].read_bytes())

    with pytest.raises(NotAvailable):
        fetched(mine)


@pytest.mark.threat("6.06")
def test_a_copy_that_is_damaged_further_on_never_ends_well(dsr: SubjectRequest, own_vault: Path) -> None:
    copy = build(dsr)
    assert copy.file is not None
    path = next(path for path in on_disk(own_vault) if path.name == copy.file.location)
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)

    with pytest.raises(Unreadable):
        fetched(copy)


# ── the supplement, and the end ───────────────────────────────────────────


def in_part(dsr: SubjectRequest, folder: Path) -> Pull:
    pull = answered(dsr, "orders", folder, state=PullState.FAILED, fault="unreachable")
    Match.objects.filter(source=pull.source).update(state=MatchState.FAILED, fault="unreachable")
    build(dsr)
    run_all_due("journey.follow")
    return pull


def test_a_partial_answer_promises_a_supplement_within_a_day(dsr: SubjectRequest, tmp_path: Path) -> None:
    in_part(dsr, tmp_path)

    assert waiting("bundle.supplement") == ["bundle.supplement"]
    run_all_due("bundle.supplement")
    assert now_of(dsr).stage == State.ANSWERED_IN_PART
    come_due("bundle.supplement")
    run_all_due("bundle.supplement")

    assert now_of(dsr).stage == State.MATCHING


def test_a_supplement_that_an_officer_began_by_hand_is_not_begun_again(dsr: SubjectRequest, tmp_path: Path) -> None:
    in_part(dsr, tmp_path)
    advance(now_of(dsr), Move.SEARCH_AGAIN, by=SYSTEM)

    come_due("bundle.supplement")
    run_all_due("bundle.supplement")

    assert Step.objects.get(kind="bundle.supplement").proof == {"moved_on": True}
    assert now_of(dsr).stage == State.MATCHING


def test_the_supplement_takes_the_place_of_the_partial_copy(dsr: SubjectRequest, tmp_path: Path, own_vault: Path) -> None:
    pull = in_part(dsr, tmp_path)
    first = Bundle.objects.get()
    old_file = first.file
    for move in (Move.SEARCH_AGAIN, Move.SEARCH):
        advance(now_of(dsr), move, by=SYSTEM)
    parts = [drafted(dsr, "json", b'{"id": 8}\n'), drafted(dsr, "csv", b'8,"b","more"\n')]
    keep(Pull.objects.select_related("dsr__brand", "source").get(pk=pull.pk), parts, records=1, digest="e" * 64)
    advance(now_of(dsr), Move.APPROVE, by=SYSTEM)

    second = build(now_of(dsr))

    assert (second.number, second.missing, second.records) == (2, [], 2)
    assert now_of(dsr).stage == State.ANSWERED
    with pytest.raises(NotAvailable):
        fetched(first)
    assert old_file is not None
    assert old_file.location not in {path.name for path in on_disk(own_vault)}
    first.refresh_from_db()
    assert first.withdrawn_at is not None
    names = zipfile.ZipFile(io.BytesIO(fetched(second))).namelist()
    assert {"data/newsletter/subscribers.json", "data/orders/subscribers.json"} <= set(names)


def test_copies_whose_time_is_over_are_taken_back_and_the_record_of_them_stays(dsr: SubjectRequest, own_vault: Path) -> None:
    copy = build(dsr)
    before = len(on_disk(own_vault))
    assert bundle.expire() == 0
    Bundle.objects.update(available_until=Now() - timedelta(seconds=1))

    assert bundle.expire() == 1
    assert bundle.expire() == 0

    copy.refresh_from_db()
    assert (copy.file, copy.records) == (None, 1)
    assert len(on_disk(own_vault)) == before - 1
    assert AuditEvent.objects.filter(action="bundle.expired").count() == 1


def test_a_worker_that_died_after_writing_the_copy_leaves_one_copy_and_a_file_to_tidy(dsr: SubjectRequest, own_vault: Path) -> None:
    bundle.start(dsr)
    taken = claim(Step.objects.get(kind="bundle.build").pk)
    assert taken is not None
    KINDS["bundle.build"].handler(taken)  # the file lies in the vault; the worker dies before the commit
    Step.objects.filter(kind="bundle.build").update(state=StepState.DUE)

    run_all_due("bundle.build")

    assert Bundle.objects.count() == 1
    before = len(on_disk(own_vault))
    assert vault.tidy(timedelta(0)) == 1
    assert len(on_disk(own_vault)) == before - 1
    assert fetched(Bundle.objects.get())[:2] == b"PK"
