from pathlib import Path

from tests.connectors.shops import Shop
from tests.sources.terminal import shown, typed, typed_by_a_newcomer


def test_what_can_be_used_ends_well_and_tells_the_price_of_what_is_not_indexed(small: Shop, file: Path) -> None:
    told = typed("check", file, "--url", shown(small.url))

    assert told.returncode == 0
    assert "notice  not_indexed  shop.yaml:9: customers.email: no index on lower(email)" in told.stdout
    assert "each search reads about 4 rows of `customers`" in told.stdout
    assert told.stdout.splitlines()[-1] == "shop can be used: 0 errors, 3 notices."


def test_what_the_system_lacks_is_told_with_file_and_line(small: Shop, file: Path) -> None:
    small.run("ALTER TABLE customers DROP COLUMN name", "DROP TABLE visits")

    told = typed("check", file, "--url", shown(small.url))

    assert told.returncode != 0
    assert "error  no_column  shop.yaml:10: customers.name: the table `customers` has no column `name`" in told.stdout
    assert "error  no_table  shop.yaml:12: visits" in told.stdout
    assert told.stderr.strip() == "CommandError: shop cannot be used: 2 errors, 0 notices."


def test_every_mistake_of_a_file_is_told_at_once(small: Shop, file: Path) -> None:
    file.write_text("dataset:\n  - fides_key: shop\n    collections:\n      - name: a\n      - fields: [{name: b}]\n")

    told = typed("check", file, "--url", shown(small.url))

    assert told.returncode != 0
    assert "shop.yaml:4" in told.stdout
    assert "shop.yaml:5" in told.stdout


def test_the_address_may_stand_in_a_variable_or_in_a_file_that_a_variable_names(small: Shop, file: Path, tmp_path: Path) -> None:
    (tmp_path / "address").write_text(shown(small.url) + "\n")

    by_variable = typed("check", file, "--url-env", "MY_SHOP", MY_SHOP=shown(small.url))
    by_file = typed("check", file, "--url-env", "MY_SHOP", MY_SHOP_FILE=str(tmp_path / "address"))

    assert by_variable.returncode == by_file.returncode == 0


def test_no_setting_of_the_product_is_needed_or_believed(small: Shop, file: Path) -> None:
    told = typed_by_a_newcomer(
        "check", file, "--url", shown(small.url),
        DATABASE_URL="mysql://not/ours", SECRET_KEY="", EMAIL_URL="carrier-pigeon://", DJANGO_SETTINGS_MODULE="shop.settings",
    )  # fmt: skip

    assert told.returncode == 0, told.stderr


def test_it_is_typed_in_any_folder(small: Shop, tmp_path: Path) -> None:
    told = typed_by_a_newcomer("check", "shop.yaml", "--url", "sqlite:///shop.sqlite", folder=small.folder)

    assert told.returncode == 0, told.stderr
