"""Erasing over HTTP: whatever the service does wrong is named, nothing is done twice, nothing beyond the plan is touched."""

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final

import pytest
import yaml

from demo.accounts import Record
from demo.accounts_api import Call, House, Service
from requests_app.connectors.base import Busy, Config, Refused, SourceFault, TooSlow
from requests_app.connectors.erasing import (
    Deed,
    Facts,
    Judge,
    NotErased,
    PlanChanged,
    Planned,
    Receipt,
    Rules,
    Ruling,
    StillErasing,
    digest_of,
)
from requests_app.connectors.rest import ENTRY
from tests.connectors.rest.erasable import DESCRIPTION, config, house, lie, whom
from tests.contracts.ending import all_goes

Handled = Callable[[Service, str, str, Record | None], bool]
UNTIL: Final = date(2036, 12, 31)
SOPHIE: Final = whom("sophie")


@pytest.fixture
def at() -> Iterator[House]:
    found = house()
    yield found
    found.shutdown()
    found.server_close()


def rules(**told: Ruling) -> Judge:
    """Return a judge of some collections; the others go."""

    @Rules
    def judge(collection: str, facts: Facts) -> Ruling:
        return told.get(collection) or all_goes(collection, facts)

    return judge


KEEP: Final = Ruling(Deed.KEEP, "duty:test", UNTIL)
NAMELESS: Final = Ruling(Deed.BLANK, "duty:test", UNTIL, ("first_name", "last_name"))


def planned(where: Config, judge: Judge = all_goes) -> list[Planned]:
    return list(ENTRY.plan(where, SOPHIE, judge))


def erased(where: Config, judge: Judge = all_goes) -> list[Receipt]:
    return list(ENTRY.erase(where, SOPHIE, judge, digest_of(planned(where, judge))))


def described(folder: Path, change: Callable[[Mapping[str, Any]], None], where: Config) -> Config:
    """Describe the accounts otherwise: `change` gets the endpoints."""
    told = yaml.safe_load(DESCRIPTION.read_text(encoding="utf-8"))
    change(told["rest"]["endpoints"])
    file = folder / "accounts.yaml"
    file.write_text(yaml.safe_dump(told, sort_keys=False, allow_unicode=True), encoding="utf-8")
    return replace(where, description=file)


def touched(at: House) -> Counter[str]:
    return Counter(done for call in at.calls for done in call.did)


def once_each(fault: Handled) -> Handled:
    """Misbehave at the first order about each record."""
    seen: set[tuple[str, str]] = set()

    def handled(service: Service, kind: str, key: str, what: Record | None) -> bool:
        is_new = (kind, key) not in seen
        seen.add((kind, key))
        return is_new and fault(service, kind, key, what)

    return handled


def hangs_up_after(service: Service, kind: str, key: str, what: Record | None) -> bool:
    """Do it, and never answer."""
    service.note(service.do(kind, key, what))
    service.hang_up()
    return True


def breaks_after(service: Service, kind: str, key: str, what: Record | None) -> bool:
    """Do it, and answer that it went wrong."""
    service.note(service.do(kind, key, what))
    service.say(HTTPStatus.INTERNAL_SERVER_ERROR, {"error": "oh"})
    return True


def is_busy(service: Service, *_: object) -> bool:
    service.say(HTTPStatus.TOO_MANY_REQUESTS, {"error": "later"}, {"Retry-After": "0"})
    return True


@pytest.mark.threat("7.06")
@pytest.mark.parametrize("fault", [hangs_up_after, breaks_after, is_busy])
def test_an_answer_that_does_not_come_costs_no_second_effect(at: House, fault: Handled) -> None:
    at.fault, whole = once_each(fault), planned(config(at))

    receipts = erased(config(at))

    assert sum(receipt.changed for receipt in receipts) == sum(len(one.keys) for one in whole)
    assert set(touched(at).values()) == {1}
    assert len(at.calls) == len(touched(at))
    assert list(ENTRY.remaining(config(at), whole)) == []


def test_every_order_has_a_key_that_stays_the_same(at: House) -> None:
    seen: list[tuple[str, str]] = []

    def refuses(service: Service, kind: str, key: str, _: Record | None) -> bool:
        seen.append((f"{kind}/{key}", service.headers["Idempotency-Key"]))
        return is_busy(service)

    at.fault = once_each(refuses)
    whole = planned(config(at))
    erased(config(at))

    told = {call.told.removeprefix("DELETE /v1/"): call.key for call in at.calls}
    assert dict(seen) == told
    assert len(set(told.values())) == len(told)
    again = house()
    assert planned(config(again)) == whole
    erased(config(again))
    assert {call.key for call in again.calls} == set(told.values())


@pytest.mark.threat("7.08")
def test_a_service_that_lies_now_and_then_is_caught_by_name_and_nothing_after_it_is_touched(at: House) -> None:
    at.fault = lambda service, kind, *rest: lie(service, kind, *rest) if kind == "wish-lists" else False

    with pytest.raises(NotErased, match="wish_lists"):
        erased(config(at))

    assert at.stock.one("accounts", SOPHIE.roots[0].key[0])
    assert not any(done.startswith("wish-lists/") for done in touched(at))


@pytest.mark.threat("7.08")
def test_of_a_tenth_of_lies_none_is_believed(at: House) -> None:
    turns = iter(range(10_000))
    at.fault = lambda service, *rest: lie(service, *rest) if next(turns) % 10 == 0 else False
    whole = planned(config(at))

    for _ in range(20):
        try:
            list(ENTRY.resume(config(at), SOPHIE, all_goes, whole))
        except NotErased:
            assert list(ENTRY.remaining(config(at), whole))
            continue
        break

    assert list(ENTRY.remaining(config(at), whole)) == []
    assert set(touched(at).values()) == {1}


@pytest.mark.parametrize("status", [HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE])
def test_a_service_that_asks_for_more_patience_than_we_have_is_left_alone(at: House, status: HTTPStatus) -> None:
    def later(service: Service, *_: object) -> bool:
        service.say(status, {"error": "later"}, {"Retry-After": "3600"})
        return True

    at.fault = later
    with pytest.raises(Busy) as caught:
        erased(config(at))

    assert caught.value.delay == 3600
    assert touched(at) == Counter()


def test_a_service_that_never_answers_is_too_slow_and_gone_on_with_later(at: House) -> None:
    whole = planned(config(at))
    at.fault = lambda service, *_: bool(service.connection.recv(1)) or True

    with pytest.raises(TooSlow):
        erased(config(at, "&read_timeout=1"))
    at.fault = None
    list(ENTRY.resume(config(at), SOPHIE, all_goes, whole))

    assert set(touched(at).values()) == {1}


def test_an_account_that_may_only_read_is_refused(at: House) -> None:
    def forbids(service: Service, *_: object) -> bool:
        service.say(HTTPStatus.FORBIDDEN, {"error": "no"})
        return True

    at.fault = forbids
    with pytest.raises(Refused) as caught:
        erased(config(at))
    assert not caught.value.passing


def test_fields_of_a_record_that_stays_are_overwritten_and_no_others(at: House) -> None:
    judge = rules(accounts=NAMELESS)
    key = SOPHIE.roots[0].key[0]
    before = at.stock.one("accounts", key)
    plan = planned(config(at), judge)
    assert [one.how for one in plan if one.collection == "accounts"] == [{"first_name": '""', "last_name": '""'}]
    assert {left.fields for left in ENTRY.remaining(config(at), plan) if left.collection == "accounts"} == {
        ("first_name", "last_name")
    }

    erased(config(at), judge)

    after = at.stock.one("accounts", key)
    assert before
    assert after
    assert after["profile"] == {"first_name": "", "last_name": "", "locale": before["profile"]["locale"]}
    assert {**after, "profile": None} == {**before, "profile": None}
    assert list(ENTRY.remaining(config(at), plan)) == []
    assert at.stock.all("devices", 13) == []
    calls = len(at.calls)
    list(ENTRY.resume(config(at), SOPHIE, judge, plan))
    assert len(at.calls) == calls


def test_a_service_that_overwrites_half_is_caught(at: House) -> None:
    def half(service: Service, kind: str, key: str, what: Record | None) -> bool:
        if what is None:
            return False
        service.note(service.do(kind, key, {"profile": {"first_name": ""}}))
        service.say(HTTPStatus.OK, {"data": {}})
        return True

    at.fault = half
    judge = rules(accounts=NAMELESS)
    plan = planned(config(at), judge)

    with pytest.raises(NotErased, match="accounts"):
        erased(config(at), judge)

    assert [left.fields for left in ENTRY.remaining(config(at), plan)] == [("last_name",)]


def test_what_must_stay_is_not_taken_along_by_what_goes(at: House) -> None:
    plan = planned(config(at), rules(wish_list_items=KEEP))

    assert {one.ruling for one in plan if one.collection == "wish_list_items"} == {KEEP}
    assert {(one.ruling.deed, one.ruling.reason) for one in plan if one.collection == "wish_lists"} == {(Deed.ASK, "by_hand")}
    assert {one.ruling.deed for one in plan if one.collection == "accounts"} == {Deed.ERASE}


def test_an_account_that_would_take_something_along_is_overwritten_instead(at: House, tmp_path: Path) -> None:
    def along(endpoints: Mapping[str, Any]) -> None:
        endpoints["consents"]["erase"] = {"goes_with": "accounts"}

    plan = planned(described(tmp_path, along, config(at)), rules(consents=KEEP))

    masks = ("email", "first_name", "interests", "last_name", "phone")
    assert [one.ruling for one in plan if one.collection == "accounts"] == [Ruling(Deed.BLANK, "referenced", None, masks)]


def test_a_collection_without_erase_is_a_persons_and_named(at: House, tmp_path: Path) -> None:
    where = described(tmp_path, lambda endpoints: endpoints["devices"].pop("erase"), config(at))

    plan = planned(where)

    assert {one.collection for one in plan if one.ruling.reason == "by_hand"} == {"devices"}
    assert {one.ruling.deed for one in plan if one.collection == "devices"} == {Deed.ASK}


def test_a_record_whose_ruling_changed_meanwhile_is_not_touched(at: House) -> None:
    plan = planned(config(at))
    at.fault = lambda service, kind, *rest: lie(service, kind, *rest) if kind == "wish-lists" else False
    with pytest.raises(NotErased):
        erased(config(at))
    at.fault, calls = None, list[Call](at.calls)

    with pytest.raises(PlanChanged) as caught:
        list(ENTRY.resume(config(at), SOPHIE, rules(wish_lists=KEEP, wish_list_items=KEEP), plan))

    assert "wish_lists" in caught.value.collections
    assert at.calls == calls


def test_what_nothing_leads_to_any_more_is_gone_on_with_by_its_key(at: House) -> None:
    whole = planned(config(at))
    at.stock.delete("accounts", SOPHIE.roots[0].key[0])

    receipts = list(ENTRY.resume(config(at), SOPHIE, all_goes, whole))

    assert sum(receipt.changed for receipt in receipts) == sum(len(one.keys) for one in whole)
    assert list(ENTRY.remaining(config(at), whole)) == []
    assert set(touched(at).values()) == {1}


def test_a_service_that_takes_its_time_is_asked_again_later(at: House, tmp_path: Path) -> None:
    def later(endpoints: Mapping[str, Any]) -> None:
        endpoints["accounts"]["erase"]["pending"] = {"ask_again": 7200}

    where = described(tmp_path, later, config(at))
    at.fault = lambda service, kind, *rest: lie(service, kind, *rest) if kind == "accounts" else False

    with pytest.raises(StillErasing) as caught:
        erased(where)

    assert caught.value.delay == 7200
    assert caught.value.passing


def test_no_message_holds_what_was_told(at: House) -> None:
    def breaks(service: Service, *_: object) -> bool:
        service.say(HTTPStatus.UNPROCESSABLE_ENTITY, {"error": "sophie@mail.example is locked"})
        return True

    at.fault = breaks
    with pytest.raises(SourceFault) as caught:
        erased(config(at))

    told = json.dumps([str(caught.value), repr(caught.value)])
    assert not any(word in told for word in ("sophie", "acc_", "token", str(at.server_port)))
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None
