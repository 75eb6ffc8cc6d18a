import json
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from tests.connectors.shops import Shop
from tests.sources.conftest import DESCRIPTION, FACTS, filled
from tests.sources.terminal import Told, in_one_sentence, shown, typed

ANNA = ("--email", "anna@shop.example")


def find(shop: Shop, *words: str | Path) -> Told:
    return typed("find", shop.folder / "shop.yaml", "--url", shown(shop.url), *words)


def counts(told: Told) -> dict[str, int]:
    """Return the records of each collection as the table tells them."""
    assert told.returncode == 0, told.stderr
    rows = [line.split() for line in told.stdout.splitlines() if len(line.split()) == 4 and "." in line.split()[-1]]
    return {row[0]: int(row[1]) for row in rows}


def read(folder: Path) -> dict[str, list[dict[str, object]]]:
    return {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in folder.glob("*.json")}


def test_every_record_under_an_address_is_counted_in_all_collections(small: Shop) -> None:
    told = find(small, *ANNA)

    assert counts(told) == {"customers": 1, "visits": 2, "orders": 2, "total": 5}
    assert "3 records meet what was asked: 1 person." in told.stdout


@pytest.mark.parametrize("engine", ["postgres", "maria"])
def test_servers_answer_as_the_file_did(engine: str, request: pytest.FixtureRequest) -> None:
    assert counts(find(filled(request.getfixturevalue(engine)), *ANNA)) == {"customers": 1, "visits": 2, "orders": 2, "total": 5}


def test_each_collection_becomes_one_list_and_one_without_records_an_empty_one(small: Shop, tmp_path: Path) -> None:
    find(small, "--email", "bert@shop.example", "--out", tmp_path / "out")

    born = {"id": 2, "email": "bert@shop.example", "name": "Bert", "born": None}
    assert read(tmp_path / "out") == {"customers": [born], "visits": [], "orders": []}


def test_numbers_stay_as_the_system_writes_them(postgres: Shop, tmp_path: Path) -> None:
    find(filled(postgres), *ANNA, "--categories", "user.financial", "--out", tmp_path / "out")

    assert (tmp_path / "out" / "orders.json").read_text(encoding="utf-8") == '[\n{"total":12.50},\n{"total":0.10}\n]\n'


def test_categories_are_met_by_whole_parts_and_collections_without_any_are_left_out(small: Shop, tmp_path: Path) -> None:
    told = find(small, *ANNA, "--categories", "user.contact,user.name", "--out", tmp_path / "out")

    emails = [{"email": "Anna@shop.example"}] * 2
    assert read(tmp_path / "out") == {"customers": [{"email": "anna@shop.example", "name": "Anna Keller"}], "visits": emails}
    assert counts(told) == {"customers": 1, "visits": 2, "total": 3}


def test_a_category_of_nothing_is_named(small: Shop) -> None:
    assert in_one_sentence(find(small, *ANNA, "--categories", "user.nothing")) == (
        "No described field is of the category user.nothing, or below."
    )
    assert "user.nothing" in find(small, *ANNA, "--categories", "user.nothing,user.name").stderr


def test_what_is_written_is_for_its_owner_alone(small: Shop, tmp_path: Path) -> None:
    find(small, *ANNA, "--out", tmp_path / "out")

    assert stat.S_IMODE((tmp_path / "out").stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "out").iterdir()} == {0o600}


def test_a_second_search_replaces_what_the_first_wrote_and_nothing_else(small: Shop, tmp_path: Path) -> None:
    out = tmp_path / "out"
    find(small, *ANNA, "--out", out)
    (out / "mine.txt").write_text("mine")

    find(small, "--email", "bert@shop.example", "--categories", "user.name", "--out", out)

    assert read(out) == {"customers": [{"name": "Bert"}]}
    assert (out / "mine.txt").read_text() == "mine"


def test_a_file_of_somebody_else_is_not_overwritten(small: Shop, tmp_path: Path) -> None:
    (tmp_path / "orders.json").write_text("mine")

    told = in_one_sentence(find(small, *ANNA, "--out", tmp_path))

    assert told == "Not written here by an earlier search: orders.json. Choose another folder, or move it away."
    assert (tmp_path / "orders.json").read_text() == "mine"
    assert not (tmp_path / "customers.json").exists()


def test_a_search_that_fails_leaves_what_was_there(small: Shop, tmp_path: Path) -> None:
    find(small, *ANNA, "--out", tmp_path / "out")
    before = read(tmp_path / "out")
    small.run("DROP TABLE orders")

    told = in_one_sentence(find(small, "--email", "bert@shop.example", "--out", tmp_path / "out"))

    assert "no table `orders`" in told
    assert read(tmp_path / "out") == before
    assert sorted(path.suffix for path in (tmp_path / "out").iterdir()) == ["", ".json", ".json", ".json"]


def test_two_persons_of_one_address_are_listed_where_the_description_can_tell_them_apart(small: Shop) -> None:
    small.write(FACTS)

    told = find(small, "--email", "home@shop.example")

    assert told.returncode != 0
    assert "2 persons meet what was asked" in told.stderr
    assert [line.strip() for line in told.stderr.splitlines()[-2:]] == ["customers:3", "customers:4"]
    assert "Carla" not in told.stderr + told.stdout


def test_a_person_is_chosen_by_key_or_all_are_taken(small: Shop) -> None:
    small.write(FACTS)

    assert counts(find(small, "--email", "home@shop.example", "--root", "customers:4"))["total"] == 2
    assert counts(find(small, "--email", "home@shop.example", "--all"))["total"] == 4
    assert "customers:3, customers:4" in in_one_sentence(find(small, "--email", "home@shop.example", "--root", "customers:1"))


def test_a_plain_description_gives_all_that_the_address_meets(small: Shop) -> None:
    assert counts(find(small, "--email", "home@shop.example")) == {"customers": 2, "visits": 0, "orders": 2, "total": 4}


def test_another_claim_than_an_address_finds_as_well(small: Shop) -> None:
    small.write(
        DESCRIPTION.replace("fides_meta: {primary_key: true}}", "fides_meta: {primary_key: true, identity: customer_id}}", 1)
    )

    assert counts(find(small, "--identity", "customer_id=4"))["total"] == 2


def test_nobody_gives_empty_lists(small: Shop, tmp_path: Path) -> None:
    told = find(small, "--email", "nobody@shop.example", "--out", tmp_path / "out")

    assert "Nobody meets what was asked." in told.stdout
    assert read(tmp_path / "out") == {"customers": [], "visits": [], "orders": []}


def test_files_come_along_from_the_folder_that_is_named(small: Shop, tmp_path: Path) -> None:
    small.write(DESCRIPTION.replace("[user.content]}", "[user.content], dsar: {file: {media_type: text/plain}}}"))
    (tmp_path / "papers" / "a").mkdir(parents=True)
    (tmp_path / "papers" / "a" / "one.txt").write_text("paid")

    find(small, *ANNA, "--files", tmp_path / "papers", "--out", tmp_path / "out")

    assert [path.name for path in (tmp_path / "out" / "orders").iterdir()] == ["0-paper-one.txt"]
    assert (tmp_path / "out" / "orders" / "0-paper-one.txt").read_text() == "paid"


def test_without_a_folder_of_files_paths_stay_texts(small: Shop, tmp_path: Path) -> None:
    small.write(DESCRIPTION.replace("[user.content]}", "[user.content], dsar: {file: {media_type: text/plain}}}"))

    told = find(small, *ANNA, "--out", tmp_path / "out")

    assert "--files" in told.stderr
    assert [record["paper"] for record in read(tmp_path / "out")["orders"]] == ["a/one.txt", None]


def test_a_system_of_many_records_costs_no_more_memory(small: Shop, tmp_path: Path) -> None:
    small.run(
        "WITH RECURSIVE n(i) AS (SELECT 100 UNION ALL SELECT i + 1 FROM n WHERE i < 200000) "
        "INSERT INTO orders SELECT i, 2, 1.5, hex(randomblob(100)) FROM n"
    )
    url = shown(small.url)
    program = (
        "import resource, sys; from dsar.launch import main; sys.argv = ['manage.py', *sys.argv[1:]]; main(sys.argv); "
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)"
    )

    def peak(address: str, out: str) -> int:
        words: list[str | Path] = [
            "source",
            "find",
            small.folder / "shop.yaml",
            "--url",
            url,
            "--email",
            address,
            "--out",
            tmp_path / out,
        ]
        told = subprocess.run([sys.executable, "-c", program, *words], capture_output=True, text=True, check=True)
        return int(told.stdout.split()[-1])

    little, much = peak("anna@shop.example", "little"), peak("bert@shop.example", "much")

    assert (tmp_path / "much" / "orders.json").stat().st_size > 40_000_000
    assert much - little < 30_000  # KiB
