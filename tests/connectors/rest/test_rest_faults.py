"""Whatever a system does wrong has a name, and nothing is ever silently less than all (FI-10)."""

import time
from collections.abc import Iterator
from dataclasses import replace

import pytest

from requests_app.connectors.base import (
    BadAnswer,
    Busy,
    ForeignRecord,
    Form,
    Incomplete,
    Misconfigured,
    NotAsDescribed,
    Refused,
    SourceFault,
    TooMuch,
    TooSlow,
    Unreachable,
)
from requests_app.connectors.rest import ENTRY
from tests.connectors.rest.crooked import TOKEN, WISHES
from tests.connectors.rest.shop import ANN, ANNS, Shop, description, found, opened

QUICK = {"read_timeout": "1", "total_timeout": "4", "patience": "2"}
FAULTS: dict[str, type[SourceFault]] = {
    "resets": Incomplete,
    "resets_in_the_middle": Incomplete,
    "silent": TooSlow,
    "drips": TooSlow,
    "endless": TooMuch,
    "bomb": TooMuch,
    "giant": TooMuch,
    "unauthorized": Refused,
    "forbidden": Refused,
    "lets_in_once": Refused,
    "not_found": NotAsDescribed,
    "conflict": Incomplete,
    "throttled": Busy,
    "throttled_until": Busy,
    "throttled_without_a_word": Busy,
    "broken": Unreachable,
    "bad_gateway": Unreachable,
    "unavailable": Busy,
    "html": BadAnswer,
    "html_as_json": BadAnswer,
    "empty": BadAnswer,
    "no_content": BadAnswer,
    "wrong_kind": BadAnswer,
    "half": BadAnswer,
    "short": Incomplete,
    "a_part": Incomplete,
    "not_text": BadAnswer,
    "half_a_letter": BadAnswer,
    "a_key_twice": BadAnswer,
    "deep": BadAnswer,
    "a_number_without_end": BadAnswer,
    "pages_twice": Incomplete,
    "a_record_twice": Incomplete,
    "shrinks": Incomplete,
    "ends_early": Incomplete,
    "a_gap": Incomplete,
    "more_than_it_says": Incomplete,
    "gone": NotAsDescribed,
    "other_type": NotAsDescribed,
    "no_list": NotAsDescribed,
    "no_total": NotAsDescribed,
    "error_with_200": BadAnswer,
    "foreign": ForeignRecord,
    "redirects_away": NotAsDescribed,
}


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    with opened(tmp_path_factory.mktemp("shop")) as shop:
        yield shop


@pytest.mark.threat("4.06")
@pytest.mark.parametrize("way", FAULTS)
def test_a_fault_has_a_name_and_gives_nothing(way: str, shop: Shop) -> None:
    config = shop.config(way, options=QUICK)
    came: list[object] = []

    began = time.monotonic()
    with pytest.raises(SourceFault) as caught:
        came.extend(ENTRY.find(config, ANN, ANNS))

    assert type(caught.value) is FAULTS[way]
    assert came == []
    assert time.monotonic() - began < 60
    assert caught.value.__cause__ is caught.value.__context__ is None
    assert not any(word in str(caught.value) for word in (TOKEN, "ann", "mail", "127.0.0.1", "Ring", "Canary"))


def test_there_are_more_kinds_of_fault_than_the_plan_asks_for() -> None:
    ways = {name.removeprefix("way_") for name in dir(__import__("tests.connectors.rest.crooked", fromlist=["Crooked"]).Crooked)}

    assert set(FAULTS) <= ways
    assert len(FAULTS) >= 24


@pytest.mark.parametrize(
    ("way", "least", "most"), [("throttled", 777, 777), ("throttled_until", 490, 500), ("unavailable", 60, 60)]
)
def test_a_system_that_says_when_to_come_back_is_left_alone_until_then(way: str, least: float, most: float, shop: Shop) -> None:
    config = shop.config(way, options=QUICK)
    before = len(shop.asked())

    with pytest.raises(Busy) as caught:
        list(ENTRY.find(config, ANN, ANNS))

    assert caught.value.delay is not None
    assert least <= caught.value.delay <= most
    assert caught.value.passing
    assert len([one for one in shop.asked()[before:] if "wishes" in one["path"]]) == 1


@pytest.mark.parametrize("way", ["throttled_for_a_second", "unavailable_at_times"])
def test_a_system_that_falters_for_a_moment_is_asked_again_and_gives_everything(way: str, shop: Shop) -> None:
    assert len(found(shop.config(way, options=QUICK | {"total_timeout": "60"}))["wishes"]) == len(WISHES)


def test_a_short_wait_is_waited_for(shop: Shop) -> None:
    began = time.monotonic()
    found(shop.config("throttled_for_a_second"))

    assert time.monotonic() - began > 1


def test_everything_but_the_answer_is_slow_is_too_slow_in_the_end(shop: Shop) -> None:
    began = time.monotonic()
    with pytest.raises(TooSlow):
        found(shop.config("drips", options={"read_timeout": "300", "total_timeout": "2"}))

    assert time.monotonic() - began < 60


def test_what_a_search_may_bring_is_bounded(shop: Shop) -> None:
    for options in ({"page_limit": "2"}, {"record_limit": "24"}, {"total_bytes": "2000"}, {"page_bytes": "500"}):
        with pytest.raises(TooMuch):
            found(shop.config(options=options))


def test_a_redirect_carries_nothing_away(shop: Shop) -> None:
    before = len(shop.asked())
    with pytest.raises(NotAsDescribed):
        found(shop.config("redirects_away", options=QUICK))

    assert not [one for one in shop.asked()[before:] if one["path"].startswith("/plain/")]


@pytest.mark.parametrize(
    ("url", "fault"),
    [
        ("http://127.0.0.1:{p}/#token=x&plain=yes", Misconfigured),
        ("http://127.0.0.1:{p}/#token=x&private=yes", Misconfigured),
        ("http://127.0.0.1:{p}/#private=yes&plain=yes", Misconfigured),
        ("http://127.0.0.1:{p}/#token=x&private=yes&plain=yes&nonsense=1", Misconfigured),
        ("http://127.0.0.1:{p}/#token=x%0d%0a&private=yes&plain=yes", Misconfigured),
        ("http://127.0.0.1:{p}/#token=x&private=yes&plain=yes&page_limit=none", Misconfigured),
        ("http://user@127.0.0.1:{p}/#token=x&private=yes&plain=yes", Misconfigured),
        ("ftp://127.0.0.1:{p}/#token=x", Misconfigured),
        ("#token=x", Misconfigured),
        ("https://127.0.0.1:{p}/#token=x&private=yes", Unreachable),
        ("http://nowhere.invalid/#token=x&plain=yes", Unreachable),
    ],
)
def test_an_address_that_may_not_be_asked_is_told_by_check(
    url: str, fault: type[SourceFault], shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_name(name: str, *_: object, **__: object) -> None:
        raise OSError(f"no {name}")

    before = len(shop.asked())
    if "invalid" in url:
        monkeypatch.setattr("socket.getaddrinfo", no_name)

    health = ENTRY.check(replace(shop.config(), url=url.format(p=shop.port)))

    assert [problem.code for problem in health.problems if problem.fatal] == [fault.code]
    monkeypatch.undo()
    assert len(shop.asked()) == before


def test_check_tells_what_does_not_answer_as_described(shop: Shop) -> None:
    told = description()
    told["rest"]["endpoints"]["accounts"]["records"] = "items"

    assert ENTRY.check(shop.config()).problems == ()
    assert [problem.code for problem in ENTRY.check(shop.config(told=told)).problems] == ["not_as_described"]
    told["rest"]["probe"]["path"] = "/v1/nothing"
    assert [problem.code for problem in ENTRY.check(shop.config(told=told)).problems] == ["not_as_described"]


def test_an_answer_is_laid_aside_until_it_is_whole(shop: Shop) -> None:
    """The fault comes with the last page of the last collection: nothing of the others was given before."""
    with pytest.raises(Incomplete):
        next(iter(ENTRY.find(shop.config("ends_early", options=QUICK), ANN, ANNS)))
    assert {batch.form for batch in ENTRY.find(shop.config(), ANN, ANNS) if hasattr(batch, "form")} == set(Form)
