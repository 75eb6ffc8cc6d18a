"""The CRC-32 of a whole from those of its parts, by arithmetic over GF(2), without reading the parts again."""

from functools import cache, lru_cache
from typing import Final

POLYNOMIAL: Final = 0xEDB88320  # CRC-32 of ISO 3309, bits reversed: bit 31 stands for x⁰
ONE: Final = 1 << 31


def combine(first: int, second: int, second_length: int) -> int:
    """Return the CRC-32 of two texts one after the other; `second_length` in bytes."""
    return _times(_power(second_length), first) ^ second if first else second


def _times(a: int, b: int) -> int:
    """Multiply two polynomials modulo the CRC's own."""
    product = 0
    while a:
        if a & ONE:
            product ^= b
        a = a << 1 & 0xFFFFFFFF
        b = b >> 1 ^ (POLYNOMIAL if b & 1 else 0)
    return product


@lru_cache(maxsize=4096)
def _power(length: int) -> int:
    """Return x to the power of eight times `length`."""
    result, square = ONE, 3
    while length:
        if length & 1:
            result = _times(_squared(square), result)
        length >>= 1
        square += 1
    return result


@cache
def _squared(times: int) -> int:
    """Return x squared `times` times over."""
    if not times:
        return ONE >> 1
    root = _squared(times - 1)
    return _times(root, root)
