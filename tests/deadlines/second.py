"""The same dates computed a second time: by the standard library alone, with holidays of its own and other ways of counting."""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

FIRST, LAST = 2023, 2042
DAY = timedelta(days=1)
MATARIKI = {
    2023: "07-14", 2024: "06-28", 2025: "06-20", 2026: "07-10", 2027: "06-25", 2028: "07-14", 2029: "07-06",
    2030: "06-21", 2031: "07-11", 2032: "07-02", 2033: "06-24", 2034: "07-07", 2035: "06-29", 2036: "07-18",
    2037: "07-10", 2038: "06-25", 2039: "07-15", 2040: "07-06", 2041: "07-19", 2042: "07-11",
}  # fmt: skip


def easter(year: int) -> date:
    """Return Easter Sunday by the computus of Meeus, Jones and Butcher."""
    a, b, c = year % 19, year // 100, year % 100
    h = (19 * a + b - b // 4 - (b - (b + 8) // 25 + 1) // 3 + 15) % 30
    k = (32 + 2 * (b % 4) + 2 * (c // 4) - h - c % 4) % 7
    m = (a + 11 * h + 22 * k) // 451
    month, day = divmod(h + k - 7 * m + 114, 31)
    return date(year, month, day + 1)


def monday(year: int, month: int, number: int) -> date:
    """Return the `number`-th Monday of a month; -1 is the last."""
    days = [date(year, month, 1) + timedelta(days=days) for days in range(31)]
    mondays = [day for day in days if day.month == month and day.weekday() == 0]
    return mondays[number - 1 if number > 0 else number]


def on(year: int, *days: str) -> list[date]:
    return [date.fromisoformat(f"{year}-{day}") for day in days]


def around_easter(year: int, *distances: int) -> list[date]:
    return [easter(year) + timedelta(days=distance) for distance in distances]


def germany(year: int) -> list[date]:
    return [*on(year, "01-01", "05-01", "10-03", "12-25", "12-26"), *around_easter(year, -2, 1, 39, 50)]


def france(year: int) -> list[date]:
    return [*on(year, "01-01", "05-01", "05-08", "07-14", "08-15", "11-01", "11-11", "12-25"), *around_easter(year, 1, 39, 50)]


def substituted(days: Iterable[date]) -> Iterator[date]:
    """Yield bank holidays; one at a weekend is kept on the next weekday that is none yet."""
    fixed = sorted(days)
    kept = {day for day in fixed if day.weekday() < 5}
    for day in (day for day in fixed if day.weekday() >= 5):
        later = (day + number * DAY for number in range(1, 8))
        kept.add(next(free for free in later if free.weekday() < 5 and free not in kept))
    yield from kept


def england(year: int) -> list[date]:
    mondays = [monday(year, 5, 1), monday(year, 5, -1), monday(year, 8, -1)]
    return [*substituted(on(year, "01-01", "12-25", "12-26")), *around_easter(year, -2, 1), *mondays]


def northern_ireland(year: int) -> list[date]:
    return [*england(year), *substituted(on(year, "03-17")), *substituted(on(year, "07-12"))]


def scotland(year: int) -> list[date]:
    mondays = [monday(year, 5, 1), monday(year, 5, -1), monday(year, 8, 1)]
    proclaimed = on(year, "06-15") if year == 2026 else []
    fixed = substituted(on(year, "01-01", "01-02", "11-30", "12-25", "12-26"))
    return [*fixed, *around_easter(year, -2), *mondays, *proclaimed]


def united_states(year: int) -> Iterator[date]:
    yield from (monday(year, 1, 3), monday(year, 2, 3), monday(year, 5, -1), monday(year, 9, 1), monday(year, 10, 2))
    yield monday(year, 11, 4) + 3 * DAY if date(year, 11, 1).weekday() in {0, 4, 5, 6} else monday(year, 11, 3) + 3 * DAY
    for day in [*on(year, "01-01", "06-19", "07-04", "11-11", "12-25"), date(year + 1, 1, 1)]:
        yield day + {5: -DAY, 6: DAY}.get(day.weekday(), 0 * DAY)


def canada(year: int) -> list[date]:
    victoria = next(day for day in (date(year, 5, 24) - number * DAY for number in range(7)) if day.weekday() == 0)
    moving = [victoria, monday(year, 9, 1), monday(year, 10, 2)]
    sunday = on(year, "07-02") if date(year, 7, 1).weekday() == 6 else []
    return [*on(year, "01-01", "07-01", "09-30", "11-11", "12-25"), *sunday, *moving, *around_easter(year, -2, 1)]


def new_zealand(year: int) -> Iterator[date]:
    yield from on(year, *(f"01-{day:02}" for day in range(1, 16)), *(f"12-{day}" for day in range(25, 32)))
    yield from (monday(year, 6, 1), monday(year, 10, 4), *on(year, MATARIKI[year]), *around_easter(year, -2, 1))
    for day in on(year, "02-06", "04-25"):
        yield day
        yield day + {5: 2 * DAY, 6: DAY}.get(day.weekday(), 0 * DAY)


OWN: dict[str, Callable[[int], Iterable[date]]] = {
    "DE": germany, "FR": france, "UK-ENG": england, "UK-SCT": scotland, "UK-NIR": northern_ireland, "US-FED": united_states,
    "CA-INTERP": canada, "NZ-PRIVACY": new_zealand, "NONE": lambda _: (),
}  # fmt: skip


@dataclass(frozen=True)
class Days:
    """All days of the years looked at, and those of them that are open, in order."""

    working: list[date]
    but_sunday: list[date]

    @classmethod
    def of(cls, holidays: Iterable[date], *, weekend: Iterable[int] = (5, 6), opened: Iterable[date] = ()) -> "Days":
        closed, rest, worked = frozenset(holidays), frozenset(weekend), frozenset(opened)
        days = [date(FIRST, 1, 1) + number * DAY for number in range((date(LAST, 12, 31) - date(FIRST, 1, 1)).days + 1)]
        working = [day for day in days if day not in closed and (day.weekday() not in rest or day in worked)]
        return cls(working, [day for day in days if day not in closed and day.weekday() != 6])


@cache
def own_days(code: str) -> Days:
    return Days.of(day for year in range(FIRST, LAST + 1) for day in OWN[code](year))


def end(start: date, length: int, unit: str, days: Days) -> date:
    """Return the last day of a period: months by trying day numbers, working days by their places in a list."""
    if unit == "calendar_month":
        year, month = start.year + (start.month - 1 + length) // 12, (start.month - 1 + length) % 12 + 1
        return next(found for number in range(start.day, 0, -1) if (found := _day(year, month, number)))
    if unit in {"business_day", "working_day"}:
        return days.working[bisect_right(days.working, start) + length - 1]
    return date.fromordinal(start.toordinal() + (length // 24 if unit == "hour" else length))


def _day(year: int, month: int, number: int) -> date | None:
    try:
        return date(year, month, number)
    except ValueError:
        return None


def rolled(day: date, roll: str, days: Days) -> date:
    if roll == "none":
        return day
    stays = days.working if roll == "next_working_day" else days.but_sunday
    return stays[bisect_left(stays, day)]
