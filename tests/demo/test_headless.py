"""The demo that runs by itself ends with a sentence when something is amiss. That it succeeds is for the journeys to show."""

import pytest

from demo import headless
from demo.headless import Trip, WentWrong, main, table
from demo.people import CLAIRE, PLANTED
from demo.verdict import Line, Verdict


def trip() -> Trip:
    return Trip("http://127.0.0.1:1", "o-jewels", CLAIRE, took={"The customer files the request": 2.25}, proven_at=0.0)


def test_a_product_that_is_away_is_said_in_a_sentence(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("DSAR_BASE_URL", "http://127.0.0.1:1")
    assert main([]) == 1
    said = capsys.readouterr()
    assert said.err.startswith("It went wrong. The customer files the request: ")
    assert len(said.err.splitlines()) == 1
    assert said.out == ""


def test_what_does_not_come_is_not_waited_for_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(headless, "PATIENCE", 0.05)
    monkeypatch.setattr(headless, "LOOK_AGAIN", 0.01)
    with pytest.raises(WentWrong, match="in vain for a letter"):
        headless.eventually("a letter", lambda: None)


def test_the_table_shows_every_collection_and_marks_what_differs() -> None:
    lines = (
        Line("orders", "customers", 1, 1, "1970-01-01T00:00:03+00:00"),
        Line("orders", "items", 2, 1),
        Line("marketing", "consents", 0, 0),
    )
    shown = list(table(trip(), Verdict(lines, 9, ("orders.items: 1 missing",))))
    assert shown[1].split() == ["orders", "customers", "1", "1", "3.0"]
    assert shown[2].split() == ["orders", "items", "1", "2", "-", "WRONG"]
    assert "WRONG" not in shown[3]
    assert shown[4].split() == ["together", "2", "3", "2.2"]


def test_a_bundle_that_does_not_hold_ends_the_program_with_one(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(headless, "run", lambda _: Verdict((), 0, ("orders.items: 1 missing",)))
    assert main(["--person", "claire"]) == 1
    said = capsys.readouterr()
    assert "WRONG  orders.items: 1 missing" in said.err
    assert "The bundle does not hold." in said.out


def test_a_bundle_that_holds_ends_the_program_with_nought(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(headless, "run", lambda _: Verdict((), 0, ()))
    assert main([]) == 0
    assert "Every record planted came, and no other." in capsys.readouterr().out


def test_only_a_planted_person_can_be_chosen(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--person", "somebody"])
    assert all(person.name in capsys.readouterr().err for person in PLANTED[:1])
