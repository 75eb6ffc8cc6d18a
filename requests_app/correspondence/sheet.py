"""Paper: A4 pages of a PDF with letters of Latin, Greek and Cyrillic, which every printed thing of ours is made of."""

from datetime import datetime
from pathlib import Path
from typing import Final

from fpdf import FPDF, XPos, YPos

FONTS: Final = Path(__file__).parent / "fonts"
FAMILY: Final = "DejaVu"


class Sheet(FPDF):
    """A4, one column; `foot` and the number of the page stand at its end."""

    def __init__(self, *, title: str, author: str, language: str, made_at: datetime, foot: str) -> None:
        super().__init__(format="A4")
        self.foot = foot
        for style, name in (("", "DejaVuSans"), ("B", "DejaVuSans-Bold")):
            self.add_font(FAMILY, style, FONTS / f"{name}.ttf")
        self.set_margin(20)
        self.set_auto_page_break(auto=True, margin=22)
        self.set_title(title)
        self.set_lang(language)
        self.set_author(author)
        self.set_creation_date(made_at)
        self.alias_nb_pages("{pages}")

    def footer(self) -> None:
        self.set_y(-15)
        self.set_font(FAMILY, size=8)
        self.cell(0, 5, f"{self.foot} · {self.page_no()}/{{pages}}", align="C")

    def say(self, text: str, *, size: float = 10, bold: bool = False, above: float = 0) -> None:
        self.ln(above)
        self.set_font(FAMILY, "B" if bold else "", size)
        self.multi_cell(0, size * 0.5, text, align="L", new_x=XPos.LMARGIN, new_y=YPos.NEXT)

    def row(self, label: str, value: str) -> None:
        self.set_font(FAMILY, "B", 9)
        top = self.get_y()
        self.multi_cell(50, 5, label, align="L", new_x=XPos.RIGHT, new_y=YPos.TOP)
        self.set_font(FAMILY, "", 9)
        self.multi_cell(0, 5, value, align="L", new_x=XPos.LMARGIN, new_y=YPos.NEXT)
        self.set_y(max(self.get_y(), top + 5))
