from datetime import date

from holidays import country_holidays

from requests_app.deadlines.arithmetic import Due, due
from requests_app.jurisdictions import REGIMES


def clock(received: date, *, regime: str, establishment: str) -> Due:
    """Return both due dates of a request received on `received` at the controller's place."""
    country = establishment.partition("-")[0]
    closed = frozenset(country_holidays(country, years=(received.year, received.year + 1)))
    return due(received, REGIMES[regime].answer, closed)
