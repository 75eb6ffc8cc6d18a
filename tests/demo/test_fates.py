"""The plans of the demo's customers, judged against what was planted: who keeps what, until when, and what goes."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Final

import pytest

from demo.fates import Deed as Fated
from demo.fates import Fate, fates
from demo.people import BARE, BY_NAME, CLAIRE, GIVER, MAX, READER, ROSE, Person
from requests_app.connectors import CONNECTORS
from requests_app.connectors.base import Config
from requests_app.connectors.erasing import Deed, Eraser, Planned, Whom
from requests_app.connectors.sql.pool import close
from requests_app.duties import Situation
from requests_app.holds.declared import Declared
from requests_app.holds.judging import judge_for
from requests_app.holds.rows import Law
from requests_app.values import Claim, Identity, Root
from tests.connectors.rest import erasable

TODAY: Final = date(2026, 11, 22)
LAW: Final = Law(Situation("FR", "FR", ()), TODAY, TODAY, Declared(on=frozenset({"fr-aml"})))
DEMO: Final = Path(__file__).parents[2] / "demo"
TRIED: Final = ("claire", "zero", "rose", "max", "giver", "bare", "sophie", "reader", "paul", "bob")


@pytest.fixture(scope="module")
def accounts_config() -> Iterator[Config]:
    house = erasable.house()
    yield erasable.config(house)
    house.shutdown()
    house.server_close()


@pytest.fixture
def systems(orders_url: str, marketing_url: str, accounts_config: Config, home: Path) -> Iterator[dict[str, tuple[str, Config]]]:
    yield {
        "orders": ("sql", Config("orders", orders_url, DEMO / "orders.yaml", files=home / "files")),
        "marketing": ("sql", Config("marketing", marketing_url, DEMO / "marketing.yaml")),
        "accounts": ("rest", accounts_config),
    }
    close()


def root(system: str, person: Person) -> Root | None:
    if system == "marketing":
        return None if person.subscriber is None else Root("subscribers", (str(person.subscriber),))
    if person.customer is None:
        return None
    return Root("customers", (str(person.customer),)) if system == "orders" else erasable.whom(person.name).roots[0]


def planned(systems: dict[str, tuple[str, Config]], person: Person) -> Iterator[tuple[str, Planned]]:
    identity = Identity((Claim("email", person.typed),))
    for system, (kind, config) in systems.items():
        eraser, known = CONNECTORS[kind], root(system, person)
        assert isinstance(eraser, Eraser)
        judge = judge_for(inventory=eraser.inventory(config), law=LAW)
        for one in eraser.plan(config, Whom(identity, (known,)), judge) if known else ():
            yield system, one


def fated(one: Planned) -> Fate:
    blanked = frozenset(one.how)
    deed = {Deed.ERASE: Fated.DELETED, Deed.BLANK: Fated.BLANKED}.get(one.ruling.deed, Fated.BLANKED if blanked else Fated.KEPT)
    return Fate(deed, blanked, one.ruling.until)


@pytest.mark.parametrize("name", TRIED)
def test_the_plan_is_what_french_law_makes_of_what_was_planted(systems: dict[str, tuple[str, Config]], name: str) -> None:
    plan: dict[tuple[str, str], dict[tuple[str, ...], Fate]] = {}
    for system, one in planned(systems, BY_NAME[name]):
        assert one.ruling.deed is not Deed.ASK, one
        plan.setdefault((system, one.collection), {}).update(dict.fromkeys(one.keys, fated(one)))

    assert plan == fates(BY_NAME[name])


def test_the_planted_people_show_each_case() -> None:
    claire, rose = fates(CLAIRE), fates(ROSE)
    assert {fate.deed for records in claire.values() for fate in records.values()} == set(Fated)
    assert {fate.until for fate in claire["orders", "identity_checks"].values()} == {date(2031, 10, 31)}
    assert None in {fate.until for fate in claire["orders", "orders"].values()}
    assert {fate.deed for fate in rose["orders", "addresses"].values()} == {Fated.KEPT}
    assert rose["orders", "addresses"] == fates(MAX)["orders", "addresses"]
    assert {fate.deed for records in fates(BARE).values() for fate in records.values()} == {Fated.DELETED}
    assert {system for system, _ in fates(READER)} == {"marketing"}
    for records in (fates(GIVER)["orders", "gift_messages"], claire["orders", "gift_messages"]):
        assert all(fate.deed is not Fated.DELETED and "recipient_name" not in fate.blanked for fate in records.values())
