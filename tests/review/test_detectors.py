"""What the detectors find, and what only looks like it."""

import pytest

from requests_app.review.detectors import Kind, Known, detect, is_free

ADA = Known.of(emails=["Ada@Example.com"], phones=["+33 6 12 34 56 78"], names=["Ada Lovelace-Byron"])
FOUND = [
    (Kind.EMAIL, "write to bob@other.example, please", ["bob@other.example"]),
    (Kind.EMAIL, "ada@example.com,carol.o'hara+gift@sub.other.co.uk", ["carol.o'hara+gift@sub.other.co.uk"]),
    (Kind.EMAIL, "γιώργος@παράδειγμα.ελ", ["γιώργος@παράδειγμα.ελ"]),
    (Kind.PHONE, "call +49 30 1234567 before noon", ["+49 30 1234567"]),
    (Kind.PHONE, "tel. 06 98 76 54 32", ["06 98 76 54 32"]),
    (Kind.PHONE, "tel: 0049 (30) 123456", ["0049 (30) 123456"]),
    (Kind.PHONE, "ring (415) 555-0100", ["(415) 555-0100"]),
    (Kind.PHONE, "+302101234567", ["+302101234567"]),
    (Kind.IBAN, "pay to DE89 3704 0044 0532 0130 00 today", ["DE89 3704 0044 0532 0130 00"]),
    (Kind.IBAN, "FR1420041010050500013M02606", ["FR1420041010050500013M02606"]),
    (Kind.IBAN, "NO9386011117947 OR CASH", ["NO9386011117947"]),
    (Kind.CARD, "paid by 4111 1111 1111 1111.", ["4111 1111 1111 1111"]),
    (Kind.CARD, "5555555555554444", ["5555555555554444"]),
    (Kind.NAME, "Spoke to Mr Bob Marley about it", ["Bob Marley"]),
    (Kind.NAME, "Mme Dupont a appelé", ["Dupont"]),
    (Kind.NAME, "Frau von Stein? Nein, Frau Ute von Stein.", ["Ute von Stein"]),
    (Kind.NAME, "M. Jean-Pierre O’Neil et Mlle Élodie Ben Ali", ["Jean-Pierre O’Neil", "Élodie Ben Ali"]),
    (Kind.NAME, "Herrn Müller und Dr. Ada Schmidt", ["Müller", "Ada Schmidt"]),
    (Kind.NAME, "η κυρία Παπαδοπούλου", ["Παπαδοπούλου"]),
]
FALSE_FRIENDS = [
    (Kind.EMAIL, "ADA@EXAMPLE.COM or ada@example.com"),
    (Kind.EMAIL, "an @ sign, user@localhost, 3@4"),
    (Kind.PHONE, "my number is 06 12 34 56 78"),
    (Kind.PHONE, "+33612345678"),
    (Kind.PHONE, "2024-06-30T07:22:00+00:00"),
    (Kind.PHONE, "order 100200300, 12.50 EUR, 75001 Paris"),
    (Kind.PHONE, "OJ-0123456789 and 4006381333931"),
    (Kind.PHONE, "192.168.100.200"),
    (Kind.IBAN, "DE89 3704 0044 0532 0130 01"),
    (Kind.IBAN, "REF 12345678901234567890"),
    (Kind.CARD, "4111 1111 1111 1112"),
    (Kind.CARD, "tracking 1234567890123456"),
    (Kind.NAME, "Mrs Lovelace and Mme Ada Byron"),
    (Kind.NAME, "Sehr geehrte Frau, dear Sir, M. le directeur"),
    (Kind.NAME, "a dr is needed; ms word; size M blue"),
    (Kind.NAME, "taille M. Merci"[:9]),
]


@pytest.mark.parametrize(("kind", "text", "found"), FOUND)
def test_what_has_a_form_is_found(kind: Kind, text: str, found: list[str]) -> None:
    assert [text[start:end] for start, end in detect(kind, text, ADA)] == found


@pytest.mark.parametrize(("kind", "text"), FALSE_FRIENDS)
def test_what_is_the_persons_own_or_only_looks_alike_is_not(kind: Kind, text: str) -> None:
    assert detect(kind, text, ADA) == []


@pytest.mark.parametrize(
    ("text", "free"),
    [
        ("My sister would like it wrapped, she is ill.", True),
        ("Bitte bei der Nachbarin im dritten Stock abgeben", True),
        ("10 rue de la Paix, 75002 Paris", False),
        ("delivered", False),
        ("2024-06-30 OJ-100200 13.90 EUR", False),
        ('{"a": 1, "b": [2, 3], "c": true, "d": false, "e": null}', False),
        ("", False),
    ],
)
def test_own_words_are_told_from_codes(text: str, free: bool) -> None:  # noqa: FBT001  # a row of the table
    assert is_free(text) is free
