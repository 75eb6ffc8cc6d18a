"""The sentences of a certificate, for its page and its paper: from the signed account, in the language that is active."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any

from django.utils.formats import date_format, number_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from requests_app.connectors.erasing import Deed


def title() -> str:
    return _("Certificate of erasure")


def proof() -> str:
    """Return how anybody can see that the certificate is ours."""
    return _(
        "The file certificate.json says the same, and is signed. The archive in which this certificate came holds a short script "
        "that checks it without any network."
    )


def facts(said: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield what the certificate says of the whole: a label and words, in the language that is active."""
    count = said["records"]
    yield _("Reference"), said["reference"]
    yield _("Asked on"), moment(said["asked_at"])
    if said["approved_at"]:
        people = ngettext("by %(number)d person", "by %(number)d people", said["approvers"]) % {"number": said["approvers"]}
        yield _("Approved"), f"{moment(said['approved_at'])}, {people}"
    yield _("Made on"), moment(said["made_at"])
    yield _("Deleted"), records(count["deleted"])
    yield _("Overwritten"), records(count["overwritten"])
    yield _("Kept"), records(count["kept"])
    if said["recipients_told"]:
        yield _("Also told"), ", ".join(said["recipients_told"])
    yield _("Law"), "; ".join(said["law"])
    if said["plan_sha256"]:
        yield _("SHA-256 of the plan"), said["plan_sha256"]


def standing(system: Mapping[str, Any]) -> str:
    """Return how it is known what became of the data in one system."""
    if system["state"] == "not_erased":
        return _("Not erased: this system could not do it.")
    if not system["classes"]:
        return _("Holds nothing about you.")
    at = {"moment": moment(system["read_back_at"])}
    return _("Erased by a person on %(moment)s") % at if system["state"] == "by_hand" else _("Read back on %(moment)s") % at


def words(line: Mapping[str, Any], *, ahead: bool = False) -> Iterator[str]:
    """Yield what became of one class, or with `ahead` what is going to, sentence by sentence, in the language that is active."""
    yield (_ahead if ahead else _became)(line["became"]) % {"records": records(line["records"])}
    if line.get("overwritten"):
        yield _("Overwritten there: %(fields)s.") % {"fields": ", ".join(line["overwritten"])}
    if line.get("why"):
        yield line["why"]
    if line.get("law"):
        yield _("Law: %(law)s.") % {"law": line["law"]}
    if "kept_until" in line:
        yield until(line["kept_from"], line["kept_until"])


def _became(deed: str) -> str:
    return {
        "deleted": _("%(records)s deleted."),
        "overwritten": _("%(records)s overwritten."),
        "kept": _("%(records)s kept."),
        "open": _("%(records)s: a person decides."),
    }[deed]


def _ahead(deed: str) -> str:
    return {
        "deleted": _("%(records)s to be deleted."),
        "overwritten": _("%(records)s to be overwritten."),
        "kept": _("%(records)s to be kept."),
        "open": _("%(records)s: a person decides."),
    }[deed]


def until(first: str | None, last: str | None) -> str:
    """Return until when something is kept; `first` and `last` are days in ISO 8601."""
    if not last:
        return _("No end date is known yet: a person looks at it regularly.")
    days = {"first": date_format(date.fromisoformat(first or last)), "last": date_format(date.fromisoformat(last))}
    if first and first != last:
        return _("Erased one after the other, from %(first)s to %(last)s.") % days
    return _("Kept until %(last)s, then erased.") % days


def records(number: int) -> str:
    said = number_format(number, use_l10n=True, force_grouping=True)
    return ngettext("%(number)s record", "%(number)s records", number) % {"number": said}


def moment(text: str | None) -> str:
    return date_format(localtime(datetime.fromisoformat(text)), "DATETIME_FORMAT") if text else "–"


def gone(title: str, deed: Deed, number: int) -> str:
    """Return what goes of one class."""
    said = _("%(title)s: %(records)s overwritten") if deed is Deed.BLANK else _("%(title)s: %(records)s deleted")
    return said % {"title": title, "records": records(number)}


def nothing_here() -> str:
    return _("nothing to erase")


def not_erased() -> str:
    return _("this system could not erase; a person sees to it")
