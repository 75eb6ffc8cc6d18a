"""The data files of the laws: what a wrong one says."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from requests_app.jurisdictions import REGIMES
from requests_app.jurisdictions.base import BadRegime, NoTermOfItsOwn, Regime, read
from requests_app.jurisdictions.shelf import FOLDER, Regimes
from requests_app.jurisdictions.vocabulary import ClockKind, Right
from requests_app.values import Period, Unit

GOOD = (FOLDER / "uk-gdpr.yaml").read_text(encoding="utf-8")
OVERLAY = (FOLDER / "eu-gdpr-fr.yaml").read_text(encoding="utf-8")


def written(folder: Path, data: object, name: str = "a-law") -> Path:
    path = folder / f"{name}.yaml"
    path.write_text(data if isinstance(data, str) else yaml.safe_dump(data, sort_keys=False), encoding="utf-8")
    return path


def changed(where: str, value: object, text: str = GOOD) -> dict[str, Any]:
    """Return a good file with another value at `where`, or without it when the value is `...`."""
    data: dict[str, Any] = yaml.safe_load(text) | {"id": "a-law"}
    *path, last = [int(step) if step.isdigit() else step for step in where.split(".")]
    place: Any = data
    for step in path:
        place = place[step]
    if value is ...:
        del place[last]
    else:
        place[last] = value
    return data


def mistakes(folder: Path, data: object) -> tuple[str, ...]:
    with pytest.raises(BadRegime) as caught:
        read(written(folder, data))
    return tuple(told.removeprefix("a-law.yaml: ") for told in caught.value.mistakes if told.startswith("a-law.yaml: "))


def fields(data: Any, place: str = "") -> Iterator[str]:
    """Yield the place of every field of a file, the nested ones of its first entries included."""
    pairs = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for name, value in pairs:
        if isinstance(data, dict):
            yield f"{place}{name}"
        yield from fields(value, f"{place}{name}.")


OPTIONAL = {
    "name", "text", "from", "cite", "note", "standard", "notice_note", "covers", "url", "second", "list", "may_charge", "extended",
    "per", "must_include", "short", "refusal_grounds", "response_must_include", "refusal_must_include", "identity", "applies_if",
}  # fmt: skip
REQUIRED = [place for place in fields(yaml.safe_load(GOOD)) if place.rpartition(".")[2] not in OPTIONAL or place == "name"]


def shown(place: str) -> str:
    """Return `clocks.0.kind` as the messages write it: `clocks[0].kind`."""
    steps = place.split(".")
    return "".join(f"[{step}]" if step.isdigit() else f".{step}" for step in steps).removeprefix(".")


@pytest.mark.parametrize("where", REQUIRED)
def test_a_missing_field_is_named_with_its_file(tmp_path: Path, where: str) -> None:
    assert any(told == f"{shown(where)} is missing" for told in mistakes(tmp_path, changed(where, ...)))


@pytest.mark.parametrize(
    "where", ["nmae", "rights.acces", "rights.access.article", "clocks.0.lenght", "clocks.0.extension.reason", "pauses.0.why",
              "fees.free", "free_requests.number", "lookback.years", "regulator.address", "source.0.page", "identity.note"],
)  # fmt: skip
def test_an_unknown_field_is_named_with_its_file(tmp_path: Path, where: str) -> None:
    told = mistakes(tmp_path, changed(where, "x"))

    named = shown(where)
    assert told in ((f"unknown field {named}",), (f"{named} must be one of {', '.join(Right)}", f"{named} must be a mapping"))


WRONG: list[tuple[str, object]] = [
    ("id", "A Law"), ("kind", "law"), ("name", 3), ("name", ""), ("territory", []), ("territory", "GB"), ("territory.0", "gb"),
    ("territory.0", False), ("territory.0", "GBR"), ("status", "old"), ("in_force_from", date(2021, 1, 1)),
    ("in_force_from", "2021"), ("confidence", "certain"), ("evidence", "seen"), ("rights", ["access"]),
    ("rights.access", "Art. 15"), ("rights.access.has", "yes"), ("rights.access.text", 15), ("rights.access.from", "soon"),
    ("clocks", {}), ("clocks.0.kind", "reply"), ("clocks.0.rights", []), ("clocks.0.rights", "*"), ("clocks.0.length", "1"),
    ("clocks.0.length", -1), ("clocks.0.length", True), ("clocks.0.length", 1.5), ("clocks.0.unit", "month"),
    ("clocks.0.start_event", "asking"), ("clocks.0.start_day_counted", "no"), ("clocks.0.roll", True), ("clocks.0.calendar", 3),
    ("clocks.0.basis", "custom"), ("clocks.0.target_days", 0), ("clocks.0.from", 2026), ("clocks.0.extension", "two months"),
    ("clocks.0.extension.length", 0), ("clocks.0.extension.unit", "weeks"), ("clocks.0.extension.times", 0),
    ("clocks.0.extension.applies_to", ["everything"]), ("clocks.0.extension.applies_to", []),
    ("clocks.0.extension.notice_due", "later"), ("clocks.0.extension.notice_must_include", None),
    ("pauses.0.trigger", "holiday"), ("pauses.0.effect", "stop"), ("pauses.0.statutory", 1), ("pauses.0.count_legal", "all"),
    ("pauses.0.applies_to", "access"), ("fees.kind", "cheap"), ("free_requests", {"count": "2", "per": "year"}),
    ("free_requests", {"count": 2, "per": "week"}), ("lookback.kind", "ever"), ("regulator.name", None),
    ("regulator.url", "ico.org.uk"), ("citation", "UK GDPR"), ("source", []), ("source.0.kind", "rumour"), ("notes", "none"),
    ("refusal_grounds", [1]), ("response_must_include", "all"),
]  # fmt: skip


@pytest.mark.parametrize(("where", "value"), WRONG)
def test_a_value_of_a_wrong_kind_is_named_with_its_file(tmp_path: Path, where: str, value: object) -> None:
    assert any(told.startswith(shown(where)) and " must be " in told for told in mistakes(tmp_path, changed(where, value)))


ANSWER = "clocks.0"
CONTRADICTIONS: list[tuple[str, object, str]] = [
    (f"{ANSWER}.extension.total", 4, "clocks[0].extension.total must be 3: length + extension.length × times"),
    (f"{ANSWER}.extension.times", None, "clocks[0].extension.times must be a number"),
    (f"{ANSWER}.extension.unit", "calendar_day", "clocks[0].extension.unit must be calendar_month like the clock's, or open"),
    (f"{ANSWER}.extension.length", None, "clocks[0].extension.length must be a number for unit calendar_month"),
    (f"{ANSWER}.extension.open_kind", "reasonable", "clocks[0].extension.open_kind belongs to unit open"),
    (f"{ANSWER}.length", None, "clocks[0].length must be a number for unit calendar_month"),
    (f"{ANSWER}.unit", "without_delay", "clocks[0].length must be null for unit without_delay"),
    (
        f"{ANSWER}.calendar",
        "NONE",
        "clocks[0].calendar must not be NONE where calendar_month with roll next_working_day is counted",
    ),
    ("clocks.1.length", 1, "clocks[1].length must be 0 for unit immediate"),
    ("clocks.2.unit", "business_day", "clocks[2].calendar must not be NONE where business_day with roll none is counted"),
    ("clocks.2.rights", ["access"], "clocks[2].rights[0] must be one of refusal_notice"),
    ("clocks.1.rights", ["unsubscribe"], "clocks[1].rights[0] must be one of *"),
    ("clocks.1.rights", ["*"], "clocks must hold exactly one of kind answer for '*'"),
    ("clocks.1.rights", ["*", "access"], "clocks[1].rights must be * alone or name each"),
    ("clocks.1.rights", ["access", "access"], "clocks[1].rights names one twice"),
    ("clocks.0.rights", ["access"], "clocks must hold exactly one of kind answer for '*'"),
    ("rights.opt_out_sale.from", "2027-01-01", "rights.opt_out_sale.from belongs to a right that the law grants"),
    ("free_requests", {"count": 2, "per": None}, "free_requests.count and per must both be null or both be given"),
    ("pauses.0.effect", "restart", "pauses[0].effect restart must restart one of the two counts"),
    ("pauses.0.count_safe", "restart", "pauses[0].effect suspend must not restart a count"),
    ("pauses.0.count_legal", "zero", "pauses[0].count_safe must not add more days than count_legal"),
    ("source.0", {"kind": "seen"}, "source[0].title is missing"),
    ("source.0", {"kind": "knowledge"}, "source[0].cite is missing"),
    (
        "source.0",
        {"kind": "knowledge", "cite": "x", "title": "y"},
        "source[0].title, url and covers belong to a source of kind seen",
    ),
    ("source.0", {"kind": "seen", "cite": "x", "title": "y"}, "source[0].cite belongs to a source of kind knowledge"),
    ("parent", "eu-gdpr", "parent belongs to an overlay"),
    ("adds", {"access": "more"}, "adds belongs to an overlay"),
    ("in_force_from", None, "in_force_from is missing"),
    ("territory", ["GB", "GB"], "territory holds GB twice"),
]


@pytest.mark.parametrize(("where", "value", "mistake"), CONTRADICTIONS)
def test_what_contradicts_itself_is_named_with_its_file(tmp_path: Path, where: str, value: object, mistake: str) -> None:
    assert any(told.startswith(mistake) for told in mistakes(tmp_path, changed(where, value)))


def test_a_second_clock_for_the_same_right_is_named(tmp_path: Path) -> None:
    data = changed("name", "A law")
    data["clocks"].append(data["clocks"][1])

    assert "clocks holds answer for withdraw_consent twice" in mistakes(tmp_path, data)


def test_an_open_extension_has_no_number_and_says_who_sets_its_end(tmp_path: Path) -> None:
    told = mistakes(tmp_path, changed("clocks.0.extension.unit", "open"))

    assert told == (
        "clocks[0].extension.length must be null for unit open", "clocks[0].extension.total must be null for unit open",
        "clocks[0].extension.open_kind is missing",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("where", "value", "mistake"),
    [
        ("parent", ..., "parent is missing"), ("adds", {}, "adds is missing"), ("adds", {"tax": "x"}, "adds.tax must be one of"),
        ("clocks", yaml.safe_load(GOOD)["clocks"], "clocks must be empty in an overlay"),
        ("rights", {"access": {"has": True}}, "rights must be empty in an overlay"),
        ("fees", {"kind": "free"}, "fees does not belong to an overlay"),
    ],
)  # fmt: skip
def test_an_overlay_adds_and_nothing_else(tmp_path: Path, where: str, value: object, mistake: str) -> None:
    assert any(told.startswith(mistake) for told in mistakes(tmp_path, changed(where, value, OVERLAY)))


def test_every_mistake_of_a_file_is_told_at_once(tmp_path: Path) -> None:
    data = changed("name", "") | {"confidence": "sure", "extra": 1}
    del data["clocks"][0]["roll"]

    assert mistakes(tmp_path, data) == (
        "unknown field extra", "name must be words", "confidence must be one of high, medium, low", "clocks[0].roll is missing",
    )  # fmt: skip


def test_a_file_called_otherwise_than_its_law_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadRegime, match=r"^b-law\.yaml: id must be b-law, like the file$"):
        read(written(tmp_path, changed("name", "A law"), "b-law"))


def test_a_law_without_a_short_name_is_called_by_its_name(tmp_path: Path) -> None:
    assert read(written(tmp_path, changed("short", ...))).short == yaml.safe_load(GOOD)["name"]


def test_what_adds_to_a_law_has_no_term_of_its_own() -> None:
    with pytest.raises(NoTermOfItsOwn, match=r"^eu-gdpr-fr$"):
        _ = REGIMES["eu-gdpr-fr"].answer


def test_the_term_of_a_law_and_its_provision() -> None:
    answer = REGIMES["eu-gdpr"].answer

    assert (answer.period, answer.rolls, answer.counts_first_day) == (Period(1, Unit.CALENDAR_MONTH), True, False)
    assert answer.citation == "Art. 12(3)"
    assert REGIMES["jp-appi"].answer.period == Period(14, Unit.CALENDAR_DAY)


@pytest.mark.parametrize(
    ("law", "kind", "right", "on", "length"),
    [
        ("us-ca-ccpa", ClockKind.ANSWER, Right.ACCESS, date(2026, 11, 22), 45),
        ("us-ca-ccpa", ClockKind.ANSWER, Right.OPT_OUT_SALE, date(2026, 11, 22), 15),
        ("us-ca-ccpa", ClockKind.ANSWER, Right.OPT_OUT_PROFILING, date(2026, 12, 31), 45),
        ("us-ca-ccpa", ClockKind.ANSWER, Right.OPT_OUT_PROFILING, date(2027, 1, 1), 15),
        ("us-ca-ccpa", ClockKind.ACKNOWLEDGEMENT, Right.ERASURE, date(2026, 11, 22), 10),
        ("uk-gdpr", ClockKind.DUTY, "complaint_ack", date(2026, 6, 18), None),
        ("uk-gdpr", ClockKind.DUTY, "complaint_ack", date(2026, 6, 19), 30),
        ("eu-gdpr", ClockKind.APPEAL, Right.ACCESS, date(2026, 11, 22), None),
    ],
)
def test_the_clock_of_a_right_is_its_own_or_that_for_all(
    law: str, kind: ClockKind, right: str, on: date, length: int | None
) -> None:
    clock = REGIMES[law].clock(kind, right, on)

    assert (clock.length if clock else None) == length


def test_a_right_begins_on_its_own_day() -> None:
    utah = REGIMES["us-ut-ucpa"]

    assert Right.RECTIFICATION not in utah.granted(date(2026, 6, 30))
    assert Right.RECTIFICATION in utah.granted(date(2026, 7, 1))


def test_a_file_is_read_when_its_law_is_asked_for_and_not_before(tmp_path: Path) -> None:
    written(tmp_path, changed("name", ""))
    shelf = Regimes(tmp_path)

    assert (list(shelf), len(shelf), "a-law" in shelf, "b-law" in shelf) == (["a-law"], 1, True, False)
    with pytest.raises(BadRegime, match=r"^a-law\.yaml: name must be words$"):
        _ = shelf["a-law"]


@pytest.mark.parametrize(
    "text", ["", "territory: GB\nstatus: in_force", "- a", "status: in_force\nterritory: [GB]", "a: [\nstatus: x"]
)
def test_a_file_that_does_not_begin_by_saying_for_whom_it_is_is_refused(tmp_path: Path, text: str) -> None:
    written(tmp_path, text)

    with pytest.raises(BadRegime, match=r"^a-law\.yaml: territory must "):
        Regimes(tmp_path).at("GB")


def test_a_region_lies_in_its_country_and_not_the_other_way() -> None:
    assert {law.id for law in REGIMES.at("CA-QC")} == {"ca-pipeda", "ca-qc-law25"}
    assert {law.id for law in REGIMES.at("CA")} == {"ca-pipeda"}
    assert {law.id for law in REGIMES.at("DE-BY")} == {"eu-gdpr", "eu-gdpr-de"}
    assert REGIMES.at("US") == ()


def test_a_law_is_one_object_however_often_it_is_asked_for() -> None:
    assert isinstance(REGIMES["eu-gdpr"], Regime)
    assert REGIMES["eu-gdpr"] is REGIMES["eu-gdpr"]
