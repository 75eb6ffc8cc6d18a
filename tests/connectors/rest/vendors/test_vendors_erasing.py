"""What the shipped descriptions erase, held against services that behave as their documents say."""

from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

import pytest

from requests_app.connectors.erasing import Deed, Facts, Judge, NotErased, Planned, Rules, Ruling, Whom, digest_of
from requests_app.connectors.rest import ENTRY
from tests.connectors.rest.vendors.houses import House, candidates, found, opened, person
from tests.contracts.ending import all_goes

ANN = "ann@mail.example"
BOB = "bob@mail.example"


@dataclass(frozen=True)
class Vendor:
    """A shipped description, and which of its collections it erases from."""

    name: str
    path: str
    behind: str
    erased: str
    records: int

    def open(self, folder: Path) -> AbstractContextManager[House]:
        return opened(folder, self.name, self.path, self.behind)


VENDORS = {
    one.name: one
    for one in (
        Vendor("mailchimp", "/3.0", "key=k3y-us21&datacentre=us21", "members", 4),
        Vendor("woocommerce", "/wp-json/wc/v3", "key=ck_0123&secret=cs_4567", "customers", 1),
    )
}


@pytest.fixture(params=sorted(VENDORS))
def vendor(request: pytest.FixtureRequest) -> Vendor:
    return VENDORS[request.param]


@pytest.fixture
def house(vendor: Vendor, tmp_path: Path) -> Iterator[House]:
    with vendor.open(tmp_path) as house:
        yield house


def only(erased: str) -> Judge:
    @Rules
    def judge(collection: str, _: Facts) -> Ruling:
        return Ruling(Deed.ERASE, "nothing_keeps") if collection == erased else Ruling(Deed.KEEP, "out_of_scope")

    return judge


def planned(house: House, judge: Judge) -> tuple[Whom, list[Planned]]:
    config = house.config()
    whom = Whom(person(ANN), tuple(one.root for one in candidates(config, ANN)))
    return whom, list(ENTRY.plan(config, whom, judge))


def test_the_account_goes_and_nobody_elses(vendor: Vendor, house: House) -> None:
    judge, bobs = only(vendor.erased), found(house.config(), BOB)
    whom, plan = planned(house, judge)
    assert sum(len(one.keys) for one in plan if one.ruling.deed is Deed.ERASE) == vendor.records

    receipts = list(ENTRY.erase(house.config(), whom, judge, digest_of(plan)))

    assert sum(receipt.changed for receipt in receipts) == vendor.records
    assert list(ENTRY.remaining(house.config(), plan)) == []
    assert not any(one.root.collection == vendor.erased for one in candidates(house.config(), ANN))
    assert found(house.config(), BOB) == bobs


@pytest.mark.threat("7.08")
def test_a_service_that_only_says_so_is_caught(vendor: Vendor, house: House) -> None:
    judge = only(vendor.erased)
    whom, plan = planned(house, judge)
    house.plan(lies=True)

    with pytest.raises(NotErased, match=vendor.erased):
        list(ENTRY.erase(house.config(), whom, judge, digest_of(plan)))


def test_what_a_vendor_does_not_let_us_erase_is_a_persons(vendor: Vendor, house: House) -> None:
    _, plan = planned(house, all_goes)

    by_hand = {one.collection for one in plan if one.ruling.reason == "by_hand"}
    assert by_hand
    assert vendor.erased not in by_hand
    assert all(one.ruling.deed is Deed.ASK for one in plan if one.collection in by_hand)
