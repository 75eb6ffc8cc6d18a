"""An audit pack on paper: what its JSON says, for people."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.utils import timezone
from django.utils.formats import date_format, number_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from requests_app.correspondence.sheet import Sheet
from requests_app.jurisdictions import REGIMES
from requests_app.reports.counts import Counted
from requests_app.workflow.states import Move

Account = Mapping[str, Any]


def of_request(told: Account, *, made_at: datetime, language: str, time_zone: str, letter: Callable[[str], str]) -> bytes:
    """Return the account of one request as a PDF, at the clock of its shop; `letter` gives a letter's kind in words."""
    with timezone.override(ZoneInfo(time_zone)):
        reference = told["request"]["reference"]
        sheet = _sheet(_("Audit pack of %(what)s") % {"what": reference}, reference, language, made_at)
        _head(sheet, told)
        _dates(sheet, told["dates"])
        _part(sheet, _("Moves"), [(_day(one["at"]), _moved(one, told)) for one in told["moves"]])
        _part(sheet, _("Decisions"), [(_day(one["at"]), _decided(one, told)) for one in told["decisions"]])
        _part(sheet, _("Letters"), [(_day(one["sent_at"] or one["written_at"]), _letter(one, letter)) for one in told["letters"]])
        _part(sheet, _("Systems asked"), [(one["system"], _answered(one)) for one in told["systems"]])
        _part(sheet, _("Plans of erasure"), [(f"{one['system']} ({one['round']})", _planned(one)) for one in told["plans"]])
        _part(sheet, _("Certificates"), [(str(one["number"]), f"SHA-256 {one['sha256']}") for one in told["certificates"]])
        return bytes(sheet.output())


def of_quarter(title: str, *, made_at: datetime, language: str, rows: Iterable[tuple[str, Iterable[tuple[str, Counted]]]]) -> bytes:
    """Return the figures of a quarter as a PDF: `rows` are its tables, each with its caption."""
    sheet = _sheet(title, title, language, made_at)
    for caption, lines in rows:
        _part(sheet, caption, [(label, _counted(row)) for label, row in lines])
    return bytes(sheet.output())


def _sheet(title: str, foot: str, language: str, made_at: datetime) -> Sheet:
    sheet = Sheet(title=title, author="", language=language, made_at=made_at, foot=foot)
    sheet.add_page()
    sheet.say(title, size=18, bold=True)
    day = date_format(localtime(made_at), "DATETIME_FORMAT")
    sheet.say(_("Made on %(day)s. Nobody is named in it but officers.") % {"day": day}, size=9)
    sheet.ln(4)
    return sheet


def _head(sheet: Sheet, told: Account) -> None:
    request = told["request"]
    laws = ", ".join(REGIMES[name].name for name in request["regimes"] if name in REGIMES)
    rows = [
        (_("Shop"), request["brand"]), (_("Right"), request["right"]), (_("Laws"), laws), (_("Came by"), request["channel"]),
        (_("Received"), _day(request["received_at"])), (_("Proven"), _day(request["verified_at"])),
        (_("Proof by"), ", ".join(told["verification"]["ways"]) or "–"), (_("Approved"), _day(request["approved_at"])),
        (_("Closed"), _day(request["closed_at"])), (_("State"), request["state"]),
    ]  # fmt: skip
    for label, value in rows:
        sheet.row(label, value)


def _dates(sheet: Sheet, told: Account) -> None:
    kept = [(_("By law"), told["legal"] or "–"), (_("Safe"), told["safe"] or "–"), (_("Laws as of"), told["edition"] or "–")]
    questions = [(_("Question"), f"{one['about']}: {_day(one['asked_at'])} – {_day(one['ended_at'])}") for one in told["questions"]]
    extension = told["extension"]
    longer = [(_("Extension"), f"{_day(extension['asked_at'])} – {_day(extension['holds_from'])}")] if extension else []
    _part(sheet, _("Dates"), [*kept, *questions, *longer])
    for one in told["arithmetic"]:
        name = REGIMES[one["law"]].short if one["law"] in REGIMES else one["law"]
        for kind in ("legal", "safe", "legal_extended", "safe_extended"):
            if kind in one:
                steps = [f"{step['to']}: {step['said']} {step['citation']}".strip() for step in one[kind]["steps"]]
                sheet.row(f"{name}, {kind.replace('_', ' ')}", "\n".join([one[kind]["on"], *steps]))


def _part(sheet: Sheet, title: str, rows: list[tuple[str, str]]) -> None:
    if not rows:
        return
    sheet.say(title, size=12, bold=True, above=6)
    for label, value in rows:
        sheet.row(label, value)


def _moved(one: Account, told: Account) -> str:
    return _with(f"{Move(one['move']).label} ({one['from']} → {one['to']}), {_who(one['by'], told)}", one)


def _decided(one: Account, told: Account) -> str:
    return _with(f"{one['kind']}: {one['ground']}, {_who(one['by'], told)}", one)


def _with(said: str, one: Account) -> str:
    return f"{said}\n{one['reason']}" if one.get("reason") else said


def _who(name: str, told: Account) -> str:
    return str(told["officers"].get(name, name))


def _letter(one: Account, letter: Callable[[str], str]) -> str:
    return f"{letter(one['kind'])} ({one['language']}): {one['state']}"


def _answered(one: Account) -> str:
    records = number_format(one["records"], force_grouping=True)
    return ", ".join(part for part in (one["state"], records, _day(one["answered_at"]), one["fault"]) if part)


def _planned(one: Account) -> str:
    sets = [f"{each['collection']}: {each['deed']} {each['records']} ({each['reason']})" for each in one["sets"]]
    return _with(
        "\n".join([one["state"], *sets, f"SHA-256 {one['plan_sha256']}", f"{_('Holds')} SHA-256 {one['holds_sha256']}"]), one
    )


def _counted(row: Counted) -> str:
    rate = "–" if row.on_time is None else f"{100 * row.on_time:.1f} %"
    return _("%(received)s received, %(on_time)s on time, %(late)s late (%(rate)s)") % {
        "received": row.counts["received"], "on_time": row.counts["on_time"], "late": row.counts["late"], "rate": rate,
    }  # fmt: skip


def _day(at: str | None) -> str:
    return date_format(localtime(datetime.fromisoformat(at)), "SHORT_DATETIME_FORMAT") if at else "–"
