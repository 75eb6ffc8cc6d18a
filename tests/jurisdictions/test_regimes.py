"""The data files of the laws: what ships, and what a wrong one says."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from requests_app.jurisdictions import REGIMES
from requests_app.jurisdictions.base import BadRegime, Grant, read
from requests_app.rights import RIGHTS
from requests_app.values import Period, Unit

GOOD: dict[str, Any] = {
    "name": "A law",
    "short": "LAW",
    "rights": {"access": {"name": "Right of access", "citation": "Art. 1"}},
    "answer": {"length": 1, "unit": "calendar_month", "counts_first_day": False, "rolls": True, "citation": "Art. 2"},
    "customer_rights": ["erasure"],
}


def written(folder: Path, data: object) -> Path:
    path = folder / "a-law.yaml"
    path.write_text(data if isinstance(data, str) else yaml.safe_dump(data), encoding="utf-8")
    return path


def changed(where: str, value: object) -> dict[str, Any]:
    """Return the good file with another value at `where`, or without it when the value is `...`."""
    data: dict[str, Any] = yaml.safe_load(yaml.safe_dump(GOOD))
    *path, last = where.split(".")
    place = data
    for step in path:
        place = place[step]
    if value is ...:
        del place[last]
    else:
        place[last] = value
    return data


def test_a_good_file_is_read_as_it_is_written(tmp_path: Path) -> None:
    regime = read(written(tmp_path, GOOD))

    assert (regime.slug, regime.name, regime.short, regime.customer_rights) == ("a-law", "A law", "LAW", ("erasure",))
    assert regime.rights == {"access": Grant("Right of access", "Art. 1")}
    assert regime.answer.period == Period(1, Unit.CALENDAR_MONTH)
    assert (regime.answer.counts_first_day, regime.answer.rolls, regime.answer.citation) == (False, True, "Art. 2")


FIELDS = ["name", "short", "rights", "answer", "customer_rights"]
NESTED = [*(f"answer.{name}" for name in GOOD["answer"]), "rights.access.name", "rights.access.citation"]


@pytest.mark.parametrize("where", FIELDS + NESTED)
def test_a_missing_field_is_named_with_its_file(tmp_path: Path, where: str) -> None:
    with pytest.raises(BadRegime, match=rf"^a-law\.yaml: {where.replace('.', '[.]')} is missing$"):
        read(written(tmp_path, changed(where, ...)))


@pytest.mark.parametrize("where", ["nmae", "answer.roll", "rights.access.article"])
def test_an_unknown_field_is_named_with_its_file(tmp_path: Path, where: str) -> None:
    with pytest.raises(BadRegime, match=rf"^a-law\.yaml: unknown field {where.replace('.', '[.]')}$"):
        read(written(tmp_path, changed(where, "x")))


@pytest.mark.parametrize(
    ("where", "value"),
    [
        ("name", 3), ("name", ""), ("short", None), ("rights", ["access"]), ("rights.access", "Art. 15"),
        ("rights.access.name", 15),
        ("answer", "one month"), ("answer.length", "1"), ("answer.length", 0), ("answer.length", -30), ("answer.length", 1.5),
        ("answer.length", True), ("answer.unit", "month"), ("answer.unit", 3), ("answer.counts_first_day", "no"),
        ("answer.rolls", "false"), ("answer.rolls", 0), ("answer.citation", 12),
        ("customer_rights", "erasure"), ("customer_rights", [1]),
    ],
)  # fmt: skip
def test_a_value_of_a_wrong_kind_is_named_with_its_file(tmp_path: Path, where: str, value: object) -> None:
    with pytest.raises(BadRegime, match=rf"^a-law\.yaml: {where.replace('.', '[.]')} must be "):
        read(written(tmp_path, changed(where, value)))


@pytest.mark.parametrize("text", ["", "- a\n- b\n", "just words", "name: [", "\x00"])
def test_what_is_no_mapping_at_all_says_so(tmp_path: Path, text: str) -> None:
    with pytest.raises(BadRegime, match=r"^a-law\.yaml: (no YAML|the file must be a mapping)$"):
        read(written(tmp_path, text))


def test_a_file_that_is_no_text_says_so(tmp_path: Path) -> None:
    path = tmp_path / "a-law.yaml"
    path.write_bytes(b"\xff\xfe\x00name")

    with pytest.raises(BadRegime, match=r"^a-law\.yaml: no YAML$"):
        read(path)


@pytest.mark.parametrize("slug", REGIMES)
def test_every_law_that_ships_cites_its_articles_and_grants_what_is_carried_out(slug: str) -> None:
    regime = REGIMES[slug]

    assert regime.rights.keys() <= RIGHTS.keys()
    assert all(grant.name and grant.citation for grant in regime.rights.values())
    assert regime.answer.citation
    assert "complaint" in regime.customer_rights
