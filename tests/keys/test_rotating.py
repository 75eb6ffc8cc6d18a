"""The master key is changed while people work: nothing becomes unreadable, and in the end the old key opens nothing."""

from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO
from pathlib import Path
from threading import Barrier, Thread
from uuid import uuid4

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from django.core.management import CommandError, call_command
from pytest_django import Settings

from requests_app.keys import store
from requests_app.keys.crypto import Undecipherable, keyed_index
from requests_app.officers.adapter import SealedFactors
from tests.console.desk import SECRET, an_officer
from tests.making import a_dsr

OLD, NEW = bytes(range(32)), bytes(range(32, 64))
RACES = 40


@pytest.fixture(autouse=True)
def folder(settings: Settings, tmp_path: Path) -> Path:
    settings.DSAR_KEY_STORE = tmp_path / "keys"
    settings.DSAR_MASTER_KEY, settings.DSAR_MASTER_KEY_FALLBACKS, settings.DSAR_DIGEST_KEY = OLD, [], b""
    return tmp_path / "keys"


@contextmanager
def process(settings: Settings, *keys: bytes) -> Iterator[None]:
    """A process that was started with these master keys, the present one first."""
    before = settings.DSAR_MASTER_KEY, settings.DSAR_MASTER_KEY_FALLBACKS, settings.DSAR_DIGEST_KEY
    settings.DSAR_MASTER_KEY, settings.DSAR_MASTER_KEY_FALLBACKS = keys[0], list(keys[1:])
    settings.DSAR_DIGEST_KEY = OLD if keys[0] == NEW else b""
    yield
    settings.DSAR_MASTER_KEY, settings.DSAR_MASTER_KEY_FALLBACKS, settings.DSAR_DIGEST_KEY = before


def rotate() -> str:
    out = StringIO()
    call_command("rotatekeys", stdout=out)
    return out.getvalue()


@pytest.mark.django_db
def test_processes_of_before_and_after_read_each_others_work(settings: Settings) -> None:
    first = uuid4()
    key = store.create(first)
    with process(settings, OLD, NEW):
        assert store.get(first) == key
    with process(settings, NEW, OLD):
        second = uuid4()
        other = store.create(second)
        assert store.get(first) == key

    with process(settings, OLD, NEW):
        assert (store.get(first), store.get(second)) == (key, other)


@pytest.mark.django_db
def test_after_the_rotation_the_new_key_opens_everything_and_the_old_one_nothing(settings: Settings, folder: Path) -> None:
    dsr = a_dsr(name="Ada Example")
    officer = an_officer()
    RecoveryCodes.activate(officer)
    index, codes = (
        keyed_index("email", "ada@example.com"),
        RecoveryCodes(Authenticator.objects.get(type="recovery_codes")).generate_codes(),
    )
    with process(settings, NEW, OLD):
        assert rotate() == "1 request keys and 2 second factors are wrapped anew.\n"
        assert rotate() == "0 request keys and 0 second factors are wrapped anew.\n"

    with process(settings, NEW):
        dsr.refresh_from_db()
        factor = Authenticator.objects.get(type="totp")
        assert (dsr.name, SealedFactors().decrypt(factor.data["secret"])) == ("Ada Example", SECRET)
        assert RecoveryCodes(Authenticator.objects.get(type="recovery_codes")).generate_codes() == codes
        assert keyed_index("email", "ada@example.com") == index, "what stands in the tables is found again"
    with pytest.raises(Undecipherable):
        store.get(dsr.pk)
    with pytest.raises(Undecipherable):
        SealedFactors().decrypt(Authenticator.objects.get(type="totp").data["secret"])
    assert [path.suffix for path in folder.rglob("*") if path.is_file()] == [".key"]


@pytest.mark.django_db
def test_before_the_rotation_the_new_key_alone_opens_nothing(settings: Settings) -> None:
    """The judge of the test above is not blind."""
    owner = uuid4()
    store.create(owner)

    with process(settings, NEW), pytest.raises(Undecipherable):
        store.get(owner)


@pytest.mark.django_db
def test_a_key_that_nothing_opens_is_counted_and_the_others_are_wrapped(settings: Settings) -> None:
    with process(settings, bytes(32)):
        store.create(uuid4())
    mine = uuid4()
    store.create(mine)

    with process(settings, NEW, OLD), pytest.raises(CommandError, match="1 request keys and 0 second factors open under no key"):
        rotate()
    with process(settings, NEW):
        assert store.get(mine)


def test_a_key_that_is_destroyed_while_it_is_wrapped_stays_destroyed(settings: Settings) -> None:
    for _ in range(RACES):
        owner = uuid4()
        store.create(owner)
        with process(settings, NEW, OLD):
            together(lambda owner=owner: store.rewrap(owner), lambda owner=owner: store.destroy(owner))
            with pytest.raises(store.KeyGone):
                store.get(owner)


def together(*deeds: object) -> None:
    barrier = Barrier(len(deeds))

    def do(deed: object) -> None:
        barrier.wait()
        deed()  # type: ignore[operator]

    threads = [Thread(target=do, args=(deed,)) for deed in deeds]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_the_old_wrapping_is_overwritten_and_not_only_unlinked(settings: Settings, folder: Path) -> None:
    owner = uuid4()
    store.create(owner)
    [path] = folder.rglob("*.key")
    kept, before = path.with_suffix(".kept"), path.read_bytes()
    kept.hardlink_to(path)

    with process(settings, NEW, OLD):
        assert store.rewrap(owner)

    assert kept.read_bytes() != before
    assert len(kept.read_bytes()) == len(before)
