"""Twenty-five ways to be somebody: how a name, a mailbox, a town and a language may be written."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Victim:
    """Whose data somebody else wants. What `known` holds the impostor knows; `canary` stands in the shop's records alone."""

    number: int
    name: str
    email: str
    postcode: str
    language: str
    residence: str

    @property
    def canary(self) -> str:
        return f"cnry-{self.number:05x}-7f3a"

    @property
    def order(self) -> str:
        return f"O-{self.number}"

    @property
    def phone(self) -> str:
        return f"+33 1 99 {self.number:06}"

    @property
    def known(self) -> dict[str, str]:
        """What somebody close knows: everything that the form asks."""
        return {
            "name": self.name, "postcode": self.postcode, "order_number": self.order, "phone_number": self.phone,
            "birth_date_0": "27", "birth_date_1": "3", "birth_date_2": "1984", "residence": self.residence,
        }  # fmt: skip


_VARIANTS: Final = (
    ("Ada Example", "ada{}@example.com", "75001", "en", "FR"),
    ("ADA EXAMPLE", "ADA{}@EXAMPLE.COM", "75001", "en", "FR"),
    ("Zoé Lévêque", "zoe.leveque{}@courriel.example", "69002", "fr", "FR"),
    ("Zoe\u0301 Le\u0301ve\u0302que", "zoé{}@courriel.example", "69002", "fr", "FR"),
    ("Jürgen Groß", "juergen{}@post.bücher.example", "10115", "en", "DE"),
    ("Weiß", "weiss{}@xn--bcher-kva.example", "A-1010", "en", "AT"),
    ("Ελένη Παπαδοπούλου", "eleni{}@taxydromeio.example", "106 71", "en", "GR"),
    ("Анна Каренина", "anna{}@pochta.example", "01001", "en", "BG"),
    ("王小明", "xiaoming{}@mail.example.tw", "100", "en", ""),
    ("محمد الأمين", "amin{}@mail.example", "2000", "fr", ""),
    ("Ann O’Neill-Smith", "ann-o.neill_smith{}@sub.domain.example", "D02 AF30", "en", "IE"),
    ("Ann O'Neill", "ann+shop{}@mail.example", "D02AF30", "en", "IE"),
    ("Li", "li{}@a.example", "1", "en", "NL"),
    ("Nguyễn Thị Minh Khai", "minh.khai{}@thu.example", "700000", "en", "BE"),
    ("X Æ A-12", "x.ae.a-12{}@mars.example", "78701", "en", "US-TX"),
    ("Maria del Carmen de la Cruz y Fernandez", "mc{}@correo.example", "28001", "en", "ES"),
    ("Ada Example ", "a{}@example.co.uk", "SW1A 1AA", "en", "GB"),
    ("Ada  Example", "ada.example.{}@mail.example", "90210", "en", "US-CA"),
    ("João Conceição", "joao{}@correio.example", "1000-001", "en", "PT"),
    ("Kathy Kelvin", "kathy{}@shop.example", "75001", "en", "FR"),
    ("Ida Isik", "ida{}@isik.example", "34000", "en", ""),
    ("Robert'); DROP TABLE customers;--", "bobby{}@tables.example", "75002", "en", "FR"),
    ("{{ 7*7 }} ${7*7}", "seven{}@template.example", "75003", "en", "FR"),
    ("<b>Ada</b>", "tags{}@markup.example", "75004", "fr", "FR"),
    ("A" * 190, "a" * 50 + "{}@" + "b" * 60 + ".example", "75005", "en", "FR"),
)
VARIANTS: Final = len(_VARIANTS)


def victim(number: int, variant: int) -> Victim:
    """Return the victim of attempt `number`, written in that way."""
    name, address, postcode, language, residence = _VARIANTS[variant]
    return Victim(number, name, address.format(number), postcode, language, residence)
