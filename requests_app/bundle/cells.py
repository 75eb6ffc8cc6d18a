"""One value of a record as a customer reads it: dates, amounts and yes or no in the customer's own format."""

import json
import re
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

from django.conf.locale import LANG_INFO
from django.utils import timezone
from django.utils.formats import date_format, number_format
from django.utils.translation import get_language_info, ngettext
from django.utils.translation import gettext as _

from requests_app.connectors.base import FieldInfo
from requests_app.sources.words import country

LONGEST: Final = 2000
_DATE: Final = re.compile(r"\d{4}-\d\d-\d\d")
_MOMENT: Final = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d(:?\d\d)?)?")


@dataclass(frozen=True, slots=True)
class Cell:
    """A value ready to show: its text, the field's title, how it is set (`look`, a class), and the file it stands for."""

    title: str
    text: str
    look: str = ""
    href: str = ""


def parsed(record: bytes) -> dict[str, Any]:
    """Return a record; fractions keep the digits that the source wrote."""
    value: dict[str, Any] = json.loads(record, parse_float=Decimal)
    return value


def is_empty(value: object) -> bool:
    return value is None or value in ("", [], {})


def is_date(value: object) -> bool:
    return isinstance(value, str) and bool(_DATE.fullmatch(value) or _MOMENT.fullmatch(value))


def is_number(value: object) -> bool:
    return isinstance(value, int | Decimal) and not isinstance(value, bool)


def shown(value: object, field: FieldInfo) -> str:
    """Return `value` in the active language and time zone; longer than `LONGEST` characters it is cut, and says so."""
    text = _named(value, field) or _plain(value, field.data_type)
    if len(text) <= LONGEST:
        return text
    return _("%(beginning)s … (the rest is in the data files)") % {"beginning": text[:LONGEST]}


def _named(value: object, field: FieldInfo) -> str:
    """Say codes for which there are words: countries and languages."""
    if not isinstance(value, str):
        return ""
    if any(category.endswith(".country") for category in field.categories):
        return country(value) if value.isupper() else ""
    if "user.demographic.language" in field.categories and value in LANG_INFO:
        return str(get_language_info(value)["name_translated"])
    return ""


def _plain(value: object, data_type: str) -> str:
    if is_empty(value):
        return ""
    if isinstance(value, bool) or (data_type == "boolean" and value in (0, 1, "0", "1", "t", "f", "true", "false")):
        return _("Yes") if value in (True, "1", "t", "true") else _("No")
    if isinstance(value, Decimal):
        return str(number_format(value, force_grouping=True))
    if isinstance(value, str):
        if data_type in {"float", "decimal"} and re.fullmatch(r"-?\d{1,18}(\.\d{1,6})?", value):
            return str(number_format(Decimal(value), force_grouping=True))
        return _moment(value)
    return str(value) if isinstance(value, int) else json.dumps(value, ensure_ascii=False, default=str)


def _moment(text: str) -> str:
    """Say a date or moment as the customer writes it; anything else stays. Moments without a zone are shown as they are."""
    try:
        if _DATE.fullmatch(text):
            return str(date_format(date.fromisoformat(text), "SHORT_DATE_FORMAT"))
        if _MOMENT.fullmatch(text):
            moment = datetime.fromisoformat(text)
            return str(date_format(timezone.localtime(moment) if moment.tzinfo else moment, "SHORT_DATETIME_FORMAT"))
    except (ValueError, OverflowError):
        return text
    return text


def records_said(count: int) -> str:
    return ngettext("%(count)s record", "%(count)s records", count) % {"count": number_format(count, force_grouping=True)}


def files_said(count: int) -> str:
    return ngettext("%(count)s file", "%(count)s files", count) % {"count": number_format(count, force_grouping=True)}
