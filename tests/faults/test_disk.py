"""FI-09: the vault's disk is full while a copy is built: no half of it stays, the step says why, and it is finished later."""

import os
import subprocess
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from pytest_django import Settings

from requests_app.bundle.models import Bundle
from requests_app.ledger.models import Step
from requests_app.vault.models import StoredFile
from requests_app.workflow.services import Move, advance
from requests_app.workflow.states import State
from tests.faults import simulators
from tests.faults.invariants import broken
from tests.faults.people import People
from tests.mail import Post, post
from tests.making import an_officer
from tests.running import come_due, run_all_due
from tests.small_shop import SmallShop, shop

__all__ = ["post", "shop"]


@pytest.fixture
def fill(settings: Settings, tmp_path: Path) -> Iterator[Callable[[bool], None]]:
    """Fill the vault's disk, or empty it again: a small disk of its own where root may mount one, else by what must stay free."""
    settings.DSAR_KEY_STORE, settings.DSAR_VAULT, settings.DSAR_VAULT_RESERVE = tmp_path / "keys", tmp_path / "vault", 0
    settings.DSAR_VAULT.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=4m,mode=700", "tmpfs", str(settings.DSAR_VAULT)]
    mounted = os.geteuid() == 0 and subprocess.run(mount, check=False, capture_output=True).returncode == 0
    ballast = settings.DSAR_VAULT / "ballast"

    def change(full: bool) -> None:  # noqa: FBT001  # full or not
        if not mounted:
            settings.DSAR_VAULT_RESERVE = 1 << 60 if full else 0
        elif full:
            with suppress(OSError), ballast.open("wb", buffering=0) as file:
                while True:
                    file.write(bytes(4096))
        else:
            ballast.unlink()

    yield change
    if mounted:
        subprocess.run(["umount", "-l", str(settings.DSAR_VAULT)], check=True)


@pytest.mark.threat("FI-09")
def test_a_copy_that_finds_the_disk_full_leaves_nothing_says_so_and_is_whole_later(
    shop: SmallShop, post: Post, fill: Callable[[bool], None]
) -> None:
    people = People(shop, post, (an_officer("one@desk.example", shop.brand), an_officer("two@desk.example", shop.brand)))
    simulators.watch(shop)
    simulators.move_in(shop, 1)
    people.ask(1, "access")
    run_all_due()
    people.go_on()
    run_all_due()
    dsr = people.filed[1].now
    advance(dsr, Move.APPROVE, by=people.officers[0].actor)
    kept = StoredFile.objects.count()

    fill(True)
    run_all_due()
    for _ in range(3):
        come_due("bundle.build")
        run_all_due("bundle.build")
    assert (Step.objects.get(kind="bundle.build").state, Step.objects.get(kind="bundle.build").error) == ("due", "no_space")
    assert (Bundle.objects.count(), StoredFile.objects.count()) == (0, kept)
    assert broken(people.seen()) == {}

    fill(False)
    come_due("bundle.build")
    run_all_due()
    assert people.filed[1].state == State.ANSWERED
    assert Bundle.objects.available().count() == 1
    assert broken(people.seen()) == {}
