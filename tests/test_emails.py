"""Two spellings of one mailbox are equal; two mailboxes never are."""

import sys
import unicodedata
from collections.abc import Iterator

import pytest

from requests_app.emails import NotAnAddress, ascii_lower, canonical_email, needs_officer, same_mailbox, spellings

PLACES = ("k{}thy@shop.example", "kathy@sh{}p.example", "kathy{}@shop.example", "kathy@{}shop.example")


def foldings() -> Iterator[tuple[str, str]]:
    """Every character that some way of folding takes for ASCII, with what it is taken for."""
    for point in range(0x80, sys.maxunicode + 1):
        sign = chr(point)
        compatible = unicodedata.normalize("NFKC", sign)
        bare = unicodedata.normalize("NFKD", sign).encode("ascii", "ignore").decode()
        taken = {sign.lower(), sign.upper().lower(), sign.casefold(), compatible, compatible.casefold(), bare}
        yield from ((sign, ascii_lower(other)) for other in taken if other and other.isascii())


@pytest.mark.threat("1.07")
def test_nothing_that_is_not_ascii_is_ever_taken_for_ascii() -> None:
    pairs = list(foldings())
    assert len({sign for sign, _ in pairs}) >= 1925
    for sign, taken in pairs:
        for place in PLACES:
            stranger, known = place.format(sign), place.format(taken)
            assert not same_mailbox(stranger, known)
            assert not same_mailbox(stranger.upper(), known) or sign.upper().isascii()


@pytest.mark.threat("1.07")
def test_no_spelling_of_a_stranger_is_a_known_address() -> None:
    for sign, taken in foldings():
        for place in PLACES:
            try:
                told = {ascii_lower(one) for one in spellings(place.format(sign))}
            except NotAnAddress:
                continue
            assert place.format(taken) not in told


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Ann@Shop.Example", "ann@shop.example"),
        ("joerg@bücher.example", "joerg@xn--bcher-kva.example"),
        ("joerg@BÜCHER.example", "JOERG@XN--BCHER-KVA.EXAMPLE"),
        ("joerg@bu\u0308cher.example", "joerg@bücher.example"),
        ("zoe\u0301@mail.example", "zoé@mail.example"),
        ('"a@b"@mail.example', '"A@B"@mail.example'),
    ],
)
def test_spellings_of_one_mailbox_are_equal(one: str, other: str) -> None:
    assert same_mailbox(one, other)
    assert ascii_lower(one) in spellings(one)
    assert ascii_lower(other) in spellings(one)
    assert ascii_lower(one) in spellings(other)


def test_an_address_as_it_was_typed_is_among_its_spellings() -> None:
    """The sign for the unit of length composes to the letter, which does not decompose to it again."""
    assert same_mailbox("\u212bsa@mail.example", "\u00c5sa@mail.example")
    assert "\u212bsa@mail.example" in spellings("\u212bSA@mail.example")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("a+b@mail.example", "a@mail.example"),
        ("a.b@mail.example", "ab@mail.example"),
        ("zoé@mail.example", "zoe@mail.example"),
        ("ZOÉ@mail.example", "zoé@mail.example"),
        ("ann@strasse.example", "ann@straße.example"),
        ("ann@mail.example", "ann@mail.example."),
        ("ann@mail.example", "ann@mail.example "),
        ("ıda@mail.example", "ida@mail.example"),
    ],
)
def test_different_mailboxes_are_not(one: str, other: str) -> None:
    assert not same_mailbox(one, other)


def test_a_label_that_is_no_punycode_stays_as_it_is() -> None:
    for address in ("x@xn--\u00e4.example", "x@xn--a-\x7f.example".replace("\x7f", "_"), "x@xn--99999999.example"):
        assert canonical_email(address) in spellings(address)


def test_the_canonical_form_of_a_canonical_form_is_itself() -> None:
    for address in ("Ann@BÜCHER.example", "ZOÉ@Mail.Example", "a+b@xn--bcher-kva.example", "x@xn--broken-.example"):
        assert canonical_email(canonical_email(address)) == canonical_email(address)


@pytest.mark.parametrize(
    "text", ["", "@", "a@", "@b", "ann", "a b@c.example", "a\n@c.example", "a@b\0.example", "a" * 400 + "@b.example"]
)
def test_what_is_no_address_is_said_without_repeating_it(text: str) -> None:
    with pytest.raises(NotAnAddress) as caught:
        canonical_email(text)

    assert not text or text not in str(caught.value)


def test_a_local_part_beyond_ascii_goes_to_a_person() -> None:
    assert needs_officer("zoé@mail.example")
    assert not needs_officer("zoe@bücher.example")
