"""At the end of its own term of keeping a request is forgotten: nothing readable of the person remains, the record does."""

from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.apps import apps
from django.conf import settings
from django.db.models import Model
from django.db.models.functions import Now

from requests_app import housekeeping
from requests_app.audit.models import AuditEvent
from requests_app.bundle import services as bundle
from requests_app.bundle.services import NotAvailable
from requests_app.keys import store
from requests_app.keys.fields import Sealed
from requests_app.ledger.models import Step
from requests_app.officers.models import Officer
from requests_app.values import SYSTEM
from requests_app.vault.models import StoredFile
from requests_app.verification.models import Challenge, Proof
from requests_app.workflow.models import SubjectRequest
from requests_app.workflow.services import Move, advance
from requests_app.workflow.states import OPEN, State
from tests.filing import Filed, an_officer, file_and_confirm
from tests.mail import Post
from tests.making import ADDRESS, a_brand, a_dsr, as_owner
from tests.running import run_all_due
from tests.small_shop import SmallShop


@pytest.fixture
def answered(shop: SmallShop, post: Post) -> Filed:
    """A whole request: matched by an officer, collected with files, answered, downloaded."""
    shop.customer(1, ADDRESS, scan=shop.scan("ada.pdf", b"%PDF of Ada"))
    shop.order(11, 1)
    shop.subscriber(7, ADDRESS)
    filed = file_and_confirm(post, shop.brand, details="canary details")
    filed.approve(by=an_officer(shop.brand), reason="canary reason")
    run_all_due()
    assert filed.state == State.ANSWERED
    return filed


def close(filed: Filed, days: float) -> None:
    SubjectRequest.objects.filter(pk=filed.dsr.pk).update(closed_at=Now() - timedelta(days=days))


def forget() -> int:
    found = housekeeping.forget()
    run_all_due()
    return int(found)


def rows_about(dsr: UUID) -> list[Model]:
    """Return every row of every table that can hold words about the person of `dsr`."""
    found: list[Model] = []
    for model in apps.get_app_config("requests_app").get_models():
        personal = getattr(model, "personal_fields", None)
        if personal and model is not Officer and hasattr(model, "key_id"):
            found += [row for row in model._default_manager.all() if row.key_id == dsr]
    return found


def personal(row: Model) -> dict[str, Any]:
    return {name: row.__dict__[name] for name in row.personal_fields}  # type: ignore[attr-defined]


def everything_in_the_database() -> str:
    """Return every cell of every table, as the owner of the database reads it."""
    with as_owner() as owner:
        owner.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename LIKE 'requests_app_%'")
        tables = [name for (name,) in owner.fetchall()]
        cells = []
        for table in tables:
            owner.execute(f'SELECT t::text FROM "{table}" t')
            cells += [row for (row,) in owner.fetchall()]
    return "\n".join(cells)


def files() -> list[Path]:
    return [path for path in Path(str(settings.DSAR_VAULT)).rglob("*") if path.is_file()]


def test_before_it_is_forgotten_every_kind_of_row_holds_something(answered: Filed) -> None:
    """The judge of the next test is not blind: it finds what is there."""
    found = rows_about(answered.dsr.pk)

    kinds = {type(row).__name__ for row in found if any(value for value in personal(row).values())}
    assert kinds == {"SubjectRequest", "Transition", "Match", "Part", "Letter"}
    assert any(isinstance(value, Sealed) for row in found for value in personal(row).values())
    assert files()
    assert store.get(answered.dsr.pk)
    assert bytes(answered.now.email_index).hex() in everything_in_the_database()


def test_nothing_readable_remains_when_the_time_is_over(answered: Filed) -> None:
    index = bytes(answered.now.email_index).hex()
    close(answered, answered.dsr.brand.retention_days + 1)

    assert forget() == 1

    for row in rows_about(answered.dsr.pk):
        assert not any(value for value in personal(row).values()), type(row)
    assert index not in everything_in_the_database()
    with pytest.raises(store.KeyGone):
        store.get(answered.dsr.pk)
    assert files() == []
    for gone in (StoredFile, Challenge, Proof):
        assert not gone._default_manager.filter(dsr=answered.dsr).exists()


def test_the_record_that_there_was_a_request_remains(answered: Filed) -> None:
    moves = answered.dsr.transitions.count()
    close(answered, answered.dsr.brand.retention_days + 1)
    forget()

    dsr = answered.now
    assert (dsr.state, dsr.right, dsr.email, dsr.name) == (State.ANSWERED, "access", None, None)
    assert dsr.forgotten_at is not None
    assert dsr.transitions.count() == moves
    assert {letter.kind for letter in dsr.letters.all()} >= {"confirm_address", "proven", "answered"}
    assert list(dsr.pulls.order_by("source").values_list("records", flat=True)) == [2, 1]
    assert dsr.bundles.get().records == 3
    assert AuditEvent.objects.filter(dsr_id=dsr.pk, action="request.forgotten").count() == 1
    assert Step.objects.get(kind="housekeeping.forget").proof == {"key_destroyed": True}


def test_the_record_itself_ends_when_its_own_time_is_over(answered: Filed) -> None:
    brand, number = answered.dsr.brand, answered.dsr.pk
    close(answered, brand.record_days - 1)
    forget()
    assert housekeeping.remove() == 0
    assert SubjectRequest.objects.filter(pk=number).exists()

    close(answered, brand.record_days + 1)

    assert housekeeping.remove() == 1
    assert housekeeping.remove() == 0
    assert not SubjectRequest.objects.filter(pk=number).exists()
    assert AuditEvent.objects.filter(dsr_id=number, action="request.removed").count() == 1


def test_a_record_never_ends_before_its_person_was_forgotten(answered: Filed) -> None:
    close(answered, answered.dsr.brand.record_days + 1)

    assert housekeeping.remove() == 0


def test_an_old_dump_of_the_database_cannot_be_read_any_more(answered: Filed) -> None:
    dump = SubjectRequest.objects.values("email", "name").get(pk=answered.dsr.pk)
    close(answered, answered.dsr.brand.retention_days + 1)
    forget()
    SubjectRequest.objects.filter(pk=answered.dsr.pk).update(**dump)

    with pytest.raises(store.KeyGone):
        _ = answered.now.email


def test_a_copy_of_a_forgotten_request_is_not_handed_over(answered: Filed) -> None:
    close(answered, answered.dsr.brand.retention_days + 1)
    forget()

    with pytest.raises(NotAvailable), bundle.handed_over(answered.bundle):
        pass


def test_the_brand_says_how_long_a_request_is_kept(answered: Filed) -> None:
    close(answered, answered.dsr.brand.retention_days - 0.01)
    assert forget() == 0
    assert answered.now.email == ADDRESS

    answered.dsr.brand.retention_days -= 1
    answered.dsr.brand.save()

    assert forget() == 1
    assert forget() == 0


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("state", sorted(OPEN))
def test_an_open_request_is_never_forgotten_however_old(state: State) -> None:
    dsr = a_dsr(state, brand=a_brand(retention_days=1))
    SubjectRequest.objects.update(received_at=Now() - timedelta(days=5000))

    assert housekeeping.forget() == 0
    assert SubjectRequest.objects.get(pk=dsr.pk).email == ADDRESS


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("move", [Move.WITHDRAW, Move.LAPSE])
def test_requests_that_ended_in_any_way_are_forgotten(move: Move) -> None:
    dsr = a_dsr(State.VERIFYING)
    other = a_dsr(State.VERIFYING, email="bob@example.com")
    advance(dsr, move, by=SYSTEM)
    SubjectRequest.objects.filter(pk=dsr.pk).update(closed_at=Now() - timedelta(days=5000))

    assert housekeeping.forget() == 1
    run_all_due("housekeeping.forget")

    assert SubjectRequest.objects.get(pk=dsr.pk).email is None
    assert SubjectRequest.objects.get(pk=other.pk).email == "bob@example.com"


def test_a_worker_that_dies_after_the_key_is_gone_ends_what_it_began(answered: Filed) -> None:
    close(answered, answered.dsr.brand.retention_days + 1)
    housekeeping.forget()

    run_all_due("housekeeping.forget", dying=True)

    assert answered.now.forgotten_at is not None
    assert not any(value for row in rows_about(answered.dsr.pk) for value in personal(row).values())


def test_a_letter_that_still_waited_is_not_sent_after_the_forgetting(answered: Filed, post: Post) -> None:
    before = len(post.taken)
    close(answered, answered.dsr.brand.retention_days + 1)
    housekeeping.forget()
    run_all_due("housekeeping.forget")
    Step.objects.filter(kind="correspondence.send").update(state="due", not_before=Now())

    run_all_due()

    assert len(post.taken) == before
