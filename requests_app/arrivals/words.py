"""Why a file, or a row of it, is not taken, in words."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from requests_app.arrivals.reading import Unreadable

FILES: Final[Mapping[str, Promise]] = MappingProxyType(
    {
        "empty": _("The file is empty."),
        "signs": _("The file is written neither in UTF-8, UTF-16 nor Windows-1252."),
        "columns": _("The first row must name the columns. These lack: {named}."),
        "twice": _("These columns stand there twice: {named}."),
    }
)
ROWS: Final[Mapping[str, Promise]] = MappingProxyType(
    {
        "came_before": _("imported before, under this number"),
        "future": _("the day lies ahead"),
        "letter_needs": _("a letter needs this"),
        "missing": _("must be filled in"),
        "more_cells": _("more cells than columns"),
        "nobody_reached": _("neither an e-mail address nor a postal address"),
        "no_date": _("no day that exists: write 2026-11-02"),
        "no_law": _("no such law"),
        "no_mailbox": _("no letter can be written to this address"),
        "no_place": _("no such country or region: write FR, or US-CA"),
        "no_right": _("no such right"),
        "no_term": _("this law gives no time for this right"),
        "not_longer": _("not later than the day on which the answer is due anyway"),
        "not_offered": _("the law of this place does not give this right, and the shop does not grant it"),
        "number_twice": _("this number stands in the file twice"),
        "open_already": _("this person has an open request for this right"),
        "person_twice": _("the file asks for this right for this person twice"),
        "proof_word": _("write proven or unproven"),
        "too_long": _("too long"),
        "too_many": _("a file has 10,000 rows at most: split it"),
        "too_old": _("ten years ago or more"),
        "unreadable": _("a quote is open, or a cell is far too long: nothing from here on is read"),
        "unseen": _("holds signs that nobody can see"),
        "which_order": _("say in which order days and months are written"),
    }
)


def of_file(fault: Unreadable) -> str:
    return str(FILES[fault.code]).format(named=", ".join(fault.named))


def of_row(verdict: str) -> str:
    """Return why a row is not filed; empty where it is."""
    return str(ROWS[verdict]) if verdict else ""
