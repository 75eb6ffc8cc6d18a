"""Deeds about one brand that must follow one another."""

from enum import IntEnum

from django.db import connection

from requests_app.brands.models import Brand


class Turn(IntEnum):
    """What takes turns: the class of an advisory lock, whose other half is the brand's number."""

    ERASURES = 0x45524153
    HOLDS = 0x484F4C44


def take_turn(brand: Brand, turn: Turn, *, shared: bool = False) -> None:
    """Wait until nobody else has this turn of the brand, and have it until the transaction ends; those who share it do not wait."""
    how = "pg_advisory_xact_lock_shared" if shared else "pg_advisory_xact_lock"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {how}(%s, %s)", [turn, brand.pk])
