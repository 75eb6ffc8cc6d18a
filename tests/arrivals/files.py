"""Files of open cases, as other tools write them."""

from collections.abc import Mapping
from io import BytesIO
from typing import Any, Final

from requests_app.arrivals import services
from requests_app.arrivals.models import Batch
from requests_app.brands.models import Brand
from requests_app.officers.models import Officer
from tests.making import a_brand, an_officer

ADA: Final[Mapping[str, str]] = {
    "external_reference": "OT-1", "received": "2026-11-10", "right": "access", "email": "ada@example.com", "name": "Ada Example",
    "residence": "FR", "language": "fr",
}  # fmt: skip
NOTE: Final = "Passport shown at the counter, 12 November, by M. Dupont"


def a_row(**cells: str) -> dict[str, str]:
    return {**ADA, **cells}


def proven(**cells: str) -> dict[str, str]:
    return a_row(**{"proof": "proven", "proof_note": NOTE} | cells)


def a_file(*rows: Mapping[str, str], separator: str = ",", signs: str = "utf-8") -> BytesIO:
    names = list(dict.fromkeys(name for row in rows for name in row))
    lines = [names, *([row.get(name, "") for name in names] for row in rows)]
    text = "".join(separator.join(f'"{cell.replace(chr(34), chr(34) * 2)}"' for cell in line) + "\r\n" for line in lines)
    return BytesIO(text.encode(signs))


def staged(*rows: Mapping[str, str], brand: Brand | None = None, by: Officer | None = None, **options: Any) -> Batch:
    shop = brand or a_brand()
    options = {"separator": ",", "signs": "utf-8"} | options
    file = a_file(*rows, separator=options.pop("separator"), signs=options.pop("signs"))
    return services.stage(shop, file, by=by or an_officer(brand=shop), **options)


def confirmed(batch: Batch) -> None:
    """Let whoever brought the file confirm it."""
    assert batch.officer is not None
    services.confirm(batch, by=batch.officer)


def verdicts(batch: Batch) -> list[tuple[str, str]]:
    return list(batch.lines.values_list("verdict", "column"))
