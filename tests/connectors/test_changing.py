"""What every connector that changes values keeps: on three engines, and over HTTP with a service that can lie."""

import pytest

from requests_app.connectors import CONNECTORS
from requests_app.connectors.changing import HELD, Became, Changer, Kind, Limit, Misfit, Receipt
from tests.connectors.changeable import Changeable, in_sql, over_rest
from tests.connectors.conftest import ENGINES
from tests.connectors.shops import Shop

TRIED = {"sql": ENGINES, "rest": ("rest",)}


@pytest.fixture(params=[name for names in TRIED.values() for name in names])
def system(request: pytest.FixtureRequest) -> Changeable:
    if request.param == "rest":
        return over_rest()
    fixture = {"postgresql": "postgres", "mariadb": "maria", "sqlite": "sqlite"}[request.param]
    shop: Shop = request.getfixturevalue(fixture)
    return in_sql(shop)


def test_every_connector_that_changes_values_is_tried() -> None:
    assert set(TRIED) == {name for name, connector in CONNECTORS.items() if isinstance(connector, Changer)}


def test_what_stands_there_is_shown_and_nobody_elses(system: Changeable) -> None:
    (held,) = system.changer.held(system.config, system.whom, system.wanted)

    assert (held.collection, held.key, held.shared) == (system.collection, system.key, False)
    assert held.values == {system.field: system.value()}
    assert system.effects() == 0


@pytest.mark.promise("O4")
def test_a_change_is_made_and_read_back_and_nobody_elses_record_is_touched(system: Changeable) -> None:
    theirs = system.value(system.other)

    assert system.change(system.asked("Zoé d’Arc")) == [Receipt("one", Became.DONE, "Zoé d’Arc")]

    assert system.value() == "Zoé d’Arc"
    assert system.value(system.other) == theirs
    assert system.effects() == 1


def test_a_change_that_was_made_before_is_not_made_twice(system: Changeable) -> None:
    change = system.asked("Brest")
    system.change(change)

    assert system.change(change) == [Receipt("one", Became.FOUND, "Brest")]

    assert system.effects() == 1


def test_of_two_corrections_of_one_value_one_wins_and_the_other_is_told(system: Changeable) -> None:
    first, second = system.asked("Brest", name="first"), system.asked("Metz", name="second")

    receipts = system.change(first, second)

    assert receipts == [Receipt("first", Became.DONE, "Brest"), Receipt("second", Became.STALE, "Brest")]
    assert system.value() == "Brest"


def test_a_value_that_the_shop_changed_meanwhile_is_left_as_it_is(system: Changeable) -> None:
    change = system.asked("Brest")
    system.meddle("Toul")

    assert system.change(change) == [Receipt("one", Became.STALE, "Toul")]
    assert system.value() == "Toul"


@pytest.mark.threat("7.08")
def test_a_system_that_says_done_and_is_not_is_caught(system: Changeable) -> None:
    before = system.value()
    change = system.asked("Brest")

    with system.lying():
        (receipt,) = system.change(change)

    assert receipt.became in {Became.UNTRUE, Became.STALE}
    assert system.value() == before


def test_another_persons_record_is_never_changed(system: Changeable) -> None:
    before = system.value(system.other)

    (receipt,) = system.change(system.asked("Brest", key=system.other))

    assert receipt.became is Became.GONE
    assert system.value(system.other) == before


def test_one_that_cannot_be_made_does_not_stop_the_others(system: Changeable) -> None:
    wrong, right = system.asked("a\0b", name="wrong"), system.asked("Brest", name="right")

    assert [(one.name, one.became) for one in system.change(wrong, right)] == [
        ("wrong", Became.REFUSED),
        ("right", Became.DONE),
    ]
    assert system.value() == "Brest"


def test_a_record_that_is_not_there_is_told(system: Changeable) -> None:
    nobody = ("acc_999999",) if len(system.key[0]) > 1 else ("9",)

    (receipt,) = system.change(system.asked("Brest", old="Lyon", key=nobody))

    assert receipt.became is Became.GONE


def test_it_says_beforehand_what_may_stand_there(system: Changeable) -> None:
    found = system.changer.limits(system.config, system.wanted)[system.collection][system.field]

    assert found.kind is Kind.TEXT
    assert found.fixed == ""
    assert system.effects() == 0


@pytest.mark.parametrize(
    ("limit", "value", "misfit"),
    [
        (Limit(), "Zoé", None),
        (Limit(), None, None),
        (Limit(nullable=False), None, Misfit.EMPTY),
        (Limit(nullable=False), "", None),
        (Limit(length=3), "Zoé", None),
        (Limit(length=3), "Zoés", Misfit.TOO_LONG),
        (Limit(), "a\0", Misfit.SIGNS),
        (Limit(fixed="generated"), "a", Misfit.FIXED),
        (Limit(Kind.NUMBER), "-5.50", None),
        (Limit(Kind.NUMBER), "5,5", Misfit.NO_NUMBER),
        (Limit(Kind.NUMBER), "٣", Misfit.NO_NUMBER),
        (Limit(Kind.NUMBER), "1e3", Misfit.NO_NUMBER),
        (Limit(Kind.DATE), "1980-02-29", None),
        (Limit(Kind.DATE), "1981-02-29", Misfit.NO_DATE),
        (Limit(Kind.DATE), "19800229", Misfit.NO_DATE),
        (Limit(Kind.BOOLEAN), "true", None),
        (Limit(Kind.BOOLEAN), "maybe", Misfit.NO_YES_OR_NO),
        (Limit(Kind.OTHER), "{}", Misfit.FIXED),
    ],
)
def test_a_value_that_cannot_stand_there_is_told_before(limit: Limit, value: str | None, misfit: Misfit | None) -> None:
    assert limit.misfit(value) == misfit


def test_one_number_in_two_spellings_is_one_value() -> None:
    assert Limit(Kind.NUMBER).same("5", "5.0")
    assert Limit(Kind.BOOLEAN).same("1", "true")
    assert not Limit(Kind.TEXT).same("5", "5.0")
    assert not Limit(Kind.NUMBER).same("5", None)
    assert HELD > 1
