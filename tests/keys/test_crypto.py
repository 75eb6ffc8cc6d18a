"""Sealing and deriving, against answers that were worked out elsewhere."""

import hmac
from hashlib import sha256

import pytest
from pytest_django import Settings

from requests_app.keys.crypto import Undecipherable, derived, keyed_index, seal, unseal

KEY = bytes(range(32))


def hkdf(secret: bytes, info: bytes) -> bytes:
    """RFC 5869 for one block, by hand: extract with a salt of zeros, expand once."""
    extracted = hmac.new(bytes(32), secret, sha256).digest()
    return hmac.new(extracted, info + b"\x01", sha256).digest()


@pytest.mark.parametrize("purpose", ["request keys", "officers", "index:email"])
def test_a_derived_key_is_what_the_standard_says(purpose: str, settings: Settings) -> None:
    assert derived(purpose) == hkdf(settings.DSAR_MASTER_KEY, purpose.encode())


@pytest.fixture
def known_master_key(settings: Settings) -> None:
    settings.DSAR_MASTER_KEY = bytes(range(32))


@pytest.mark.usefixtures("known_master_key")
def test_the_keys_that_old_data_lies_under_do_not_move() -> None:
    """Worked out once for the master key 00 01 … 1f: a changed derivation would lose every key."""
    assert derived("request keys").hex() == "5caa67a53de5b1d3da5494742f4783efccfe1d6c4879eb7069ab20e8955f6586"
    assert keyed_index("email", "ada@example.com").hex() == "27493a173f6e64cda7d2babc943c1e205a69780d0afb7544c3e837d7d9eaa780"


def test_each_purpose_has_a_key_of_its_own() -> None:
    assert len({derived(purpose) for purpose in ("request keys", "officers", "index:email", "index:phone")}) == 4


def test_an_index_finds_equal_values_of_one_kind_only() -> None:
    assert keyed_index("email", "ada@example.com") == keyed_index("email", "ada@example.com")
    assert keyed_index("email", "ada@example.com") != keyed_index("email", "Ada@example.com")
    assert keyed_index("email", "ada@example.com") != keyed_index("phone", "ada@example.com")


def test_what_was_sealed_opens_again_and_never_looks_the_same() -> None:
    first, second = seal(KEY, b"Ada", b"here"), seal(KEY, b"Ada", b"here")

    assert first != second
    assert unseal(KEY, first, b"here") == unseal(KEY, second, b"here") == b"Ada"
    assert b"Ada" not in first


@pytest.mark.parametrize("place", range(1 + 12 + 3 + 16))
def test_one_changed_bit_anywhere_is_noticed(place: int) -> None:
    sealed = bytearray(seal(KEY, b"Ada", b"here"))
    sealed[place] ^= 1

    with pytest.raises(Undecipherable):
        unseal(KEY, bytes(sealed), b"here")


@pytest.mark.parametrize("length", [0, 1, 12, 13, 20, 31])
def test_a_cut_text_is_noticed(length: int) -> None:
    with pytest.raises(Undecipherable):
        unseal(KEY, seal(KEY, b"Ada", b"here")[:length], b"here")


def test_another_key_or_another_place_does_not_open_it() -> None:
    sealed = seal(KEY, b"Ada", b"here")

    with pytest.raises(Undecipherable):
        unseal(bytes(32), sealed, b"here")
    with pytest.raises(Undecipherable):
        unseal(KEY, sealed, b"there")


def test_an_unknown_version_is_not_guessed_at() -> None:
    with pytest.raises(Undecipherable, match="unknown version"):
        unseal(KEY, b"\x02" + seal(KEY, b"Ada", b"here")[1:], b"here")
