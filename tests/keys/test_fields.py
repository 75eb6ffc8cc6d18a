"""Sealed fields: what lies in the table, and to which table, column and row it is bound."""

from pathlib import Path
from uuid import uuid4

import pytest
from django.db import connection
from pytest_django import Settings

from requests_app.keys import store
from requests_app.keys.crypto import Undecipherable
from requests_app.keys.fields import Sealed, _SealedField
from requests_app.values import SYSTEM
from requests_app.workflow.models import SubjectRequest, Transition
from requests_app.workflow.services import advance
from requests_app.workflow.states import Move, State
from tests.making import ADDRESS, a_dsr

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def folder(settings: Settings, tmp_path: Path) -> Path:
    settings.DSAR_KEY_STORE = tmp_path / "keys"
    return tmp_path / "keys"


def again(dsr: SubjectRequest) -> SubjectRequest:
    return SubjectRequest.objects.get(pk=dsr.pk)


def column(dsr: SubjectRequest, name: str) -> bytes:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {name} FROM requests_app_subjectrequest WHERE id = %s", [dsr.pk])
        return bytes(cursor.fetchone()[0])


def put(dsr: SubjectRequest, name: str, value: bytes) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE requests_app_subjectrequest SET {name} = %s WHERE id = %s", [value, dsr.pk])


def test_words_come_back_as_they_went_in() -> None:
    dsr = a_dsr(name="Zoë 😀 Ünal", details="", facts={"postcode": ["75001"], "née": None})

    kept = again(dsr)
    assert (kept.name, kept.details, kept.facts) == ("Zoë 😀 Ünal", "", {"postcode": ["75001"], "née": None})
    assert again(a_dsr()).details is None


@pytest.mark.parametrize("name", ["email", "name", "facts"])
def test_the_table_holds_no_word_of_it(name: str) -> None:
    dsr = a_dsr(facts={"name": "Ada Example", "email": ADDRESS})

    held = column(dsr, name)
    assert b"Ada" not in held
    assert ADDRESS.encode() not in held


def test_a_row_that_was_read_and_saved_keeps_its_words() -> None:
    dsr = again(a_dsr())
    dsr.save()

    assert again(dsr).email == ADDRESS


def test_a_row_that_was_read_opened_and_changed_keeps_the_change() -> None:
    dsr = again(a_dsr())
    assert dsr.email == ADDRESS
    dsr.email = "ada@example.org"
    dsr.save()

    assert again(dsr).email == "ada@example.org"


def test_a_deferred_field_is_fetched_and_opened() -> None:
    dsr = SubjectRequest.objects.defer("email").get(pk=a_dsr().pk)

    assert "email" not in dsr.__dict__
    assert dsr.email == ADDRESS


def test_sealed_words_moved_to_another_column_do_not_open() -> None:
    dsr = a_dsr()
    put(dsr, "name", column(dsr, "email"))

    with pytest.raises(Undecipherable):
        _ = again(dsr).name


def test_sealed_words_moved_to_another_row_do_not_open() -> None:
    mine, other = a_dsr(), a_dsr(email="bob@example.com")
    put(mine, "email", column(other, "email"))

    with pytest.raises(Undecipherable):
        _ = again(mine).email


def test_sealed_words_moved_to_another_row_of_the_same_request_do_not_open() -> None:
    dsr = a_dsr(State.VERIFYING)
    advance(dsr, Move.ACCEPT_PROOF, by=SYSTEM, reason="the first")
    advance(dsr, Move.DOUBT, by=SYSTEM, reason="the second")
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE requests_app_transition t SET reason = o.reason FROM requests_app_transition o"
            " WHERE t.number = 3 AND o.number = 2",
        )

    assert Transition.objects.get(number=2).reason == "the first"
    with pytest.raises(Undecipherable):
        _ = Transition.objects.get(number=3).reason


def test_sealed_words_moved_to_another_table_do_not_open() -> None:
    dsr = a_dsr(State.VERIFYING)
    transition = dsr.transitions.get()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE requests_app_transition SET reason = %s WHERE id = %s", [column(dsr, "name"), transition.pk])

    with pytest.raises(Undecipherable):
        _ = Transition.objects.get(pk=transition.pk).reason


@pytest.mark.threat("12.03")
def test_once_the_key_is_destroyed_nobody_reads_the_row_nor_an_old_dump_of_it() -> None:
    dsr = a_dsr()
    dump = column(dsr, "email")
    store.destroy(dsr.pk)

    with pytest.raises(store.KeyGone):
        _ = again(dsr).email
    store.create(dsr.pk)
    put(dsr, "email", dump)
    with pytest.raises(Undecipherable):
        _ = again(dsr).email


def test_a_row_whose_key_is_gone_can_still_be_counted_and_saved() -> None:
    dsr = a_dsr()
    store.destroy(dsr.pk)

    kept = again(dsr)
    kept.channel = "post"
    kept.save()

    assert again(dsr).channel == "post"
    assert not list(Path(store._path(dsr.pk)).parent.glob("*.key"))


def test_no_new_word_is_written_under_a_key_that_was_destroyed() -> None:
    """Else a late step would bring personal data back after the request was shredded."""
    dsr = a_dsr()
    store.destroy(dsr.pk)

    kept = again(dsr)
    kept.name = "Ada again"
    with pytest.raises(store.KeyGone):
        kept.save()


def test_a_plain_request_that_was_never_saved_is_not_sealed() -> None:
    dsr = SubjectRequest(id=uuid4(), email=ADDRESS)

    assert dsr.email == ADDRESS
    assert not isinstance(dsr.email, Sealed)


def test_a_sealed_field_gives_its_value_only_to_a_row() -> None:
    assert not isinstance(SubjectRequest.email, str)


def test_a_sealed_field_of_no_kind_packs_nothing() -> None:
    field = _SealedField()

    with pytest.raises(NotImplementedError):
        field.packed("")
    with pytest.raises(NotImplementedError):
        field.unpacked(b"")
