"""FI-29: damage at random and at every named point, and after each round the invariants.

`manage.py test --soak MINUTES` goes on for that long; here it is one short round with some of the named points.
"""

import os
import time
from collections.abc import Iterator
from pathlib import Path
from random import Random, SystemRandom
from typing import Final

import pytest
from pytest_django import Settings

from tests import database
from tests.brokers import Broker
from tests.faults import points, simulators
from tests.faults.invariants import DOUBLED, LOST, UNPROVEN
from tests.faults.people import People
from tests.faults.soaking import ROLES, Nemesis, Soak, a_mother, end
from tests.mail import Post, post
from tests.making import an_officer
from tests.small_shop import SmallShop, shop

__all__ = ["post", "shop"]

MINUTES: Final = float(os.environ.get("DSAR_SOAK", "0"))
SIZE, SIZE_OF_A_SOAK = 3, 16
STRIKES, STRIKES_OF_A_SOAK = 0, 100
SAMPLE = 5  # points
SHORT: Final = ("worker", "poller", "sweeper")


@pytest.fixture
def soak(shop: SmallShop, post: Post, broker: Broker, settings: Settings, tmp_path: Path) -> Iterator[Soak]:
    seed = int(os.environ.get("DSAR_FAULTS_SEED") or SystemRandom().randrange(10**6))
    print(f"DSAR_FAULTS_SEED={seed}")
    settings.DSAR_KEY_STORE, settings.DSAR_VAULT = tmp_path / "keys", tmp_path / "vault"
    simulators.watch(shop)
    folder, log = tmp_path / "points", tmp_path / "crew.log"
    folder.mkdir()
    environment = {
        "DATABASE_URL": database.url(),
        "DJANGO_SETTINGS_MODULE": "tests.faults.settings", "REDIS_URL": broker.url, "EMAIL_URL": f"smtp://127.0.0.1:{post.port}",
        "DSAR_KEY_STORE": str(tmp_path / "keys"), "DSAR_VAULT": str(tmp_path / "vault"), "DSAR_FAULTS_POINTS": str(folder),
    }  # fmt: skip
    people = People(shop, post, (an_officer("one@desk.example", shop.brand), an_officer("two@desk.example", shop.brand)))
    mother = a_mother(environment, log, *(ROLES if MINUTES else SHORT))
    yield Soak(people, Nemesis(Random(seed), mother, broker, people, folder), log, SIZE_OF_A_SOAK if MINUTES else SIZE)
    broker.thaw()
    end(mother)
    print(log.read_text(errors="replace")[-8000:])


@pytest.mark.timeout(60 * MINUTES + 600)
@pytest.mark.threat("FI-01")
@pytest.mark.threat("FI-02")
@pytest.mark.threat("FI-29")
def test_whatever_is_killed_cut_flushed_or_frozen_every_invariant_holds(soak: Soak, capsys: pytest.CaptureFixture[str]) -> None:
    over = time.monotonic() + 60 * MINUTES
    for name in (ordered := soak.nemesis.rng.sample(list(points.POINTS), len(points.POINTS) if MINUTES else SAMPLE)):
        points.order(soak.nemesis.folder, name)
    while True:
        found = soak.round(strikes=STRIKES_OF_A_SOAK if MINUTES else STRIKES)
        assert found == {}, soak.told(invariants={"lost": LOST, "doubled": DOUBLED, "unproven": UNPROVEN})
        if time.monotonic() >= over:
            break
    with capsys.disabled():
        print("\n" + soak.told(invariants={"lost": LOST, "doubled": DOUBLED, "unproven": UNPROVEN}))

    assert set(points.died(soak.nemesis.folder)) >= set(ordered)
