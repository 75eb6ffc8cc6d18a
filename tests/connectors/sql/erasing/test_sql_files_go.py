"""Files that records name: they go with what names them, and only then."""

from pathlib import Path

import pytest
from sqlalchemy import Column, ForeignKey, Integer, String, Table

from requests_app.connectors.erasing import CannotErase, Ruling
from requests_app.connectors.sql import ENTRY as SQL
from tests.connectors.shops import EMAIL, KEY, Shop, known_by, refer, roots
from tests.connectors.sql.erasing.erasures import Erasure, judge, kept

SCAN = {"data_categories": ["user.government_id"], "dsar": {"file": {"media_type": "application/pdf"}}}
ALL = {"ann.pdf", "also-ann.pdf", "both.pdf", "deep/kept.pdf", "bob.pdf"}


def _archive(shop: Shop, tmp_path: Path, *more: str, rules: Ruling | None = None) -> Erasure:
    """Ann has three papers and an empty cell; one file is named by Bob's record too."""
    shop.files = tmp_path / "files"
    (shop.files / "deep").mkdir(parents=True)
    for name in ALL:
        (shop.files / name).write_bytes(b"%PDF")
    m = shop.metadata
    Table("customers", m, Column("id", Integer, primary_key=True, autoincrement=False), Column("email", String(80)))
    Table(
        "papers",
        m,
        Column("id", Integer, primary_key=True, autoincrement=False),
        Column("customer_id", Integer, ForeignKey("customers.id"), nullable=False),
        Column("scan", String(80)),
    )
    named = ["ann.pdf", "also-ann.pdf", "both.pdf", "", None, *more]
    papers = [{"id": number, "customer_id": 0, "scan": name} for number, name in enumerate(named)]
    shop.fill(
        customers=[{"id": 0, "email": "ann@mail.example"}, {"id": 1, "email": "bob@mail.example"}],
        papers=[*papers, *({"id": 90 + n, "customer_id": 1, "scan": name} for n, name in enumerate(["bob.pdf", "both.pdf"]))],
    )
    shop.describe(
        customers={"id": KEY, "email": {**EMAIL, "data_categories": ["user.contact.email"]}},
        papers={"id": KEY, "customer_id": refer("customers.id"), "scan": SCAN},
    )
    return Erasure(shop, known_by("ann@mail.example"), roots(0), judge(**({"papers": rules, "customers": kept()} if rules else {})))


def _there(shop: Shop) -> set[str]:
    assert shop.files is not None
    return {str(path.relative_to(shop.files)) for path in shop.files.rglob("*") if path.is_file()}


def test_the_files_of_a_record_that_goes_go_unless_another_record_names_them(shop: Shop, tmp_path: Path) -> None:
    erasure = _archive(shop, tmp_path)

    erasure.run()

    assert _there(shop) == ALL - {"ann.pdf", "also-ann.pdf"}


def test_files_of_what_is_kept_stay_and_those_of_an_overwritten_field_go(shop: Shop, tmp_path: Path) -> None:
    whole = _archive(shop, tmp_path, "deep/kept.pdf", rules=kept())
    whole.run()
    assert _there(shop) == ALL

    Erasure(shop, known_by("ann@mail.example"), roots(0), judge(papers=kept("scan"), customers=kept())).run()

    assert _there(shop) == {"both.pdf", "bob.pdf"}


@pytest.mark.parametrize("path", ["../outside.pdf", "/outside.pdf", "link/outside.pdf"])
def test_nothing_outside_of_the_folder_is_deleted_and_nothing_of_the_plan_is_done(shop: Shop, tmp_path: Path, path: str) -> None:
    (tmp_path / "outside.pdf").write_bytes(b"%PDF")
    erasure = _archive(shop, tmp_path, path)
    assert shop.files is not None
    (shop.files / "link").symlink_to(tmp_path)
    before = erasure.everything()

    with pytest.raises(CannotErase, match=r"papers\.scan"):
        erasure.run()

    assert (tmp_path / "outside.pdf").exists()
    assert erasure.everything() == before


def test_a_file_that_went_before_a_crash_does_not_stop_the_next_attempt(shop: Shop, tmp_path: Path) -> None:
    erasure = _archive(shop, tmp_path, "nowhere/gone.pdf")
    assert shop.files is not None
    (shop.files / "ann.pdf").unlink()

    erasure.run()

    assert _there(shop) == ALL - {"ann.pdf", "also-ann.pdf"}
    assert erasure.one("SELECT count(*) FROM papers") == 2


def test_without_a_folder_nothing_is_done(shop: Shop, tmp_path: Path) -> None:
    erasure = _archive(shop, tmp_path)
    before, shop.files = erasure.everything(), None

    with pytest.raises(CannotErase, match="no folder of files"):
        erasure.run()

    assert erasure.everything() == before


def test_a_rehearsal_deletes_no_file(shop: Shop, tmp_path: Path) -> None:
    erasure = _archive(shop, tmp_path)

    list(SQL.rehearse(shop.config, erasure.whom, erasure.judge))

    assert _there(shop) == ALL
