"""A letter on paper, folded twice into an envelope with a window: DIN 5008, form B; DIN 680; for C5/6 and C6.

Measures are millimetres from the upper left corner of the page.
"""

from datetime import date
from typing import Final

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import override
from fpdf import XPos, YPos

from requests_app.brands.models import Brand
from requests_app.correspondence.models import Letter
from requests_app.correspondence.sheet import FAMILY, Sheet

_LEFT: Final = 25.0
_RIGHT: Final = 20.0
_WINDOW_TOP: Final = 45.0  # the field of the address: 85 by 45, its first 17.7 for the sender and remarks
_WINDOW_WIDTH: Final = 85.0
_RECIPIENT: Final = 62.7
_RECIPIENT_LINES: Final = 6
_DATE: Final = 98.0
_FOLDS: Final = (105.0, 210.0)
_HOLE: Final = 148.5


def paper(letter: Letter, *, window: str, text: str, on: date) -> bytes:
    """Return the letter as a PDF: `window` is what shows through the envelope, `text` its words; it is dated `on`."""
    brand, reference = letter.dsr.brand, letter.dsr.reference
    with override(letter.language):
        sheet = Sheet(
            title=str(letter.subject), author=brand.name, language=letter.language, made_at=timezone.now(),
            foot=f"{brand.name} · {reference}",
        )  # fmt: skip
        sheet.set_margins(_LEFT, 20, _RIGHT)
        sheet.add_page()
        _marks(sheet)
        _addresses(sheet, brand, window)
        _dated(sheet, reference, on)
        sheet.say(str(letter.subject), size=11, bold=True)
        sheet.ln(4)
        sheet.say(text, size=10)
        return bytes(sheet.output())


def _marks(sheet: Sheet) -> None:
    """Draw where it is folded and punched."""
    for at, length in ((_FOLDS[0], 4), (_HOLE, 6), (_FOLDS[1], 4)):
        sheet.line(4, at, 4 + length, at)


def _addresses(sheet: Sheet, brand: Brand, window: str) -> None:
    sender = [line.strip() for line in (brand.postal_address or brand.name).splitlines() if line.strip()]
    sheet.set_xy(_LEFT, 20)
    sheet.set_font(FAMILY, "B", 14)
    sheet.cell(0, 8, brand.name)
    sheet.set_xy(_LEFT, _RECIPIENT - 6)
    sheet.set_font(FAMILY, "", 6.5)
    back = " · ".join(dict.fromkeys([brand.name, *sender]))
    while len(back) > 1 and sheet.get_string_width(back) > _WINDOW_WIDTH - 5:
        back = back[:-2].rstrip(" ·") + "…"
    sheet.cell(_WINDOW_WIDTH, 4, back)
    lines = [line.strip() for line in window.splitlines() if line.strip()]
    for number, line in enumerate(lines[:_RECIPIENT_LINES]):
        sheet.set_xy(_LEFT, _RECIPIENT + number * 4.5)
        _fitted(sheet, line)


def _fitted(sheet: Sheet, line: str) -> None:
    """Print a line of the window in the largest letters in which it fits."""
    for size in (10, 9, 8, 7, 6):
        sheet.set_font(FAMILY, "", size)
        if sheet.get_string_width(line) <= _WINDOW_WIDTH - 5:
            break
    sheet.cell(_WINDOW_WIDTH, 4.5, line)


def _dated(sheet: Sheet, reference: str, on: date) -> None:
    sheet.set_xy(_LEFT, _DATE)
    sheet.set_font(FAMILY, "", 10)
    sheet.cell(0, 5, f"{reference}    {date_format(on)}", align="R", new_x=XPos.LMARGIN, new_y=YPos.NEXT)
    sheet.ln(5)
