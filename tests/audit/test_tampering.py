"""Fourteen kinds of tampering in fifty places: the verifier finds seven hundred of seven hundred (T-11.01)."""

import ast
import copy
import json
import re
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from requests_app.audit.signing import key_id
from tests.audit.forging import GROUND, LOT, ONLY_ANCHORS_TELL, SEALED, TAMPERS, WHOLE, Lines, entry, genuine
from tests.house.tree import ROOT
from tools import verify

pytestmark = pytest.mark.threat("11.01")
PLACES = range(10, 110, 2), range(11, 111, 2)  # each kind has variants for even and odd places: half of the fifty each
FIFTY = sorted([*PLACES[0][:25], *PLACES[1][25:]])
ANCHORS = GROUND.anchors()


def lot(place: int) -> tuple[int, int]:
    return place // LOT * LOT, place // LOT * LOT + LOT


def found(lines: Lines, *, anchored: bool = True, key: str = "") -> str:
    """Return what the verifier finds wrong, or nothing."""
    keys, anchors = verify.Keys({key} if key else set()), verify.Anchors()
    for head in ANCHORS if anchored else []:
        anchors.add(head, keys, "an anchor")
    try:
        verify.check_trail([json.dumps(line) for line in lines], verify.Trail(keys, anchors))
    except verify.Wrong as fault:
        return str(fault)
    return ""


def test_what_nobody_touched_is_good() -> None:
    assert found(WHOLE) == found(WHOLE, anchored=False) == ""


@pytest.mark.parametrize("kind", TAMPERS)
def test_tampering_is_found_in_every_one_of_fifty_places(kind: str) -> None:
    assert len(FIFTY) == 50
    told = {place: found(TAMPERS[kind](copy.deepcopy(WHOLE), place)) for place in FIFTY}

    assert [place for place, fault in told.items() if not fault] == []


def test_there_are_fourteen_kinds() -> None:
    assert len(TAMPERS) == 14


@pytest.mark.parametrize("kind", ONLY_ANCHORS_TELL)
def test_without_the_anchors_these_would_not_be_seen(kind: str) -> None:
    """The twin: it is the anchors that find them, so losing the anchors is losing the proof."""
    assert found(TAMPERS[kind](copy.deepcopy(WHOLE), 50), anchored=False, key=key_id()) == ""


@pytest.mark.parametrize(
    ("kind", "names"),
    [
        ("edit a field", lambda place: (place, place) if place % 2 == 0 else lot(place)),
        ("re-date", lambda place: (place, place) if place % 2 == 0 else lot(place)),
        ("delete in the middle", lambda place: (place, place) if place % 2 == 0 else lot(place)),
        ("insert", lot),
        ("swap two", lot),
    ],
)
def test_the_first_bad_entry_is_named(kind: str, names: Callable[[int], tuple[int, int]]) -> None:
    """A leaf that is not what it was is named; where the tamperer mended its hash, the lot that was sealed with it."""
    for place in FIFTY:
        said = found(TAMPERS[kind](copy.deepcopy(WHOLE), place))
        first, last = names(place)
        told = [int(one) for one in re.findall(r"(?:leaf|leaves|to) (\d+)", said)]
        assert min(told) >= first - LOT, said
        assert any(first <= one <= last for one in told), said


def test_an_event_that_the_sealer_found_changed_is_named_until_somebody_looked_into_it() -> None:
    told = entry(7).replace("test.done", "trail.mark_wrong").replace('"facts": {', '"facts": {"event": 5, ')
    lines = genuine([*(entry(number) for number in range(1, 7)), told, entry(8)])

    with pytest.raises(verify.Wrong, match="event 5 was changed"):
        verify.check_trail([json.dumps(line) for line in lines], verify.Trail(verify.Keys(), verify.Anchors()))
    verify.check_trail([json.dumps(line) for line in lines], verify.Trail(verify.Keys(), verify.Anchors(), frozenset({5})))


def test_an_entry_with_another_ones_mark_is_found_where_marks_are_asked_for() -> None:
    forged = entry(3).replace("as it was", "otherwise")
    lines = [json.dumps(line) for line in genuine([*(entry(number) for number in range(1, 8)), forged])]

    verify.check_trail(lines, verify.Trail(verify.Keys({key_id()}), verify.Anchors()))
    with pytest.raises(verify.Wrong, match="leaf 7: event 3 does not bear its mark"):
        verify.check_trail(lines, verify.Trail(verify.Keys({key_id()}), verify.Anchors(), marks=True))


def test_two_anchors_of_one_size_and_two_roots_show_a_fork() -> None:
    other = [line["seal"] for line in genuine([entry(900 + number) for number in range(16)]) if "seal" in line]
    keys, anchors = verify.Keys(), verify.Anchors()
    anchors.add(ANCHORS[0], keys, "one")

    with pytest.raises(verify.Wrong, match="forked"):
        anchors.add(other[-1], keys, "other")


def test_the_command_says_it_in_plain_words_and_by_its_exit_code(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    good, bad, outside, nothing = (tmp_path / name for name in ("good.jsonl", "bad.jsonl", "anchors.jsonl", "nothing.txt"))
    good.write_text("".join(json.dumps(line) + "\n" for line in WHOLE), encoding="utf-8")
    bad.write_text("".join(json.dumps(line) + "\n" for line in TAMPERS["edit a field"](copy.deepcopy(WHOLE), 40)), encoding="utf-8")
    outside.write_text("".join(json.dumps(head) + "\n" for head in ANCHORS), encoding="utf-8")
    nothing.write_text("{}\n")

    assert verify.main(["trail", str(good), "--anchors", str(outside)]) == 0
    assert f"GOOD: {SEALED} events" in capsys.readouterr().out
    assert verify.main(["trail", str(bad), "--anchors", str(outside)]) == 1
    assert capsys.readouterr().out == "WRONG: leaf 40: event 41 does not say what it said when it was sealed\n"
    assert verify.main(["trail", str(nothing)]) == 2
    assert verify.main(["trail", str(tmp_path / "absent")]) == 2
    assert verify.main(["certificate", str(nothing)]) == 2


def test_the_verifier_is_one_short_file_that_imports_nothing_of_the_product() -> None:
    source = (ROOT / "tools/verify.py").read_text(encoding="utf-8")
    imports = {
        name.split(".")[0]
        for node in ast.walk(ast.parse(source))
        for name in (
            [one.name for one in node.names]
            if isinstance(node, ast.Import)
            else [node.module or ""]
            if isinstance(node, ast.ImportFrom)
            else []
        )
    }

    assert source.count("\n") <= 400
    assert imports - sys.stdlib_module_names == {"cryptography"}
