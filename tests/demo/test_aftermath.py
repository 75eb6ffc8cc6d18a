"""The judge of an erasure sees what is still there, what was lost, what belongs to somebody else, and what was done twice."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, Final

import pytest

from demo import headless_erasure
from demo.accounts_api import House
from demo.aftermath import Aftermath, Census, Line, judge
from demo.fates import DELETED, KEPT, Deed, Fate, Fates
from demo.headless_erasure import Erasure, main, table
from demo.people import CLAIRE
from tests.connectors.rest.erasable import TOKEN, house

ORDERS, VISITS, ACCOUNTS = ("orders", "orders"), ("orders", "visits"), ("accounts", "accounts")
ROW: Final[Mapping[str, Any]] = {
    "id": 1,
    "name": "Ann",
    "note": None,
    "flag": True,
    "at": datetime(2025, 1, 2, tzinfo=UTC),
    "total": 9,
}
EMPTIED: Final = {**ROW, "name": "", "flag": False, "at": datetime(1970, 1, 1, tzinfo=UTC)}
FATES: Final[Fates] = {
    ORDERS: {("1",): Fate(Deed.BLANKED, frozenset({"name", "note", "flag", "at"}))},
    VISITS: {("2",): DELETED, ("3",): KEPT},
    ACCOUNTS: {("acc_000013",): DELETED},
}
BEFORE: Final = Census({ORDERS: {("1",): ROW}, VISITS: {("2",): ROW, ("3",): ROW}}, {ORDERS: 7, VISITS: 8})
GONE: Final = '["accounts", "acc_000013", null]'


@pytest.fixture
def at() -> Iterator[House]:
    found = house()
    found.stock.delete("accounts", "acc_000013")
    yield found
    found.shutdown()
    found.server_close()


def judged(
    at: House, order: Mapping[str, Any] | None = EMPTIED, others: int = 7, orders: tuple[str, ...] = (GONE,), **visits: Any
) -> Aftermath:
    own: dict[tuple[str, str], dict[tuple[str, ...], Mapping[str, Any]]] = {
        ORDERS: {("1",): order} if order else {},
        VISITS: {("3",): ROW, **{(key,): row for key, row in visits.items()}},
    }
    after = Census(own, {ORDERS: others, VISITS: 8}, orders)
    return judge(BEFORE, after, FATES, f"http://127.0.0.1:{at.server_port}/v1#token={TOKEN}")


def test_what_is_as_it_must_be_is_counted(at: House) -> None:
    aftermath = judged(at)

    assert aftermath.wrong == ()
    assert set(aftermath.lines) == {Line(*ORDERS, 0, 1, 0), Line(*VISITS, 1, 0, 1), Line(*ACCOUNTS, 1, 0, 0)}


@pytest.mark.parametrize(
    ("told", "wrong"),
    [
        ({"order": None}, "orders.orders: ('1',) is gone"),
        ({"order": {**EMPTIED, "name": "Ann"}}, "orders.orders: ('1',) still holds name"),
        ({"order": {**EMPTIED, "at": ROW["at"]}}, "orders.orders: ('1',) still holds at"),
        ({"order": {**EMPTIED, "total": 0}}, "orders.orders: ('1',) lost total"),
        ({"others": 6}, "orders.orders: somebody else's row changed"),
        ({"2": ROW}, "orders.visits: ('2',) is still there"),
        ({"orders": (GONE, GONE)}, "accounts: ('accounts', 'acc_000013') was deleted 2 times"),
        (
            {"orders": (GONE, '["devices", "dev_000001_0", null]')},
            "accounts: somebody else's ('devices', 'dev_000001_0') was touched",
        ),
    ],
)
def test_what_is_not_is_named(at: House, told: dict[str, Any], wrong: str) -> None:
    assert judged(at, **told).wrong == (wrong,)


def test_an_account_that_is_still_there_is_named(at: House) -> None:
    at.stock.gone.clear()

    assert judged(at).wrong == ("accounts.accounts: ('acc_000013',) is still there",)


def test_the_table_shows_every_collection_and_the_sums() -> None:
    trip = Erasure("http://127.0.0.1:1", "o-jewels", CLAIRE, took={"The customer asks for erasure": 2.25})
    shown = list(table(trip, Aftermath((Line("orders", "orders", 0, 1, 2), Line("orders", "visits", 3, 0, 0)), ())))

    assert shown[1].split() == ["orders", "orders", "0", "1", "2"]
    assert shown[3].split() == ["together", "3", "1", "2"]
    assert shown[-1].split()[-2:] == ["2.2", "s"]


@pytest.mark.parametrize(("wrong", "code"), [((), 0), (("orders.visits: ('2',) is still there",), 1)])
def test_only_an_erasure_that_is_right_ends_with_nought(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], wrong: tuple[str, ...], code: int
) -> None:
    monkeypatch.setattr(headless_erasure, "run", lambda _, __: Aftermath((), wrong))

    assert main([]) == code
    said = capsys.readouterr()
    assert all(f"WRONG  {sentence}" in said.err for sentence in wrong)
    assert ("It is not right." in said.out) == bool(wrong)
