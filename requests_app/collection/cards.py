"""Full card numbers are masked before anything is kept: whatever a system wrote down, no answer gives one away.

A run of digits counts as a card number where a card brand's first digits and length fit and the check digit is right
(ISO/IEC 7812-1); record numbers are left alone, however they look.
"""

import csv
import io
import json
import re
from collections.abc import Iterable, Iterator
from typing import Any, Final

from requests_app.connectors.base import Batch, CollectionInfo, FieldInfo, Form
from requests_app.connectors.sql.cards import looks_like_a_card

_RUN: Final = re.compile(rb"(?<![0-9])[2-6](?:[ -]?[0-9]){12,18}(?![0-9])")
# First digits and lengths: Visa, Mastercard, American Express, Diners Club, Discover, JCB, UnionPay.
_BRAND: Final = re.compile(
    r"4(?:\d{12}|\d{15}|\d{18})|5[1-5]\d{14}|2(?:2[2-9]|[3-6]\d|7[01])\d{13}|2720\d{12}|222[1-9]\d{12}|3[47]\d{13}|3(?:0[0-5]|[689]\d)\d{11}"
    r"|6(?:011|5\d\d|4[4-9]\d)\d{12}|35(?:2[89]|[3-8]\d)\d{12}|62\d{14,17}",
)
_SHOWN: Final = 4  # digits of a number that stay


def masked(batch: Batch, info: CollectionInfo) -> bytes:
    """Return the text of a batch with the card numbers in it masked, all but the last four digits."""
    text, found = batch.text, {run for run in _RUN.findall(batch.text) if is_card(run.decode())}
    if not found:
        return text
    free = [field.name for field in info.fields if not _is_number_of_a_record(field)]
    held = "\n".join(_values(batch, [field.name for field in info.fields], frozenset(free)))
    for run in sorted(found, key=len, reverse=True):
        if run.decode() in held:
            text = _replaced(text, run, batch.form)
    return text


def is_card(run: str) -> bool:
    """Whether digits, in groups or not, are a card number."""
    digits = run.replace(" ", "").replace("-", "")
    return bool(_BRAND.fullmatch(digits)) and _sum(digits) % 10 == 0


def _sum(digits: str) -> int:
    doubled = (int(digit) * 2 if place % 2 else int(digit) for place, digit in enumerate(reversed(digits)))
    return sum(number - 9 if number > 9 else number for number in doubled)  # noqa: PLR2004  # the sum of its two digits


def _is_number_of_a_record(field: FieldInfo) -> bool:
    numbered = field.is_key or any(category.startswith(("user.unique_id", "system")) for category in field.categories)
    return numbered and not looks_like_a_card(field.name)


def _values(batch: Batch, names: Iterable[str], free: frozenset[str]) -> Iterator[str]:
    """Yield the values of a batch in which a card number might stand, as text."""
    for record in _records(batch, list(names)):
        yield from (json.dumps(value, ensure_ascii=False) for name, value in record.items() if name in free and value is not None)


def _records(batch: Batch, names: list[str]) -> Iterator[dict[str, Any]]:
    if batch.form == Form.JSON:
        yield from map(json.loads, batch.text.splitlines())
    else:
        rows = csv.reader(io.StringIO(batch.text.decode(), newline=""))
        yield from (dict(zip(names, row, strict=True)) for row in rows)


def _replaced(text: bytes, run: bytes, form: Form) -> bytes:
    """Mask `run`; in JSON a number becomes a text."""
    digits = run.replace(b" ", b"").replace(b"-", b"")
    stars = b"*" * (len(digits) - _SHOWN) + digits[-_SHOWN:]
    if form == Form.JSON:
        text = re.sub(rb"([:\[,] ?)" + re.escape(run) + rb"(?=[,}\]])", rb'\1"' + stars + b'"', text)
    return re.sub(rb"(?<![0-9])" + re.escape(run) + rb"(?![0-9])", stars, text)
